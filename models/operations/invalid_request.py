"""The refusal of a request that needs no stored state to be refused (contract §3, §4)."""

from collections.abc import Sequence

from models.outcomes import Fault

INVALID_REQUEST = "invalid_request"


class InvalidRequest(Exception):
    """A request that is answered at once and never enqueued.

    `code` is stable, `status` the HTTP status, `detail` a sentence that repeats nothing of the
    request, `errors` the faults of single fields, each with a JSON pointer.
    """

    def __init__(
        self, code: str, detail: str, errors: Sequence[Fault] = (), status: int = 400
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.status = status
        self.detail = detail
        self.errors = list(errors)


def field_fault(pointer: str, detail: str, code: str = INVALID_REQUEST) -> InvalidRequest:
    """The refusal of a request for one field."""
    return InvalidRequest(code, detail, [Fault(pointer=pointer, code=code, detail=detail)])


def json_pointer(*path: str | int) -> str:
    """The RFC 6901 pointer of a path."""
    return "".join(f"/{_escaped(step)}" for step in path)


def _escaped(step: str | int) -> str:
    return str(step).replace("~", "~0").replace("/", "~1")
