"""Embedded mode: one command that runs edge, worker and a Redis-compatible server (§13)."""
