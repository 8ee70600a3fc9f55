"""What the pipeline decided, in the words of the model."""

from collections.abc import Mapping
from decimal import Decimal
from difflib import unified_diff
from typing import Any

from tests.model.outcome import Result
from tests.model.snapshot import canonical_text, deal_text
from tests.model.state import Json

TEN_THOUSANDTHS = Decimal(10_000)


def expect_same(stored: Json, model: Json) -> None:
    """Raises AssertionError with the lines that differ."""
    stored_text, model_text = canonical_text(stored), canonical_text(model)
    if stored_text != model_text:
        lines = (stored_text.splitlines(), model_text.splitlines())
        raise AssertionError("\n".join(unified_diff(*lines, "stored", "model", lineterm="", n=6)))


def expected(result: Result) -> Json:
    """What a receipt has to say of the model's result."""
    refused = result.status == "rejected"
    return {
        "status": result.status,
        "problem": [result.http_status, result.code, result.holder_id] if refused else None,
        "warnings": [] if refused else sorted(map(list, result.warnings)),
        "stage": result.stage,
        "contact_id": result.contact_id,
        "company_id": result.company_id,
        "event_id": result.event_id,
        "record": shown(result.record),
    }


def told(record: Mapping[str, Any]) -> Json:
    """What a receipt, or a ledger's record, says; warnings of the edge left out."""
    outcome = record["outcome"] or {}
    problem = record["problem"]
    warnings = [[each["code"], each["pointer"]] for each in outcome.get("warnings", ())]
    return {
        "status": record["status"],
        "problem": problem and [problem["status"], problem["code"], problem.get("holder_id")],
        "warnings": sorted(each for each in warnings if each[0] != "claim_overrode_field"),
        "stage": outcome.get("stage"),
        "contact_id": outcome.get("contact_id"),
        "company_id": outcome.get("company_id"),
        "event_id": outcome.get("event_id"),
        "record": shown(outcome.get("record")),
    }


def shown(record: Json | None) -> Json | None:
    """A record with its deal value, however it is counted, as plain digits."""
    if record is None:
        return None
    unknown = {"next_cursor"} | ({"id"} if "rate_limits" in record else set())
    shown = {key: value for key, value in record.items() if key not in unknown}
    if "deal_value_e4" in record:
        value_e4 = shown.pop("deal_value_e4")
        shown["deal_value"] = None if value_e4 is None else Decimal(value_e4) / TEN_THOUSANDTHS
    if "deal_value" in shown:
        shown["deal_value"] = deal_text(shown["deal_value"])
    return shown
