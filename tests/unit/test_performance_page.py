"""docs/performance.md says what the last written runs printed, and nothing else."""

from tests.benchmarks.page import read_results, render_tables, written_tables


def test_the_page_shows_the_written_figures() -> None:
    assert written_tables() == render_tables(read_results())
