"""Many operations in one request (contract §10)."""
