"""Each operation of a batch, judged on its own as its own route would judge it (contract §10)."""

from ingest_api.asked import Asked
from ingest_api.bodies import parse_json, refuse_forbidden
from ingest_api.caller import Caller
from ingest_api.edge import Edge
from ingest_api.envelope_fields import read_envelope_fields
from ingest_api.errors import Problem, as_problem, unauthenticated
from ingest_api.fair_turns import ROUND
from ingest_api.identity_secret import ProofFailed
from ingest_api.operation_reading import judged
from models.operations import WIDGET_TYPES, InvalidRequest
from models.operations.invalid_request import field_fault

Item = Asked | Problem

REFUSALS = (Problem, InvalidRequest, ProofFailed)
TURN_OPERATIONS = 25
"""Judged in one turn; then the other callers of this edge have theirs."""


class Judge:
    """Judges the operations of one batch in their order; `items` are what they come to.

    With a `key` those that bring no `message_id` get idempotency keys made of it and their place.
    """

    def __init__(self, edge: Edge, caller: Caller, key: str | None) -> None:
        self._edge = edge
        self._caller = caller
        self._key = key
        self.items: list[Item] = []

    async def judge(self, value: object, *, is_risky: bool = False) -> None:
        """Judges a JSON value; where it `is_risky`, first for what no request may hold."""
        try:
            if is_risky:
                refuse_forbidden(value)
            self.items.append(self._asked(value))
        except REFUSALS as error:
            self._refuse(error)
        await self._pause()

    async def judge_line(self, line: bytes | None) -> None:
        """Judges a line of NDJSON; None stands for one that is too long to be kept."""
        try:
            if line is None:
                raise self._too_large()
            self.items.append(self._asked(parse_json(line)))
        except REFUSALS as error:
            self._refuse(error)
        await self._pause()

    def _asked(self, value: object) -> Asked:
        if not isinstance(value, dict):
            raise InvalidRequest("invalid_request", "An operation is a JSON object.")
        # The rest is what the route of that type takes.
        operation_type = value.pop("type", None)
        if not isinstance(operation_type, str) or operation_type not in WIDGET_TYPES:
            raise field_fault("/type", f"One of {', '.join(WIDGET_TYPES)}.")
        fields = read_envelope_fields(value)
        if fields.project_id not in (None, self._caller.project.id):
            raise unauthenticated()
        return judged(self._edge, self._caller, operation_type, value, fields, self._key_of)

    def _key_of(self, message_id: str | None) -> str | None:
        if message_id is not None or self._key is None:
            return message_id
        return f"{self._key}/{len(self.items)}"

    def _refuse(self, error: Exception) -> None:
        problem = as_problem(error, self._edge.settings.retry_after_s)
        if problem is None:
            raise error
        self._edge.metrics.refused_in_batches.add(problem.code)
        # A kept traceback would keep the operation with it.
        self.items.append(problem.with_traceback(None))

    def _too_large(self) -> Problem:
        limit_bytes = self._edge.settings.body_limit_bytes
        detail = f"The operation is larger than {limit_bytes} bytes."
        return Problem(413, "payload_too_large", detail)

    async def _pause(self) -> None:
        if len(self.items) % TURN_OPERATIONS == 0:
            await self._edge.turns.take(self._caller.project.id, ROUND)
