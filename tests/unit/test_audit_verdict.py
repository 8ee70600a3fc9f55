"""A weakness that an update mends fails the checks; a missing service does not."""

from typing import Any

from tests.audit.verdict import judge


def _report(*packages: dict[str, Any]) -> dict[str, Any]:
    return {"dependencies": list(packages), "fixes": []}


def _package(name: str, *weaknesses: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "version": "1.0", "vulns": list(weaknesses)}


def _weakness(*fixes: str) -> dict[str, Any]:
    return {"id": "CVE-1", "fix_versions": list(fixes), "aliases": [], "description": "long"}


def test_a_weakness_that_an_update_mends_is_red_and_names_the_update() -> None:
    verdict = judge(_report(_package("good"), _package("bad", _weakness("1.1", "2.0"))))
    assert verdict.is_red
    assert verdict.lines[0] == "bad 1.0: CVE-1, mended in 1.1, 2.0"


def test_a_weakness_without_an_update_is_told_and_not_red() -> None:
    verdict = judge(_report(_package("bad", _weakness())))
    assert not verdict.is_red
    assert verdict.lines == [
        "bad 1.0: CVE-1, not mended yet",
        "1 packages looked up, known weaknesses: 1",
    ]


def test_packages_that_the_service_does_not_know_are_counted() -> None:
    verdict = judge(_report(_package("good"), {"name": "own", "skip_reason": "not found"}))
    assert not verdict.is_red
    assert verdict.lines == ["1 packages looked up, 1 unknown to the service, known weaknesses: 0"]


def test_a_service_that_knows_no_package_has_looked_nothing_up() -> None:
    verdict = judge(_report({"name": "a", "skip_reason": "not found"}))
    assert not verdict.is_red
    assert verdict.lines == [
        "known weaknesses were not looked up: the service that answers here knows none of them"
    ]
