"""The records that account and v1 routes answer with (contract §11). Docstrings are published."""

from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import Field

from ingest_api.openapi.answers import SOMETIMES, OperationId, OperationType, Queued, Receipt, Time
from ingest_api.openapi.shown import Shown
from models.operations import StageUpdateMode
from models.operations.credentials import KeyKind
from models.operations.project_settings import EmailTrust, IdentityVerification

Item = TypeVar("Item")


class Page(Shown, Generic[Item]):
    """A part of a list, newest first."""

    items: list[Item]
    next_cursor: Annotated[
        str | None, Field(description="For `cursor` of the next page; null on the last.")
    ]


class Contact(Shown):
    """A person."""

    id: str
    email: str | None
    user_id: str | None
    name: str | None
    phone: str | None
    notes: str | None
    tags: list[str]
    metadata: dict[str, Any]
    company_ids: Annotated[list[str], Field(description="Linked companies, oldest link first.")]
    created_at: Time
    updated_at: Time


class Company(Shown):
    """An account."""

    id: str
    external_id: str | None
    name: str | None
    domain: str | None
    industry: str | None
    stage: Annotated[str | None, Field(description="The stage's name.")]
    deal_value: Annotated[int | float | None, Field(description="Exact, at most 4 decimals.")]
    notes: str | None
    metadata: dict[str, Any]
    placeholder: Annotated[
        bool, Field(description="Made by the system, for a contact that has no company.")
    ]
    created_at: Time
    updated_at: Time


class Visitor(Shown):
    """The widget's side of a person."""

    visitor_id: str
    contact_id: str | None
    active_company_id: Annotated[
        str | None, Field(description="The company that its `identify` established.")
    ]
    properties: dict[str, Any]


class ActivityRow(Shown):
    """Something that happened; the members beside the first five go with its kind."""

    id: str
    kind: Annotated[str, Field(description="`event`, `stage_changed`, `deal_changed`, `merged`, …")]
    occurred_at: Time
    recorded_at: Time
    operation_id: str | None
    contact_id: str | None = SOMETIMES
    company_id: str | None = SOMETIMES
    visitor_id: str | None = SOMETIMES
    name: Annotated[str, Field(description="Of an event.")] = SOMETIMES
    value: Annotated[str | int | float | bool | None, Field(description="Of an event.")] = SOMETIMES
    entity: Annotated[Literal["visitor", "company"], Field(description="Of an event.")] = SOMETIMES
    from_: Annotated[str | int | float | None, Field(alias="from", description="Of a change.")] = (
        SOMETIMES
    )
    to: Annotated[str | int | float | None, Field(description="Of a change.")] = SOMETIMES
    by: Annotated[str | None, Field(description="Of a change: as whom the caller came.")] = (
        SOMETIMES
    )
    merged_contact_id: Annotated[str, Field(description="Of a merge.")] = SOMETIMES


class Stage(Shown):
    """A step of the pipeline; a greater position is later."""

    id: str
    name: str
    position: int


class Project(Shown):
    """A project's settings; `email_trust` is the one in force."""

    id: str
    name: str
    stage_update_mode: StageUpdateMode
    identity_verification: IdentityVerification
    verify_all_writes: bool
    require_token_expiry: bool
    email_trust: EmailTrust
    require_publishable_key: bool
    allowed_origins: list[str]
    allow_widget_exact: bool
    first_linked_fallback: bool
    create_unknown_companies: bool
    rate_limits: dict[str, Any]
    created_at: Time
    updated_at: Time


class Key(Shown):
    """A key without the key itself."""

    id: str
    kind: KeyKind
    prefix: Annotated[str, Field(description="How the key begins.")]
    label: str | None
    created_at: Time
    last_used_at: Time | None
    revoked_at: Time | None


class NewKey(Key):
    """A key that was made now; `key` is shown once, and null in every repeat."""

    key: str | None


class QueuedKey(Queued):
    """A key that will be there soon; `key` is shown once, and null in every repeat."""

    key: str | None = SOMETIMES


class IdentitySecret(Shown):
    """An identity secret without the secret itself."""

    id: str
    created_at: Time
    last_verified_at: Time | None


class NewIdentitySecret(IdentitySecret):
    """A secret that was made now; `secret` is shown once, and null in every repeat."""

    secret: str | None


class QueuedIdentitySecret(Queued):
    """A secret that will be there soon; `secret` is shown once, and null in every repeat."""

    secret: str | None = SOMETIMES


class ContactPage(Page[Contact]):
    """Contacts, newest first."""


class CompanyPage(Page[Company]):
    """Companies, newest first."""


class ActivityPage(Page[ActivityRow]):
    """What happened, newest first."""


class StageList(Page[Stage]):
    """The pipeline in its order."""


class KeyList(Page[Key]):
    """Keys, newest first."""


class IdentitySecretList(Page[IdentitySecret]):
    """Identity secrets, newest first."""


class ReceiptPage(Page[Receipt]):
    """Receipts, newest first."""


class DeadLetter(Shown):
    """An operation that was set aside because it fails by itself."""

    id: Annotated[str, Field(description="The operation's id.")]
    operation_id: OperationId
    type: OperationType
    caller: Annotated[str | None, Field(description="As whom it was asked for.")]
    reason: str
    failed_at: Time
    payload: Annotated[dict[str, Any], Field(description="What was asked, without secrets.")]


class DeadLetterPage(Page[DeadLetter]):
    """Dead letters, newest first."""
