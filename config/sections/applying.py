"""How a worker applies what waits (docs/architecture.md, The drain protocol)."""

from pydantic import Field

from config.sections.section import Seconds, Section


class Applying(Section):
    """Drains, wakes, and operations that fail by themselves."""

    drain_batch_size: int = Field(
        500, ge=1, le=2_000, description="operations applied in one transaction"
    )
    drain_shared_batch_size: int = Field(
        64,
        ge=1,
        le=2_000,
        description="the most in a batch while several projects need the worker",
    )
    drain_little_batch_size: int = Field(
        8,
        ge=1,
        le=2_000,
        description="the most in a live batch while some of them wait with less than that",
    )
    drain_round_projects: int = Field(
        32,
        ge=1,
        le=256,
        description="projects that share one transaction while many wait; 1: each has its own",
    )
    bulk_batch_size: int = Field(
        200, ge=1, le=2_000, description="the most in a batch of the bulk lane"
    )
    bulk_batch_s: Seconds = Field(
        0.03,
        description="a bulk batch is made smaller where it takes longer: live calls wait for it",
    )
    drain_slice_s: Seconds = Field(
        0.01, description="a drain's turn while other projects are waiting"
    )
    # RQ counts a worker as gone that has not looked after itself for longer.
    drain_max_s: float = Field(
        20.0, gt=0, le=30, description="a drain's longest run before it queues again"
    )
    linger_s: float = Field(
        30.0, ge=0, le=60, description="how long a drain stays with an empty mailbox"
    )
    wake_queued_s: Seconds = Field(5.0, description="life of the wake token of a queued drain")
    wake_running_s: Seconds = Field(1.0, description="life of the wake token of a running drain")
    sweep_interval_s: Seconds = Field(0.5, description="pause between two sweeps for lost wakes")

    decide_timeout_s: Seconds = Field(
        1.0,
        description="computing that one operation may need; a batch gets 0.002 s more for each",
    )
    apply_timeout_s: Seconds = Field(
        1800.0, description="a whole batch, with all its statements; then the worker ends itself"
    )
    poison_deaths: int = Field(
        3,
        ge=2,
        le=20,
        description="tries in a row, each alone, that an operation must kill or outlast",
    )
