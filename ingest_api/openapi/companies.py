"""Companies in words (contract §11)."""

from ingest_api.openapi.account import listing, reading, removing, writing
from ingest_api.openapi.contacts import COMPANY_PARAMETER
from ingest_api.openapi.description import Description, Example, Parameter, Reply, RouteKey
from ingest_api.openapi.example_ids import COMPANY_ID, CONTACT_ID
from ingest_api.openapi.example_records import COMPANY, EVENT_ROW
from ingest_api.openapi.parameters import query_text, search
from ingest_api.openapi.records import ActivityPage, Company, CompanyPage
from models.operations.companies import CreateCompany, UpdateCompany

TAG = "Companies"
_PATH = "/api/companies"
_ONE = f"{_PATH}/{{company_id}}"
_THIS = {"company_id": COMPANY_ID}
_FILTERS = (
    query_text("external_id", "The caller's own id."),
    query_text("domain", "In any case."),
    query_text("stage", "A stage of the pipeline by its name."),
    Parameter(
        "placeholder",
        "query",
        "Only these, or none.",
        {"type": "string", "enum": ["true", "false"]},
    ),
    query_text("contact_id", "Linked to this contact."),
    search("Name, domain or `external_id` hold all these words, anywhere and in any case."),
)
_FIELD_CODES = (
    "invalid_external_id",
    "metadata_too_large",
    "stage_not_found",
    "external_id_taken",
)

COMPANIES: dict[RouteKey, Description] = {
    ("GET", _PATH): listing(
        "list_companies",
        TAG,
        "List companies",
        "Newest first; all given filters hold.",
        CompanyPage,
        [COMPANY],
        parameters=_FILTERS,
        query={"stage": "Qualified", "placeholder": "false", "contact_id": CONTACT_ID},
    ),
    ("POST", _PATH): writing(
        "create_company",
        TAG,
        "Make a company",
        "Makes the company and nothing beside it: no link.",
        Example(
            "create_company",
            "An account in the pipeline",
            {
                "external_id": "globex",
                "name": "Globex",
                "domain": "globex.com",
                "industry": "Energy",
                "stage": "Lead",
                "deal_value": 24000.5,
                "metadata": {"region": "emea"},
            },
            status=201,
        ),
        kind=CreateCompany,
        record=(Company, COMPANY),
        codes=_FIELD_CODES,
    ),
    ("GET", _ONE): reading(
        "get_company",
        TAG,
        "Read a company",
        "By its id, else by its external id.",
        Reply(200, "The company.", Company, example=COMPANY),
        parameters=(COMPANY_PARAMETER,),
        path={"company_id": "globex"},
        codes=("not_found",),
    ),
    ("PATCH", _ONE): writing(
        "update_company",
        TAG,
        "Change a company",
        "Sent fields are written, others stay; metadata merges. A stage set here is exact. A name "
        "makes a placeholder a real company.",
        Example(
            "update_company",
            "A stage and notes",
            {"stage": "Qualified", "notes": "Renewal in May"},
            path=_THIS,
        ),
        kind=UpdateCompany,
        record=(Company, COMPANY),
        parameters=(COMPANY_PARAMETER,),
        codes=("not_found", *_FIELD_CODES),
    ),
    ("DELETE", _ONE): removing(
        "delete_company",
        TAG,
        "Delete a company",
        "Its links go; contacts stay.",
        _THIS,
        parameters=(COMPANY_PARAMETER,),
    ),
    ("GET", f"{_ONE}/activity"): listing(
        "get_company_activity",
        TAG,
        "What happened to a company",
        "Events, changes and links, newest first by `occurred_at`, then by acceptance.",
        ActivityPage,
        [{**EVENT_ROW, "company_id": COMPANY_ID, "entity": "company"}],
        parameters=(COMPANY_PARAMETER,),
        path=_THIS,
        codes=("not_found",),
    ),
}
