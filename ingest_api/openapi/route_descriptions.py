"""All descriptions in one table, in the order of the document."""

from ingest_api.openapi.batches import BATCHES
from ingest_api.openapi.companies import COMPANIES
from ingest_api.openapi.contacts import CONTACTS
from ingest_api.openapi.description import Description, RouteKey
from ingest_api.openapi.operations import OPERATIONS
from ingest_api.openapi.pipeline import PIPELINE
from ingest_api.openapi.project import PROJECT_ROUTES
from ingest_api.openapi.service import SERVICE
from ingest_api.openapi.v1 import V1
from ingest_api.openapi.widget import WIDGET

DESCRIPTIONS: dict[RouteKey, Description] = {
    **WIDGET,
    **BATCHES,
    **CONTACTS,
    **COMPANIES,
    **PIPELINE,
    **PROJECT_ROUTES,
    **OPERATIONS,
    **V1,
    **SERVICE,
}
