"""The records of the examples, as account routes answer with them."""

from typing import Any

from ingest_api.openapi.example_ids import (
    COMPANY_ID,
    CONTACT_ID,
    EVENT_ID,
    KEY_ID,
    OPERATION_ID,
    OTHER_STAGE_ID,
    PROJECT_ID,
    SIGNER_ID,
    STAGE_ID,
)

_CREATED_AT = "2026-11-21T14:03:27.184Z"
_UPDATED_AT = "2026-11-21T14:05:02.730Z"

CONTACT: dict[str, Any] = {
    "id": CONTACT_ID,
    "email": "grace@globex.com",
    "user_id": "5120",
    "name": "Grace Hopper",
    "phone": "+1 555 0100",
    "notes": "Prefers mail",
    "tags": ["vip", "emea"],
    "metadata": {"plan": "enterprise"},
    "company_ids": [COMPANY_ID],
    "created_at": _CREATED_AT,
    "updated_at": _UPDATED_AT,
}
COMPANY: dict[str, Any] = {
    "id": COMPANY_ID,
    "external_id": "globex",
    "name": "Globex",
    "domain": "globex.com",
    "industry": "Energy",
    "stage": "Qualified",
    "deal_value": 24000.5,
    "notes": "Renewal in May",
    "metadata": {"region": "emea"},
    "placeholder": False,
    "created_at": _CREATED_AT,
    "updated_at": _UPDATED_AT,
}
VISITOR: dict[str, Any] = {
    "visitor_id": "user_456",
    "contact_id": CONTACT_ID,
    "active_company_id": COMPANY_ID,
    "properties": {"feature_flag": "beta"},
}
EVENT_ROW: dict[str, Any] = {
    "id": EVENT_ID,
    "kind": "event",
    "occurred_at": _CREATED_AT,
    "recorded_at": _CREATED_AT,
    "operation_id": OPERATION_ID,
    "contact_id": CONTACT_ID,
    "company_id": None,
    "visitor_id": "user_456",
    "name": "plan-upgraded",
    "value": "pro",
    "entity": "visitor",
}
STAGES: list[dict[str, Any]] = [
    {"id": STAGE_ID, "name": "Lead", "position": 0},
    {"id": OTHER_STAGE_ID, "name": "Trial", "position": 1},
]
PROJECT: dict[str, Any] = {
    "id": PROJECT_ID,
    "name": "Demo",
    "stage_update_mode": "advance_only",
    "identity_verification": "off",
    "verify_all_writes": False,
    "require_token_expiry": True,
    "email_trust": "any",
    "require_publishable_key": False,
    "allowed_origins": ["https://app.acme.com"],
    "allow_widget_exact": True,
    "first_linked_fallback": True,
    "create_unknown_companies": False,
    "rate_limits": {},
    "created_at": _CREATED_AT,
    "updated_at": _UPDATED_AT,
}
KEY: dict[str, Any] = {
    "id": KEY_ID,
    "kind": "api",
    "prefix": "ak_7Qx2Lm9d",
    "label": "Zapier",
    "created_at": _CREATED_AT,
    "last_used_at": None,
    "revoked_at": None,
}
IDENTITY_SECRET: dict[str, Any] = {
    "id": SIGNER_ID,
    "created_at": _CREATED_AT,
    "last_verified_at": None,
}
RECEIPT: dict[str, Any] = {
    "operation_id": OPERATION_ID,
    "type": "set_deal",
    "status": "applied",
    "accepted_at": _CREATED_AT,
    "applied_at": "2026-11-21T14:03:27.191Z",
    "outcome": {
        "operation_id": OPERATION_ID,
        "type": "set_deal",
        "status": "applied",
        "contact_id": CONTACT_ID,
        "company_id": COMPANY_ID,
        "event_id": None,
        "stage": None,
        "warnings": [],
    },
    "problem": None,
    "changes": [
        {
            "record": "company",
            "id": COMPANY_ID,
            "pointer": "/deal_value",
            "before": None,
            "after": 12000,
        }
    ],
}
