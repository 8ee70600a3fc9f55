"""The pipeline as the contract tells it (§9, §11): a list of stages, and companies in them."""

from dataclasses import dataclass, field

from models.operations import Operation
from models.operations.companies import UpdateCompany
from models.operations.stages import (
    STAGES_LIMIT,
    CreateStage,
    DeleteStage,
    ReplaceStages,
    UpdateStage,
)

Verdict = tuple[str, str | None]
APPLIED: Verdict = ("applied", None)
UNCHANGED: Verdict = ("unchanged", None)


def refused(code: str) -> Verdict:
    return "rejected", code


@dataclass
class StageList:
    """Ids and names in order, and the stage of each company by id."""

    stages: list[tuple[str, str]]
    companies: dict[str, str | None] = field(default_factory=dict)

    def write(self, operation: Operation, stem: str) -> Verdict:
        """What becomes of an operation, one after the other."""
        before = (list(self.stages), dict(self.companies))
        match operation:
            case CreateStage():
                verdict = self._create(operation, f"stg_{stem}")
            case UpdateStage():
                verdict = self._update(operation)
            case DeleteStage():
                verdict = self._delete(operation)
            case ReplaceStages():
                verdict = self._replace(operation, stem)
            case UpdateCompany():
                verdict = self._put(operation)
            case _:
                raise AssertionError(operation)
        if verdict == APPLIED and before == (self.stages, self.companies):
            return UNCHANGED
        return verdict

    def _name(self, stage_id: str) -> str | None:
        return dict(self.stages).get(stage_id)

    def _holder(self, name: str) -> str | None:
        return next((i for i, n in self.stages if n.casefold() == name.casefold()), None)

    def _place(self, stage: tuple[str, str], position: int | None) -> None:
        self.stages.insert(len(self.stages) if position is None else position, stage)

    def _create(self, operation: CreateStage, stage_id: str) -> Verdict:
        if self._holder(operation.name) is not None:
            return refused("stage_name_taken")
        if len(self.stages) == STAGES_LIMIT:
            return refused("invalid_request")
        self._place((stage_id, operation.name), operation.position)
        return APPLIED

    def _update(self, operation: UpdateStage) -> Verdict:
        name = self._name(operation.stage_id)
        if name is None:
            return refused("not_found")
        wanted = operation.name or name
        if self._holder(wanted) not in (None, operation.stage_id):
            return refused("stage_name_taken")
        at = [stage_id for stage_id, _ in self.stages].index(operation.stage_id)
        del self.stages[at]
        position = at if operation.position is None else operation.position
        self._place((operation.stage_id, wanted), position)
        return APPLIED

    def _delete(self, operation: DeleteStage) -> Verdict:
        name = self._name(operation.stage_id)
        if name is None:
            return refused("not_found")
        if operation.replacement_id == operation.stage_id:
            return refused("invalid_request")
        if operation.replacement_id is not None and self._name(operation.replacement_id) is None:
            return refused("not_found")
        standing = [c for c, stage_id in self.companies.items() if stage_id == operation.stage_id]
        if standing and operation.replacement_id is None:
            return refused("stage_in_use")
        self.companies.update(dict.fromkeys(standing, operation.replacement_id))
        self.stages.remove((operation.stage_id, name))
        return APPLIED

    def _replace(self, operation: ReplaceStages, stem: str) -> Verdict:
        by_id = {place.id for place in operation.stages}
        wanted: list[tuple[str, str]] = []
        for number, place in enumerate(operation.stages):
            if place.id is not None and self._name(place.id) is None:
                return refused("not_found")
            holder = self._holder(place.name)
            found = place.id or (None if holder in by_id else holder)
            wanted.append((found or f"stg_{stem}_{number}", place.name))
        kept = {stage_id for stage_id, _ in wanted}
        if any(stage_id not in {*kept, None} for stage_id in self.companies.values()):
            return refused("stage_in_use")
        self.stages = wanted
        return APPLIED

    def _put(self, operation: UpdateCompany) -> Verdict:
        assert isinstance(operation.stage, str)
        holder = self._holder(operation.stage)
        if holder is None:
            return refused("stage_not_found")
        self.companies[operation.company_id] = holder
        return APPLIED
