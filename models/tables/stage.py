"""The pipeline (contract §1, §9)."""

from sqlalchemy import UniqueConstraint
from sqlmodel import SQLModel

from models.tables.columns import text


class StageTable(SQLModel, table=True):
    """A named step; `name_key` is the trimmed, case-folded name (NFC) that requests match."""

    __tablename__ = "stages"
    __table_args__ = (
        UniqueConstraint("project_id", "name_key"),
        UniqueConstraint("project_id", "position"),
    )

    project_id: str = text(key=True, foreign_key="projects.id")
    id: str = text(key=True)
    name: str = text()
    name_key: str = text()
    position: int
