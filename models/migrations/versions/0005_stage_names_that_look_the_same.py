"""Stage names that look the same

A stage's name is found however its letters are composed (NFC). Of two stages of a project that
look the same one gets a number behind its name: nobody could tell them apart.
"""

from collections.abc import Container
from itertools import chain, count

import sqlalchemy as sa
from alembic import op

from models.rules.stage import stage_name_key

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STAGES = sa.table("stages", *map(sa.column, ("project_id", "id", "name", "name_key", "position")))


def upgrade() -> None:
    stages = op.get_bind().execute(sa.select(STAGES).order_by(STAGES.c.position)).all()
    taken = {(stage.project_id, stage.name_key) for stage in stages}
    for stage in stages:
        if stage_name_key(stage.name) == stage.name_key:
            continue
        name = _free_name(stage.project_id, stage.name, taken)
        taken.add((stage.project_id, stage_name_key(name)))
        this = (STAGES.c.project_id == stage.project_id) & (STAGES.c.id == stage.id)
        changed = {"name": name, "name_key": stage_name_key(name)}
        op.get_bind().execute(sa.update(STAGES).where(this).values(changed))


def downgrade() -> None:
    """Leave the names: the release before reads them, too."""


def _free_name(project_id: str, name: str, taken: Container[tuple[str, str]]) -> str:
    names = chain([name], (f"{name} ({number})" for number in count(2)))
    return next(each for each in names if (project_id, stage_name_key(each)) not in taken)
