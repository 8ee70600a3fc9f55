"""Many callers at once (contract §4): order, idempotency keys, reading one's own writes."""

import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable

import pytest
import redis

from ingest_api.waiters import FIRST_LOOK_S
from tests.acceptance.crowd import applied_count, at_once, await_applied
from tests.acceptance.deployment import Deployment
from tests.acceptance.project import Answer, Project

VISITORS = 1000
POSTS = 50
WAIT = "wait=30"


@pytest.fixture
def project(deployment: Deployment) -> Project:
    """A new project in a deployment with several workers."""
    assert len(deployment.workers) > 1
    return deployment.new_project()


# -- order ------------------------------------------------------------------------------------


def test_identify_then_set_deal_works_for_a_thousand_visitors_that_never_wait(
    project: Project,
) -> None:
    def sync(number: int) -> list[int]:
        visitor_id = f"v{number}"
        calls: list[tuple[str, dict[str, object]]] = [
            ("identify", {"email": f"{number}@example.com", "company": {"name": f"C{number}"}}),
            ("set-deal", {"deal_value": number, "stage_name": "Qualified"}),
        ]
        return [
            project.post(route, {"visitor_id": visitor_id, **body}, Prefer="respond-async").status
            for route, body in calls
        ]

    statuses = at_once(12, sync, range(VISITORS))
    assert statuses == [[202, 202]] * VISITORS
    await_applied(project, 2 * VISITORS)
    stored = project.stored()
    deals = {
        visitor_id: stored["companies"][company_id]
        for visitor_id, visitor in stored["visitors"].items()
        for company_id in stored["contacts"][visitor["contact_id"]]["companies"]
    }
    assert {visitor_id: deal["deal_value"] for visitor_id, deal in deals.items()} == {
        f"v{number}": str(number) for number in range(VISITORS)
    }
    assert {deal["stage"] for deal in deals.values()} == {"Qualified"}
    assert {row["status"] for row in project.rows_of_ledger()} == {"applied"}


def test_callers_of_one_contact_lose_no_update_of_each_other(project: Project) -> None:
    def write(number: int) -> Answer:
        metadata = {f"k{number}": number}
        return project.identify(f"v{number}", email="ann@example.com", metadata=metadata)

    answers = at_once(POSTS, write, range(POSTS))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body["contact_id"] for answer in answers}) == 1
    assert project.contact("v0")["metadata"] == {f"k{n}": n for n in range(POSTS)}
    assert len(project.stored()["visitors"]) == POSTS


# -- idempotency keys -------------------------------------------------------------------------


def _track(project: Project, key: str, **more: str) -> Callable[[str], Answer]:
    def post(name: str) -> Answer:
        body = {"visitor_id": "ann", "name": name}
        return project.post("track", body, **{"Idempotency_Key": key, "Prefer": WAIT} | more)

    return post


def _is_replay(answer: Answer) -> bool:
    return answer.headers.get("idempotent-replayed") == "true"


def test_fifty_posts_with_one_key_are_one_effect_and_fifty_equal_answers(project: Project) -> None:
    answers = at_once(POSTS, _track(project, "k"), ["login"] * POSTS)
    assert [answer.status for answer in answers] == [200] * POSTS
    assert all(answer.body == answers[0].body for answer in answers)
    assert {answer.operation_id for answer in answers} == {answers[0].body["operation_id"]}
    assert Counter(map(_is_replay, answers)) == {False: 1, True: POSTS - 1}
    assert len(project.stored()["events"]) == 1


def test_some_of_which_do_not_wait(project: Project) -> None:
    def post(number: int) -> Answer:
        prefer = "respond-async" if number % 2 else WAIT
        return _track(project, "k", Prefer=prefer)("login")

    answers = at_once(POSTS, post, range(POSTS))
    assert {answer.status for answer in answers} <= {200, 202}
    assert len({answer.operation_id for answer in answers}) == 1
    for answer in answers:
        assert answer.body["operation_id"] == answer.operation_id
        if answer.status == 202:
            assert (answer.result, _is_replay(answer)) == ("queued", False)
        else:
            assert answer.result == "applied"
    assert project.settled(answers[0].operation_id)["status"] == "applied"
    assert len(project.stored()["events"]) == 1


