"""Real services for the tests: PostgreSQL, Redis, and the product's own processes."""
