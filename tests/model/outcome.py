"""What became of an operation (contract §4)."""

from dataclasses import dataclass, field

from tests.model.state import Json


@dataclass
class Result:
    """An outcome; `code`, `http_status` and `holder_id` only for a rejected operation.

    `warnings` are (code, JSON pointer), in the order in which they were found; `record` is what
    an account route answers with.
    """

    status: str = "applied"
    code: str | None = None
    http_status: int | None = None
    holder_id: str | None = None
    warnings: list[tuple[str, str]] = field(default_factory=list)
    stage: dict[str, str | None] | None = None
    contact_id: str | None = None
    company_id: str | None = None
    event_id: str | None = None
    stage_id: str | None = None
    record: Json | None = None

    def warn(self, code: str, pointer: str) -> None:
        """Note a part of the request that was not applied."""
        self.warnings.append((code, pointer))


class RejectedError(Exception):
    """Ends an operation that writes nothing at all."""

    def __init__(self, http_status: int, code: str, holder_id: str | None = None) -> None:
        super().__init__(code)
        self.http_status = http_status
        self.code = code
        self.holder_id = holder_id
