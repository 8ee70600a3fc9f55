"""The model itself: operations of one project, applied one after the other."""

import copy
import json
import pickle
from collections.abc import Sequence
from dataclasses import dataclass

from tests.model.applying import apply_operation
from tests.model.documents import written_record
from tests.model.metadata import refuse_too_large
from tests.model.outcome import RejectedError, Result
from tests.model.project import DEFAULT_SETTINGS
from tests.model.snapshot import snapshot_of
from tests.model.stage_and_deal import find_stage
from tests.model.state import Company, Json, Stage, State, text_of
from tests.model.times import stamp

NOT_STORED = ("operation_id", "accepted_at_ms")


@dataclass(frozen=True)
class FirstUse:
    """What an idempotency key stands for."""

    content: str
    result: Result


class Model:
    """One project. `settings` as in the contract §11, what is not given as in a new project."""

    def __init__(
        self,
        settings: Json | None = None,
        stages: Sequence[str] = (),
        created_at_ms: int = 0,
    ) -> None:
        unknown = set(settings or {}) - set(DEFAULT_SETTINGS)
        if unknown:
            raise ValueError(f"settings that the model does not know: {sorted(unknown)}")
        pipeline = [Stage(stage_id(name), name) for name in stages]
        self.state = State(
            settings=DEFAULT_SETTINGS | (settings or {}),
            stages=pipeline,
            created_at_ms=created_at_ms,
            updated_at_ms=created_at_ms,
        )
        self.keys: dict[tuple[str, str], FirstUse] = {}

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
        company.created_at_ms = company.updated_at_ms = self.state.created_at_ms
        self.state.companies[company_id] = company

    def apply(
        self,
        operation_type: str,
        body: Json,
        *,
        operation_id: str,
        accepted_at_ms: int,
        email_signed: bool = False,
        key: str | None = None,
    ) -> Result:
        """Apply one operation of valid shape; a rejected one leaves no trace.

        `body` holds what an account route's path names as well: `contact_id` and the like.
        """
        first = self.keys.get((operation_type, key or ""))
        content = json.dumps(body, sort_keys=True)
        if first is not None:
            is_same = first.content == content
            return first.result if is_same else Result("rejected", "idempotency_key_reused", 422)
        # Quicker than copy.deepcopy, which took most of the time of a long sequence.
        state: State = pickle.loads(pickle.dumps(self.state))
        state.operation_id, state.accepted_at_ms = operation_id, accepted_at_ms
        result = self._decide(state, operation_type, copy.deepcopy(body), email_signed)
        if key is not None:
            self.keys[operation_type, key] = FirstUse(content, copy.deepcopy(result))
        return result

    def _decide(self, state: State, operation_type: str, body: Json, email_signed: bool) -> Result:
        try:
            result = apply_operation(state, operation_type, body, email_signed=email_signed)
            refuse_too_large(state)
        except RejectedError as rejected:
            return Result("rejected", rejected.code, rejected.http_status, rejected.holder_id)
        result.status = "applied" if _text(state) != _text(self.state) else "unchanged"
        stamp(self.state, state)
        result.record = written_record(state, operation_type, result)
        self.state = state
        return result

    def snapshot(self) -> Json:
        """All that is stored, as plain data."""
        return snapshot_of(self.state)


def stage_id(name: str) -> str:
    """The id of a stage that is there beforehand."""
    return f"stg_{name.lower()}"


def _text(state: State) -> str:
    return text_of({key: each for key, each in vars(state).items() if key not in NOT_STORED})
