"""The operator's page lists every setting as the code has it (contract §13)."""

from pathlib import Path

from tests.unit.config.settings_table import render_settings_markdown

_PAGE = Path(__file__).resolve().parents[3] / "docs" / "operations" / "settings.md"
_BEGIN = "<!-- settings: as the code has them, held by a test -->\n"
_END = "<!-- end of settings -->\n"


def test_the_table_of_settings_is_the_one_that_the_code_renders() -> None:
    page = _PAGE.read_text(encoding="utf-8")
    assert page.count(_BEGIN) == page.count(_END) == 1
    assert page.partition(_BEGIN)[2].partition(_END)[0] == render_settings_markdown()
