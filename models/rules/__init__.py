"""The rules of the contract: pure functions over plain values, one a file, named as there."""
