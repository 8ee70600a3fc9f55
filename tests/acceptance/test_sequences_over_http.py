"""Random sequences over HTTP, waiting or not, with several workers: as the model says."""

import itertools
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.acceptance.deployment import Deployment
from tests.acceptance.project import Answer, Project
from tests.model import request
from tests.model.comparing import expected, told
from tests.model.generate import scenarios
from tests.model.projects import store_project
from tests.model.scenario import Scenario, Step
from tests.model.snapshot import canonical_text
from tests.model.state import Json
from tests.model.times import epoch_ms

EXAMPLES = int(os.environ.get("SEQUENCE_EXAMPLES", "30"))
ROUTES = {
    "identify": "identify",
    "set_properties": "set-properties",
    "track": "track",
    "set_stage": "set-stage",
    "set_deal": "set-deal",
}
CALLERS = 4
_numbers = itertools.count()


PREFERENCES = ("respond-async", "wait=20", "wait=20")


@dataclass(frozen=True)
class Posted:
    """A step, the body that was sent without its token, and the answer."""

    step: Step
    body: Json
    answer: Answer


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(scenario=scenarios(account_writes=False), chance=st.randoms(use_true_random=False))
def test_any_sequence_comes_to_what_the_model_says(
    deployment: Deployment, scenario: Scenario, chance: Random
) -> None:
    project = _stored(deployment, scenario)
    posted: list[Posted] = []
    for step in scenario.steps:
        body = step.body_with([earlier.answer.operation_id for earlier in posted])
        posted.append(_post(project, step, body, chance.choice(PREFERENCES)))
    _compare(project, scenario, posted)


@settings(
    max_examples=max(1, EXAMPLES // 3),
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    scenario=scenarios(made_records=False, account_writes=False),
    chance=st.randoms(use_true_random=False),
)
def test_what_callers_send_at_once_is_applied_in_the_order_of_acceptance(
    deployment: Deployment, scenario: Scenario, chance: Random
) -> None:
    project = _stored(deployment, scenario)
    preferences = [chance.choice(PREFERENCES) for _ in scenario.steps]
    with ThreadPoolExecutor(CALLERS) as callers:
        posted = list(
            callers.map(
                lambda step, preference: _post(project, step, step.body, preference),
                scenario.steps,
                preferences,
            )
        )
    # Operation ids sort by acceptance.
    posted.sort(key=lambda one: one.answer.operation_id)
    _compare(project, scenario, posted)


def _compare(project: Project, scenario: Scenario, posted: Sequence[Posted]) -> None:
    """Plays what was posted on the model, with the ids and times that the receipts tell."""
    model = scenario.model()
    for one in posted:
        receipt = project.settled(one.answer.operation_id)
        result = model.apply(
            one.step.operation_type,
            one.body,
            operation_id=one.answer.operation_id,
            accepted_at_ms=epoch_ms(receipt["accepted_at"]),
            email_signed=one.step.email_signed,
        )
        assert told(receipt) == expected(result), one
        _expect_same(one.answer, receipt)
    assert canonical_text(project.stored()) == canonical_text(model.snapshot())


def _post(project: Project, step: Step, body: Json, preference: str) -> Posted:
    step = _signable(step)
    token = {"user_token": _token(project, body)} if step.email_signed else {}
    answer = project.post(ROUTES[step.operation_type], body | token, Prefer=preference)
    return Posted(step, body, answer)


def _stored(deployment: Deployment, scenario: Scenario) -> Project:
    project_id = f"seq_{os.getpid()}_{next(_numbers)}"
    with deployment.database.transaction() as connection:
        created = store_project(connection, project_id, scenario)
    return Project(created, deployment.client, deployment.database)


def _signable(step: Step) -> Step:
    """A token speaks of somebody who is signed in, and here of an email."""
    has_both = request.user_id(step.body.get("user_id")) and request.email(step.body.get("email"))
    return step if has_both or not step.email_signed else replace(step, email_signed=False)


def _token(project: Project, body: Json) -> str:
    return project.user_token(user_id=request.user_id(body["user_id"]), email=body["email"])


def _expect_same(answer: Answer, receipt: Json) -> None:
    """An answer that waited says the same as the receipt; another one that it is queued."""
    if answer.status == 202:
        assert answer.result == "queued"
    elif receipt["status"] == "rejected":
        assert answer.refusal == (receipt["problem"]["status"], receipt["problem"]["code"])
        assert answer.body["operation_id"] == answer.operation_id
    else:
        assert (answer.status, answer.body) == (200, receipt["outcome"])
