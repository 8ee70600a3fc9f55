"""What is known of an operation that may end its process, and when it is believed (docs/adr/0015).

Pure: no process, Redis or clock.
"""

import signal
from collections import OrderedDict
from dataclasses import dataclass

from workers.mailbox.layout import Lane

CAREFUL_AFTER_KILLS = 2
"""Batches of a project that died in a row of what may have come from outside, before its head is
applied one by one. Any other death says by itself that something is wrong."""

# Who kills workers every two seconds, kills an idle one within that time too.
CONTROL_S = 2.5
MAX_PROJECTS = 1000

# What a process is sent from outside: an operator, the platform, the kernel short of memory. All
# other deaths it dies by itself.
_FROM_OUTSIDE = frozenset({signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
TIMED_OUT_CODE = -signal.SIGALRM


class Poison(Exception):
    """Why an operation is set aside that raised nothing; carries nothing of it."""

    reason: str


class KilledWorker(Poison):
    reason = "killed_worker"


class NeverEnded(Poison):
    reason = "never_ended"


def reason_of(error: BaseException) -> str:
    """What a dead letter says of the error that made it one."""
    return error.reason if isinstance(error, Poison) else type(error).__name__


@dataclass(frozen=True, slots=True)
class Note:
    """What a process was at, as it had written down before.

    `project_id` is the mailbox that it drained, "" for none, `lane` the lane of it that the rest
    speaks of; `operation_id` the first of so many
    `operations` that it was applying since `since_s`, "" for none; `careful` how many entries were
    still to be applied one by one; `is_proving` that it did nothing, on purpose.
    """

    project_id: str = ""
    operation_id: str = ""
    operations: int = 0
    careful: int = 0
    is_proving: bool = False
    since_s: float = 0.0
    lane: Lane = "live"


@dataclass(frozen=True, slots=True)
class Death:
    """How a process ended while it should not: its last note, its exit code (negative for a
    signal), and how long what it was at had lasted.
    """

    note: Note
    code: int
    lasted_s: float = 0.0

    @property
    def is_from_outside(self) -> bool:
        """Whether somebody else may have killed it."""
        return -self.code in _FROM_OUTSIDE


@dataclass(frozen=True, slots=True)
class Suspect:
    """An operation to be set aside, once the process lived through `control_s` of idleness."""

    operation_id: str
    poison: Poison
    control_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Errand:
    """What the successor of a dead process does first: drain that project.

    The lane's next `careful` entries one by one, and before that set the `suspect` aside.
    """

    project_id: str
    careful: int = 0
    suspect: Suspect | None = None
    lane: Lane = "live"


@dataclass(slots=True)
class _Suspicion:
    """What is held against one project's head: kills of batches, deaths of one operation alone."""

    kills: int = 0
    operation_id: str = ""
    deaths: int = 0
    longest_s: float = 0.0
    from_outside: bool = False

    def note_alone(self, death: Death) -> None:
        """Counts a death of an operation that was applied alone; of another one it begins anew."""
        if death.note.operation_id != self.operation_id:
            self.forget()
            self.operation_id = death.note.operation_id
        self.deaths += 1
        self.longest_s = max(self.longest_s, death.lasted_s)
        self.from_outside |= death.is_from_outside

    def forget(self) -> None:
        """Nothing is held against any operation."""
        self.operation_id, self.deaths, self.longest_s, self.from_outside = "", 0, 0.0, False


class Suspicions:
    """What a parent has seen of the deaths of its children; `poison_deaths` in a row condemn."""

    def __init__(self, poison_deaths: int) -> None:
        self._poison_deaths = poison_deaths
        self._of: OrderedDict[str, _Suspicion] = OrderedDict()

    def errand(self, death: Death) -> Errand | None:
        """Counts a death; returns what the successor has to do, None if nothing was under way."""
        note = death.note
        if not note.project_id:
            return None
        suspicion = self._suspicion(note.project_id)
        if note.is_proving:
            # Somebody kills processes whatever they do.
            suspicion.forget()
        if not note.operation_id:
            return Errand(note.project_id, note.careful, lane=note.lane)
        if note.operations > 1:
            return Errand(note.project_id, self._careful(suspicion, death), lane=note.lane)
        suspicion.note_alone(death)
        careful = max(1, note.careful)
        if suspicion.deaths < self._poison_deaths:
            return Errand(note.project_id, careful, lane=note.lane)
        control_s = max(CONTROL_S, 2 * suspicion.longest_s) if suspicion.from_outside else 0.0
        poison = NeverEnded() if death.code == TIMED_OUT_CODE else KilledWorker()
        suspect = Suspect(note.operation_id, poison, control_s)
        return Errand(note.project_id, careful, suspect, note.lane)

    def _careful(self, suspicion: _Suspicion, death: Death) -> int:
        suspicion.kills += 1
        if death.is_from_outside and suspicion.kills < CAREFUL_AFTER_KILLS:
            return 0
        suspicion.kills = 0
        return death.note.operations

    def _suspicion(self, project_id: str) -> _Suspicion:
        suspicion = self._of.setdefault(project_id, _Suspicion())
        self._of.move_to_end(project_id)
        if len(self._of) > MAX_PROJECTS:
            self._of.popitem(last=False)
        return suspicion
