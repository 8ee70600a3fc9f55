"""What each operation type does: pure deciding over a working set, one file a type."""
