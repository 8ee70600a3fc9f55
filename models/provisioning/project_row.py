"""The rows that stand for a project: itself, and its mailbox, whose lock orders its writes."""

from sqlalchemy import Connection, select

from models.provisioning.refusals import project_not_found
from models.store.columns import table_of
from models.tables import MailboxTable, ProjectTable

PROJECTS = table_of(ProjectTable)
MAILBOXES = table_of(MailboxTable)


def require_project(connection: Connection, project_id: str) -> None:
    """Raises NotFound unless the project exists."""
    wanted = select(PROJECTS.c.id).where(PROJECTS.c.id == project_id)
    if connection.execute(wanted).scalar_one_or_none() is None:
        raise project_not_found(project_id)


def lock_project(connection: Connection, project_id: str) -> None:
    """Waits until no drain applies operations of this project, and keeps it so to the end of
    the transaction. Raises NotFound; Database makes Transient of a wait beyond `lock_timeout_s`.

    On SQLite the write transaction itself is the lock.
    """
    wanted = select(MAILBOXES.c.project_id).where(MAILBOXES.c.project_id == project_id)
    if connection.execute(wanted.with_for_update()).scalar_one_or_none() is None:
        raise project_not_found(project_id)
