"""Settings come from the environment; a bad one is told in one line (contract §13)."""

import pytest

from config.settings import Settings, SettingsError, load_settings
from tests.unit.config.settings_table import render_settings_markdown, settings_table


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for row in settings_table():
        monkeypatch.delenv(row.variable, raising=False)


def test_nothing_needs_to_be_set() -> None:
    settings = load_settings()
    assert settings.database_url == "sqlite:///var/hal-ingest.db"
    assert settings.redis_url == "redis://localhost:6379/0"
    assert settings.port == 8080


def test_an_empty_variable_counts_as_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "")
    assert load_settings().port == 8080


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("sqlite:///var/a.db", "sqlite:///var/a.db"),
        ("sqlite:////srv/a.db", "sqlite:////srv/a.db"),
        ("postgres://u:p@db:5433/x", "postgresql+psycopg://u:p@db:5433/x"),
        ("postgresql://db/x?sslmode=require", "postgresql+psycopg://db/x?sslmode=require"),
        ("postgresql+psycopg://db/x", "postgresql+psycopg://db/x"),
        ("postgresql://u@/x?host=/run/pg", "postgresql+psycopg://u@/x?host=/run/pg"),
    ],
)
def test_a_database_url_names_the_driver_that_is_used(
    monkeypatch: pytest.MonkeyPatch, given: str, used: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", given)
    assert load_settings().database_url == used


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DATABASE_URL", "mysql://u:secret@db/x"),
        ("DATABASE_URL", "secret"),
        ("DATABASE_URL", "sqlite://secret.db"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", "sqlite:///"),
        ("DATABASE_URL", "postgresql://u:secret@db:port/x"),
        ("REDIS_URL", "http://secret"),
        ("REDIS_URL", "localhost:6379"),
        ("REDIS_URL", "redis://:secret@h:99999999/0"),
        ("PORT", "eighty"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("LOG_LEVEL", "loud"),
        ("LOG_FORMAT", "xml"),
        ("LINGER_S", "nan"),
        ("REDIS_TIMEOUT_S", "inf"),
        ("REDIS_TIMEOUT_S", "0"),
        ("MAX_WAIT_S", "31"),
        ("DRAIN_BATCH_SIZE", "0"),
        ("DRAIN_SLICE_S", "25"),
    ],
)
def test_a_bad_setting_is_one_line_that_names_it_and_no_secret(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as refusal:
        load_settings()
    line = str(refusal.value)
    assert line.startswith(f"{variable}: ")
    assert "\n" not in line
    assert "secret" not in line


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("PORT", "eighty", "must be a whole number (it is 'eighty')"),
        ("WEB_WORKERS", "0", "must be at least 1 (it is '0')"),
        ("BODY_LIMIT_BYTES", "16777217", "must be at most 16777216 (it is '16777217')"),
        ("REDIS_TIMEOUT_S", "0", "must be above 0 (it is '0')"),
        ("REDIS_TIMEOUT_S", "soon", "must be a number (it is 'soon')"),
        ("REDIS_TIMEOUT_S", "nan", "must be a number (it is 'nan')"),
        ("LOG_FORMAT", "xml", "must be 'auto', 'json' or 'console' (it is 'xml')"),
        ("KEY_RETENTION_DAYS", "6", "must be at least 7 or 'forever' (it is '6')"),
        ("RECEIPT_RETENTION_DAYS", "never", "must be a whole number or 'forever' (it is 'never')"),
        ("DATABASE_URL", "x", "must start with sqlite:///, postgresql:// or postgres://"),
    ],
)
def test_the_line_says_what_the_setting_must_be(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, told: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as refusal:
        load_settings()
    assert str(refusal.value) == f"{variable}: {told}"


def test_a_level_may_be_written_in_lower_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "warning")
    assert load_settings().log_level == "WARNING"


def test_neither_url_is_in_what_is_printed_of_the_settings() -> None:
    settings = Settings(
        database_url="postgresql://u:secret@db/x", redis_url="redis://:secret@h:6379/0"
    )
    assert "secret" not in repr(settings)
    assert "secret" not in str(settings)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().port = 1  # type: ignore[misc]


def test_an_own_redis_is_known_from_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not load_settings().redis_url_given
    monkeypatch.setenv("REDIS_URL", "redis://localhost:6379/0")
    assert load_settings().redis_url_given


def test_another_process_gets_the_same_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(port=9000, linger_s=0.25, database_url="postgres://db/x")
    for variable, value in settings.as_environment().items():
        monkeypatch.setenv(variable, value)
    assert load_settings() == settings


def test_the_table_lists_every_setting_with_its_meaning() -> None:
    rows = settings_table()
    assert {row.variable.lower() for row in rows} == set(Settings.model_fields)
    assert all(row.meaning and row.type for row in rows)
    assert "| `PORT` | whole number | `8080` |" in render_settings_markdown()
