"""Every route with its family, in one place: access rules and documents are made from it."""

from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from ingest_api.edge import Edge
from ingest_api.endpoint import Endpoint, Handler, RouteEntry
from ingest_api.errors import Problem, problem_answer
from ingest_api.routes import (
    batches,
    companies,
    company_writes,
    contact_writes,
    contacts,
    dead_letter_writes,
    dead_letters,
    documents,
    health,
    operations,
    project,
    project_writes,
    stage_writes,
    v1_contact_writes,
    visitors,
    widget,
)

ROUTES: tuple[RouteEntry, ...] = (
    RouteEntry("POST", "/api/widget/identify", "widget", widget.identify),
    RouteEntry("POST", "/api/widget/track", "widget", widget.track),
    RouteEntry("POST", "/api/widget/set-properties", "widget", widget.set_properties),
    RouteEntry("POST", "/api/widget/set-stage", "widget", widget.set_stage),
    RouteEntry("POST", "/api/widget/set-deal", "widget", widget.set_deal),
    RouteEntry("POST", "/api/widget/batch", "widget", batches.widget_batch),
    RouteEntry("POST", "/api/batch", "account", batches.account_batch),
    RouteEntry(
        "GET", "/api/widget/operations/{operation_id:path}", "widget", operations.widget_receipt
    ),
    RouteEntry("GET", "/api/contacts", "account", contacts.listed),
    RouteEntry("GET", "/api/contacts/{contact_id}", "account", contacts.shown),
    RouteEntry("GET", "/api/contacts/{contact_id}/timeline", "account", contacts.timeline),
    RouteEntry("POST", "/api/contacts", "account", contact_writes.create),
    RouteEntry("PATCH", "/api/contacts/{contact_id}", "account", contact_writes.update),
    RouteEntry("DELETE", "/api/contacts/{contact_id}", "account", contact_writes.delete),
    RouteEntry(
        "PUT",
        "/api/contacts/{contact_id}/companies/{company_id}",
        "account",
        contact_writes.link,
    ),
    RouteEntry(
        "DELETE",
        "/api/contacts/{contact_id}/companies/{company_id}",
        "account",
        contact_writes.unlink,
    ),
    RouteEntry("GET", "/api/companies", "account", companies.listed),
    RouteEntry("GET", "/api/companies/{company_id}", "account", companies.shown),
    RouteEntry("GET", "/api/companies/{company_id}/activity", "account", companies.activity),
    RouteEntry("POST", "/api/companies", "account", company_writes.create),
    RouteEntry("PATCH", "/api/companies/{company_id}", "account", company_writes.update),
    RouteEntry("DELETE", "/api/companies/{company_id}", "account", company_writes.delete),
    RouteEntry("GET", "/api/visitors/{visitor_id}", "account", visitors.shown),
    RouteEntry("GET", "/api/stages", "account", project.stages),
    RouteEntry("POST", "/api/stages", "account", stage_writes.create),
    RouteEntry("PUT", "/api/stages", "account", stage_writes.replace),
    RouteEntry("PATCH", "/api/stages/{stage_id}", "account", stage_writes.update),
    RouteEntry("DELETE", "/api/stages/{stage_id}", "account", stage_writes.delete),
    RouteEntry("GET", "/api/project", "account", project.shown),
    RouteEntry("GET", "/api/project/keys", "account", project.keys),
    RouteEntry("GET", "/api/project/identity-secrets", "account", project.identity_secrets),
    RouteEntry("PATCH", "/api/project", "account", project_writes.update),
    RouteEntry("POST", "/api/project/keys", "account", project_writes.create_key),
    RouteEntry("DELETE", "/api/project/keys/{key_id}", "account", project_writes.revoke_key),
    RouteEntry(
        "POST",
        "/api/project/identity-secrets",
        "account",
        project_writes.create_identity_secret,
    ),
    RouteEntry(
        "DELETE",
        "/api/project/identity-secrets/{secret_id}",
        "account",
        project_writes.delete_identity_secret,
    ),
    RouteEntry("GET", "/api/operations", "account", operations.listed),
    RouteEntry("GET", "/api/operations/{operation_id}", "account", operations.receipt),
    RouteEntry("GET", "/api/dead-letters", "account", dead_letters.listed),
    RouteEntry("GET", "/api/dead-letters/{dead_letter_id}", "account", dead_letters.shown),
    RouteEntry(
        "POST", "/api/dead-letters/{dead_letter_id}/replay", "account", dead_letter_writes.replay
    ),
    RouteEntry(
        "DELETE", "/api/dead-letters/{dead_letter_id}", "account", dead_letter_writes.discard
    ),
    RouteEntry("GET", "/api/v1/contacts", "v1", contacts.listed),
    RouteEntry("GET", "/api/v1/contacts/{contact_id}", "v1", contacts.shown),
    RouteEntry("GET", "/api/v1/operations/{operation_id}", "v1", operations.receipt),
    RouteEntry("POST", "/api/v1/contacts", "v1", v1_contact_writes.create),
    RouteEntry("PATCH", "/api/v1/contacts/{contact_id}", "v1", v1_contact_writes.update),
    RouteEntry("GET", "/healthz", "public", health.alive),
    RouteEntry("GET", "/livez", "public", health.alive),
    RouteEntry("GET", "/readyz", "public", health.ready),
    RouteEntry("GET", "/metrics", "public", health.metrics),
    RouteEntry("GET", "/openapi.json", "public", documents.openapi),
    RouteEntry("GET", "/docs", "public", documents.page),
    RouteEntry("GET", "/docs/assets/{version}/{name}", "public", documents.asset),
)


def build_routes(edge: Edge) -> list[Route]:
    """Starlette's routes, one for each path."""
    families = {entry.path: entry.family for entry in ROUTES}
    handlers: dict[str, dict[str, Handler]] = {}
    for entry in ROUTES:
        handlers.setdefault(entry.path, {})[entry.method] = entry.handler
    return [
        Route(path, Endpoint(edge, families[path], by_method), name=path)
        for path, by_method in handlers.items()
    ]


class Nowhere:
    """What no route answers: unknown paths, and targets that are none, such as `*`."""

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        problem = Problem(404, "not_found", "There is nothing at this path.")
        await problem_answer(problem, scope["request_id"]).send(send)
