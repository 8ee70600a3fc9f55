"""What the deaths of worker processes say of an operation, and what they do not."""

import random
import signal

import pytest

from workers.suspects import (
    CONTROL_S,
    MAX_PROJECTS,
    TIMED_OUT_CODE,
    Death,
    Errand,
    KilledWorker,
    NeverEnded,
    Note,
    Suspect,
    Suspicions,
)

DEATHS = 3
OUTSIDE = [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP]
BY_ITSELF = [0, 1, 3, -signal.SIGSEGV, -signal.SIGABRT, TIMED_OUT_CODE]


def alone(code: int = 1, *, operation_id: str = "op", lasted_s: float = 0.0) -> Death:
    """Death of a process that applied one operation."""
    return Death(Note("p", operation_id, 1), code, lasted_s)


def in_a_batch(code: int = 1, operations: int = 40) -> Death:
    """Death of a process that applied several."""
    return Death(Note("p", "op", operations), code)


def told(suspicions: Suspicions, *deaths: Death) -> Errand | None:
    """What the last of these deaths makes the successor do."""
    errand = None
    for death in deaths:
        errand = suspicions.errand(death)
    return errand


def suspect(*deaths: Death) -> Suspect | None:
    """Whom the last of these deaths condemns."""
    errand = told(Suspicions(DEATHS), *deaths)
    assert errand is not None
    return errand.suspect


def test_a_process_that_was_idle_leaves_nothing_to_do() -> None:
    assert Suspicions(DEATHS).errand(Death(Note(), -signal.SIGKILL)) is None


def test_a_process_that_was_between_two_applications_leaves_its_mailbox() -> None:
    death = Death(Note("p", careful=7), -signal.SIGSEGV)
    assert told(Suspicions(DEATHS), *[death] * 9) == Errand("p", careful=7)


@pytest.mark.parametrize("code", BY_ITSELF)
def test_a_batch_in_which_a_process_died_by_itself_is_applied_one_by_one(code: int) -> None:
    assert Suspicions(DEATHS).errand(in_a_batch(code)) == Errand("p", careful=40)


@pytest.mark.parametrize("number", OUTSIDE)
def test_a_batch_whose_process_was_killed_once_is_applied_as_before(number: int) -> None:
    suspicions = Suspicions(DEATHS)
    first, second, third = (suspicions.errand(in_a_batch(-number)) for _ in range(3))
    assert (first, second, third) == (Errand("p"), Errand("p", careful=40), Errand("p"))


@pytest.mark.parametrize("code", BY_ITSELF)
def test_an_operation_of_which_each_process_died_is_a_suspect(code: int) -> None:
    poison = suspect(*[alone(code)] * DEATHS)
    assert poison is not None
    assert (poison.operation_id, poison.control_s) == ("op", 0.0)
    assert isinstance(poison.poison, NeverEnded if code == TIMED_OUT_CODE else KilledWorker)


@pytest.mark.parametrize("code", [*BY_ITSELF, -signal.SIGKILL])
def test_one_death_less_holds_nothing_against_it(code: int) -> None:
    assert suspect(*[alone(code)] * (DEATHS - 1)) is None


def test_deaths_in_batches_hold_nothing_against_any_operation() -> None:
    assert suspect(*[in_a_batch(-signal.SIGSEGV)] * 20) is None


def test_deaths_of_different_operations_do_not_add_up() -> None:
    twice = [alone()] * (DEATHS - 1)
    assert suspect(*twice, alone(operation_id="other"), *twice) is None


def test_deaths_in_different_projects_do_not_add_up() -> None:
    elsewhere = Death(Note("other", "op", 1), 1)
    assert suspect(*[elsewhere] * (DEATHS - 1), alone()) is None


def test_a_suspect_that_is_applied_again_and_dies_is_one_again() -> None:
    assert suspect(*[alone()] * (DEATHS + 1)) is not None


@pytest.mark.parametrize("number", OUTSIDE)
def test_who_may_have_been_killed_from_outside_has_to_be_proved(number: int) -> None:
    poison = suspect(*[alone(-number, lasted_s=0.5)] * DEATHS)
    assert poison is not None
    assert poison.control_s == CONTROL_S


def test_one_kill_from_outside_among_others_has_to_be_proved() -> None:
    poison = suspect(alone(-signal.SIGKILL), *[alone()] * (DEATHS - 1))
    assert poison is not None
    assert poison.control_s == CONTROL_S


def test_the_proof_takes_twice_as_long_as_the_longest_application() -> None:
    lasted_s = [1.0, 9.0, 2.0]
    poison = suspect(*(alone(-signal.SIGKILL, lasted_s=each) for each in lasted_s))
    assert poison is not None
    assert poison.control_s == 18.0


def test_a_process_that_is_killed_while_it_proves_clears_the_suspect() -> None:
    killed = [alone(-signal.SIGKILL)] * DEATHS
    proving = Death(Note("p", is_proving=True), -signal.SIGKILL)
    assert suspect(*killed, proving) is None
    assert suspect(*killed, proving, *killed[1:]) is None


def test_the_rest_of_a_head_under_suspicion_stays_under_suspicion() -> None:
    death = Death(Note("p", "op", 1, careful=12), 1)
    assert told(Suspicions(DEATHS), death) == Errand("p", careful=12)


def test_only_so_many_projects_are_remembered() -> None:
    suspicions = Suspicions(DEATHS)
    told(suspicions, *[alone()] * (DEATHS - 1))
    for number in range(MAX_PROJECTS):
        suspicions.errand(Death(Note(f"p{number}", "op", 1), 1))
    errand = suspicions.errand(alone())
    assert errand is not None
    assert errand.suspect is None


def test_kills_at_any_moment_condemn_nobody_while_proofs_are_killed_too() -> None:
    chance = random.Random(7)
    suspicions = Suspicions(DEATHS)
    for _ in range(2000):
        if (errand := suspicions.errand(alone(-signal.SIGKILL))) and errand.suspect:
            assert errand.suspect.control_s >= CONTROL_S
            proving = Death(Note("p", is_proving=True), -chance.choice(OUTSIDE))
            again = suspicions.errand(proving)
            assert again == Errand("p")
