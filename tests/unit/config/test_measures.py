"""Counting: plain numbers that are handed to Prometheus together, and added up over processes."""

import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client import generate_latest

from config.measures import Measures
from config.metric_files import read_all

# A process that counts in a folder: how often, and the level that it had last.
_COUNTING = """
import os, sys
from pathlib import Path
from config.measures import Measures
from config.metric_files import count_in
count_in(Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]))
measures = Measures()
measures.count("hal_things_total", "things", "kind").add("a", by=int(sys.argv[1]))
measures.spread("hal_times_seconds", "times", (0.1, 1.0)).observe(0.5)
measures.level("hal_level", "level").set(int(sys.argv[1]))
measures.write()
print("counted", flush=True)
sys.stdin.read()
"""


def _text(measures: Measures) -> list[str]:
    measures.write()
    return generate_latest(measures.registry).decode().splitlines()


def test_what_is_counted_shows_once_it_is_written() -> None:
    measures = Measures()
    count = measures.count("hal_things_total", "things", "kind")
    count.add("a")
    count.add("a", by=2)
    assert 'hal_things_total{kind="a"} 3.0' in _text(measures)
    assert 'hal_things_total{kind="a"} 3.0' in _text(measures)


def test_nothing_shows_but_what_documents_name() -> None:
    measures = Measures()
    measures.count("hal_things_total", "things", "kind").add("a")
    measures.spread("hal_times_seconds", "times", (0.1, 1.0)).observe(0.5)
    shown = {line.split("{")[0].split()[0] for line in _text(measures) if line[0] != "#"}
    parts = {f"hal_times_seconds_{part}" for part in ("bucket", "sum", "count")}
    assert shown == {"hal_things_total", *parts}


def test_what_an_alert_waits_for_shows_before_it_happens() -> None:
    measures = Measures()
    measures.count("hal_things_total", "things", "kind").from_zero(["a", "b"]).add("b")
    text = _text(measures)
    assert {'hal_things_total{kind="a"} 0.0', 'hal_things_total{kind="b"} 1.0'} <= {*text}


@pytest.mark.parametrize("together", [False, True])
def test_values_fall_into_the_first_bucket_that_holds_them(together: bool) -> None:
    measures = Measures()
    spread = measures.spread("hal_times_seconds", "times", (0.1, 1.0), "at")
    values = [0.05, 0.1, 0.10001, 1.0, 7.0]
    if together:
        spread.observe_all(values, "x")
    else:
        for value in values:
            spread.observe(value, "x")
    text = _text(measures)
    assert 'hal_times_seconds_bucket{at="x",le="0.1"} 2.0' in text
    assert 'hal_times_seconds_bucket{at="x",le="1.0"} 4.0' in text
    assert 'hal_times_seconds_bucket{at="x",le="+Inf"} 5.0' in text
    assert 'hal_times_seconds_sum{at="x"} 8.25001' in text


class _Counting:
    def __init__(self, folder: Path, times: int, before: str = "") -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-c", before + _COUNTING, str(times)],
            env={"PROMETHEUS_MULTIPROC_DIR": str(folder), "PYTHONPATH": ":".join(sys.path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._child.stdout is not None
        assert self._child.stdout.readline() == b"counted\n"

    def kill(self) -> None:
        self._child.kill()
        self._child.communicate()


def _all_of(folder: Path) -> list[str]:
    return generate_latest(read_all(folder)).decode().splitlines()


def test_processes_add_up_and_one_that_ended_keeps_its_counts_and_no_level(tmp_path: Path) -> None:
    first, second = _Counting(tmp_path, 3), _Counting(tmp_path, 4)
    both = _all_of(tmp_path)
    first.kill()
    one, again = _all_of(tmp_path), _all_of(tmp_path)
    second.kill()
    none = _all_of(tmp_path)
    assert {'hal_things_total{kind="a"} 7.0', "hal_level 7.0"} <= set(both)
    assert {'hal_things_total{kind="a"} 7.0', "hal_level 4.0"} <= set(one)
    assert one == again
    assert 'hal_things_total{kind="a"} 7.0' in none
    assert 'hal_times_seconds_bucket{le="1.0"} 2.0' in none
    assert not any(line.startswith("hal_level ") for line in none)
    assert sorted(file.name for file in tmp_path.glob("*.db")) == [
        "counter_ended.db",
        "histogram_ended.db",
    ]


def test_who_begins_to_count_puts_away_those_that_ended(tmp_path: Path) -> None:
    for _ in range(3):
        _Counting(tmp_path, 1).kill()
    assert len(list(tmp_path.glob("counter_*.db"))) == 2
    assert 'hal_things_total{kind="a"} 3.0' in _all_of(tmp_path)


def test_on_a_full_disk_a_process_counts_by_itself_and_lives(tmp_path: Path) -> None:
    on_a_full_disk = "import resource as r; r.setrlimit(r.RLIMIT_FSIZE, (5000, 5000))\n"
    alone = _Counting(tmp_path, 3, before=on_a_full_disk)
    text = _all_of(tmp_path)
    alone.kill()
    assert not any(line.startswith("hal_things_total") for line in text)
