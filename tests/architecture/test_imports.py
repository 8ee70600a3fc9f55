"""Import rules that hold for modules which do not exist yet, and so cannot be named elsewhere.

The others stand in pyproject.toml, for import-linter.
"""

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]


def _modules(package: str) -> list[Path]:
    return sorted((_ROOT / package).rglob("*.py"))


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _is_below(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def _name(path: Path) -> str:
    return str(path.relative_to(_ROOT))


@pytest.mark.parametrize("path", _modules("models/rules"), ids=_name)
def test_a_rule_needs_only_the_standard_library_and_other_rules(path: Path) -> None:
    foreign = [
        module
        for module in _imported(path)
        if not _is_below(module, "models.rules")
        and module.partition(".")[0] not in sys.stdlib_module_names
    ]
    assert foreign == []


@pytest.mark.parametrize("path", _modules("ingest_api") + _modules("workers/mailbox"), ids=_name)
def test_the_edge_takes_only_the_mailbox_from_the_workers(path: Path) -> None:
    foreign = [
        module
        for module in _imported(path)
        if _is_below(module, "workers") and not _is_below(module, "workers.mailbox")
    ]
    assert foreign == []


def test_no_module_of_the_workers_half_is_forgotten_in_what_the_edge_may_not_know() -> None:
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (told,) = (
        contract["forbidden_modules"]
        for contract in project["tool"]["importlinter"]["contracts"]
        if contract["type"] == "forbidden" and contract["source_modules"] == ["ingest_api"]
    )
    files = (_ROOT / "workers").glob("*.py")
    there = {f"workers.{file.stem}" for file in files if not file.stem.startswith("__")}
    assert set(told) == there | {"workers.handlers"}


@pytest.mark.parametrize(
    "path",
    [path for package in ("ingest_api", "workers", "models") for path in _modules(package)],
    ids=_name,
)
def test_only_the_settings_read_the_environment(path: Path) -> None:
    readers = {"os.environ", "os.getenv", "os.environb"}
    assert readers.isdisjoint(_imported(path))
    assert not any(reader in path.read_text(encoding="utf-8") for reader in readers)


@pytest.mark.parametrize("path", _modules("models/rules") + _modules("workers/handlers"), ids=_name)
def test_what_decides_asks_no_clock(path: Path) -> None:
    calls = [
        node.attr
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today", "time_ns"}
    ]
    assert calls == []
