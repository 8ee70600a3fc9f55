"""A project is made whole, shown without its secrets, and changed setting by setting (§2, §11)."""

import hashlib
from typing import Any

import pytest
from sqlalchemy import select

from models.database import Database
from models.operations.invalid_request import InvalidRequest
from models.operations.project_settings import read_settings_update
from models.provisioning.demo import DEMO_STAGES, FirstProject, ensure_demo_project
from models.provisioning.identity_secrets import list_identity_secrets
from models.provisioning.keys import list_keys
from models.provisioning.project_row import MAILBOXES
from models.provisioning.projects import (
    CreatedProject,
    create_project,
    list_projects,
    show_project,
    update_project,
)
from models.provisioning.refusals import NotFound, ProjectIdTaken
from models.provisioning.stages import list_stages
from models.store.columns import table_of
from models.tables import KeyTable

KEYS = table_of(KeyTable)
THEN_MS = 1_700_000_000_000
LATER_MS = THEN_MS + 5_000


def created(database: Database, project_id: str | None = "proj_123") -> CreatedProject:
    with database.transaction() as connection:
        return create_project(connection, project_id, "Demo", ["Lead", "Customer"], THEN_MS)


def change(database: Database, **settings: Any) -> dict[str, Any]:
    with database.transaction() as connection:
        wanted = read_settings_update(settings)
        project = update_project(connection, "proj_123", wanted, LATER_MS)
    return {name: getattr(project, name) for name in project.__dataclass_fields__}


def test_a_new_project_has_the_defaults_of_the_contract(database: Database) -> None:
    created(database)
    with database.reading() as connection:
        project = show_project(connection, "proj_123")
        mailbox = connection.execute(select(MAILBOXES)).one()
        stages = [stage.name for stage in list_stages(connection, "proj_123")]
    assert project.stage_update_mode == "advance_only"
    assert project.identity_verification == "off"
    assert project.email_trust == "any"
    assert project.allowed_origins == ["*"]
    assert (project.require_token_expiry, project.allow_widget_exact) == (True, True)
    assert (project.first_linked_fallback, project.create_unknown_companies) == (True, False)
    assert (project.verify_all_writes, project.require_publishable_key) == (False, False)
    assert (project.rate_limits, project.created_at_ms) == ({}, THEN_MS)
    assert tuple(mailbox) == ("proj_123", 0)
    assert stages == ["Lead", "Customer"]


def test_a_new_project_has_one_key_of_each_kind_of_which_only_a_digest_is_stored(
    database: Database,
) -> None:
    made = created(database)
    printed = {
        "publishable": made.publishable_key,
        "secret": made.secret_token,
        "api": made.api_key,
    }
    with database.reading() as connection:
        keys = {key.kind: key for key in list_keys(connection, "proj_123")}
        digests = dict(connection.execute(select(KEYS.c.kind, KEYS.c.digest)).all())
    starts = {kind: key[:3] for kind, key in printed.items()}
    assert starts == {"publishable": "pk_", "secret": "sk_", "api": "ak_"}
    for kind, key in printed.items():
        assert digests[kind] == hashlib.sha256(key.encode()).hexdigest()
        assert keys[kind].prefix == key[:11]


def test_its_credentials_are_in_no_representation(database: Database) -> None:
    made = created(database)
    shown = repr(made)
    for secret in (made.publishable_key, made.secret_token, made.api_key, made.identity_secret):
        assert secret not in shown


def test_its_identity_secret_is_listed_without_the_secret(database: Database) -> None:
    made = created(database)
    with database.reading() as connection:
        listed = list_identity_secrets(connection, "proj_123")
    assert len(listed) == 1
    assert made.identity_secret not in repr(listed)
    assert len(made.identity_secret.removeprefix("is_")) >= 43


def test_a_project_without_an_id_gets_one_of_its_own(database: Database) -> None:
    assert created(database, None).project_id != created(database, None).project_id


def test_an_id_that_is_taken_is_refused_and_changes_nothing(database: Database) -> None:
    created(database)
    with pytest.raises(ProjectIdTaken):
        created(database)
    with database.reading() as connection:
        assert len(list_keys(connection, "proj_123")) == 3


@pytest.mark.parametrize("project_id", ["", "a b", "ä", "a" * 65, "a/b", "a\n"])
def test_an_id_that_no_request_could_name_is_refused(database: Database, project_id: str) -> None:
    with pytest.raises(InvalidRequest):
        created(database, project_id)
    with database.reading() as connection:
        assert list_projects(connection) == []


def test_projects_are_listed_newest_first(database: Database) -> None:
    with database.transaction() as connection:
        create_project(connection, "older", "Older", [], THEN_MS)
        create_project(connection, "newer", "Newer", [], LATER_MS)
    with database.reading() as connection:
        assert [project.id for project in list_projects(connection)] == ["newer", "older"]


def test_a_change_touches_only_what_it_names(database: Database) -> None:
    created(database)
    before = change(database)
    after = change(database, stage_update_mode="exact", allowed_origins=["https://Shop.example/"])
    assert before["updated_at_ms"] == THEN_MS
    assert after == before | {
        "stage_update_mode": "exact",
        "allowed_origins": ["https://shop.example"],
        "updated_at_ms": LATER_MS,
    }


def test_email_trust_follows_the_verification_until_it_is_set(database: Database) -> None:
    created(database)
    assert change(database, identity_verification="required")["email_trust"] == "unclaimed"
    assert change(database, email_trust="signed")["email_trust"] == "signed"
    assert change(database, identity_verification="off")["email_trust"] == "signed"
    assert change(database, email_trust=None)["email_trust"] == "any"


def test_rate_limits_keep_what_was_given(database: Database) -> None:
    created(database)
    wanted = {"visitor": {"rate_per_s": 0.5, "burst": 10}}
    assert change(database, rate_limits=wanted)["rate_limits"] == wanted


def test_a_project_that_does_not_exist_is_not_found(database: Database) -> None:
    with database.transaction() as connection:
        with pytest.raises(NotFound):
            show_project(connection, "nobody")
        with pytest.raises(NotFound):
            update_project(connection, "nobody", read_settings_update({}), THEN_MS)


def test_the_demo_project_is_made_once_and_only_where_there_is_none(
    database: Database, database_url: str
) -> None:
    made = ensure_demo_project(database_url)
    assert made.created is not None
    assert made.project_id == made.created.project_id == "demo"
    assert ensure_demo_project(database_url) == FirstProject("demo", None)
    with database.reading() as connection:
        assert [stage.name for stage in list_stages(connection, "demo")] == list(DEMO_STAGES)


def test_a_database_with_a_project_gets_no_demo(database: Database, database_url: str) -> None:
    project_id = created(database).project_id
    assert ensure_demo_project(database_url) == FirstProject(project_id, None)
