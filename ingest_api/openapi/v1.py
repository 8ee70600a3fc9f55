"""The routes for outside integrations in words (contract §12)."""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import ConfigDict

from ingest_api.openapi.account import listing, reading, writing
from ingest_api.openapi.answers import Receipt
from ingest_api.openapi.contacts import CONTACT_FILTERS, CONTACT_PARAMETER
from ingest_api.openapi.description import Description, Example, Reply, RouteKey
from ingest_api.openapi.example_ids import CONTACT_ID, OPERATION_ID
from ingest_api.openapi.example_records import CONTACT, RECEIPT
from ingest_api.openapi.parameters import OPERATION
from ingest_api.openapi.records import Contact, ContactPage
from models.operations.fields import ClearablePhone, Email, Name, Notes, Tags
from models.operations.unset import UNSET

TAG = "Integrations"
_PATH = "/api/v1/contacts"
_ONE = f"{_PATH}/{{contact_id}}"
_THIS = {"contact_id": CONTACT_ID}
_CODES = ("invalid_email", "field_not_writable", "email_taken")


@dataclass(frozen=True, slots=True, repr=False)
class ContactByIntegration:
    """The fields of a contact that v1 writes; a test holds them against the route's own list."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    email: Email = None
    name: Name = None
    phone: ClearablePhone = UNSET
    notes: Notes = UNSET
    tags: Tags = UNSET


V1: dict[RouteKey, Description] = {
    ("GET", _PATH): listing(
        "v1_list_contacts",
        TAG,
        "List contacts",
        "Newest first; all given filters hold.",
        ContactPage,
        [CONTACT],
        parameters=CONTACT_FILTERS,
        query={"q": "grace"},
        family="v1",
    ),
    ("POST", _PATH): writing(
        "create_contact",
        TAG,
        "Make a contact",
        "With these fields only: no metadata, no `user_id`.",
        Example(
            "v1_create_contact",
            "A lead of a form",
            {"email": "lin@initech.com", "name": "Lin", "tags": ["form"]},
            status=201,
        ),
        kind=ContactByIntegration,
        record=(Contact, {**CONTACT, "email": "lin@initech.com", "name": "Lin"}),
        codes=_CODES,
        family="v1",
        operation_id="v1_create_contact",
    ),
    ("GET", _ONE): reading(
        "v1_get_contact",
        TAG,
        "Read a contact",
        "Also under the id of one that was merged into it.",
        Reply(200, "The contact.", Contact, example=CONTACT),
        parameters=(CONTACT_PARAMETER,),
        path=_THIS,
        codes=("not_found",),
        family="v1",
    ),
    ("PATCH", _ONE): writing(
        "update_contact",
        TAG,
        "Change a contact",
        "With these fields only: no metadata, no `user_id`.",
        Example("v1_update_contact", "Other tags", {"tags": ["form", "emea"]}, path=_THIS),
        kind=ContactByIntegration,
        record=(Contact, CONTACT),
        parameters=(CONTACT_PARAMETER,),
        codes=("not_found", *_CODES),
        family="v1",
        operation_id="v1_update_contact",
    ),
    ("GET", "/api/v1/operations/{operation_id}"): reading(
        "v1_get_operation",
        TAG,
        "Read a receipt",
        "Of an operation that an API key asked for.",
        Reply(200, "The receipt.", Receipt, example={**RECEIPT, "type": "update_contact"}),
        parameters=(OPERATION,),
        path={"operation_id": OPERATION_ID},
        codes=("operation_not_found",),
        family="v1",
    ),
}
