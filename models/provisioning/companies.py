"""Companies made by hand, so that a widget request can name them (contract §1, §5.5)."""

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from models.operations.invalid_request import field_fault
from models.operations.names import read_name
from models.operations.readers import NAME_LIMIT_CHARS
from models.provisioning.project_row import lock_project, require_project
from models.provisioning.refusals import ExternalIdTaken
from models.provisioning.row_ids import row_id
from models.rules.search_text import search_text
from models.rules.visitor_id import ID_LIMIT_CHARS, IdError, read_id
from models.store.columns import table_of
from models.tables import CompanyTable, StageTable

_COMPANIES = table_of(CompanyTable)
_STAGES = table_of(StageTable)


@dataclass(frozen=True, slots=True)
class CompanySummary:
    """A company in a list; `stage` is a name, the deal in ten-thousandths, the time epoch ms."""

    id: str
    external_id: str | None
    name: str | None
    placeholder: bool
    stage: str | None
    deal_value_e4: int | None
    created_at_ms: int


def create_company(
    connection: Connection,
    project_id: str,
    external_id: str | None,
    name: str | None,
    now_ms: int,
) -> CompanySummary:
    """Makes a company that no contact is linked to. Raises NotFound, InvalidRequest, and
    ExternalIdTaken with its holder.
    """
    external_id = None if external_id is None else _read_external_id(external_id)
    name = None if name is None else read_name(name, "/name", NAME_LIMIT_CHARS)
    # The drain makes companies too: under the lock, a look is enough to know what is free.
    lock_project(connection, project_id)
    _require_free(connection, project_id, external_id)
    company = CompanySummary(
        id=row_id("com", now_ms),
        external_id=external_id,
        name=name,
        placeholder=False,
        stage=None,
        deal_value_e4=None,
        created_at_ms=now_ms,
    )
    connection.execute(
        insert(_COMPANIES).values(
            project_id=project_id,
            id=company.id,
            external_id=external_id,
            name=name,
            metadata={},
            placeholder=False,
            created_at_ms=now_ms,
            updated_at_ms=now_ms,
            search_text=search_text(name, external_id),
        )
    )
    return company


def _read_external_id(external_id: str) -> str:
    try:
        return read_name(read_id(external_id), "/external_id", ID_LIMIT_CHARS)
    except IdError:
        detail = f"1 to {ID_LIMIT_CHARS} characters, and no word such as null or undefined."
        raise field_fault("/external_id", detail) from None


def _require_free(connection: Connection, project_id: str, external_id: str | None) -> None:
    if external_id is None:
        return
    holds = (_COMPANIES.c.project_id == project_id) & (_COMPANIES.c.external_id == external_id)
    holder_id = connection.execute(select(_COMPANIES.c.id).where(holds)).scalar_one_or_none()
    if holder_id is not None:
        raise ExternalIdTaken(holder_id)


def list_companies(connection: Connection, project_id: str, limit: int) -> list[CompanySummary]:
    """The newest companies of a project, placeholders too. Raises NotFound."""
    require_project(connection, project_id)
    same_stage = (_STAGES.c.project_id == _COMPANIES.c.project_id) & (
        _STAGES.c.id == _COMPANIES.c.stage_id
    )
    columns = (
        _COMPANIES.c.id,
        _COMPANIES.c.external_id,
        _COMPANIES.c.name,
        _COMPANIES.c.placeholder,
        _STAGES.c.name,
        _COMPANIES.c.deal_value_e4,
        _COMPANIES.c.created_at_ms,
    )
    wanted = (
        select(*columns)
        .select_from(_COMPANIES.outerjoin(_STAGES, same_stage))
        .where(_COMPANIES.c.project_id == project_id)
        .order_by(_COMPANIES.c.id.desc())
        .limit(limit)
    )
    return [CompanySummary(*row) for row in connection.execute(wanted)]
