"""What is old goes, and nothing that anybody may still need (contract §4 Retries)."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import event

from models.retention import Retention
from tests.integration.aging import RETENTION, Past
from tests.integration.mailbox.world import Crash
from tests.integration.store.projects import PROJECT
from tests.services.captured_log import captured_log
from tests.services.redis_process import RedisProcess
from tests.services.waiting import wait_until
from workers.mailbox.connection import MailboxUnavailable
from workers.mailbox.horizon import Horizon
from workers.mailbox.layout import LANES, PRUNE, PRUNE_REST, PRUNED, Lane
from workers.prune import Pruner
from workers.prune_pass import Pruned, PruneLimits, PrunePass
from workers.prune_turn import PruneTurn
from workers.stop import Stop


@pytest.fixture
def past(redis_url: str, database_url: str) -> Iterator[Past]:
    past = Past(redis_url, database_url)
    yield past
    past.close()


# -- what goes and what stays --------------------------------------------------------------------


def test_receipts_go_after_their_time_and_keys_after_theirs(past: Past) -> None:
    gone = [past.settle(days, f"k{days}") for days in (90, 31, 30.01)]
    emptied = [past.settle(days, f"k{days}") for days in (29.9, 8, 7.01)]
    kept = [past.settle(days, f"k{days}") for days in (6.9, 1)]
    unkeyed = past.settle(0.5)
    assert past.prune() == Pruned(projects=1, receipts=len(gone), keys=len(emptied))
    young = {kept[0]: "k6.9", kept[1]: "k1", unkeyed: None}
    assert past.receipts() == {**dict.fromkeys(emptied), **young}


def test_a_second_pass_finds_nothing(past: Past) -> None:
    past.settle(31, "a")
    past.settle(8, "b")
    past.prune()
    assert past.prune() == Pruned(projects=1)


@pytest.mark.parametrize(
    ("retention", "left"),
    [
        (replace(RETENTION, receipt_days="forever"), ["old", "middle", "young"]),
        (replace(RETENTION, receipt_days=1), ["young"]),
        (replace(RETENTION, key_days=20), ["middle", "young"]),
        (replace(RETENTION, key_days="forever"), ["old", "middle", "young"]),
        (replace(RETENTION, receipt_days=10), ["young"]),
    ],
)
def test_a_row_goes_when_neither_its_receipt_nor_its_key_is_wanted(
    past: Past, retention: Retention, left: list[str]
) -> None:
    made = {past.settle(40): "old", past.settle(15): "middle", past.settle(2): "young"}
    past.prune(retention)
    assert [made[row] for row in past.receipts()] == left


def test_keys_that_are_kept_for_ever_keep_their_receipts(past: Past) -> None:
    made = past.settle(400, "k")
    past.prune(replace(RETENTION, key_days="forever"))
    assert past.receipts() == {made: "k"}


def test_retention_counts_from_when_an_operation_was_applied(past: Past) -> None:
    waited = past.accept(60, "k")
    past.drain(days_ago=5)
    past.prune()
    assert past.receipts() == {waited: "k"}


def test_dead_letters_go_after_their_time(past: Past) -> None:
    gone = past.accept_broken(91)
    past.drain(91)
    kept = past.accept_broken(89)
    past.drain(89)
    assert past.letters() == [gone, kept]
    done = past.prune()
    assert done is not None
    assert (done.dead_letters, past.letters()) == (1, [kept])


def test_dead_letters_can_be_kept_for_ever(past: Past) -> None:
    gone = past.accept_broken(900)
    past.drain(900)
    past.prune(replace(RETENTION, dead_letter_days="forever"))
    assert (past.letters(), past.receipts()) == ([gone], {})


def test_a_dry_run_counts_what_a_pass_would_remove_and_removes_nothing(past: Past) -> None:
    for days in (91, 31, 29, 8, 6):
        past.settle(days, f"k{days}")
    before = past.receipts()
    told = past.prune(dry=True)
    assert past.receipts() == before
    assert not past.redis.exists(PRUNED)
    assert told == past.prune() == Pruned(projects=1, receipts=2, keys=2)


# -- repeats under a key -------------------------------------------------------------------------


@pytest.mark.parametrize("days", [8, 31])
def test_a_repeat_after_its_key_was_pruned_is_a_new_operation(past: Past, days: int) -> None:
    past.settle(days, "k", name="first")
    past.prune()
    again = past.settle(0, "k", name="other content")
    assert past.replay_of(again) is None
    assert past.receipts()[again] == "k"


def test_a_repeat_before_its_key_is_pruned_is_a_replay(past: Past) -> None:
    first = past.settle(6.9, "k")
    past.prune()
    assert past.replay_of(past.settle(0, "k")) == first


def test_a_repeat_that_waits_still_finds_the_key_of_when_it_was_accepted(past: Past) -> None:
    first = past.settle(40, "k")
    waiting = past.accept(34, "k")
    past.prune()
    past.drain()
    assert past.replay_of(waiting) == first
    past.prune()
    assert list(past.receipts()) == [waiting]


@pytest.mark.parametrize("lane", LANES)
def test_what_waits_in_any_lane_holds_the_clock_of_retention(past: Past, lane: Lane) -> None:
    first = past.settle(40, "k")
    waiting = past.accept(34, "k", lane=lane)
    past.accept(1, lane="live")
    past.prune()
    past.drain()
    assert past.replay_of(waiting) == first


@pytest.mark.parametrize(("applied_days_ago", "is_kept"), [(20, True), (35, False)])
def test_a_bulk_operation_that_was_overtaken_for_long_is_pruned_by_when_it_was_applied(
    past: Past, applied_days_ago: int, is_kept: bool
) -> None:
    late = past.accept(60, "late", lane="bulk")
    overtaker = past.accept(50, "k")
    past.drain(applied_days_ago)
    past.prune()
    assert past.receipts() == ({late: None, overtaker: None} if is_kept else {})


def test_a_repeat_that_was_accepted_too_late_finds_no_key_however_long_it_waits(
    past: Past,
) -> None:
    first = past.settle(40, "k")
    waiting = past.accept(32, "k")
    past.prune()
    assert past.receipts() == {first: None}
    past.drain()
    assert past.replay_of(waiting) is None


def test_a_replays_receipt_outlives_that_of_the_first(past: Past) -> None:
    first = past.settle(31, "k")
    replay = past.settle(26, "k")
    past.prune()
    assert past.receipts() == {replay: None}
    assert past.replay_of(replay) == first


def test_what_a_killed_drain_left_in_the_mailbox_is_known_and_not_applied_again(
    past: Past,
) -> None:
    made = past.accept(60, "k")

    def crash_after_the_commit(point: str) -> None:
        if point == "after the commit":
            raise Crash

    with pytest.raises(Crash):
        past.drain(60, crash_after_the_commit)
    past.prune()
    assert past.receipts() == {made: "k"}
    past.drain()
    assert past.receipts() == {made: "k"}
    past.prune()
    assert past.receipts() == {}


def test_one_projects_backlog_keeps_nothing_of_another(past: Past) -> None:
    past.settle(31)
    past.redis.xadd("mailbox:other", {"e": b"{}"}, id=f"{past.ago_ms(60)}-1")
    past.prune()
    assert past.receipts() == {}


# -- in small steps ------------------------------------------------------------------------------


def test_no_transaction_removes_more_than_a_batch(past: Past) -> None:
    for _ in range(4):
        past.accept(40)
        past.accept(40)
    counts: list[int] = []

    @event.listens_for(past.database.engine, "after_cursor_execute")
    def _count(_c: object, cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("DELETE"):
            counts.append(cursor.rowcount)  # type: ignore[attr-defined]

    past.drain(40)
    past.prune(limits=PruneLimits(batch_size=3, pause_s=0.0))
    assert counts == [3, 3, 2]


def test_keys_once_emptied_are_not_read_again(past: Past) -> None:
    for number in range(9):
        past.settle(20 - number / 10, f"k{number}")
    past.prune()
    read: list[str] = []

    @event.listens_for(past.database.engine, "before_cursor_execute")
    def _note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        read.extend([statement] if "idempotency_key IS NOT NULL" in statement else [])

    past.prune()
    assert len(read) == 1


def test_a_lost_watermark_costs_a_scan_and_nothing_else(past: Past) -> None:
    for number in range(9):
        past.settle(20 - number / 10, f"k{number}")
    past.prune()
    before = past.receipts()
    past.redis.delete(PRUNED)
    assert past.prune() == Pruned(projects=1)
    assert past.receipts() == before
    late = past.settle(7.5, "late")
    assert past.prune() == Pruned(projects=1, keys=1)
    assert past.receipts() == {**before, late: None}


def test_a_key_that_is_not_due_yet_is_met_again(past: Past) -> None:
    past.settle(20, "a")
    past.accept(19, "slow")
    past.drain(7.5)
    past.settle(7.2, "b")
    in_part = replace(RETENTION, key_days=8)
    past.prune(in_part)
    assert list(past.receipts().values()) == [None, "slow", "b"]
    assert past.prune() == Pruned(projects=1, keys=2)


def test_a_stopped_pass_ends_at_once_and_the_next_one_does_the_rest(past: Past) -> None:
    for _ in range(9):
        past.accept(40)
    past.drain(40)

    @event.listens_for(past.database.engine, "after_cursor_execute")
    def _stop(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("DELETE"):
            past.stop.set()

    past.prune(limits=PruneLimits(batch_size=3, pause_s=60.0))
    assert len(past.receipts()) == 6
    event.remove(past.database.engine, "after_cursor_execute", _stop)
    past.stop = Stop()
    past.prune()
    assert past.receipts() == {}


# -- one at a time -------------------------------------------------------------------------------


def test_while_one_prunes_another_does_not(past: Past) -> None:
    past.settle(40)
    turn = PruneTurn(past.redis)
    assert turn.begin()
    assert past.prune() is None
    assert past.receipts()
    assert 0 < past.redis.pttl(PRUNE) <= 60_000
    turn.end()
    assert past.prune() == Pruned(projects=1, receipts=1)
    assert not past.redis.exists(PRUNE)


def test_a_turn_that_was_lost_ends_the_pass(past: Past) -> None:
    turn = PruneTurn(past.redis, lock_s=0.003)
    assert turn.begin()
    wait_until(lambda: not past.redis.exists(PRUNE), what="the lock expired")
    with pytest.raises(MailboxUnavailable):
        turn.keep()


def test_of_many_workers_one_prunes_in_an_interval(past: Past) -> None:
    first, second = (Pruner(past.means(), interval_s=100.0) for _ in range(2))
    assert first.prune() is not None
    assert second.prune() is None
    assert 0 < past.redis.pttl(PRUNE_REST) < 100_000


def test_two_that_prune_at_once_do_each_others_work(past: Past) -> None:
    """As after a process slept through its lock's expiry."""
    for number in range(60):
        past.accept(40 - number / 100, f"k{number}")
    past.drain(39, batch_size=100)
    passes = [PrunePass(past.means()) for _ in range(2)]
    threads = [threading.Thread(target=one.run) for one in passes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert past.receipts() == {}
    assert sum(one.done.receipts for one in passes) == 60


def test_pruning_beside_a_drain_takes_no_key_from_what_waits(past: Past) -> None:
    firsts = {f"k{number}": past.accept(40 - number / 1000, f"k{number}") for number in range(40)}
    past.drain(39, batch_size=100)
    repeats = {key: past.accept(35 - at / 1000, key) for at, key in enumerate(firsts)}
    thread = threading.Thread(target=past.drain, kwargs={"batch_size": 2})
    thread.start()
    while thread.is_alive():
        past.prune()
    assert {key: past.replay_of(made) for key, made in repeats.items()} == firsts
    past.prune()
    assert list(past.receipts()) == list(repeats.values())


# -- outages -------------------------------------------------------------------------------------


def test_without_redis_nothing_is_pruned(own_redis: RedisProcess, sqlite_url: str) -> None:
    past = Past(own_redis.url, sqlite_url)
    made = past.settle(40)
    own_redis.kill()
    with pytest.raises(MailboxUnavailable):
        past.prune()
    assert list(past.receipts()) == [made]
    past.close()


def test_a_turn_that_cannot_be_given_back_is_told(own_redis: RedisProcess, sqlite_url: str) -> None:
    past = Past(own_redis.url, sqlite_url)
    turn = PruneTurn(past.redis)
    assert turn.begin()
    own_redis.kill()
    with captured_log("WARNING") as log:
        turn.end()
    assert "the turn to prune is not given back" in log.getvalue()
    assert "ConnectionError" in log.getvalue()
    past.close()


def test_the_pruner_survives_outages_and_prunes_when_all_is_back(
    own_redis: RedisProcess, sqlite_url: str
) -> None:
    past = Past(own_redis.url, sqlite_url)
    past.settle(40)
    own_redis.kill()
    thread = threading.Thread(target=Pruner(past.means(), interval_s=0.01).run)
    thread.start()
    own_redis.start()
    wait_until(lambda: not past.receipts(), what="it is pruned")
    past.stop.set()
    thread.join(timeout=10)
    assert not thread.is_alive()
    past.close()


def test_a_clock_that_is_ahead_makes_nothing_old(past: Past) -> None:
    def in_a_year_ms() -> int:
        return past.ago_ms(-365)

    past.settle(2)
    ahead = Horizon(past.redis, wall_ms=in_a_year_ms)
    assert abs(ahead.reference_ms(PROJECT) - past.now_ms) < 60_000
