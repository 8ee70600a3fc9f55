"""Keys and identity secrets come and go, and never come back whole (contract §2)."""

from collections.abc import Iterator

import pytest

from models.database import Database
from models.provisioning.identity_secrets import (
    create_identity_secret,
    delete_identity_secret,
    list_identity_secrets,
)
from models.provisioning.keys import create_key, list_keys, revoke_key
from models.provisioning.projects import create_project
from models.provisioning.refusals import NotFound, TooManyIdentitySecrets
from models.provisioning.row_ids import row_id
from workers.mailbox.operation_ids import operation_id

THEN_MS = 1_700_000_000_000


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    with opened.transaction() as connection:
        create_project(connection, "here", "Here", [], THEN_MS)
        create_project(connection, "elsewhere", "Elsewhere", [], THEN_MS)
    yield opened
    opened.close()


def secret_ids(database: Database) -> list[str]:
    with database.reading() as connection:
        return [secret.id for secret in list_identity_secrets(connection, "here")]


def test_a_key_is_listed_by_its_label_and_prefix(database: Database) -> None:
    with database.transaction() as connection:
        new = create_key(connection, "here", "secret", " CI ", THEN_MS + 1)
    with database.reading() as connection:
        newest = list_keys(connection, "here")[0]
    assert newest == new.key
    assert (newest.label, newest.prefix) == ("CI", new.printed[:11])
    assert new.printed not in repr(new)


def test_a_key_is_revoked_once_and_for_good(database: Database) -> None:
    with database.transaction() as connection:
        new = create_key(connection, "here", "secret", None, THEN_MS + 1)
        revoke_key(connection, "here", new.key.id, THEN_MS + 2)
        revoke_key(connection, "here", new.key.id, THEN_MS + 3)
        revoked = [key.revoked_at_ms for key in list_keys(connection, "here")]
    assert revoked == [THEN_MS + 2, None, None, None]


def test_a_key_of_another_project_is_not_found(database: Database) -> None:
    with database.transaction() as connection:
        key_id = list_keys(connection, "elsewhere")[0].id
        with pytest.raises(NotFound):
            revoke_key(connection, "here", key_id, THEN_MS)


def test_two_identity_secrets_live_at_once_and_a_third_does_not(database: Database) -> None:
    with database.transaction() as connection:
        create_identity_secret(connection, "here", THEN_MS + 1)
    with pytest.raises(TooManyIdentitySecrets), database.transaction() as connection:
        create_identity_secret(connection, "here", THEN_MS + 2)
    assert len(secret_ids(database)) == 2


def test_a_deleted_identity_secret_makes_room_for_a_new_one(database: Database) -> None:
    with database.transaction() as connection:
        second = create_identity_secret(connection, "here", THEN_MS + 1)
        first_id = list_identity_secrets(connection, "here")[1].id
        delete_identity_secret(connection, "here", first_id)
        third = create_identity_secret(connection, "here", THEN_MS + 2)
    assert secret_ids(database) == [third.secret.id, second.secret.id]
    assert second.printed != third.printed


def test_an_identity_secret_of_another_project_is_not_found(database: Database) -> None:
    with database.transaction() as connection:
        other = list_identity_secrets(connection, "elsewhere")[0].id
        with pytest.raises(NotFound):
            delete_identity_secret(connection, "here", other)
        assert len(list_identity_secrets(connection, "elsewhere")) == 1


def test_ids_sort_by_time_among_those_that_operations_make() -> None:
    at_ms = 1_760_000_000_000
    operation = operation_id(f"{at_ms}-5", "0" * 14)
    made = f"key_{operation[3:]}"
    assert row_id("key", at_ms - 1) < made < row_id("key", at_ms + 1)
    assert len(row_id("key", at_ms)) == len(made)
