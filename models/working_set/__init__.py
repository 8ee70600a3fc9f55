"""The working set: the state that a batch reads and changes, and the words for changing it."""
