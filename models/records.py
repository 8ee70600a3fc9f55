"""The rows of a working set as plain values: what the rules and handlers read and change.

Each class names the columns of its table (models/tables) without `project_id`; a test holds the
two together. Times are epoch milliseconds, deal values ten-thousandths.
"""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(slots=True)
class Visitor:
    visitor_id: str
    created_at_ms: int
    updated_at_ms: int
    contact_id: str | None = None
    active_company_id: str | None = None
    properties: Json = field(default_factory=dict)


@dataclass(slots=True)
class Contact:
    id: str
    created_at_ms: int
    updated_at_ms: int
    user_id: str | None = None
    email: str | None = None
    name: str | None = None
    phone: str | None = None
    notes: str | None = None
    tags: list[str] = field(default_factory=list)
    metadata: Json = field(default_factory=dict)


@dataclass(slots=True)
class ContactEmail:
    email: str
    contact_id: str


@dataclass(slots=True)
class Company:
    id: str
    created_at_ms: int
    updated_at_ms: int
    external_id: str | None = None
    name: str | None = None
    domain: str | None = None
    industry: str | None = None
    stage_id: str | None = None
    deal_value_e4: int | None = None
    notes: str | None = None
    metadata: Json = field(default_factory=dict)
    placeholder: bool = False
    owner_contact_id: str | None = None


@dataclass(slots=True)
class Link:
    contact_id: str
    company_id: str
    age_rank: int
    linked_at_ms: int


@dataclass(slots=True)
class Activity:
    id: str
    kind: str
    operation_id: str
    rank: int
    occurred_at_ms: int
    recorded_at_ms: int
    contact_id: str | None = None
    company_id: str | None = None
    visitor_id: str | None = None
    name: str | None = None
    detail: Json = field(default_factory=dict)


@dataclass(slots=True)
class ContactMerge:
    merged_id: str
    survivor_id: str
    prior: Json
    operation_id: str
    merged_at_ms: int


@dataclass(slots=True)
class Stage:
    """A step of the pipeline; later means a strictly greater position (contract §1)."""

    id: str
    name: str
    name_key: str
    position: int


@dataclass(slots=True)
class Key:
    """A key of the project; `digest` is its SHA-256 in hex."""

    id: str
    kind: str
    prefix: str
    digest: str = field(repr=False)
    created_at_ms: int
    label: str | None = None
    last_used_at_ms: int | None = None
    revoked_at_ms: int | None = None


@dataclass(slots=True)
class IdentitySecret:
    """An identity secret as it was printed, in one of the project's two slots."""

    id: str
    slot: int
    secret: str = field(repr=False)
    created_at_ms: int
    last_verified_at_ms: int | None = None


@dataclass(slots=True)
class DeadLetter:
    """An operation that failed by itself, kept for an operator to look into and replay."""

    operation_id: str
    type: str
    envelope: Json = field(repr=False)
    reason: str
    failed_at_ms: int


@dataclass(slots=True)
class Project:
    """The tenant and all its settings; `email_trust` None follows `identity_verification` (§2)."""

    id: str = ""
    name: str = ""
    stage_update_mode: str = "advance_only"
    identity_verification: str = "off"
    verify_all_writes: bool = False
    require_token_expiry: bool = True
    email_trust: str | None = None
    require_publishable_key: bool = False
    allowed_origins: list[str] = field(default_factory=lambda: ["*"])
    allow_widget_exact: bool = True
    first_linked_fallback: bool = True
    create_unknown_companies: bool = False
    rate_limits: Json = field(default_factory=dict)
    created_at_ms: int = 0
    updated_at_ms: int = 0


@dataclass(frozen=True, slots=True)
class ProjectSettings:
    """The settings that deciding an operation depends on, as they stand when it is applied."""

    stage_update_mode: str = "advance_only"
    email_trust: str = "any"
    first_linked_fallback: bool = True
    create_unknown_companies: bool = False
