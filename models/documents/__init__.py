"""Records as JSON documents in the names of the contract (§11): for answers, ledger and reads."""
