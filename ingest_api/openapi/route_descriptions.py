"""All descriptions in one table, in the order of the document."""

from ingest_api.openapi.description import Description, RouteKey
from ingest_api.openapi.service import SERVICE
from ingest_api.openapi.widget import WIDGET

DESCRIPTIONS: dict[RouteKey, Description] = {
    **WIDGET,
    **SERVICE,
}
