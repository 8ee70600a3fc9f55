"""A worker that lacks one safeguard: `python -m tests.faults.weakened "the lock"`.

It is the product's own worker with one function replaced, to show that the rounds miss it.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from inspect import signature
from typing import Any

from sqlalchemy import Connection

from models.store import ledger
from models.store.columns import Row
from models.store.ledger import Known
from tests.services.processes import ServiceProcess, Services
from workers import __main__ as worker_program
from workers import assembly
from workers.drain import Drain
from workers.mailbox.collect import Head, Mailbox
from workers.mailbox.envelope import QueuedOperation
from workers.mailbox.layout import Lane
from workers.mailbox.wake import Wake
from workers.sweep import Mending, Sweeper


def without_lock() -> None:
    """Any number of drains apply a project's mailbox at once."""

    def not_locked(connection: Connection, project_id: str) -> bool:
        del connection, project_id
        return True

    def none_locked(connection: Connection, project_ids: Sequence[str]) -> Sequence[str]:
        del connection
        return project_ids

    _replace(assembly, "lock_mailbox", not_locked)
    _replace(assembly, "lock_mailboxes", none_locked)


def without_ledger() -> None:
    """What was applied is not looked up: neither an operation's id nor its key."""
    known_by = ledger.known_by

    def nothing_known(answers: Sequence[Sequence[Row]]) -> Known:
        return Known({}, {}, known_by(answers).sequence)

    _replace(ledger, "known_by", nothing_known)


def without_clearing() -> None:
    """A drain that leaves keeps the wake token."""

    def not_cleared(self: Wake, project_id: str) -> None:
        del self, project_id

    _replace(Wake, "clear", not_cleared)


def without_second_look() -> None:
    """A drain that has cleared the token does not look again."""

    def clears_only(self: Any, project_id: str) -> bool:
        self._wake.clear(project_id)
        return True

    _replace(Drain, "_nothing_came", clears_only)


def without_sweeper() -> None:
    """Nobody looks for mailboxes that nobody drains."""

    def no_sweep(self: Sweeper) -> Mending | None:
        del self
        return None

    _replace(Sweeper, "sweep", no_sweep)


def deleting_before_the_commit() -> None:
    """What is read from a mailbox is taken from it at once."""
    head = Mailbox.head

    def taken(self: Mailbox, project_id: str, limit: int, lane: Lane = "live") -> Head:
        read = head(self, project_id, limit, lane)
        if read.entries:
            self.delete(project_id, read.entries)
        return read

    heads = Mailbox.heads

    def all_taken(
        self: Mailbox, project_ids: Sequence[str], limit: int
    ) -> dict[str, Sequence[QueuedOperation]]:
        found = heads(self, project_ids, limit)
        for project_id, entries in found.items():
            if entries:
                self.delete(project_id, entries)
        return found

    _replace(Mailbox, "head", taken)
    _replace(Mailbox, "heads", all_taken)


def _replace(owner: Any, name: str, function: Callable[..., Any]) -> None:
    """Fails where the product calls it otherwise by now: that would be red for another reason."""
    assert list(signature(getattr(owner, name)).parameters) == list(signature(function).parameters)
    setattr(owner, name, function)


WEAKENINGS: Mapping[str, Callable[[], None]] = {
    "the lock": without_lock,
    "the ledger": without_ledger,
    "clearing the token": without_clearing,
    "the second look": without_second_look,
    "the sweeper": without_sweeper,
    "deleting after the commit": deleting_before_the_commit,
}
"""By the safeguard that is taken out."""


def weakened_worker(safeguard: str) -> Callable[[Services], ServiceProcess]:
    """How a site starts a worker without this safeguard."""

    def start(services: Services) -> ServiceProcess:
        return services.start_worker("tests.faults.weakened", safeguard)

    return start


def main(arguments: Sequence[str]) -> int:
    """Take the safeguard out, then be a worker."""
    (safeguard,) = arguments
    WEAKENINGS[safeguard]()
    return worker_program.main([])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
