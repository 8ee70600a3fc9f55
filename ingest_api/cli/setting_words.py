"""`SETTING=VALUE` on the command line, read as the JSON of `PATCH /api/project` (§11)."""

import json
from collections.abc import Sequence
from typing import Any

import typer

from models.operations.project_settings import ProjectSettingsUpdate

SETTINGS_HELP = """Settings and what they take:

name: text

stage_update_mode: advance_only, exact

identity_verification: off, required

email_trust: any, unclaimed, signed, default (it then follows identity_verification)

allowed_origins: * or origins between commas (https://a.example,https://b.example)

rate_limits: JSON, as in {"visitor": {"rate_per_s": 5, "burst": 20}}

verify_all_writes, require_token_expiry, require_publishable_key, allow_widget_exact,
first_linked_fallback, create_unknown_companies: true, false"""

_BOOLEANS = {"true": True, "false": False}
_FIELDS = ProjectSettingsUpdate.model_fields


def read_setting_words(words: Sequence[str]) -> dict[str, Any]:
    """The settings by name, still to be checked. Raises typer.BadParameter for no SETTING=VALUE."""
    settings: dict[str, Any] = {}
    for word in words:
        name, separator, text = word.partition("=")
        if not separator:
            raise typer.BadParameter(f"{word!r} is not of the form SETTING=VALUE.")
        if name in settings:
            raise typer.BadParameter(f"{name} is given twice.")
        settings[name] = _value(name, text)
    return settings


def _value(name: str, text: str) -> Any:
    if name in _FIELDS and _FIELDS[name].annotation is bool:
        return _BOOLEANS.get(text.lower(), text)
    if name == "email_trust" and text == "default":
        return None
    if name == "allowed_origins" and not text.startswith("["):
        return [origin for origin in text.split(",") if origin]
    if name in ("allowed_origins", "rate_limits"):
        return _json(name, text)
    return text


def _json(name: str, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise typer.BadParameter(f"{name}: this is not JSON.") from None
