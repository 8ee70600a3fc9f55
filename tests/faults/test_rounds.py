"""Short rounds of faults over real processes: nothing lost, doubled or reordered (contract §4)."""

from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from tests.faults.ground import postgres_server
from tests.faults.plan import DATABASE_KINDS, DatabaseKind, short
from tests.faults.round import play
from tests.faults.site import own_worker, site
from tests.faults.steady import NOBODY_MENDS, call_steadily
from tests.services.postgres_process import PostgresProcess

SEED = 1


@pytest.fixture
def server(database: DatabaseKind) -> Iterator[PostgresProcess | None]:
    """A PostgreSQL that the round may stop, where it is on one."""
    with postgres_server() if database == "postgresql" else nullcontext() as started:
        yield started


@pytest.mark.slow
@pytest.mark.parametrize("database", DATABASE_KINDS)
def test_a_round_of_faults_breaks_no_promise(
    database: DatabaseKind, server: PostgresProcess | None
) -> None:
    with site(server) as running:
        verdict = play(running, short(SEED, database))
    assert list(map(str, verdict.violations)) == []
    assert verdict.operations > 0


@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite"])
def test_no_operation_is_missed_by_a_leaving_drain_though_nobody_mends(
    database: DatabaseKind, server: PostgresProcess | None
) -> None:
    with site(server, own_worker, NOBODY_MENDS) as running:
        assert list(map(str, call_steadily(running))) == []
