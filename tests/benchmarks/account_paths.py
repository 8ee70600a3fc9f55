"""The account reads that are measured, over the project of tests/integration/store/many_rows."""

from collections.abc import Callable

from ingest_api.cursors import list_digest, write_cursor
from tests.integration.store.many_rows import CONTACTS

# A prime: picks spread over the stored people.
_STRIDE = 7_919


def record(_project_id: str, n: int) -> str:
    """One contact."""
    return f"/api/contacts/{_contact_id(n)}"


def page(project_id: str, n: int) -> str:
    """Fifty contacts from anywhere in the list."""
    cursor = write_cursor(list_digest(f"{project_id} contacts", {}), _contact_id(n))
    return f"/api/contacts?cursor={cursor}"


def search(_project_id: str, n: int) -> str:
    """The contacts in whose address a rare word stands: all of them are looked at."""
    return f"/api/contacts?q=p{n * _STRIDE % CONTACTS}@"


READS: dict[str, Callable[[str, int], str]] = {"record": record, "page": page, "search": search}


def _contact_id(n: int) -> str:
    return f"con_{1_000_000 + n * _STRIDE % CONTACTS}"
