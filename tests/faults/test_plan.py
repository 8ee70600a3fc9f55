"""A seed is a plan: the same each time, and all kinds of faults come up in forty of them."""

import pytest

from tests.faults.plan import DATABASE_KINDS, DatabaseKind, drawn, kinds_on
from tests.faults.script import visitor_script

SEEDS = range(1, 41)


@pytest.mark.parametrize("database", DATABASE_KINDS)
def test_a_seed_draws_the_same_plan_each_time_and_another_seed_another(
    database: DatabaseKind,
) -> None:
    assert drawn(7, database) == drawn(7, database)
    assert drawn(7, database).faults != drawn(8, database).faults


@pytest.mark.parametrize("database", DATABASE_KINDS)
def test_forty_seeds_draw_every_kind_of_fault_many_times(database: DatabaseKind) -> None:
    struck = [fault.kind for seed in SEEDS for fault in drawn(seed, database).faults]
    assert min(struck.count(kind) for kind in kinds_on(database)) >= 5


def test_a_script_is_its_seeds_and_its_callers_own() -> None:
    script = visitor_script(7, "ann", 20)
    assert script == visitor_script(7, "ann", 20)
    assert script not in (visitor_script(8, "ann", 20), visitor_script(7, "bob", 20))
