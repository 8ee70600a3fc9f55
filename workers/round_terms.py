"""The terms of a round: its database side."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Generic, TypeVar

from workers.mailbox.collect import Published
from workers.mailbox.envelope import QueuedOperation

C = TypeVar("C")

Batch = Sequence[QueuedOperation]
Applying = Callable[[str, Batch], AbstractContextManager[None]]
"""Put around each piece of the work, with the project and the entries that it is about."""


@dataclass(frozen=True)
class RoundStorage(Generic[C]):
    """The database side of a round; `C` is its connection.

    `transaction` commits on a clean exit and rolls back on any exception. `lock_mailboxes` returns
    the projects that no drain holds. `apply_round` settles every entry of the batches by project,
    in order, those the ledger knows included; it leaves out projects that need a drain of their
    own. `transient` are the errors after which the same work can succeed later.
    """

    transaction: Callable[[], AbstractContextManager[C]]
    lock_mailboxes: Callable[[C, Sequence[str]], Sequence[str]]
    apply_round: Callable[
        [C, Mapping[str, Batch], int, Applying], Mapping[str, Sequence[Published]]
    ]
    transient: tuple[type[Exception], ...]
