"""A project's settings, and update_project (contract §2, §11)."""

from tests.model.outcome import Result
from tests.model.state import Json, State

DEFAULT_SETTINGS: Json = {
    "name": "Test",
    "stage_update_mode": "advance_only",
    "identity_verification": "off",
    "verify_all_writes": False,
    "require_token_expiry": True,
    "email_trust": None,
    "require_publishable_key": False,
    "allowed_origins": ["*"],
    "allow_widget_exact": True,
    "first_linked_fallback": True,
    "create_unknown_companies": False,
    "rate_limits": {},
}
"""Those of a new project; `email_trust` null follows `identity_verification`."""


def effective_email_trust(settings: Json) -> str:
    """The one in force."""
    follows = "unclaimed" if settings["identity_verification"] == "required" else "any"
    return str(settings["email_trust"] or follows)


def update_project(state: State, body: Json, _result: Result) -> None:
    """Write the given settings and no others."""
    state.settings.update(body)
