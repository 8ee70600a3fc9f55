"""A plain sequential model of the contract: what the real pipeline must come to."""
