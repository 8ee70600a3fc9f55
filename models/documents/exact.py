"""Values that JSON holds exactly and Python's numbers do not, or that are JSON text already."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.rules.deal_value import TEN_THOUSANDTHS


@dataclass(slots=True)
class JsonText:
    """JSON as it is to stand in an answer (`ingest_api/exact_json.py`), not looked into.

    Not frozen: that would make it three times as slow to make, and a page holds a hundred.
    """

    text: str


_SHOWN_AS = {"deal_value_e4": "deal_value", "from_e4": "from", "to_e4": "to"}
_DEAL_VALUE = "deal_value_e4"
_DEAL_POINTER = f"/{_DEAL_VALUE}"


def deal_value_shown(deal_value_e4: int | None) -> int | JsonText | None:
    """The amount as a JSON number that is exact: no double holds 999999999999.9999."""
    if deal_value_e4 is None:
        return None
    whole, rest = divmod(deal_value_e4, TEN_THOUSANDTHS)
    return JsonText(f"{whole}.{rest:04}".rstrip("0")) if rest else whole


def in_contract_units(document: Mapping[str, Any]) -> dict[str, Any]:
    """A stored document with its amounts, kept in ten-thousandths, as the contract names them.

    Only its own fields are looked at: metadata may use the same names.
    """
    return {
        _SHOWN_AS.get(name, name): deal_value_shown(value) if name in _SHOWN_AS else value
        for name, value in document.items()
    }


def change_shown(change: Mapping[str, Any]) -> dict[str, Any]:
    """A line of a receipt's changes, in contract units; a whole record is one value in it."""
    if change["pointer"] == _DEAL_POINTER:
        return {
            **change,
            "pointer": "/deal_value",
            "before": deal_value_shown(change["before"]),
            "after": deal_value_shown(change["after"]),
        }
    if change["pointer"] != "":
        return dict(change)
    before, after = change["before"], change["after"]
    return {
        **change,
        "before": None if before is None else in_contract_units(before),
        "after": None if after is None else in_contract_units(after),
    }
