"""What one check of `doctor` found."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["ok", "warn", "fail"]
_FROM_BAD_TO_GOOD: tuple[Verdict, ...] = ("fail", "warn", "ok")


@dataclass(frozen=True, slots=True)
class Check:
    """A check by its stable name; `mend` says what to do, and is empty where nothing is wrong.

    `warn` works with a restriction, `fail` does not work or can lose what was accepted.
    """

    name: str
    status: Verdict
    detail: str
    mend: str = ""


def ok(name: str, detail: str) -> Check:
    """Nothing to do."""
    return Check(name, "ok", detail)


def unread_in_redis(name: str, error: Exception) -> Check:
    """What Redis does not tell, though it can be reached."""
    mend = (
        "run it again; if it stays so, see that nothing else uses this database of Redis, and that "
        "the user in REDIS_URL may do what docs/redis-users.acl lists"
    )
    return Check(name, "warn", f"cannot be read ({error})", mend)


def unread_in_database(name: str, error: Exception) -> Check:
    """What the database does not tell, though it can be reached."""
    mend = "run it again; if it stays so, look into the log of the database"
    return Check(name, "warn", f"cannot be read ({error})", mend)


def worst(checks: Iterable[Check]) -> Verdict:
    """The verdict on all of them."""
    found = {check.status for check in checks}
    return next((status for status in _FROM_BAD_TO_GOOD if status in found), "ok")
