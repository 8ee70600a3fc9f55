"""What may happen very often is said now and then."""

from workers.mailbox.seldom import SAY_EVERY_S, Seldom


def test_it_is_due_at_once_and_then_when_its_time_has_gone_by_since_it_was() -> None:
    now_s = [100.0]
    seldom = Seldom(lambda: now_s[0])

    def due_at(part: float) -> bool:
        now_s[0] = 100.0 + part * SAY_EVERY_S
        return seldom.is_due()

    assert [due_at(at_s) for at_s in (0, 0, 0.99, 1, 1.1, 1.99, 3.5, 4.4)] == [
        *(True, False, False, True),
        *(False, False, True, False),
    ]
