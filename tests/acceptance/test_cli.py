"""Projects are provisioned by hand, by a person or by a script (contract §13)."""

import tomllib
from contextlib import closing
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import update
from typer.testing import CliRunner

from ingest_api.cli.application import COMMANDS, Command, application
from models.database import Database
from models.store.columns import table_of
from models.tables import CompanyTable
from tests.services.command_line import CommandLine

KEY_NAMES = ["publishable_key", "secret_token", "api_key", "identity_secret"]
_ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def hal(database_url: str) -> CommandLine:
    return CommandLine(database_url=database_url)


@pytest.fixture
def hal_on_sqlite(sqlite_url: str) -> CommandLine:
    return CommandLine(database_url=sqlite_url)


def test_the_documented_project_prints_exactly_its_credentials(hal: CommandLine) -> None:
    made = hal(
        *("project", "create", "--id", "proj_123", "--name", "Demo"),
        *("--stages", "Lead,Qualified,Proposal,Customer", "--json"),
    )
    stages = hal("stages", "list", "proj_123", "--json").document["items"]
    assert (made.code, made.errors) == (0, "")
    assert list(made.document) == ["project_id", *KEY_NAMES]
    assert made.document["project_id"] == "proj_123"
    assert [stage["name"] for stage in stages] == ["Lead", "Qualified", "Proposal", "Customer"]


def test_a_project_is_provisioned_from_end_to_end(hal: CommandLine) -> None:
    hal("project", "create", "--id", "shop", "--name", "Shop", "--stages", "Lead,Customer")
    changed = hal("project", "set", "shop", "stage_update_mode=exact", "verify_all_writes=true")
    assert changed.code == 0, changed.errors
    shown = hal("project", "show", "shop", "--json").document
    assert (shown["stage_update_mode"], shown["verify_all_writes"]) == ("exact", True)

    hal("stages", "set", "shop", "Trial", "Lead", "Won, at last")
    stages = hal("stages", "list", "shop", "--json").document["items"]
    assert [stage["name"] for stage in stages] == ["Trial", "Lead", "Won, at last"]

    company = hal("company", "create", "shop", "--external-id", "acme", "--name", "Acme", "--json")
    assert company.document["external_id"] == "acme"
    assert hal("company", "list", "shop", "--json").document["items"] == [company.document]

    key = hal("keys", "create", "shop", "--kind", "secret", "--label", "CI", "--json").document
    assert key["key"].startswith(key["prefix"])
    assert hal("keys", "revoke", "shop", key["id"], "--json").document["revoked_at"] is not None
    listed = hal("keys", "list", "shop")
    assert key["id"] in listed.output
    assert key["key"] not in listed.output


@pytest.mark.parametrize(
    ("deal_value_e4", "shown"), [(9_999_999_999_999_997, "999999999999.9997"), (0, "0")]
)
def test_a_listed_amount_has_every_digit(
    hal_on_sqlite: CommandLine, sqlite_url: str, deal_value_e4: int, shown: str
) -> None:
    hal_on_sqlite("project", "create", "--id", "shop", "--name", "Shop")
    hal_on_sqlite("company", "create", "shop", "--name", "Acme")
    with closing(Database(sqlite_url)) as database, database.transaction() as connection:
        connection.execute(update(table_of(CompanyTable)).values(deal_value_e4=deal_value_e4))
    listed = hal_on_sqlite("company", "list", "shop", "--json").output
    assert f'"deal_value":{shown},' in listed
    assert f" {shown} " in hal_on_sqlite("company", "list", "shop").output


