"""The widget routes in words (contract §5-§9)."""

from ingest_api.openapi.answers import Receipt
from ingest_api.openapi.description import Body, Description, Example, Reply, RouteKey
from ingest_api.openapi.example_ids import EVENT_ID, OPERATION_ID, PROJECT_ID
from ingest_api.openapi.parameters import APP_ID, OPERATION, WRITE_PARAMETERS
from ingest_api.openapi.parameters import PROJECT_ID as PROJECT_ID_PARAMETER
from ingest_api.openapi.replies import outcome, queued
from models.operations import Identify, SetDeal, SetProperties, SetStage, Track

TAG = "Widget"
_PATH = "/api/widget/"
_MEDIA_TYPES = ("application/json", "text/plain")
_VISITOR = {"app_id": PROJECT_ID, "visitor_id": "user_456"}
_TARGET = ("visitor_not_linked", "company_not_linked", "company_ambiguous")
_STAGED = ("stage_not_found", "invalid_stage_update_mode", "exact_not_allowed")


def _write(
    kind: type,
    summary: str,
    text: str,
    *examples: Example,
    codes: tuple[str, ...] = (),
    **outcome_members: object,
) -> Description:
    operation_type = examples[0].name
    return Description(
        operation_id=operation_type,
        summary=summary,
        text=text,
        family="widget",
        tag=TAG,
        parameters=WRITE_PARAMETERS,
        body=Body(dict.fromkeys(_MEDIA_TYPES, kind), "256 KB"),
        replies=(outcome(operation_type, **outcome_members), queued(operation_type)),
        codes=("invalid_visitor_id", *codes),
        examples=examples,
        is_write=True,
    )


WIDGET: dict[RouteKey, Description] = {
    ("POST", f"{_PATH}identify"): _write(
        Identify,
        "Say who a visitor is",
        "Finds or makes the visitor and its contact by `user_id`, then email; merges contacts that "
        "turn out to be one person; links companies. Without `user_id` and email the visitor stays "
        "anonymous. What could not be applied is told in `warnings`.",
        Example(
            "identify",
            "A signed-in user and the account",
            _VISITOR
            | {
                "user_id": "4711",
                "email": "alice@acme.com",
                "name": "Alice",
                "metadata": {"plan": "enterprise", "role": "admin"},
                "company": {
                    "id": "acme",
                    "name": "Acme Inc",
                    "stage": "Qualified",
                    "metadata": {"arr_band": "50k-100k", "crm_owner": "Sam"},
                },
            },
        ),
        Example(
            "anonymous",
            "A visitor of whom nothing is known yet",
            {"app_id": PROJECT_ID, "visitor_id": "anon-51c0", "metadata": {"campaign": "spring"}},
        ),
        codes=(
            "invalid_user_id",
            "invalid_company_id",
            "invalid_email",
            "metadata_too_large",
            "invalid_stage_update_mode",
            "exact_not_allowed",
        ),
        stage={"change": "set", "from": None, "to": "Qualified"},
    ),
    ("POST", f"{_PATH}set-properties"): _write(
        SetProperties,
        "Say what is known about a visitor",
        "Merges into the visitor's properties and the linked contact's metadata, never into a "
        "company's. An unknown visitor is created.",
        Example(
            "set_properties",
            "A flag and the last area seen",
            _VISITOR | {"properties": {"feature_flag": "beta", "last_seen_area": "billing"}},
        ),
        codes=("metadata_too_large",),
        company_id=None,
    ),
    ("POST", f"{_PATH}track"): _write(
        Track,
        "Record a milestone",
        "An event of the visitor, or of its company. An unknown visitor is created for an event of "
        "its own. Two equal calls without an idempotency key are two events.",
        Example(
            "track",
            "Of the visitor",
            _VISITOR | {"name": "plan-upgraded", "value": "pro", "entity": "visitor"},
        ),
        Example(
            "track_company",
            "Of the company, under an idempotency key",
            _VISITOR
            | {
                "name": "deal-risk-changed",
                "value": "high",
                "entity": "company",
                "company_id": "acme",
                "message_id": "risk-2026-11-21",
            },
        ),
        codes=(
            "invalid_event_name",
            "invalid_event_value",
            "invalid_company_id",
            *_TARGET,
        ),
        event_id=EVENT_ID,
    ),
    ("POST", f"{_PATH}set-stage"): _write(
        SetStage,
        "Move the company in the pipeline",
        "`advance_only` keeps a later stage and says `skipped`; `exact` writes what was asked. "
        "Stages are never made by a write.",
        Example(
            "set_stage",
            "Ahead only",
            _VISITOR
            | {
                "company_id": "acme",
                "stage_name": "Proposal",
                "stage_update_mode": "advance_only",
            },
        ),
        codes=("invalid_company_id", "visitor_not_found", *_TARGET, *_STAGED),
        stage={"change": "advanced", "from": "Qualified", "to": "Proposal"},
    ),
    ("POST", f"{_PATH}set-deal"): _write(
        SetDeal,
        "Say what the company's deal is worth",
        "`deal_value` and `notes` go to the company, never to the contact. A skipped stage still "
        "writes both.",
        Example(
            "set_deal",
            "A value with a stage and notes",
            _VISITOR
            | {
                "company_id": "acme",
                "deal_value": 12000,
                "stage_name": "Qualified",
                "notes": "Annual plan in security review",
            },
        ),
        codes=("invalid_company_id", "visitor_not_found", *_TARGET, *_STAGED),
        stage={"change": "skipped", "from": "Proposal", "to": "Qualified"},
    ),
    ("GET", f"{_PATH}operations/{{operation_id}}"): Description(
        operation_id="get_widget_operation",
        summary="Read a receipt",
        text="Of an operation of the project, from the moment of its 202 on.",
        family="widget",
        tag=TAG,
        parameters=(OPERATION, APP_ID, PROJECT_ID_PARAMETER),
        replies=(
            Reply(
                200,
                "The receipt.",
                Receipt,
                example={
                    "operation_id": OPERATION_ID,
                    "type": "identify",
                    "status": "applied",
                    "accepted_at": "2026-11-21T14:03:27.184Z",
                    "applied_at": "2026-11-21T14:03:27.191Z",
                    "outcome": {
                        "operation_id": OPERATION_ID,
                        "type": "identify",
                        "status": "applied",
                        "event_id": None,
                        "stage": None,
                        "warnings": [],
                    },
                    "problem": None,
                },
            ),
        ),
        codes=("operation_not_found", "invalid_request", "project_mismatch"),
        examples=(
            Example(
                "get_widget_operation",
                "Of a caller without a key",
                path={"operation_id": OPERATION_ID},
                query={"app_id": PROJECT_ID},
            ),
        ),
    ),
}
