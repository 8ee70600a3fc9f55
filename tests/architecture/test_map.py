"""docs/architecture.md names every file of the house, and none that is not there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]
# What a section's names stand below.
_FOLDERS = {
    "ingest_api: the edge and the command line": ("ingest_api",),
    "workers": ("workers",),
    "models and config": ("models", "."),
}
_ENTRY_POINTS = {"__init__.py", "__main__.py"}


def _sections() -> dict[str, str]:
    text = (_ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    found = re.findall(r"^### (.+)\n((?:(?!#).*\n)*)", text, re.MULTILINE)
    return {title: body for title, body in found if title in _FOLDERS}


def _named() -> Iterator[tuple[str, Path | None]]:
    """Each name in the first column of the tables, and the file or folder that it is."""
    for title, body in _sections().items():
        for row in re.findall(r"^\| (`.+?) \|", body, re.MULTILINE):
            folders = [_ROOT / folder for folder in _FOLDERS[title]]
            for name in re.findall(r"`([^`]+)`", row):
                place = next((each / name for each in folders if (each / name).exists()), None)
                yield name, place
                # Of `mailbox/post.py`, `accept.lua` the second one is in the folder of the first.
                if place is not None and place.is_file():
                    folders.insert(0, place.parent)


@pytest.mark.parametrize("title", _FOLDERS)
def test_the_house_has_its_sections(title: str) -> None:
    assert title in _sections()


def test_what_is_named_is_there() -> None:
    assert [name for name, place in _named() if place is None] == []


@pytest.mark.parametrize("package", ["ingest_api", "workers", "models", "config"])
def test_what_is_there_is_named(package: str) -> None:
    named = {place.resolve() for _, place in _named() if place is not None}
    files = [*(_ROOT / package).rglob("*.py"), *(_ROOT / package).rglob("*.lua")]
    assert [
        str(file.relative_to(_ROOT))
        for file in files
        if file.name not in _ENTRY_POINTS and named.isdisjoint([file, *file.parents])
    ] == []
