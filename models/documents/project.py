"""A project as `GET /api/project` shows it: flat, with the email trust in force (contract §11)."""

from typing import Any

from models.documents.times import iso_time
from models.records import Project
from models.rules.identity import effective_email_trust


def project_document(project: Project) -> dict[str, Any]:
    """The project's id and all its settings."""
    return {
        "id": project.id,
        "name": project.name,
        "stage_update_mode": project.stage_update_mode,
        "identity_verification": project.identity_verification,
        "verify_all_writes": project.verify_all_writes,
        "require_token_expiry": project.require_token_expiry,
        "email_trust": effective_email_trust(project.email_trust, project.identity_verification),
        "require_publishable_key": project.require_publishable_key,
        "allowed_origins": project.allowed_origins,
        "allow_widget_exact": project.allow_widget_exact,
        "first_linked_fallback": project.first_linked_fallback,
        "create_unknown_companies": project.create_unknown_companies,
        "rate_limits": project.rate_limits,
        "created_at": iso_time(project.created_at_ms),
        "updated_at": iso_time(project.updated_at_ms),
    }
