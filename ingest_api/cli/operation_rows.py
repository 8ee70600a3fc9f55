"""Operations as rows for a person: what was asked, what became of it, in a few words."""

from collections.abc import Mapping
from typing import Any

SUMMARY_CODES = 3


def listed(receipt: Mapping[str, Any]) -> dict[str, Any]:
    """A receipt as a row of a table."""
    outcome = receipt["outcome"] or {}
    return {
        "operation_id": receipt["operation_id"],
        "accepted_at": receipt["accepted_at"],
        "type": receipt["type"],
        "status": receipt["status"],
        "caller": receipt["caller"],
        "visitor_id": receipt["visitor_id"],
        "contact_id": outcome.get("contact_id"),
        "company_id": outcome.get("company_id"),
        "what": summary(receipt),
    }


def summary(receipt: Mapping[str, Any]) -> str:
    """The reason of a refusal; else how much changed, the stage's change, what was warned about."""
    if receipt["problem"] is not None:
        return str(receipt["problem"]["code"])
    outcome = receipt["outcome"] or {}
    words = []
    if outcome.get("operation_id") not in (None, receipt["operation_id"]):
        words.append(f"repeats {outcome['operation_id']}")
    if receipt["changes"]:
        words.append(_counted(len(receipt["changes"]), "change"))
    stage = outcome.get("stage")
    if stage is not None:
        words.append(f"stage {stage['change']}")
    warnings = [warning["code"] for warning in outcome.get("warnings", ())]
    words += warnings[:SUMMARY_CODES]
    if len(warnings) > SUMMARY_CODES:
        words.append(_counted(len(warnings) - SUMMARY_CODES, "more warning"))
    return ", ".join(words)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def head(receipt: Mapping[str, Any]) -> dict[str, Any]:
    """The receipt without its tables: a line each."""
    outcome = dict(receipt["outcome"] or {})
    problem = receipt["problem"] or {}
    stage = outcome.get("stage")
    shown = {
        "operation_id": receipt["operation_id"],
        "type": receipt["type"],
        "status": receipt["status"],
        "caller": receipt["caller"],
        "visitor_id": receipt["visitor_id"],
        "accepted_at": receipt["accepted_at"],
        "applied_at": receipt["applied_at"],
        "repeats": None,
        "contact_id": outcome.get("contact_id"),
        "company_id": outcome.get("company_id"),
        "event_id": outcome.get("event_id"),
        "stage": stage and f"{stage['change']}: {stage['from'] or 'none'} to {stage['to']}",
        "problem": problem and f"{problem['status']} {problem['code']}: {problem['detail']}",
    }
    if outcome.get("operation_id") not in (None, receipt["operation_id"]):
        shown["repeats"] = outcome["operation_id"]
    always = ("operation_id", "type", "status", "caller", "accepted_at", "applied_at")
    return {name: value for name, value in shown.items() if value or name in always}


def changed_fields(receipt: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the operation changed, a row a field, also of records that it made or removed."""
    rows = []
    for change in receipt["changes"]:
        if change["pointer"]:
            rows.append(dict(change))
            continue
        before, after = change["before"] or {}, change["after"] or {}
        rows += [
            {
                **change,
                "pointer": f"/{name}",
                "before": before.get(name),
                "after": after.get(name),
            }
            for name in {**before, **after}
        ]
    return rows


def tail_line(receipt: Mapping[str, Any]) -> str:
    """The receipt on one line, in columns that stay where they are from line to line."""
    who = receipt["visitor_id"] or (receipt["outcome"] or {}).get("contact_id") or "-"
    return (
        f"{receipt['applied_at']}  {receipt['status']:<9}  {receipt['type']:<14}  "
        f"{receipt['operation_id']}  {who}  {summary(receipt)}"
    ).rstrip()
