"""What became of an operation: the answer to its caller and the content of its receipt (§4)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, NotRequired, TypedDict

from models.rules.stage import StageVerdict

Status = Literal["applied", "unchanged", "rejected", "failed"]


class OperationWarning(TypedDict):
    """A part of the request that was not applied, and the JSON pointer to it."""

    code: str
    detail: str
    pointer: str


@dataclass(frozen=True, slots=True)
class StageChange:
    """How a stage request ended; for `skipped`, `from_name` was kept and `to_name` asked for."""

    change: StageVerdict
    from_name: str | None
    to_name: str


class Fault(TypedDict):
    """A field fault inside a problem (RFC 6901 pointer)."""

    pointer: str
    code: str
    detail: str


class ProblemBody(TypedDict):
    """A problem as the ledger keeps it; the edge adds type, title and request id (RFC 9457)."""

    status: int
    code: str
    detail: str
    errors: NotRequired[list[Fault]]
    holder_id: NotRequired[str]


@dataclass(frozen=True, slots=True)
class Refusal:
    """An operation decided against the stored state; nothing of it is written.

    `holder_id` is the record that has what was asked for.
    """

    status: int
    code: str
    detail: str
    pointer: str | None = None
    holder_id: str | None = None

    def as_problem(self) -> ProblemBody:
        problem = ProblemBody(status=self.status, code=self.code, detail=self.detail)
        if self.pointer is not None:
            problem["errors"] = [Fault(pointer=self.pointer, code=self.code, detail=self.detail)]
        if self.holder_id is not None:
            problem["holder_id"] = self.holder_id
        return problem


@dataclass(slots=True)
class Effect:
    """What a handler did; whether anything stored differs is for the working set to say.

    `record` makes the document of the written record, as an account route answers with it (§4,
    §11); it is called when the changes are settled and `updated_at` is known. None after a removal
    and for widget writes.
    """

    contact_id: str | None = None
    company_id: str | None = None
    event_id: str | None = None
    stage: StageChange | None = None
    record: Callable[[], dict[str, Any]] | None = None
    warnings: list[OperationWarning] = field(default_factory=list)


NOT_FOUND = Refusal(404, "not_found", "No such record in this project.")
VISITOR_NOT_FOUND = Refusal(404, "visitor_not_found", "No such visitor in this project.")
VISITOR_NOT_LINKED = Refusal(
    400, "visitor_not_linked", "The visitor is not linked to a contact with a company yet."
)
COMPANY_NOT_LINKED = Refusal(
    400,
    "company_not_linked",
    "The company is not linked to the visitor's contact.",
    "/company_id",
)
COMPANY_AMBIGUOUS = Refusal(
    400,
    "company_ambiguous",
    "The contact has several companies and none of them is active; name one.",
    "/company_id",
)
STAGE_NOT_FOUND = Refusal(
    400, "stage_not_found", "The project's pipeline has no stage of this name.", "/stage_name"
)
METADATA_TOO_LARGE = Refusal(
    400, "metadata_too_large", "The record's metadata would be larger than a record may hold."
)
KEY_REUSED = Refusal(
    422,
    "idempotency_key_reused",
    "This idempotency key belongs to an operation with other content.",
)
OPERATION_FAILED = Refusal(
    422,
    "operation_failed",
    "The operation could not be applied; it was set aside for the project's operators.",
)
STAGE_IN_USE = Refusal(
    409,
    "stage_in_use",
    "Companies stand in the stage: keep it, or name the stage that replaces it.",
)
TOO_MANY_IDENTITY_SECRETS = Refusal(
    409, "too_many_identity_secrets", "Two identity secrets are live already; delete one first."
)

DEAD_LETTER_REPLAYED = Refusal(
    409, "dead_letter_replayed", "The dead letter was replayed or discarded already."
)
DEAD_LETTER_MALFORMED = Refusal(
    409,
    "dead_letter_malformed",
    "What was set aside is no operation: it can only be discarded.",
)


def taken(field: str, holder_id: str) -> Refusal:
    """A unique field's value belongs to another record of the project (§11)."""
    detail = "Another record of the project has this value."
    return Refusal(409, f"{field}_taken", detail, f"/{field}", holder_id)
