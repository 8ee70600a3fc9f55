"""What the pipeline decided, in the words of the model."""

from collections.abc import Mapping
from typing import Any

from tests.model.outcome import Result
from tests.model.state import Json


def expected(result: Result) -> Json:
    """What a receipt has to say of the model's result."""
    refused = result.status == "rejected"
    return {
        "status": result.status,
        "problem": [result.http_status, result.code] if refused else None,
        "warnings": [] if refused else sorted(map(list, result.warnings)),
        "stage": result.stage,
        "contact_id": result.contact_id,
        "company_id": result.company_id,
        "event_id": result.event_id,
    }


def told(record: Mapping[str, Any]) -> Json:
    """What a receipt, or a ledger's record, says; warnings of the edge left out."""
    outcome = record["outcome"] or {}
    problem = record["problem"]
    warnings = [[each["code"], each["pointer"]] for each in outcome.get("warnings", ())]
    return {
        "status": record["status"],
        "problem": problem and [problem["status"], problem["code"]],
        "warnings": sorted(each for each in warnings if each[0] != "claim_overrode_field"),
        "stage": outcome.get("stage"),
        "contact_id": outcome.get("contact_id"),
        "company_id": outcome.get("company_id"),
        "event_id": outcome.get("event_id"),
    }
