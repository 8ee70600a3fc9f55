"""Who may send batches (contract §2, §10)."""

import json

import pytest

from tests.acceptance.batches.sending import BatchCaller, codes, refusal, track

pytestmark = pytest.mark.anyio


async def test_the_account_route_takes_a_secret_token_alone(caller: BatchCaller) -> None:
    keys = caller.project.created
    for key in (keys.publishable_key, keys.api_key):
        answer = await caller.account([track()], {"authorization": f"Bearer {key}"})
        assert refusal(answer)[:2] == (403, "forbidden")
    answer = await caller.account([track()], {"authorization": "Bearer sk_unknown"})
    assert refusal(answer)[:2] == (401, "unauthenticated")
    assert caller.edge.mailbox() == []


async def test_the_account_route_is_closed_to_a_project_id_alone(caller: BatchCaller) -> None:
    content = json.dumps({"operations": [track()], "project_id": "proj_1"}).encode()
    headers = {"content-type": "application/json"}
    answer = await caller.edge.client.post("/api/batch", content=content, headers=headers)
    assert refusal(answer)[:2] == (401, "unauthenticated")


async def test_the_account_route_is_not_for_browsers(caller: BatchCaller) -> None:
    answer = await caller.account([track()], {"origin": "https://example.com"})
    assert codes(answer) == ["queued"]
    assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_the_widget_route_takes_a_project_id_and_either_bearer_key(
    caller: BatchCaller,
) -> None:
    keys = caller.project.created
    assert codes(await caller.widget([track()])) == ["queued"]
    for key in (keys.publishable_key, keys.secret_token):
        answer = await caller.edge.post("batch", {"operations": [track()]}, key=key)
        assert codes(answer) == ["queued"]
    kinds = [queued.envelope.caller for queued in caller.edge.mailbox()]
    assert kinds == ["publishable", "publishable", "secret"]


async def test_a_widget_batch_of_an_unknown_or_of_two_projects_is_refused(
    caller: BatchCaller,
) -> None:
    answer = await caller.widget([track()], app_id="proj_2")
    assert refusal(answer)[:2] == (401, "unauthenticated")
    answer = await caller.widget([track()], project_id="proj_2")
    assert refusal(answer)[:2] == (400, "project_mismatch")


async def test_a_widget_batch_of_a_foreign_origin_is_refused_before_anything_is_accepted(
    caller: BatchCaller,
) -> None:
    caller.project.set(allowed_origins=["https://shop.example"])
    foreign = await caller.widget([track()], {"origin": "https://evil.example"})
    assert refusal(foreign)[:2] == (403, "origin_not_allowed")
    own = await caller.widget([track()], {"origin": "https://shop.example"})
    assert codes(own) == ["queued"]
    assert own.headers["access-control-allow-origin"] == "https://shop.example"
    assert len(caller.edge.mailbox()) == 1
