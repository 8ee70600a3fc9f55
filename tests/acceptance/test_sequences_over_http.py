"""Random sequences over HTTP, waiting or not, with several workers: as the model says."""

import itertools
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from models.operations import WIDGET_TYPES
from tests.acceptance.account.backend import Backend, by_bearer
from tests.acceptance.deployment import Deployment
from tests.acceptance.project import FINAL, Answer, Project
from tests.acceptance.reads_of_model import expect_read
from tests.acceptance.step_requests import StepRequest, request_of
from tests.model import request
from tests.model.comparing import expect_same, expected, shown, told
from tests.model.generate import scenarios
from tests.model.outcome import Result
from tests.model.projects import store_project
from tests.model.scenario import Scenario, Step
from tests.model.snapshot import canonical_text
from tests.model.state import Json
from tests.model.times import epoch_ms
from tests.properties import tried
from tests.services.waiting import wait_until

EXAMPLES = int(os.environ.get("SEQUENCE_EXAMPLES", "15"))
CALLERS = 4
SETTLED_WITHIN_S = 20.0
_numbers = itertools.count()


PREFERENCES = ("respond-async", "wait=20", "wait=20")


@dataclass(frozen=True)
class Posted:
    """A step, the body that was sent without its token, and the answer."""

    step: Step
    body: Json
    asked: StepRequest
    answer: Answer


@tried(EXAMPLES)
@given(scenario=scenarios(), chance=st.randoms(use_true_random=False))
def test_any_sequence_comes_to_what_the_model_says(
    deployment: Deployment, scenario: Scenario, chance: Random
) -> None:
    scenario = _without_verification(scenario)
    project = _stored(deployment, scenario)
    backend = by_bearer(deployment.client, project.created.secret_token)
    posted: list[Posted] = []
    for step in scenario.steps:
        body = step.body_with([earlier.answer.operation_id for earlier in posted])
        posted.append(_post(backend, project, step, body, chance.choice(PREFERENCES)))
    stored, model = _stored_and_model(backend, project, scenario, posted)
    assert stored == model


@tried(EXAMPLES // 3)
@given(
    scenario=scenarios(made_records=False),
    chance=st.randoms(use_true_random=False),
)
def test_what_callers_send_at_once_is_applied_in_the_order_of_acceptance(
    deployment: Deployment, scenario: Scenario, chance: Random
) -> None:
    scenario = _without_verification(scenario)
    project = _stored(deployment, scenario)
    backend = by_bearer(deployment.client, project.created.secret_token)
    preferences = [chance.choice(PREFERENCES) for _ in scenario.steps]
    with ThreadPoolExecutor(CALLERS) as callers:
        posted = list(
            callers.map(
                lambda step, preference: _post(backend, project, step, step.body, preference),
                scenario.steps,
                preferences,
            )
        )
    # Operation ids sort by acceptance.
    posted.sort(key=lambda one: one.answer.operation_id)
    stored, model = _stored_and_model(backend, project, scenario, posted)
    assert stored == model


def _stored_and_model(
    backend: Backend, project: Project, scenario: Scenario, posted: Sequence[Posted]
) -> tuple[str, str]:
    """What is stored, and what the model has that played what was posted, with the ids and times
    that the receipts tell; receipts, answers and reads are compared here.
    """
    model = scenario.model()
    for one in posted:
        receipt = _settled(backend, one.answer.operation_id)
        result = model.apply(
            one.step.operation_type,
            one.body,
            operation_id=one.answer.operation_id,
            accepted_at_ms=epoch_ms(receipt["accepted_at"]),
            email_signed=one.step.email_signed,
        )
        asked_for = {"step": str(one)}
        expect_same(asked_for | told(receipt), asked_for | expected(result))
        _expect_answered(one, receipt, result)
    expect_read(backend, model.state)
    return canonical_text(project.stored()), canonical_text(model.snapshot())


def _post(backend: Backend, project: Project, step: Step, body: Json, preference: str) -> Posted:
    step = _signable(step)
    token = {"user_token": _token(project, body)} if step.email_signed else {}
    asked = request_of(step.operation_type, body | token)
    answer = backend.send(asked.method, asked.path, asked.body, Prefer=preference)
    return Posted(step, body, asked, answer)


def _without_verification(scenario: Scenario) -> Scenario:
    """Nobody here proves who a visitor is: an edge that wants it refuses most of the steps."""
    steps = (
        replace(step, body={k: v for k, v in step.body.items() if k != "identity_verification"})
        for step in scenario.steps
    )
    return replace(scenario, steps=tuple(steps))


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


def _settled(backend: Backend, operation_id: str) -> Json:
    """The receipt as account callers see it, once it is final."""
    receipts: list[Json] = []

    def is_final() -> bool:
        answer = backend.get(f"/api/operations/{operation_id}")
        assert answer.status == 200, answer.body
        receipts.append(answer.body)
        return answer.body["status"] in FINAL

    wait_until(is_final, SETTLED_WITHIN_S, f"{operation_id} is applied")
    return receipts[-1]


def _expect_answered(one: Posted, receipt: Json, result: Result) -> None:
    """An answer that waited says what the receipt and the model say; another, that it is queued."""
    answer, asked = one.answer, one.asked
    if answer.status == 202:
        assert answer.result == "queued"
    elif result.status == "rejected":
        assert answer.refusal == (result.http_status, result.code)
        assert answer.body["operation_id"] == answer.operation_id
        assert answer.body.get("holder_id") == result.holder_id
    elif one.step.operation_type in WIDGET_TYPES:
        assert (answer.status, answer.body) == (asked.status, receipt["outcome"])
    else:
        assert answer.status == asked.status
        assert (shown(answer.body) if answer.body else None) == shown(result.record)
