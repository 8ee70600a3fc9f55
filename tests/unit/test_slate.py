"""A slate holds the last note, and no half of one."""

import subprocess
import sys
from pathlib import Path

from workers.slate import SIZE_BYTES, Slate
from workers.suspects import Note

_ROOT = Path(__file__).resolve().parents[2]
LONGEST = Note("p" * 64, "op_" + "f" * 32, 1000, 1000, is_proving=True, since_s=1e9 / 3)


def test_a_new_slate_holds_no_note() -> None:
    assert Slate().read() == Note()


def test_it_holds_the_last_note_whole() -> None:
    slate = Slate()
    for note in (LONGEST, Note("p"), Note("p", "op_1", 3, 2, since_s=0.1, lane="bulk")):
        slate.write(note)
        assert slate.read() == note


def test_the_longest_note_finds_room() -> None:
    slate = Slate()
    slate.write(LONGEST)
    assert slate.read() == LONGEST
    assert SIZE_BYTES >= 2 * 64


def test_a_cleared_one_holds_none() -> None:
    slate = Slate()
    slate.write(LONGEST)
    slate.clear()
    assert slate.read() == Note()


_KILLED_WRITER = """
import os, signal
from workers.slate import Slate
from workers.suspects import Note

slate = Slate()
pid = os.fork()
if pid == 0:
    slate.write(Note("p", "op_1", 3))
    os.kill(os.getpid(), signal.SIGKILL)
os.waitpid(pid, 0)
print(slate.read() == Note("p", "op_1", 3))
"""


def test_what_a_forked_process_wrote_outlives_its_kill() -> None:
    # In a program of its own: this one has threads.
    command = [sys.executable, "-c", _KILLED_WRITER]
    told = subprocess.run(command, capture_output=True, cwd=_ROOT, text=True, check=True)
    assert told.stdout == "True\n"
