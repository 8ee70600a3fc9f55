"""Faults drawn from a seed, under real processes and callers that retry (docs/faults.md)."""
