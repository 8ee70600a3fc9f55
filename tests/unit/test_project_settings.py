"""Every setting of a project is read strictly, and a bad one says what would do (§11)."""

from typing import Any

import pytest

from models.operations.invalid_request import InvalidRequest
from models.operations.origins import OriginError, read_origin
from models.operations.project_settings import read_settings_update


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("*", "*"),
        ("null", "null"),
        (" https://Shop.Example ", "https://shop.example"),
        ("https://shop.example/", "https://shop.example"),
        ("https://shop.example:443", "https://shop.example"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://shop.example:80", "http://shop.example"),
        ("https://shop.example:80", "https://shop.example:80"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("capacitor://localhost", "capacitor://localhost"),
    ],
)
def test_an_origin_is_kept_as_browsers_write_it(given: str, read: str) -> None:
    assert read_origin(given) == read


@pytest.mark.parametrize(
    "text",
    [
        "",
        "shop.example",
        "https://",
        "https:///",
        "https://shop.example/path",
        "https://shop.example?x=1",
        "https://user@shop.example",
        "https://shop.example:port",
        "https://shop.example:70000",
        "https://*.example",
        "https://shop example",
        "https://shop.example\x00",
        "https://\ud800.example",
        "https://[::1",
        "https://" + "a" * 300,
    ],
)
def test_what_no_browser_would_send_is_no_origin(text: str) -> None:
    with pytest.raises(OriginError):
        read_origin(text)


def test_only_what_was_given_is_changed() -> None:
    assert read_settings_update({}).given() == {}
    assert read_settings_update({"email_trust": None}).given() == {"email_trust": None}
    assert read_settings_update({"name": " Shop "}).given() == {"name": "Shop"}


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        ("name", " ", "Not blank"),
        ("name", "x" * 201, "At most 200"),
        ("name", None, "A string"),
        ("name", "a\x00", "U+0000"),
        ("stage_update_mode", "sideways", "advance_only, exact"),
        ("identity_verification", "on", "off, required"),
        ("email_trust", "all", "any, unclaimed, signed"),
        ("verify_all_writes", "true", "true or false"),
        ("verify_all_writes", 1, "true or false"),
        ("verify_all_writes", None, "true or false"),
        ("allowed_origins", "*", "A list"),
        ("allowed_origins", ["shop.example"], "https://"),
        ("allowed_origins", ["*"] * 101, "100"),
        ("rate_limits", {"planet": {}}, "no such"),
        ("rate_limits", {"visitor": {"rate_per_s": 0, "burst": 1}}, "More than 0"),
        ("rate_limits", {"visitor": {"rate_per_s": 1.0, "burst": True}}, "whole number"),
        ("rate_limits", {"visitor": {"rate_per_s": 1, "burst": 0}}, "At least 1"),
        ("rate_limits", {"visitor": {"rate_per_s": 2e6, "burst": 1}}, "At most 1000000"),
        ("rate_limits", {"visitor": {"rate_per_s": "1", "burst": 1}}, "A number"),
        ("rate_limits", {"visitor": {"rate_per_s": 0.00001, "burst": 1}}, "within a day"),
        ("rate_limits", {"visitor": {"burst": 1}}, "Required"),
        ("rate_limits", {"project": 5}, "An object"),
        ("rate_limits", None, "An object"),
        ("colour", "blue", "no such"),
    ],
)
def test_a_bad_setting_says_what_would_do(setting: str, value: Any, says: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        read_settings_update({setting: value})
    assert says in refused.value.detail
    assert refused.value.errors[0]["pointer"].startswith(f"/{setting}")


def test_a_bad_mode_has_the_code_of_the_contract() -> None:
    with pytest.raises(InvalidRequest) as refused:
        read_settings_update({"stage_update_mode": "sideways"})
    assert refused.value.code == "invalid_stage_update_mode"


def test_all_faults_are_named_at_once() -> None:
    with pytest.raises(InvalidRequest) as refused:
        read_settings_update({"name": "", "colour": "blue", "email_trust": 1})
    pointers = {fault["pointer"] for fault in refused.value.errors}
    assert pointers == {"/name", "/colour", "/email_trust"}
