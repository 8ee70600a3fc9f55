"""The simpler ways that the product is compared with."""
