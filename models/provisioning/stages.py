"""The pipeline, set as a whole (contract §9, §11 `PUT /api/stages`)."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from models.operations.invalid_request import field_fault
from models.operations.names import read_name
from models.operations.readers import STAGE_NAME_LIMIT_CHARS
from models.operations.stages import STAGES_LIMIT
from models.provisioning.project_row import lock_project, require_project
from models.provisioning.refusals import StageInUse
from models.rules.stage import stage_name_key
from models.store.columns import table_of
from models.tables import CompanyTable, StageTable

_STAGES = table_of(StageTable)
_COMPANIES = table_of(CompanyTable)


@dataclass(frozen=True, slots=True)
class Stage:
    """A named step; positions count from 0."""

    id: str
    name: str
    position: int


def list_stages(connection: Connection, project_id: str) -> list[Stage]:
    """The pipeline in its order. Raises NotFound."""
    require_project(connection, project_id)
    return _stored(connection, project_id)


def set_stages(connection: Connection, project_id: str, names: Sequence[str]) -> list[Stage]:
    """Makes these stages, in this order, the whole pipeline.

    A stage that exists by name, trimmed and case-folded, keeps its id, and so its companies; the
    others are made or dropped. Raises NotFound, InvalidRequest, and StageInUse for a dropped one
    that companies stand in.
    """
    wanted = _read_names(names)
    lock_project(connection, project_id)
    known = {stage_name_key(stage.name): stage for stage in _stored(connection, project_id)}
    _drop(connection, project_id, [known[key] for key in known.keys() - wanted.keys()])
    _move(connection, project_id, wanted, known)
    _make(connection, project_id, wanted, known.keys())
    return _stored(connection, project_id)


def _read_names(names: Sequence[str]) -> dict[str, Stage]:
    """What is wanted by name key; the ids are for those that are new."""
    if len(names) > STAGES_LIMIT:
        raise field_fault("/stages", f"At most {STAGES_LIMIT} stages.")
    wanted: dict[str, Stage] = {}
    for position, given in enumerate(names):
        name = read_name(given, f"/stages/{position}/name", STAGE_NAME_LIMIT_CHARS)
        if stage_name_key(name) in wanted:
            raise field_fault(f"/stages/{position}/name", f"{name} is named twice.")
        wanted[stage_name_key(name)] = Stage(f"stg_{secrets.token_hex(12)}", name, position)
    return wanted


def _stored(connection: Connection, project_id: str) -> list[Stage]:
    columns = (_STAGES.c.id, _STAGES.c.name, _STAGES.c.position)
    wanted = select(*columns).where(_STAGES.c.project_id == project_id)
    return [Stage(*row) for row in connection.execute(wanted.order_by(_STAGES.c.position))]


def _drop(connection: Connection, project_id: str, stages: Sequence[Stage]) -> None:
    if not stages:
        return
    name_of = {stage.id: stage.name for stage in stages}
    standing_in = (_COMPANIES.c.project_id == project_id) & _COMPANIES.c.stage_id.in_(name_of)
    used = connection.scalars(select(_COMPANIES.c.stage_id).where(standing_in).distinct())
    names = sorted(name_of[stage_id] for stage_id in used)
    if names:
        raise StageInUse(names)
    dropped = (_STAGES.c.project_id == project_id) & _STAGES.c.id.in_(name_of)
    connection.execute(delete(_STAGES).where(dropped))


def _move(
    connection: Connection,
    project_id: str,
    wanted: Mapping[str, Stage],
    known: Mapping[str, Stage],
) -> None:
    kept = [(stage, wanted[key]) for key, stage in known.items() if key in wanted]
    if not kept:
        return
    this_stage = (_STAGES.c.project_id == project_id) & (_STAGES.c.id == bindparam("stage"))
    place = update(_STAGES).where(this_stage).values(position=bindparam("place"))
    # Both databases check a unique position row by row: below all others there is room.
    below = min(0, *(stage.position for stage in known.values())) - len(known)
    parked = [{"stage": stage.id, "place": below + at} for at, (stage, _) in enumerate(kept)]
    connection.execute(place, parked)
    named = place.values(name=bindparam("new_name"))
    connection.execute(
        named,
        [{"stage": stage.id, "place": new.position, "new_name": new.name} for stage, new in kept],
    )


def _make(
    connection: Connection,
    project_id: str,
    wanted: Mapping[str, Stage],
    known: Iterable[str],
) -> None:
    existing = set(known)
    rows = [
        {
            "project_id": project_id,
            "id": stage.id,
            "name": stage.name,
            "name_key": key,
            "position": stage.position,
        }
        for key, stage in wanted.items()
        if key not in existing
    ]
    if rows:
        connection.execute(insert(_STAGES), rows)
