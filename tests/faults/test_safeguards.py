"""Each safeguard can be taken out, and a short test is named that goes red without it."""

import subprocess
import sys

import pytest

from tests.faults.safeguards import MISSED_BY, find
from tests.faults.weakened import WEAKENINGS


def test_for_each_safeguard_a_short_test_is_named() -> None:
    assert list(MISSED_BY) == list(WEAKENINGS)


def test_every_safeguard_is_where_its_removal_looks_for_it() -> None:
    take_out = "from tests.faults.weakened import WEAKENINGS as all; [all[name]() for name in all]"
    subprocess.run([sys.executable, "-c", take_out], check=True, timeout=60)


@pytest.mark.slow
def test_without_clearing_the_token_calls_are_stranded() -> None:
    safeguard = "clearing the token"
    assert "stranded" in find(safeguard, MISSED_BY[safeguard], tries=1).found
