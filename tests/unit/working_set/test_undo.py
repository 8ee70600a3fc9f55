"""A refused operation leaves no trace in the working set."""

import copy
from typing import Any

from hypothesis import given

from models.records import Company, ProjectSettings, Stage
from models.rules.stage import stage_name_key
from models.working_set.changes import settle
from models.working_set.state import Occasion, WorkingSet
from tests.model.asking import asked_for
from tests.model.generate import scenarios
from tests.model.naming import operation_id
from tests.model.scenario import FIRST_ACCEPTED_AT_MS, Scenario
from tests.model.sequential import stage_id
from workers.dispatch import HANDLERS


def state_of(scenario: Scenario) -> WorkingSet:
    state = WorkingSet(settings=ProjectSettings(**scenario.settings))
    for at, name in enumerate(scenario.stages):
        state.add_stage(Stage(stage_id(name), name, stage_name_key(name), at))
    for known in scenario.companies:
        state.add_company(Company(known.id, 0, 0, external_id=known.external_id, name=known.name))
    return state


def visible(state: WorkingSet) -> dict[str, Any]:
    """Everything but the journal, without the empty entries that looking things up leaves."""
    names = [name for name in WorkingSet.__slots__ if name not in ("journal", "tables", "occasion")]
    shown = {name: getattr(state, name) for name in names if not name.startswith("kept")}
    for bookkeeping in ("rank", "made", "complete", "complete_companies"):
        del shown[bookkeeping]
    for unmet in ("incomplete", "incomplete_companies"):
        del shown[unmet]
    return copy.deepcopy(
        {
            name: {key: each for key, each in value.items() if each != {}}
            if isinstance(value, dict)
            else value
            for name, value in shown.items()
        }
    )


@given(scenarios(max_operations=8))
def test_undo_restores_all_that_an_operation_changed(scenario: Scenario) -> None:
    state = state_of(scenario)
    ids = [operation_id(number) for number in range(len(scenario.steps))]
    for number, step in enumerate(scenario.steps):
        operation = asked_for(step.operation_type, step.body_with(ids[:number]))
        occasion = Occasion(
            ids[number], step.operation_type, "secret", FIRST_ACCEPTED_AT_MS + number, number
        )
        before = visible(state)
        state.begin(occasion)
        HANDLERS[type(operation)].apply(operation, state)
        state.undo()
        assert visible(state) == before
        state.begin(occasion)
        HANDLERS[type(operation)].apply(operation, state)
        settle(state)
