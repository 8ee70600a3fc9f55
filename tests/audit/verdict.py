"""What pip-audit's report means for the checks. Pure."""

from dataclasses import dataclass
from typing import Any

NOT_LOOKED_UP = "known weaknesses were not looked up"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to tell, and whether the checks fail: they do for a weakness that an update mends."""

    lines: list[str]
    is_red: bool = False


def judge(report: dict[str, Any]) -> Verdict:
    """Judge a report in pip-audit's JSON format.

    A mirror without advisories knows no package at all: that says nothing about weaknesses.
    """
    looked_up = [each for each in report["dependencies"] if "skip_reason" not in each]
    skipped = len(report["dependencies"]) - len(looked_up)
    if not looked_up:
        return Verdict([f"{NOT_LOOKED_UP}: the service that answers here knows none of them"])
    found = [(each, weakness) for each in looked_up for weakness in each["vulns"]]
    lines = [_line(package, weakness) for package, weakness in found]
    unknown = f", {skipped} unknown to the service" if skipped else ""
    summary = f"{len(looked_up)} packages looked up{unknown}, known weaknesses: {len(found)}"
    return Verdict([*lines, summary], any(weakness["fix_versions"] for _, weakness in found))


def _line(package: dict[str, Any], weakness: dict[str, Any]) -> str:
    fixes = ", ".join(weakness["fix_versions"])
    what_to_do = f"mended in {fixes}" if fixes else "not mended yet"
    return f"{package['name']} {package['version']}: {weakness['id']}, {what_to_do}"
