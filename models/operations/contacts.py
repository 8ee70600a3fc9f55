"""Account writes of contacts and of their links (contract §11)."""

from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import ConfigDict

from models.operations.fields import (
    ClearablePhone,
    Email,
    Name,
    Notes,
    OptionalMetadata,
    SetByPath,
    Tags,
    UserId,
)
from models.operations.unset import UNSET


@dataclass(frozen=True, slots=True, repr=False)
class ContactFields:
    """A contact's own fields; None and UNSET leave a field as it is.

    `phone` and `notes` None clear; an identity or a name is never erased (§3).
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    email: Email = None
    user_id: UserId = None
    name: Name = None
    phone: ClearablePhone = UNSET
    notes: Notes = UNSET
    tags: Tags = UNSET
    metadata: OptionalMetadata = None

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> "ContactFields":
        fields = dict(payload)
        if "tags" in fields:
            fields["tags"] = tuple(fields["tags"])
        return cls(**fields)


@dataclass(frozen=True, slots=True, repr=False)
class CreateContact(ContactFields):
    """Makes a contact, and nothing beside it."""


@dataclass(frozen=True, slots=True, repr=False)
class UpdateContact(ContactFields):
    """Writes the sent fields of a contact; metadata merges, tags replace."""

    contact_id: SetByPath = ""


@dataclass(frozen=True, slots=True, repr=False)
class DeleteContact:
    """Removes a contact, its links and its visitor events; companies stay."""

    contact_id: str


@dataclass(frozen=True, slots=True, repr=False)
class LinkCompany:
    """Links a contact with the company that `company_id` names as id or external id (§1)."""

    contact_id: str
    company_id: str


@dataclass(frozen=True, slots=True, repr=False)
class UnlinkCompany:
    """Takes that link away; one that does not exist is gone already."""

    contact_id: str
    company_id: str