def test_identity_secrets_change_over_and_a_third_is_refused(hal_on_sqlite: CommandLine) -> None:
    hal = hal_on_sqlite
    hal("project", "create", "--id", "shop", "--name", "Shop")
    second = hal("identity-secrets", "create", "shop", "--json").document
    third = hal("identity-secrets", "create", "shop", "--json")
    assert third.code == 1
    assert third.refusal["code"] == "too_many_identity_secrets"
    assert hal("identity-secrets", "delete", "shop", second["id"]).code == 0
    assert hal("identity-secrets", "create", "shop").code == 0
    assert second["secret"] not in hal("identity-secrets", "list", "shop", "--json").output


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("stage_update_mode=sideways", "advance_only, exact"),
        ("verify_all_writes=maybe", "true or false"),
        ("allowed_origins=shop.example", "https://"),
        ("colour=blue", "no such setting"),
    ],
)
def test_a_bad_setting_is_one_clear_line(hal_on_sqlite: CommandLine, words: str, says: str) -> None:
    refused = hal_on_sqlite("project", "set", "shop", words)
    assert refused.code == 1
    assert refused.errors.count("\n") == 1
    assert words.partition("=")[0] in refused.errors
    assert says in refused.errors


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("allowed_origins=https://a.example,http://localhost:3000", None),
        ("allowed_origins=*", ["*"]),
        ('rate_limits={"visitor": {"rate_per_s": 5, "burst": 20}}', None),
        ("email_trust=signed", "signed"),
        ("email_trust=default", "any"),
        ("create_unknown_companies=true", True),
    ],
)
def test_every_kind_of_setting_can_be_set(
    hal_on_sqlite: CommandLine, words: str, shown: object
) -> None:
    hal_on_sqlite("project", "create", "--id", "shop", "--name", "Shop")
    name = words.partition("=")[0]
    changed = hal_on_sqlite("project", "set", "shop", words, "--json")
    assert changed.code == 0, changed.errors
    assert shown is None or changed.document[name] == shown


@pytest.mark.parametrize(
    "arguments",
    [
        ("project", "set", "shop", "name"),
        ("project", "set", "shop", "name=a", "name=b"),
        ("project", "set", "shop", "rate_limits={"),
        ("project", "create"),
        ("keys", "create", "shop", "--kind", "admin"),
        ("company", "list", "shop", "--limit", "0"),
        ("nonsense",),
        ("project", "nonsense"),
    ],
)
def test_wrong_usage_exits_with_2(hal_on_sqlite: CommandLine, arguments: tuple[str, ...]) -> None:
    assert hal_on_sqlite(*arguments).code == 2


def test_a_refusal_is_one_json_document_on_standard_error(hal_on_sqlite: CommandLine) -> None:
    refused = hal_on_sqlite("keys", "list", "nobody", "--json")
    assert (refused.code, refused.output) == (1, "")
    assert refused.refusal == {"code": "not_found", "detail": "There is no project nobody."}


def test_stored_text_cannot_steer_the_terminal(hal_on_sqlite: CommandLine) -> None:
    hal_on_sqlite("project", "create", "--id", "shop", "--name", "[red]\x1b[2J\x9bX")
    listed = hal_on_sqlite("project", "list").output
    assert "[red]" in listed
    assert not {"\x1b", "\x9b"} & set(listed)


def leaves(command: Command) -> list[list[str]]:
    """The words of each command that does something: `up`, or `keys list` and its siblings."""
    app = import_module(command.module).app
    if not isinstance(app.info.name, str):
        return [[command.name]]
    return [[command.name, leaf.name or leaf.callback.__name__] for leaf in app.registered_commands]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_explains_itself_and_has_json(command: Command) -> None:
    for words in leaves(command):
        told = CliRunner().invoke(application(command.name), [*words, "--help"])
        assert told.exit_code == 0, words
        assert "--json" in told.output


def test_the_overview_lists_every_command_and_its_line_is_the_commands_own() -> None:
    overview = CommandLine()("--help").output
    for command in COMMANDS:
        assert f" {command.name} " in overview
        assert command.help in overview


def test_the_overview_needs_none_of_the_slow_libraries() -> None:
    hal = CommandLine(pythonprofileimporttime=1)
    hal.is_cold = True
    loaded = {line.rpartition("|")[2].strip() for line in hal("--help").errors.splitlines()}
    assert "ingest_api.cli.application" in loaded
    assert not loaded & {"sqlalchemy", "alembic", "redis", "pydantic", "uvicorn"}


def test_the_installed_script_is_this_command_line() -> None:
    settings = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    module, _, function = settings["project"]["scripts"]["hal-ingest"].partition(":")
    assert callable(getattr(import_module(module), function))
