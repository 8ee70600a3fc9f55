"""What holds for every route of a family (contract §2): its credentials and its problems."""

from typing import Any

from pydantic import BaseModel

from ingest_api.families import Family
from ingest_api.openapi.envelopes import MessageId, WidgetEnvelope

SECURITY_SCHEMES: dict[str, Any] = {
    "publishable_key": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "pk_…",
        "description": "Publishable key, for browsers. The body then needs no project.",
    },
    "secret_token": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "sk_…",
        "description": "Secret token, for backends and workspace users.",
    },
    "api_key": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "API key `ak_…`, for outside integrations.",
    },
}
SECURITY: dict[Family, list[dict[str, list[str]]]] = {
    # The last one: the project's id alone, as app_id or project_id.
    "widget": [{"publishable_key": []}, {"secret_token": []}, {}],
    "account": [{"secret_token": []}],
    "v1": [{"api_key": []}],
    "public": [],
}
CODES: dict[Family, tuple[str, ...]] = {
    "widget": ("unauthenticated", "forbidden", "origin_not_allowed", "invalid_request"),
    "account": ("unauthenticated", "forbidden", "invalid_request"),
    "v1": ("unauthenticated", "forbidden", "invalid_request"),
    "public": (),
}
BODY_CODES = (
    "invalid_json",
    "request_timeout",
    "payload_too_large",
    "unsupported_media_type",
)
WRITE_CODES = (
    "idempotency_key_reused",
    "operation_failed",
    "mailbox_full",
    "rate_limited",
)
WIDGET_WRITE_CODES = ("project_mismatch", "identity_verification_failed")
ALWAYS = ("unavailable",)
ENVELOPES: dict[Family, type[BaseModel]] = {
    "widget": WidgetEnvelope,
    "account": MessageId,
    "v1": MessageId,
}
"""What a write's body has beside the operation's own fields."""
