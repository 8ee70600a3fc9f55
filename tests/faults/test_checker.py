"""The checker finds each kind of violation, and none where there is none (contract §4)."""

from dataclasses import replace

import pytest

from tests.faults.checker import violations
from tests.faults.evidence import Evidence
from tests.faults.history import Answer, History, Look
from tests.faults.told import (
    answered,
    applied,
    history,
    in_batch,
    left,
    operation_id,
    receipt,
    tracked,
)

FIRST, SECOND = tracked(1), tracked(2)
LINES = applied(1, FIRST), applied(2, SECOND)
PROBLEM = {"status": 404, "code": "visitor_not_found"}
UNAVAILABLE = answered(0.5, 503, retry_after="1")


def kinds(told: History, found: Evidence) -> set[str]:
    return {violation.kind for violation in violations(told, found)}


def test_a_history_without_a_fault_has_no_violation() -> None:
    assert violations(history(FIRST, SECOND), left(*LINES)) == []


def test_nor_has_one_of_a_caller_that_asked_again_until_it_was_answered() -> None:
    lost = answered(0.6, None, lost="ReadTimeout")
    asked_again = tracked(1, UNAVAILABLE, lost, answered(1.0, 202, 1))
    assert violations(history(asked_again, SECOND), left(*LINES)) == []


def test_what_a_caller_gave_up_may_be_applied_or_not() -> None:
    gave_up = tracked(1, answered(0.5, None, lost="ConnectError"))
    assert violations(history(gave_up), left(LINES[0])) == []
    assert violations(history(gave_up), left()) == []


# -- lost, doubled ----------------------------------------------------------------------------


def test_an_accepted_operation_that_the_ledger_lacks_is_lost() -> None:
    accepted = tracked(2, answered(2.0, 202, 2))
    assert "lost" in kinds(history(FIRST, accepted), left(LINES[0]))


def test_an_applied_one_whose_event_is_not_stored_is_lost() -> None:
    assert kinds(history(FIRST), left(LINES[0], values=())) == {"lost"}


def test_two_rows_of_one_key_are_one_operation_doubled() -> None:
    again = replace(LINES[0], operation_id=operation_id(3), sequence=3)
    assert "doubled" in kinds(history(FIRST, SECOND), left(*LINES, again))


def test_two_events_of_one_operation_are_one_too_many() -> None:
    twice = (FIRST.body["value"],) * 2
    assert kinds(history(FIRST), left(LINES[0], values=twice)) == {"doubled"}


def test_a_repeat_that_the_ledger_answered_doubles_nothing() -> None:
    repeat = replace(LINES[1], key=None, replay_of=operation_id(1))
    asked_again = tracked(1, answered(1.0, 202, 2), answered(2.0, 200, 1))
    assert violations(history(asked_again), left(LINES[0], repeat)) == []


def test_a_row_that_nobody_asked_for_comes_out_of_nowhere() -> None:
    assert kinds(history(FIRST), left(*LINES)) == {"out of nowhere"}


# -- order ------------------------------------------------------------------------------------


def test_who_was_answered_before_another_began_is_applied_before_it() -> None:
    overtaken = replace(SECOND, answers=(answered(9.0, 200, 1),))
    late = replace(FIRST, answers=(answered(1.0, 200, 2),))
    lines = applied(1, overtaken), applied(2, late)
    assert kinds(history(late, overtaken), left(*lines)) == {"out of order"}


def test_who_asked_at_the_same_time_may_come_in_any_order() -> None:
    one, other = (tracked(n, answered(1.0, 200, 3 - n)) for n in (1, 2))
    assert violations(history(one, other), left(applied(1, other), applied(2, one))) == []


def test_what_was_accepted_later_is_not_applied_first() -> None:
    lines = replace(LINES[0], sequence=2), replace(LINES[1], sequence=1)
    asked_at_once = [
        replace(c, answers=(answered(1.0, 202, n),)) for n, c in ((1, FIRST), (2, SECOND))
    ]
    assert kinds(history(*asked_at_once), left(*lines)) == {"out of order"}


