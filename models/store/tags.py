"""The contacts of each tag, kept in step with the contacts' own tags (contract §11 `tag`)."""

from collections.abc import Iterable, Mapping
from typing import Any

from models.store.columns import Difference, Row, column_names, table_of
from models.store.kinds import CONTACTS
from models.store.writes import Writes
from models.tables import ContactTagTable

_TABLE = table_of(ContactTagTable)
_TAGS_AT = column_names(CONTACTS.table).index("tags")


def save(rows: Writes, loaded: Mapping[Any, Row], contacts: Difference) -> None:
    """Writes what differs between the tags of the contacts as loaded and as they are saved."""
    added, changed, gone = contacts
    retagged = [row for row in changed if row[_TAGS_AT] != _as_loaded(loaded, row)[_TAGS_AT]]
    before = _pairs([*gone, *(_as_loaded(loaded, row) for row in retagged)])
    after = _pairs([*added, *retagged])
    rows.delete(_TABLE, list(before - after))
    rows.insert(_TABLE, sorted(after - before))


def _as_loaded(loaded: Mapping[Any, Row], row: Row) -> Row:
    return loaded[CONTACTS.key_of_row(row)]


def _pairs(contacts: Iterable[Row]) -> set[Row]:
    """Tag and contact id, as the table has them."""
    return {(tag, *CONTACTS.key_row(row)) for row in contacts for tag in row[_TAGS_AT]}
