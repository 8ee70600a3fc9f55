"""Keys and identity secrets (contract §2)."""

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import SQLModel

from models.tables.columns import integer, text


class KeyTable(SQLModel, table=True):
    """A publishable, secret or api key; only its SHA-256 digest is stored."""

    __tablename__ = "keys"
    __table_args__ = (UniqueConstraint("digest"),)

    project_id: str = text(key=True, foreign_key="projects.id")
    id: str = text(key=True)
    kind: str = text()
    prefix: str = text()
    label: str | None = text(null=True)
    digest: str = text()
    created_at_ms: int = integer()
    last_used_at_ms: int | None = integer(null=True)
    revoked_at_ms: int | None = integer(null=True)


class IdentitySecretTable(SQLModel, table=True):
    """A live identity secret; two slots a project, so that a third cannot exist."""

    __tablename__ = "identity_secrets"
    __table_args__ = (
        UniqueConstraint("project_id", "slot"),
        CheckConstraint("slot IN (1, 2)", name="two_slots"),
    )

    project_id: str = text(key=True, foreign_key="projects.id")
    id: str = text(key=True)
    slot: int
    secret: str = text()
    created_at_ms: int = integer()
    last_verified_at_ms: int | None = integer(null=True)
