"""The writes of the pipeline (contract §9, §11)."""

from tests.model.outcome import RejectedError, Result
from tests.model.stage_and_deal import same_name, write_stage
from tests.model.state import Company, Json, Stage, State


def create_stage(state: State, body: Json, result: Result, *, stage_id: str) -> None:
    """Make a stage at its position, else at the end."""
    stage = Stage(stage_id, body["name"].strip())
    _refuse_taken_name(state, stage, stage.name)
    _place(state, stage, body.get("position"))
    result.stage_id = stage.id


def update_stage(state: State, body: Json, result: Result) -> None:
    """Rename a stage, move it, or both."""
    stage = _known_stage(state, body["stage_id"])
    if body.get("name") is not None:
        _refuse_taken_name(state, stage, body["name"])
        _rename(state, stage, body["name"].strip())
    if body.get("position") is not None:
        state.stages.remove(stage)
        _place(state, stage, body["position"])
    result.stage_id = stage.id


def delete_stage(state: State, body: Json, _result: Result) -> None:
    """Remove a stage; the companies in it move to its replacement."""
    stage = _known_stage(state, body["stage_id"])
    replacement_id = body.get("replacement_id")
    replacement = None if replacement_id is None else _known_stage(state, replacement_id)
    if replacement is stage:
        raise RejectedError(400, "invalid_request")
    in_use = _companies_in(state, stage)
    if in_use and replacement is None:
        raise RejectedError(409, "stage_in_use")
    for company in in_use:
        assert replacement is not None
        write_stage(state, company, replacement.name, None)
    state.stages.remove(stage)


def replace_stages(state: State, body: Json, *, stem: str) -> None:
    """Make this the whole pipeline; a stage is known by its id, else by its name."""
    named = {place["id"] for place in body["stages"] if place.get("id") is not None}
    wanted: list[Stage] = []
    for number, place in enumerate(body["stages"]):
        if place.get("id") is not None:
            stage = _known_stage(state, place["id"])
        else:
            free = [each for each in state.stages if each.id not in named]
            found = [each for each in free if same_name(each.name, place["name"])]
            stage = found[0] if found else Stage(f"stg_{stem}_{number}", "")
        wanted.append(stage)
    if any(_companies_in(state, gone) for gone in state.stages if gone not in wanted):
        raise RejectedError(409, "stage_in_use")
    new_names = [place["name"].strip() for place in body["stages"]]
    _rename_all(state, wanted, new_names)
    state.stages = wanted


def _known_stage(state: State, stage_id: str) -> Stage:
    for stage in state.stages:
        if stage.id == stage_id:
            return stage
    raise RejectedError(404, "not_found")


def _refuse_taken_name(state: State, stage: Stage, name: str) -> None:
    for other in state.stages:
        if other is not stage and same_name(other.name, name):
            raise RejectedError(409, "stage_name_taken", other.id)


def _place(state: State, stage: Stage, position: int | None) -> None:
    """Past the end is the end."""
    state.stages.insert(len(state.stages) if position is None else position, stage)


def _companies_in(state: State, stage: Stage) -> list[Company]:
    """By id, so that what is recorded of them has an order."""
    found = [company for company in state.companies.values() if company.stage == stage.name]
    return sorted(found, key=lambda company: company.id)


def _rename(state: State, stage: Stage, name: str) -> None:
    _rename_all(state, [stage], [name])


def _rename_all(state: State, stages: list[Stage], names: list[str]) -> None:
    """All at once: two stages may swap their names. The companies in them stay there."""
    in_each = [_companies_in(state, stage) for stage in stages]
    for stage, name, companies in zip(stages, names, in_each, strict=True):
        stage.name = name
        for company in companies:
            company.stage = name
