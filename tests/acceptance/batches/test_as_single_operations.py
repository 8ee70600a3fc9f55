"""A batch comes to what the same operations come to, sent one after the other (contract §10)."""

import itertools
import json
import os
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

import httpx2
from hypothesis import given
from hypothesis import strategies as st

from tests.acceptance.batches.sending import as_lines, results
from tests.acceptance.deployment import Deployment
from tests.acceptance.project import Project
from tests.model.generate import scenarios
from tests.model.projects import store_project
from tests.model.scenario import Scenario, Step
from tests.model.state import Json
from tests.properties import tried

EXAMPLES = int(os.environ.get("SEQUENCE_EXAMPLES", "30"))
PREFER = {"prefer": "wait=20"}
_numbers = itertools.count()

Send = Callable[[Deployment, Project, Sequence[Step]], list[Json]]


@tried(EXAMPLES // 2)
@given(
    scenario=scenarios(signed_emails=False, made_records=False, account_writes=False),
    chance=st.randoms(use_true_random=False),
)
def test_batches_come_to_what_single_operations_come_to(
    deployment: Deployment, scenario: Scenario, chance: Random
) -> None:
    single, batched = (_stored(deployment, scenario) for _ in range(2))
    told_single: list[Json] = []
    told_batched: list[Json] = []
    for steps in _divided(scenario.steps, chance):
        one_by_one, together = chance.choice(WAYS)
        told_single += one_by_one(deployment, single, steps)
        told_batched += together(deployment, batched, steps)
    assert _plain(told_batched, told_batched) == _plain(told_single, told_single)
    assert _state(batched, told_batched) == _state(single, told_single)


def _stored(deployment: Deployment, scenario: Scenario) -> Project:
    project_id = f"batch_{os.getpid()}_{next(_numbers)}"
    with deployment.database.transaction() as connection:
        created = store_project(connection, project_id, scenario)
    return Project(created, deployment.client, deployment.database)


def _divided(steps: Sequence[Step], chance: Random) -> Iterator[Sequence[Step]]:
    rest = list(steps)
    while rest:
        count = chance.randint(1, len(rest))
        yield rest[:count]
        rest = rest[count:]


# -- the ways to send: each answers with what was told of each operation --------------------------


def _alone(caller: str) -> Send:
    def send(_deployment: Deployment, project: Project, steps: Sequence[Step]) -> list[Json]:
        widget = project if caller == "secret" else project.browser
        return [_told_alone(widget.post(_route(step), step.body, **PREFER).body) for step in steps]

    return send


def _told_alone(body: Json) -> Json:
    body.pop("request_id", None)
    kind = "problem" if "code" in body else "outcome"
    return {"operation_id": body["operation_id"], kind: body}


def _route(step: Step) -> str:
    return step.operation_type.replace("_", "-")


def _as_json(deployment: Deployment, project: Project, steps: Sequence[Step]) -> list[Json]:
    body = {"operations": _operations(steps)}
    return _told(deployment.client.post("/api/batch", json=body, headers=_secret(project)))


def _in_lines(deployment: Deployment, project: Project, steps: Sequence[Step]) -> list[Json]:
    headers = _secret(project) | {"content-type": "application/x-ndjson"}
    content = as_lines(_operations(steps))
    return _told(deployment.client.post("/api/batch", content=content, headers=headers))


def _from_widget(deployment: Deployment, project: Project, steps: Sequence[Step]) -> list[Json]:
    body = {"app_id": project.id, "operations": _operations(steps)}
    return _told(deployment.client.post("/api/widget/batch", json=body, headers=PREFER))


def _secret(project: Project) -> dict[str, str]:
    return PREFER | {"authorization": f"Bearer {project.created.secret_token}"}


def _operations(steps: Sequence[Step]) -> list[Json]:
    return [{"type": step.operation_type, **step.body} for step in steps]


def _told(answer: httpx2.Response) -> list[Json]:
    return [{k: v for k, v in result.items() if k != "index"} for result in results(answer)]


WAYS: tuple[tuple[Send, Send], ...] = (
    (_alone("secret"), _as_json),
    (_alone("secret"), _in_lines),
    (_alone("publishable"), _from_widget),
)


# -- the same, whatever the operations' ids and times are -----------------------------------------


def _state(project: Project, told: Sequence[Json]) -> Json:
    state: Json = _without_times(_plain(project.stored(), told))
    state["activity"].sort(key=json.dumps)
    return state


def _plain(value: object, told: Sequence[Json]) -> Json:
    """With operations, and what they made, named by their place."""
    text = json.dumps(value, sort_keys=True)
    for place, each in enumerate(told):
        text = text.replace(each["operation_id"].removeprefix("op_"), f"#{place}")
    plain: Json = json.loads(text)
    return plain


def _without_times(value: Any) -> Any:
    match value:
        case dict():
            return {k: _without_times(v) for k, v in value.items() if not k.endswith("_ms")}
        case list():
            return [_without_times(each) for each in value]
    return value
