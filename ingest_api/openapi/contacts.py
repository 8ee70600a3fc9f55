"""Contacts, their links, and visitors, in words (contract §11)."""

from ingest_api.openapi.account import listing, reading, removing, writing
from ingest_api.openapi.description import Description, Example, Reply, RouteKey
from ingest_api.openapi.example_ids import COMPANY_ID, CONTACT_ID
from ingest_api.openapi.example_records import CONTACT, EVENT_ROW, VISITOR
from ingest_api.openapi.parameters import path_id, query_text, search
from ingest_api.openapi.records import ActivityPage, Contact, ContactPage, Visitor
from models.operations.contacts import CreateContact, UpdateContact

TAG = "Contacts"
_PATH = "/api/contacts"
_ONE = f"{_PATH}/{{contact_id}}"
_LINK = f"{_ONE}/companies/{{company_id}}"

CONTACT_PARAMETER = path_id(
    "contact_id", "The contact; the id of a merged one leads to what it is."
)
COMPANY_PARAMETER = path_id("company_id", "The company by its id, else by its external id.")
CONTACT_FILTERS = (
    query_text("email", "Who holds this address, older ones included."),
    query_text("user_id", "Who has this `user_id`."),
    query_text("company_id", "Who is linked to this company, by its id or external id."),
    query_text("tag", "Who has this tag."),
    search("Whose name and email hold all these words, anywhere and in any case."),
)
TAKEN = ("email_taken", "user_id_taken")
FIELD_CODES = ("invalid_email", "invalid_user_id", "metadata_too_large", *TAKEN)
_THIS = {"contact_id": CONTACT_ID}
_BOTH = {**_THIS, "company_id": COMPANY_ID}

CONTACTS: dict[RouteKey, Description] = {
    ("GET", _PATH): listing(
        "list_contacts",
        TAG,
        "List contacts",
        "Newest first; all given filters hold.",
        ContactPage,
        [CONTACT],
        parameters=CONTACT_FILTERS,
        query={"email": "grace@globex.com", "limit": "10"},
    ),
    ("POST", _PATH): writing(
        "create_contact",
        TAG,
        "Make a contact",
        "Makes the contact and nothing beside it: no company, no link.",
        Example(
            "create_contact",
            "A customer",
            {
                "email": "grace@globex.com",
                "user_id": "5120",
                "name": "Grace Hopper",
                "phone": "+1 555 0100",
                "tags": ["vip", "emea"],
                "metadata": {"plan": "enterprise"},
            },
            status=201,
        ),
        kind=CreateContact,
        record=(Contact, CONTACT),
        codes=FIELD_CODES,
    ),
    ("GET", _ONE): reading(
        "get_contact",
        TAG,
        "Read a contact",
        "Also under the id of one that was merged into it.",
        Reply(200, "The contact.", Contact, example=CONTACT),
        parameters=(CONTACT_PARAMETER,),
        path=_THIS,
        codes=("not_found",),
    ),
    ("PATCH", _ONE): writing(
        "update_contact",
        TAG,
        "Change a contact",
        'Sent fields are written, others stay. Metadata merges, tags replace; null or "" clears '
        "`phone` and `notes`, and never erases an email, a `user_id` or a name.",
        Example(
            "update_contact",
            "Notes, and one key of the metadata taken away",
            {"notes": "Prefers mail", "metadata": {"plan": None, "seats": 40}},
            path=_THIS,
        ),
        kind=UpdateContact,
        record=(Contact, CONTACT),
        parameters=(CONTACT_PARAMETER,),
        codes=("not_found", *FIELD_CODES),
    ),
    ("DELETE", _ONE): removing(
        "delete_contact",
        TAG,
        "Delete a contact",
        "Its visitors are unlinked, its links and visitor events go; companies stay.",
        _THIS,
        parameters=(CONTACT_PARAMETER,),
    ),
    ("PUT", _LINK): removing(
        "link_company",
        TAG,
        "Link a contact and a company",
        "Linking a real company folds the contact's own placeholder into it.",
        _BOTH,
        parameters=(CONTACT_PARAMETER, COMPANY_PARAMETER),
        codes=("not_found", "metadata_too_large"),
    ),
    ("DELETE", _LINK): removing(
        "unlink_company",
        TAG,
        "Unlink a contact and a company",
        "What is not linked is 204 too.",
        _BOTH,
        parameters=(CONTACT_PARAMETER, COMPANY_PARAMETER),
    ),
    ("GET", f"{_ONE}/timeline"): listing(
        "get_contact_timeline",
        TAG,
        "What happened to a contact",
        "Events, changes, merges and links, newest first by `occurred_at`, then by acceptance.",
        ActivityPage,
        [EVENT_ROW],
        parameters=(CONTACT_PARAMETER,),
        path=_THIS,
        codes=("not_found",),
    ),
    ("GET", "/api/visitors/{visitor_id}"): reading(
        "get_visitor",
        TAG,
        "Read a visitor",
        "By the caller's own id, percent-encoded.",
        Reply(200, "The visitor.", Visitor, example=VISITOR),
        parameters=(path_id("visitor_id", "The visitor, exactly as it was sent."),),
        path={"visitor_id": "user_456"},
        codes=("not_found",),
    ),
}
