"""What is sure to be refused is refused without a way to Redis (contract §4, Load)."""

from dataclasses import replace

import pytest

from ingest_api.refusals import ENTRIES_LIMIT, FULL_FOR_S, Refusals
from workers.mailbox.answers import Accepted, Answer, MailboxFull, RateLimited
from workers.mailbox.buckets import Allowance, Bucket, bucket, bucket_limit
from workers.mailbox.envelope import Envelope

ANN = bucket("p", "visitor", bucket_limit(1, 5), "ann")
BOB = bucket("p", "visitor", bucket_limit(1, 5), "bob")
NOBODYS = Allowance([[]])
SMALL = Envelope("0" * 14, "track", "publishable", {"name": "x"}, "f")
LARGE = replace(SMALL, payload={"name": "x" * 100})


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def refusals(clock: Clock) -> Refusals:
    refusals = Refusals(clock)
    refusals.note("p", Allowance([[ANN]]), SMALL, RateLimited("visitor", 0.8))
    return refusals


def known(refusals: Refusals, *buckets: Bucket, project_id: str = "p") -> Answer | None:
    return refusals.of(project_id, Allowance([buckets]), SMALL)


def test_an_empty_bucket_is_known_to_be_empty_until_its_time(
    refusals: Refusals, clock: Clock
) -> None:
    clock.now_s += 0.5
    answer = known(refusals, ANN)
    assert isinstance(answer, RateLimited)
    assert answer.wait_s == pytest.approx(0.3)
    clock.now_s += 0.3
    assert known(refusals, ANN) is None


def test_what_is_left_is_told_as_nothing(refusals: Refusals) -> None:
    allowance = Allowance([[ANN]])
    refusals.of("p", allowance, SMALL)
    assert [level.remaining for level in allowance.levels] == [0]


def test_of_two_empty_buckets_the_one_that_is_empty_for_longest_is_told(
    refusals: Refusals,
) -> None:
    project = bucket("p", "project", bucket_limit(1, 5))
    told = []
    for wait_s in (0.5, 3.0):
        refusals.note("p", Allowance([[project]]), SMALL, RateLimited("project", wait_s))
        answer = known(refusals, project, ANN)
        assert isinstance(answer, RateLimited)
        told.append((answer.bucket, round(answer.wait_s, 3)))
    assert told == [("visitor", 0.8), ("project", 3.0)]


def test_others_are_asked_for(refusals: Refusals) -> None:
    assert known(refusals, BOB) is None


def test_under_a_changed_limit_it_is_asked_for_again(refusals: Refusals) -> None:
    assert known(refusals, ANN._replace(limit=bucket_limit(1, 6))) is None


def test_a_full_mailbox_is_known_for_a_moment(refusals: Refusals, clock: Clock) -> None:
    refusals.note("p", NOBODYS, SMALL, MailboxFull())
    assert known(refusals) == MailboxFull()
    assert known(refusals, project_id="q") is None
    clock.now_s += FULL_FOR_S
    assert known(refusals) is None


def test_what_may_be_a_repeat_is_not_refused_for_a_full_mailbox(refusals: Refusals) -> None:
    refusals.note("p", NOBODYS, SMALL, MailboxFull())
    assert refusals.of("p", NOBODYS, replace(SMALL, idempotency_key="k")) is None


def test_a_mailbox_that_had_no_room_for_a_large_envelope_may_have_some_for_a_small_one(
    refusals: Refusals, clock: Clock
) -> None:
    refusals.note("p", NOBODYS, LARGE, MailboxFull())
    assert refusals.of("p", NOBODYS, LARGE) == MailboxFull()
    assert refusals.of("p", NOBODYS, SMALL) is None
    clock.now_s += FULL_FOR_S / 2
    refusals.note("p", NOBODYS, SMALL, MailboxFull())
    clock.now_s += FULL_FOR_S / 2
    assert refusals.of("p", NOBODYS, SMALL) == MailboxFull()
    assert refusals.of("p", NOBODYS, LARGE) == MailboxFull()


def test_what_was_accepted_is_no_refusal(clock: Clock) -> None:
    refusals = Refusals(clock)
    refusals.note("p", Allowance([[ANN]]), SMALL, Accepted("op", 0, 1))
    assert known(refusals, ANN) is None


def test_it_remembers_a_bounded_number(refusals: Refusals) -> None:
    for n in range(ENTRIES_LIMIT + 5):
        refusals.note(f"p{n}", NOBODYS, SMALL, MailboxFull())
    remembered = [n for n in range(ENTRIES_LIMIT + 5) if known(refusals, project_id=f"p{n}")]
    assert 0 < len(remembered) <= ENTRIES_LIMIT