def test_of_two_contents_under_one_key_one_is_applied_and_the_other_refused(
    project: Project,
) -> None:
    names = ["login", "logout"] * (POSTS // 2)
    answers = at_once(POSTS, _track(project, "k"), names)
    (event,) = project.stored()["events"]
    for name, answer in zip(names, answers, strict=True):
        if name == event["name"]:
            assert answer.status == 200
        else:
            assert answer.refusal == (422, "idempotency_key_reused")
    assert applied_count(project) == 1


def test_a_key_that_redis_forgot_is_decided_by_the_ledger(
    project: Project, deployment: Deployment
) -> None:
    first = _track(project, "k")("login")
    assert _forget_keys(deployment, project) == 1
    names = ["login"] * POSTS + ["logout"] * 5
    answers = at_once(POSTS, _track(project, "k"), names)
    for answer in answers[:POSTS]:
        assert (answer.status, answer.body) == (200, first.body)
        assert (answer.operation_id, _is_replay(answer)) == (first.operation_id, True)
    for answer in answers[POSTS:]:
        assert answer.refusal == (422, "idempotency_key_reused")
    assert len(project.stored()["events"]) == 1


def test_a_refusal_that_redis_forgot_is_repeated_from_the_ledger(
    project: Project, deployment: Deployment
) -> None:
    def post() -> Answer:
        body = {"visitor_id": "nobody", "stage_name": "Lead"}
        return project.post("set-stage", body, Idempotency_Key="k")

    first = post()
    _forget_keys(deployment, project)
    project.identify("nobody", user_id="u1")
    again = post()
    assert (first.refusal, again.refusal) == ((404, "visitor_not_found"),) * 2
    assert again.body["operation_id"] == first.operation_id
    assert (_is_replay(first), _is_replay(again)) == (False, True)


def test_a_key_that_redis_forgets_all_the_time_still_has_one_effect(
    project: Project, deployment: Deployment
) -> None:
    done = threading.Event()

    def forget() -> None:
        while not done.is_set():
            _forget_keys(deployment, project)

    forgetting = threading.Thread(target=forget)
    forgetting.start()
    try:
        answers = at_once(POSTS // 2, _track(project, "k"), ["login"] * POSTS)
    finally:
        done.set()
        forgetting.join()
    assert [answer.status for answer in answers] == [200] * POSTS
    assert all(answer.body == answers[0].body for answer in answers)
    assert Counter(map(_is_replay, answers)) == {False: 1, True: POSTS - 1}
    assert len(project.stored()["events"]) == 1


def test_keys_of_other_types_and_projects_are_other_keys(deployment: Deployment) -> None:
    one, other = deployment.new_project(), deployment.new_project()
    for project in (one, other):
        for route, body in (("identify", {}), ("track", {"name": "login"})):
            answer = project.post(route, {"visitor_id": "ann", **body}, Idempotency_Key="k")
            assert (answer.status, _is_replay(answer)) == (200, False)
        assert applied_count(project) == 2


def _forget_keys(deployment: Deployment, project: Project) -> int:
    with redis.Redis.from_url(deployment.redis_url) as client:
        return sum(client.delete(key) for key in client.scan_iter(f"key:{project.id}:*"))


# -- reading one's own writes -----------------------------------------------------------------


def test_what_was_answered_200_can_be_read_at_once(project: Project) -> None:
    def write_and_read(number: int) -> bool:
        visitor_id = f"v{number}"
        assert project.set_properties(visitor_id, {"n": number}).status == 200
        return bool(project.visitor(visitor_id)["properties"] == {"n": number})

    assert all(at_once(8, write_and_read, range(100)))


def test_an_outcome_comes_by_publication_and_not_by_looking_it_up(project: Project) -> None:
    durations_s = []
    for number in range(21):
        began_s = time.monotonic()
        assert project.track("ann", f"e{number}").status == 200
        durations_s.append(time.monotonic() - began_s)
    # Looked up, none of them would be answered before.
    assert statistics.median(durations_s) < FIRST_LOOK_S


def test_a_receipt_is_readable_at_every_moment_from_the_202_on(project: Project) -> None:
    def post_and_follow(number: int) -> str:
        answer = project.post("identify", {"visitor_id": f"v{number}"}, Prefer="respond-async")
        assert answer.status == 202
        assert answer.headers["location"].endswith(answer.operation_id)
        # Fails at the first look that finds no receipt.
        return str(project.settled(answer.operation_id)["status"])

    assert set(at_once(8, post_and_follow, range(100))) == {"applied"}
