"""The bodies of batches and of their answers (contract §10). Docstrings are published."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from ingest_api.batches.limits import ACCOUNT_BATCH, WIDGET_BATCH
from ingest_api.openapi.answers import SOMETIMES, Outcome, Queued, StoredProblem
from ingest_api.openapi.shown import Shown
from models.operations import Identify, SetDeal, SetProperties, SetStage, Track

_OPERATIONS_TEXT = "Each with its `type` and the fields of that type's route."


@dataclass(frozen=True, slots=True, repr=False)
class BatchedIdentify(Identify):
    """What `identify` takes."""

    type: Literal["identify"] = field(kw_only=True)


@dataclass(frozen=True, slots=True, repr=False)
class BatchedSetProperties(SetProperties):
    """What `set-properties` takes."""

    type: Literal["set_properties"] = field(kw_only=True)


@dataclass(frozen=True, slots=True, repr=False)
class BatchedTrack(Track):
    """What `track` takes."""

    type: Literal["track"] = field(kw_only=True)


@dataclass(frozen=True, slots=True, repr=False)
class BatchedSetStage(SetStage):
    """What `set-stage` takes."""

    type: Literal["set_stage"] = field(kw_only=True)


@dataclass(frozen=True, slots=True, repr=False)
class BatchedSetDeal(SetDeal):
    """What `set-deal` takes."""

    type: Literal["set_deal"] = field(kw_only=True)


BATCHED = (BatchedIdentify, BatchedSetProperties, BatchedTrack, BatchedSetStage, BatchedSetDeal)
BatchedOperation = Annotated[
    BatchedIdentify | BatchedSetProperties | BatchedTrack | BatchedSetStage | BatchedSetDeal,
    Field(discriminator="type"),
]


class WidgetBatch(Shown):
    """Operations of one project, in their order."""

    app_id: Annotated[str | None, Field(description="The project, for callers without a key.")] = (
        SOMETIMES
    )
    project_id: Annotated[str | None, Field(description="Another name of `app_id`.")] = SOMETIMES
    operations: Annotated[
        list[BatchedOperation],
        Field(max_length=WIDGET_BATCH.operations, description=_OPERATIONS_TEXT),
    ]


class AccountBatch(Shown):
    """Operations of the credential's project, in their order."""

    model_config = ConfigDict(defer_build=True, extra="forbid")

    operations: Annotated[
        list[BatchedOperation],
        Field(max_length=ACCOUNT_BATCH.operations, description=_OPERATIONS_TEXT),
    ]
    lane: Annotated[
        Literal["live", "bulk"] | None,
        Field(description="`bulk` is for backfills: the answer waits only if asked to."),
    ] = SOMETIMES


class BatchResult(Shown):
    """What became of the operation at `index`; it has an `outcome` or a `problem`."""

    index: int
    operation_id: str | None
    outcome: Outcome | Queued = SOMETIMES
    problem: StoredProblem = SOMETIMES
    idempotent_replayed: Annotated[
        Literal[True], Field(description="There if it is the outcome of an earlier request.")
    ] = SOMETIMES


class BatchAnswer(Shown):
    """One result for each operation, in their order."""

    results: list[BatchResult]
