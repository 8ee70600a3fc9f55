"""What `up` prints: the keys once, and a curl line that can be pasted."""

import json
import shlex
from dataclasses import dataclass

import pytest

from config.settings import Settings
from ingest_api.embedded.welcome import Welcome


@dataclass(frozen=True)
class _Demo:
    project_id: str = "proj_demo"
    publishable_key: str = "pk_1"
    secret_token: str = "sk_1"
    api_key: str = "ak_1"
    identity_secret: str = "is_1"


def test_the_first_start_shows_every_key() -> None:
    text = Welcome(Settings(), "proj_demo", _Demo()).as_text()
    assert all(key in text for key in ("proj_demo", "pk_1", "sk_1", "ak_1", "is_1"))


def test_a_later_start_shows_no_key_but_the_same_curl_line() -> None:
    first = Welcome(Settings(), "proj_demo", _Demo())
    later = Welcome(Settings(), "proj_demo", None)
    assert later.curl == first.curl
    assert later.curl in later.as_text()
    assert "key" not in later.as_text()


def test_a_newcomer_is_told_where_the_routes_are_described() -> None:
    assert "http://127.0.0.1:8080/docs" in Welcome(Settings(), "proj_demo", None).as_text()


def test_the_curl_line_is_one_shell_command_with_a_json_body() -> None:
    words = shlex.split(Welcome(Settings(port=9000), "proj_demo", None).curl)
    assert words[0] == "curl"
    assert "http://127.0.0.1:9000/api/widget/identify" in words
    assert json.loads(words[words.index("-d") + 1])["app_id"] == "proj_demo"


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("0.0.0.0", "http://127.0.0.1:8080"),
        ("::", "http://[::1]:8080"),
        ("127.0.0.1", "http://127.0.0.1:8080"),
    ],
)
def test_the_address_can_be_reached_from_this_machine(host: str, address: str) -> None:
    assert Welcome(Settings(host=host), "proj_demo", None).address == address


def test_as_json_it_is_one_line() -> None:
    line = Welcome(Settings(), "proj_demo", _Demo()).as_json()
    assert json.loads(line)["secret_token"] == "sk_1"
    assert "\n" not in line
