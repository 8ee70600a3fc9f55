"""What callers felt of a fault is the longest time in which nothing was applied for them."""

from tests.faults.history import Answer
from tests.machines.figures import Struck, felt


def _answer(ended_s: float, status: int | None = 200) -> Answer:
    return Answer(ended_s - 0.1, ended_s, status, {})


def test_silence_is_the_longest_gap_between_applied_calls_in_the_turn_of_the_fault() -> None:
    answers = [_answer(each) for each in (1.0, 9.9, 10.5, 13.0, 13.5, 14.0, 30.0)]
    told = felt(Struck("edge killed", 10.0, 12.0, 14.5), answers, until_s=60.0)
    assert (told.silence_s, told.recovered_s, told.down_s) == (2.5, 1.0, 2.0)


def test_a_silence_that_began_after_the_fault_is_no_longer_than_itself() -> None:
    answers = [_answer(each) for each in (10.0, 10.5, 11.0, 14.0, 14.2)]
    told = felt(Struck("edge killed", 10.0, 10.1, 14.3), answers, until_s=60.0)
    assert (told.silence_s, told.recovered_s) == (3.0, 3.0)


def test_what_was_not_applied_ends_no_silence_and_is_counted() -> None:
    answers = [_answer(10.5), _answer(11.0, 503), _answer(11.5, None), _answer(12.0, 202)]
    told = felt(Struck("Redis killed", 10.0, 12.0, 14.0), answers, until_s=60.0)
    assert told.silence_s == 3.5
    assert (told.unavailable, told.unanswered) == (1, 1)


def test_callers_who_have_stopped_are_not_silent() -> None:
    told = felt(Struck("worker killed", 10.0, 12.0, 40.0), [_answer(11.0), _answer(12.0)], 12.5)
    assert told.silence_s == 1.0
