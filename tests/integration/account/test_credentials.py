"""Keys and identity secrets written through the mailbox: kept, taken back, never told (§2)."""

import json

import pytest

from models.operations.credentials import (
    CreateIdentitySecret,
    CreateKey,
    DeleteIdentitySecret,
    RevokeKey,
)
from models.provisioning.identity_secrets import new_identity_secret
from models.provisioning.keys import key_digest, new_key
from models.store.dialects import rows_over
from models.store.save import save
from models.tables import IdentitySecretTable, KeyTable
from models.usage_marks import mark_keys_used
from tests.integration.desk import Desk, problem
from workers.decide import decide_batch
from workers.groundwork import lay_groundwork

NOT_FOUND = (404, "not_found")


def made_key() -> CreateKey:
    key = new_key("api")
    return CreateKey("api", key.prefix, key.digest, "shop")


def test_a_key_is_kept_as_its_digest_and_answered_without_it(desk: Desk) -> None:
    new = new_key("secret")
    (receipt,) = desk.write(CreateKey("secret", new.prefix, new.digest, "backend"))
    record = receipt["outcome"]["record"]
    assert record == {
        "id": f"key_{receipt['operation_id'][3:]}",
        "kind": "secret",
        "prefix": new.printed[:11],
        "label": "backend",
        "created_at": record["created_at"],
        "last_used_at": None,
        "revoked_at": None,
    }
    (stored,) = [row for row in desk.rows(KeyTable) if row["id"] == record["id"]]
    assert stored["digest"] == key_digest(new.printed)
    assert receipt["changes"] == [
        {
            "record": "key",
            "id": record["id"],
            "pointer": "",
            "before": None,
            "after": {key: record[key] for key in ("id", "kind", "prefix", "label")},
        }
    ]
    assert new.digest not in json.dumps(receipt)


def test_a_key_is_revoked_for_good_and_once(desk: Desk) -> None:
    key_id = desk.record(made_key())["id"]
    first, second = desk.write(RevokeKey(key_id), RevokeKey(key_id))
    assert (first["status"], second["status"]) == ("applied", "unchanged")
    (stored,) = [row for row in desk.rows(KeyTable) if row["id"] == key_id]
    assert stored["revoked_at_ms"] == first["accepted_at_ms"]
    (change,) = first["changes"]
    assert (change["pointer"], change["before"]) == ("/revoked_at", None)
    assert change["after"].endswith("Z")


def test_a_key_that_is_revoked_in_the_batch_that_made_it_is_revoked(desk: Desk) -> None:
    (made,) = desk.put(made_key())
    (revoked,) = desk.write(RevokeKey(f"key_{made[3:]}"))
    assert revoked["status"] == "applied"
    (stored,) = [row for row in desk.rows(KeyTable) if row["label"] == "shop"]
    assert stored["revoked_at_ms"] == revoked["accepted_at_ms"]


def test_revoking_does_not_take_back_a_use_that_was_written_meanwhile(desk: Desk) -> None:
    key_id = desk.record(made_key())["id"]
    desk.put(RevokeKey(key_id))
    head = desk.mailbox.head(desk.project_id, 1).entries
    with desk.database.transaction() as connection:
        rows = rows_over(connection, desk.project_id)
        ((gathered, _),) = decide_batch(rows, head, lay_groundwork(rows, head), 0)
        mark_keys_used(connection, {(desk.project_id, key_id): 5})
        save(rows, gathered)
    (stored,) = [row for row in desk.rows(KeyTable) if row["id"] == key_id]
    assert stored["last_used_at_ms"] == 5
    assert stored["revoked_at_ms"] is not None


def test_an_unknown_key_or_that_of_another_project_is_not_found(desk: Desk) -> None:
    other = Desk(desk.redis_url, desk.database_url, desk.scenario)
    key_id = other.record(made_key())["id"]
    other.close()
    assert [problem(each) for each in desk.write(RevokeKey(key_id), RevokeKey("key_"))] == [
        NOT_FOUND,
        NOT_FOUND,
    ]


def test_a_project_holds_two_identity_secrets_and_a_slot_is_free_again_at_once(
    desk: Desk,
) -> None:
    (first,) = desk.rows(IdentitySecretTable)
    second, third, gone, fourth = desk.write(
        CreateIdentitySecret(new_identity_secret()),
        CreateIdentitySecret(new_identity_secret()),
        DeleteIdentitySecret(first["id"]),
        CreateIdentitySecret(new_identity_secret()),
    )
    assert problem(third) == (409, "too_many_identity_secrets")
    assert [each["status"] for each in (second, gone, fourth)] == ["applied"] * 3
    live = {row["id"]: row["slot"] for row in desk.rows(IdentitySecretTable)}
    assert live == {
        f"sec_{second['operation_id'][3:]}": 2,
        f"sec_{fourth['operation_id'][3:]}": 1,
    }


def test_an_identity_secret_is_stored_as_printed_and_told_nowhere(desk: Desk) -> None:
    printed = new_identity_secret()
    (made,) = desk.write(CreateIdentitySecret(printed))
    secret_id = made["outcome"]["record"]["id"]
    assert printed in {row["secret"] for row in desk.rows(IdentitySecretTable)}
    (deleted,) = desk.write(DeleteIdentitySecret(secret_id))
    for receipt in (made, deleted):
        assert printed not in json.dumps(receipt)
        assert [change["record"] for change in receipt["changes"]] == ["identity_secret"]


@pytest.mark.parametrize("secret_id", ["sec_", "", "é"])
def test_an_unknown_identity_secret_is_not_found(desk: Desk, secret_id: str) -> None:
    (receipt,) = desk.write(DeleteIdentitySecret(secret_id))
    assert problem(receipt) == NOT_FOUND
