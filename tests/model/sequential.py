"""The model itself: operations of one project, applied one after the other."""

import copy
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from tests.model.identify import identify
from tests.model.metadata import refuse_too_large
from tests.model.outcome import RejectedError, Result
from tests.model.set_properties import set_properties
from tests.model.snapshot import snapshot_of
from tests.model.stage_and_deal import find_stage, set_deal, set_stage
from tests.model.state import Company, Json, State
from tests.model.track import track

DEFAULT_SETTINGS: dict[str, object] = {
    "stage_update_mode": "advance_only",
    "email_trust": "any",
    "first_linked_fallback": True,
    "create_unknown_companies": False,
}


@dataclass(frozen=True)
class Operation:
    """One accepted write, as its caller sent it."""

    type: str
    body: Json
    operation_id: str
    accepted_at_ms: int
    email_signed: bool


class Model:
    """One project. `settings` as in the contract §11, `email_trust` with its effective value."""

    def __init__(
        self, settings: dict[str, object] | None = None, stages: Sequence[str] = ()
    ) -> None:
        unknown = set(settings or {}) - set(DEFAULT_SETTINGS)
        if unknown:
            raise ValueError(f"settings that the model does not know: {sorted(unknown)}")
        self.state = State(settings=DEFAULT_SETTINGS | (settings or {}), stages=list(stages))

    def add_company(
        self,
        company_id: str,
        external_id: str | None = None,
        name: str | None = None,
        stage: str | None = None,
    ) -> None:
        """A real company that is there beforehand; `stage` is one of the pipeline's."""
        known_stage = find_stage(self.state, stage) if stage else None
        if stage and known_stage is None:
            raise ValueError(f"no such stage: {stage}")
        company = Company(company_id, external_id=external_id, name=name, stage=known_stage)
        self.state.companies[company_id] = company

    def apply(
        self,
        operation_type: str,
        body: Json,
        *,
        operation_id: str,
        accepted_at_ms: int,
        email_signed: bool = False,
    ) -> Result:
        """Apply one operation of valid shape; a rejected one leaves no trace."""
        state = copy.deepcopy(self.state)
        operation = Operation(
            operation_type, copy.deepcopy(body), operation_id, accepted_at_ms, email_signed
        )
        try:
            result = _apply(state, operation)
            refuse_too_large(state)
        except RejectedError as rejected:
            return Result("rejected", rejected.code, rejected.http_status)
        result.status = "applied" if _text(state) != _text(self.state) else "unchanged"
        self.state = state
        return result

    def snapshot(self) -> Json:
        """All that is stored, as plain data."""
        return snapshot_of(self.state)


def _apply(state: State, operation: Operation) -> Result:
    result = Result()
    number = operation.operation_id.removeprefix("op_")
    match operation.type:
        case "identify":
            identify(
                state,
                operation.body,
                result,
                new_contact_id=f"con_{number}",
                new_company_id=f"com_{number}",
                email_signed=operation.email_signed,
            )
        case "set_properties":
            set_properties(state, operation.body, result)
        case "track":
            event_id, accepted_at_ms = f"act_{number}_0", operation.accepted_at_ms
            track(state, operation.body, result, event_id=event_id, accepted_at_ms=accepted_at_ms)
        case "set_stage":
            set_stage(state, operation.body, result)
        case "set_deal":
            set_deal(state, operation.body, result)
        case _:
            raise ValueError(f"no such type of operation: {operation.type}")
    return result


def _text(state: State) -> str:
    """The state as JSON text: as Python values 1, 1.0 and True would be the same."""
    return json.dumps(asdict(state), sort_keys=True, default=str)
