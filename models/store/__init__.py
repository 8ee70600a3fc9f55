"""The store: loads, saves and the ledger, set-based on both databases."""
