"""What a drain holds against the head of a lane, from batch to batch."""

from workers.visit import Doubts, Slow


def test_a_head_under_suspicion_goes_one_by_one_or_in_halves() -> None:
    assert Doubts().largest_batch(500) == 500
    assert Doubts(suspects=40).largest_batch(500) == 20
    assert Doubts(suspects=1).largest_batch(500) == 1
    assert Doubts(suspects=40, careful=3).largest_batch(500) == 1


def test_what_is_committed_is_no_longer_under_suspicion() -> None:
    doubts = Doubts(suspects=40, careful=3, slow=Slow("op_1", 2))
    doubts.has_settled(1)
    assert doubts == Doubts(suspects=39, careful=2)
    doubts.has_settled(50)
    assert doubts == Doubts()


def test_slow_tries_of_different_operations_do_not_add_up() -> None:
    twice = Slow().again("op_1").again("op_1")
    assert twice == Slow("op_1", 2)
    assert twice.again("op_2") == Slow("op_2", 1)
