"""How properties are tried that need a database; the profile in tests/conftest.py is for all."""

from hypothesis import HealthCheck, settings


def tried(examples: int) -> settings:
    """So many times, but once at least; all examples share the fixtures of their test."""
    return settings(
        max_examples=max(1, examples),
        database=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
