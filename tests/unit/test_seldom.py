"""What may happen very often is said now and then."""

from workers.mailbox.seldom import Seldom


def test_it_is_due_at_once_and_then_when_its_time_has_gone_by_since_it_was() -> None:
    now_s = [100.0]
    seldom = Seldom(10.0, clock_s=lambda: now_s[0])

    def due_at(seconds: float) -> bool:
        now_s[0] = 100.0 + seconds
        return seldom.is_due()

    assert [due_at(at_s) for at_s in (0, 0, 9.9, 10, 11, 19.9, 35, 44)] == [
        *(True, False, False, True),
        *(False, False, True, False),
    ]
