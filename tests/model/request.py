"""How raw values of a valid request are read (contract §3, §7)."""

import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from tests.model.state import Json


def identifier(raw: object) -> str:
    """A visitor id or company id: an integer is its decimal string; trimmed."""
    return str(raw).strip()


def user_id(raw: object) -> str | None:
    """None when not signed in: absent, empty or `anonymous`."""
    text = "" if raw is None else str(raw).strip()
    return None if text.lower() in {"", "anonymous"} else text


def email(raw: object) -> str | None:
    """The normal form (ASCII domains only); empty and null count as absent."""
    text = unicodedata.normalize("NFC", str(raw or "")).strip().lower()
    return text or None


def given(raw: object) -> str | None:
    """A text that is null or blank counts as absent; any other is kept as it was sent."""
    return raw if isinstance(raw, str) and raw.strip() else None


def notes(raw: object) -> str | None:
    """Only null and "" are none; blanks are kept."""
    return str(raw) if raw else None


def tags(raw: list[str] | None) -> list[str]:
    """Trimmed, each once, in their order; null is none."""
    return list(dict.fromkeys(tag.strip() for tag in raw or []))


def domain(raw: object) -> str | None:
    """Trimmed and in lower case; null and blanks are none."""
    text = given(raw)
    return text.strip().lower() if text else None


def event_name(raw: object) -> str:
    """NFC, trimmed, lower-cased, `.` and `$` as `-`."""
    text = unicodedata.normalize("NFC", str(raw)).strip().lower()
    return text.replace(".", "-").replace("$", "-")


def deal_value(raw: object) -> Decimal | None:
    """The exact decimal that was written; null clears."""
    return None if raw is None else Decimal(str(raw))


@dataclass(frozen=True)
class CompanyPart:
    """The `company` object of identify, with what is empty read as absent."""

    id: str | None
    name: str | None
    stage: str | None
    metadata: Json

    @property
    def says_nothing(self) -> bool:
        """Whether it is `{}`, or nothing but absent values."""
        return not (self.id or self.name or self.stage or self.metadata)


def company_part(raw: Json | None) -> CompanyPart:
    """The `company` object as the rules read it; null is `{}`."""
    raw = raw or {}
    return CompanyPart(
        id=None if raw.get("id") is None else identifier(raw["id"]),
        name=given(raw.get("name")),
        stage=given(raw.get("stage")),
        metadata=raw.get("metadata") or {},
    )
