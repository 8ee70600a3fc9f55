"""A step of a sequence as the request that asks for it, and what answers it."""

from dataclasses import dataclass
from urllib.parse import quote

from models.operations import WIDGET_TYPES
from tests.model.state import Json


@dataclass(frozen=True)
class StepRequest:
    """`body` None is a request without one; `status` is that of an answer that waited."""

    method: str
    path: str
    body: Json | None
    status: int


ACCOUNT_ROUTES: dict[str, tuple[str, str, int]] = {
    "create_contact": ("POST", "/api/contacts", 201),
    "update_contact": ("PATCH", "/api/contacts/{contact_id}", 200),
    "delete_contact": ("DELETE", "/api/contacts/{contact_id}", 204),
    "link_company": ("PUT", "/api/contacts/{contact_id}/companies/{company_id}", 204),
    "unlink_company": ("DELETE", "/api/contacts/{contact_id}/companies/{company_id}", 204),
    "create_company": ("POST", "/api/companies", 201),
    "update_company": ("PATCH", "/api/companies/{company_id}", 200),
    "delete_company": ("DELETE", "/api/companies/{company_id}", 204),
    "create_stage": ("POST", "/api/stages", 201),
    "update_stage": ("PATCH", "/api/stages/{stage_id}", 200),
    "delete_stage": ("DELETE", "/api/stages/{stage_id}", 204),
    "replace_stages": ("PUT", "/api/stages", 200),
    "update_project": ("PATCH", "/api/project", 200),
}


def request_of(operation_type: str, body: Json) -> StepRequest:
    """The request for an operation whose body holds what the path names too."""
    if operation_type in WIDGET_TYPES:
        route = operation_type.replace("_", "-")
        return StepRequest("POST", f"/api/widget/{route}", body, 200)
    method, template, status = ACCOUNT_ROUTES[operation_type]
    named = {name: value for name, value in body.items() if f"{{{name}}}" in template}
    path = template.format_map({name: quote(value, safe="") for name, value in named.items()})
    if "replacement_id" in body:
        path += f"?replacement={quote(body['replacement_id'], safe='')}"
    content = {name: value for name, value in body.items() if name not in named}
    has_body = status != 204
    return StepRequest(method, path, content if has_body else None, status)
