"""What answers hold (contract §4): outcomes, receipts, problems. Their docstrings are published."""

from typing import Annotated, Any, Literal

from pydantic import Field

from ingest_api.openapi.shown import Shown
from models.operations import OPERATION_TYPES
from models.rules.stage import StageVerdict
from workers.mailbox.envelope import MALFORMED

SOMETIMES: Any = None
"""The default of a member that some answers do not have at all."""

OperationId = Annotated[str, Field(pattern="^op_[0-9a-f]{32}$", description="Sorts by acceptance.")]
Time = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
OperationType = Annotated[str, Field(json_schema_extra={"enum": [*OPERATION_TYPES, MALFORMED]})]


class OutcomeWarning(Shown):
    """A part of the request that was not applied."""

    code: Annotated[str, Field(description="Stable, such as `company_not_found`.")]
    detail: str
    pointer: Annotated[str, Field(description="JSON pointer to that part (RFC 6901).")]


class OutcomeStage(Shown):
    """How a stage request ended; for `skipped`, `from` is the stage kept."""

    change: StageVerdict
    from_: Annotated[
        str | None, Field(alias="from", description="Not told to publishable callers.")
    ] = SOMETIMES
    to: str


class Outcome(Shown):
    """What became of an operation. Ids of stored records are told to secret tokens only."""

    operation_id: OperationId
    type: OperationType
    status: Annotated[
        Literal["applied", "unchanged"], Field(description="`unchanged`: nothing stored differs.")
    ]
    contact_id: str | None = SOMETIMES
    company_id: str | None = SOMETIMES
    event_id: Annotated[str | None, Field(description="Of `track`.")] = SOMETIMES
    stage: OutcomeStage | None = SOMETIMES
    warnings: list[OutcomeWarning] = SOMETIMES
    record: Annotated[
        dict[str, Any] | None, Field(description="Of an account write: the record as written.")
    ] = SOMETIMES


class Queued(Shown):
    """The operation is in the mailbox, durable, and not applied yet."""

    operation_id: OperationId
    type: OperationType
    status: Literal["queued"]


class FieldFault(Shown):
    """A fault of one field."""

    pointer: Annotated[str, Field(description="JSON pointer to the field (RFC 6901).")]
    code: str
    detail: str


class StoredProblem(Shown):
    """Why an operation was refused, as its receipt keeps it."""

    type: Annotated[str, Field(description="`urn:hal-ingest:problem:` and the code.")]
    title: str
    status: int
    detail: Annotated[str, Field(description="For people; repeats nothing of what was sent.")]
    code: Annotated[str, Field(description="Stable.")]
    errors: list[FieldFault] = SOMETIMES
    operation_id: Annotated[OperationId, Field(description="Where one exists.")] = SOMETIMES
    holder_id: Annotated[
        str, Field(description="The record that has what was asked for (409).")
    ] = SOMETIMES


class Problem(StoredProblem):
    """A refusal or an outage (RFC 9457)."""

    request_id: str


class Change(Shown):
    """One field that an operation changed; a record that came or went whole has pointer ""."""

    record: Annotated[str, Field(description="`contact`, `company`, `link`, `visitor`, …")]
    id: str
    pointer: str
    before: Any
    after: Any


class Receipt(Shown):
    """The readable record of an operation and its outcome."""

    operation_id: OperationId
    type: OperationType
    status: Literal["queued", "applied", "unchanged", "rejected", "failed"]
    accepted_at: Time
    applied_at: Time | None
    outcome: Outcome | None
    problem: StoredProblem | None
    caller: Annotated[
        str, Field(description="As whom it was asked for; told to account callers.")
    ] = SOMETIMES
    visitor_id: Annotated[
        str | None, Field(description="The visitor it was about; told to account callers.")
    ] = SOMETIMES
    changes: Annotated[
        list[Change], Field(description="Told to account callers, field by field.")
    ] = SOMETIMES
