"""Caches, and the patience with Redis and the database."""

from pydantic import Field

from config.sections.section import Seconds, Section


class Stores(Section):
    """Caches, time limits and connections."""

    project_cache_ttl_s: Seconds = Field(
        2.0, description="how old a project's cached settings and keys may be at the edge"
    )
    project_cache_entries: int = Field(
        10_000, ge=1, le=1_000_000, description="projects and keys the edge remembers"
    )

    redis_timeout_s: Seconds = Field(1.0, description="connecting to Redis, and one command")
    database_timeout_s: Seconds = Field(1.0, description="connecting, and waiting for the pool")
    statement_timeout_s: Seconds = Field(
        5.0, description="one PostgreSQL statement; on SQLite the computing of one batch"
    )
    lock_timeout_s: Seconds = Field(2.0, description="waiting for a database lock, both databases")
    idle_in_transaction_timeout_s: Seconds = Field(
        5.0, description="a PostgreSQL transaction in which nothing happens"
    )
    database_pool_size: int = Field(5, ge=1, le=100, description="connections of one process")
