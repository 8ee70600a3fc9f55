"""A slate holds the last note, and no half of one."""

import os
import signal

from workers.slate import SIZE_BYTES, Slate
from workers.suspects import Note

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


def test_what_a_forked_process_wrote_outlives_its_kill() -> None:
    slate = Slate()
    pid = os.fork()
    if pid == 0:
        slate.write(LONGEST)
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(pid, 0)
    assert slate.read() == LONGEST