def test_the_bulk_lane_may_be_overtaken_by_the_live_one_and_not_by_itself() -> None:
    bulk = [tracked(n, answered(float(n), 202, n), lane="bulk") for n in (1, 2)]
    live = tracked(3)
    lines = applied(3, live, sequence=1), applied(1, bulk[0], sequence=2)
    in_order = left(*lines, applied(2, bulk[1], sequence=3))
    assert violations(history(*bulk, live), in_order) == []
    lines = applied(3, live, sequence=1), applied(2, bulk[1], sequence=2)
    swapped = left(*lines, applied(1, bulk[0], sequence=3))
    assert kinds(history(*bulk, live), swapped) == {"out of order"}


def test_the_operations_of_a_batch_follow_each_other() -> None:
    one, other = in_batch(2, 0), in_batch(1, 1)
    told = history(one, other)
    assert kinds(told, left(applied(1, other), applied(2, one))) == {"out of order"}


def test_but_for_those_that_had_to_come_again() -> None:
    again = in_batch(2, 0, answered(0.5, 429), answered(1.0, 200, 2))
    other = in_batch(1, 1)
    assert violations(history(again, other), left(applied(1, other), applied(2, again))) == []


def test_a_gap_in_the_sequence_is_out_of_order() -> None:
    gap = replace(LINES[1], sequence=3)
    assert kinds(history(FIRST, SECOND), left(LINES[0], gap)) == {"out of order"}


# -- answers ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        answered(1.0, 200, 2),
        answered(1.0, 200, 1, body={"status": "unchanged"}),
        answered(1.0, 404, 1, body=PROBLEM),
    ],
    ids=["another operation", "another status", "refused"],
)
def test_an_answer_that_its_receipt_contradicts_differs(answer: Answer) -> None:
    assert "answer differs" in kinds(history(replace(FIRST, answers=(answer,))), left(LINES[0]))


def test_a_200_of_what_was_refused_differs() -> None:
    line = replace(LINES[0], status="rejected")
    refused = receipt(line, outcome=None, problem=PROBLEM)
    found = left(line, receipts={line.operation_id: refused}, values=())
    assert kinds(history(FIRST), found) == {"answer differs"}
    told = replace(FIRST, answers=(answered(1.0, 404, 1, body=PROBLEM),))
    assert violations(history(told), found) == []


def test_an_answer_may_say_less_than_the_receipt() -> None:
    stage = {"change": "set", "from": None, "to": "Lead"}
    known = receipt(LINES[0])
    known["outcome"] |= {"stage": stage, "contact_id": "con_1"}
    body = {"status": "applied", "stage": {"change": "set", "to": "Lead"}, "contact_id": None}
    told = replace(FIRST, answers=(answered(1.0, 200, 1, body=body),))
    found = left(LINES[0], receipts={operation_id(1): known})
    assert violations(history(told), found) == []


def test_what_was_refused_without_an_operation_is_not_applied() -> None:
    refused = replace(FIRST, answers=(answered(1.0, 400, body={"code": "invalid_request"}),))
    assert "refused and applied" in kinds(history(refused), left(LINES[0]))


@pytest.mark.parametrize("status", [500, 502, 504])
def test_no_5xx_but_503(status: int) -> None:
    told = replace(FIRST, answers=(answered(0.5, status), *FIRST.answers))
    assert kinds(history(told), left(LINES[0])) == {"server error"}


@pytest.mark.parametrize("answer", [answered(0.5, 401), answered(0.5, 403), answered(0.5, 503)])
def test_an_outage_is_a_503_that_says_when_to_come_again(answer: Answer) -> None:
    told = replace(FIRST, answers=(answer, *FIRST.answers))
    assert "unexpected answer" in kinds(history(told), left(LINES[0]))


def test_a_receipt_is_there_from_the_202_on() -> None:
    looked = Look("ann", operation_id(1), answered(1.1, 404))
    assert kinds(history(FIRST, looks=(looked,)), left(LINES[0])) == {"receipt missing"}
    assert kinds(history(FIRST), left(LINES[0], receipts={})) == {"receipt missing"}


# -- the end ----------------------------------------------------------------------------------


def test_nothing_waits_at_the_end() -> None:
    assert kinds(history(FIRST), left(LINES[0], waiting={"mailbox:p": 1})) == {"still queued"}


def test_no_fault_makes_an_operation_fail() -> None:
    failed = left(replace(LINES[0], status="failed"), values=())
    assert "failed" in kinds(history(FIRST), failed)
    assert kinds(history(FIRST), left(LINES[0], dead_letters=("op_1",))) == {"failed"}
