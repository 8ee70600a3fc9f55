"""The table of settings of docs/operations/settings.md, as the settings themselves tell it."""

from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Literal, Union, get_args, get_origin

from config.settings import Settings


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One line of the table; `default` and `type` as a person would write them."""

    variable: str
    type: str
    default: str
    meaning: str


def settings_table() -> list[SettingRow]:
    """List every setting in its order of declaration."""
    return [
        SettingRow(
            variable=name.upper(),
            type=_type_label(field.annotation),
            default=str(field.default) or "none",
            meaning=field.description or "",
        )
        for name, field in Settings.model_fields.items()
    ]


def render_settings_markdown() -> str:
    """Render the table as Markdown."""
    lines = ["| variable | type | default | meaning |", "|---|---|---|---|"]
    lines += [
        f"| `{row.variable}` | {row.type} | `{row.default}` | {row.meaning} |"
        for row in settings_table()
    ]
    return "\n".join(lines) + "\n"


def _type_label(annotation: object) -> str:
    if get_origin(annotation) is Literal:
        return ", ".join(str(choice) for choice in get_args(annotation))
    if get_origin(annotation) is Annotated:
        return _type_label(get_args(annotation)[0])
    if isinstance(annotation, UnionType) or get_origin(annotation) is Union:
        return " or ".join(_type_label(choice) for choice in get_args(annotation))
    labels = {int: "whole number", float: "number", str: "text"}
    return labels.get(annotation, "text") if isinstance(annotation, type) else "text"
