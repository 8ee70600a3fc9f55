"""Dead letters: replayed once, at the present place in the order, or discarded (§11)."""

from typing import Any

import pytest

from models.operations import SetProperties, SetStage, is_replayable, to_payload
from models.operations.dead_letters import DiscardDeadLetter
from models.records import DeadLetter
from models.store import ledger
from models.store.dialects import rows_over
from models.tables import VisitorTable
from tests.integration.desk import Desk, problem
from tests.integration.pipeline import encoded, raw_envelope
from workers.mailbox.envelope import Envelope
from workers.mailbox.post import new_nonce

LETTER_ID = "op_" + "0" * 32
BROKEN: dict[str, Any] = {"visitor_id": "v", "properties": {}, "no_such_field": 1}


def keep_letter(desk: Desk, operation: SetProperties | SetStage) -> None:
    """As it lies there once a defect of ours is mended."""
    kind = "set_properties" if isinstance(operation, SetProperties) else "set_stage"
    letter = DeadLetter(
        operation_id=LETTER_ID,
        type=kind,
        envelope=raw_envelope(kind, to_payload(operation)).as_document(),
        reason="ZeroDivisionError",
        failed_at_ms=1,
    )
    with desk.database.transaction() as connection:
        ledger.write_dead_letter(rows_over(connection, desk.project_id), letter)


def replay(kind: str, payload: dict[str, Any], letter_id: str = LETTER_ID) -> Envelope:
    return Envelope(
        new_nonce(),
        kind,
        "publishable",
        payload,
        "",
        [{"code": "unknown_field", "detail": "", "pointer": "/x"}],
        dead_letter_id=letter_id,
    )


def properties(desk: Desk) -> dict[str, Any]:
    (visitor,) = desk.rows(VisitorTable)
    found: dict[str, Any] = visitor["properties"]
    return found


def test_a_replay_is_applied_where_it_stands_now_and_its_letter_is_gone(desk: Desk) -> None:
    operation = SetProperties("v", {"n": "letter"})
    keep_letter(desk, operation)
    _, replayed, _ = desk.write(
        SetProperties("v", {"n": "before", "m": 1}),
        replay("set_properties", to_payload(operation)),
        SetProperties("v", {"m": 2}),
    )
    assert (replayed["type"], replayed["status"]) == ("set_properties", "applied")
    assert [each["pointer"] for each in replayed["changes"]] == ["/properties/n"]
    assert [each["code"] for each in replayed["outcome"]["warnings"]] == ["unknown_field"]
    assert properties(desk) == {"n": "letter", "m": 2}
    assert desk.dead_letters() == {}


@pytest.mark.parametrize("at_once", [True, False])
def test_of_two_replays_the_second_is_refused(desk: Desk, at_once: bool) -> None:
    operation = SetProperties("v", {"n": 1})
    keep_letter(desk, operation)
    twice = [replay("set_properties", to_payload(operation)) for _ in range(2)]
    first, second = desk.write(*twice) if at_once else [desk.write(one)[0] for one in twice]
    assert first["status"] == "applied"
    assert problem(second) == (409, "dead_letter_replayed")


def test_a_replay_of_what_was_discarded_is_refused(desk: Desk) -> None:
    operation = SetProperties("v", {"n": 1})
    keep_letter(desk, operation)
    discarded, replayed = desk.write(
        DiscardDeadLetter(LETTER_ID), replay("set_properties", to_payload(operation))
    )
    assert discarded["status"] == "applied"
    assert discarded["changes"] == [
        {
            "record": "dead_letter",
            "id": LETTER_ID,
            "pointer": "",
            "before": {
                "operation_id": LETTER_ID,
                "type": "set_properties",
                "reason": "ZeroDivisionError",
                "failed_at": "1970-01-01T00:00:00.001Z",
            },
            "after": None,
        }
    ]
    assert problem(replayed) == (409, "dead_letter_replayed")
    assert desk.rows(VisitorTable) == []


def test_a_letter_is_gone_also_when_its_replay_is_refused_or_changes_nothing(
    desk: Desk,
) -> None:
    keep_letter(desk, SetStage("nobody", "Lead"))
    (refused,) = desk.write(replay("set_stage", to_payload(SetStage("nobody", "Lead"))))
    assert problem(refused) == (404, "visitor_not_found")
    assert desk.dead_letters() == {}
    same = SetProperties("v", {"n": 1})
    keep_letter(desk, same)
    _, unchanged = desk.write(same, replay("set_properties", to_payload(same)))
    assert unchanged["status"] == "unchanged"
    assert desk.dead_letters() == {}


def test_a_replay_that_fails_again_takes_the_place_of_its_letter(desk: Desk) -> None:
    failed_id = desk.put_raw(encoded("set_properties", BROKEN))
    desk.drain().run(desk.project_id)
    (replayed,) = desk.write(replay("set_properties", BROKEN, failed_id))
    assert (replayed["status"], replayed["type"]) == ("failed", "set_properties")
    assert desk.dead_letters() == {replayed["operation_id"]: "TypeError"}
    (again,) = desk.write(replay("set_properties", BROKEN, failed_id))
    assert problem(again) == (409, "dead_letter_replayed")
    assert desk.dead_letters() == {replayed["operation_id"]: "TypeError"}


def test_an_unknown_letter_is_not_found(desk: Desk) -> None:
    twice = desk.write(DiscardDeadLetter(LETTER_ID), DiscardDeadLetter("op_none"))
    assert [problem(each) for each in twice] == [(404, "not_found")] * 2


def test_what_was_no_operation_cannot_be_replayed_but_discarded(desk: Desk) -> None:
    letter_id = desk.put_raw(b"{")
    desk.drain().run(desk.project_id)
    kind = desk.receipt(letter_id)["type"]
    assert not is_replayable(kind)
    assert is_replayable("set_properties")
    (discarded,) = desk.write(DiscardDeadLetter(letter_id))
    assert discarded["status"] == "applied"
    assert desk.dead_letters() == {}
