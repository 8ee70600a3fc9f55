"""Batches over HTTP (contract §10)."""
