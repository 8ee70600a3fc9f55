"""Sequences that are told by hand: dense enough that a lost, doubled or reordered step shows."""

from tests.model.naming import CONTACT_MADE_BY, MADE_BY
from tests.model.scenario import Scenario, Step
from tests.model.state import Json

SETTINGS: Json = {
    "stage_update_mode": "advance_only",
    "email_trust": "any",
    "first_linked_fallback": True,
    "create_unknown_companies": False,
}


def _step(operation_type: str, visitor_id: str, **fields: object) -> Step:
    return Step(operation_type, {"visitor_id": visitor_id, **fields})


def _write(operation_type: str, **fields: object) -> Step:
    return Step(operation_type, fields)


STORY = Scenario(
    settings=SETTINGS,
    steps=(
        _step("track", "mail", name="seen"),
        _step("identify", "mail", email="ann@example.com", metadata={"n": 1}),
        _step("set_deal", "mail", deal_value=5, notes="first"),
        _step("track", "mail", name="clicked", entity="company"),
        _step("identify", "user", user_id="u1", metadata={"n": 2}),
        _step("set_stage", "user", stage_name="Lead"),
        _step("set_stage", "nobody", stage_name="Lead"),
        _step("identify", "user", user_id="u1", email="ann@example.com"),
        _step("set_deal", "mail", deal_value=7, stage_name="Qualified"),
        _step("identify", "user", company={"id": f"{MADE_BY}4", "name": "Umbrella"}),
        _step("identify", "mail", company={"id": "initech", "stage": "Customer"}),
        _step("set_stage", "user", stage_name="Lead", stage_update_mode="exact"),
        _step("set_properties", "mail", properties={"n": 3}),
        _step("track", "user", name="left", entity="company"),
        _write("create_contact", email="bob@example.com", notes="first"),
        _write("link_company", contact_id=f"{CONTACT_MADE_BY}14", company_id="acme"),
        _write("update_contact", contact_id=f"{CONTACT_MADE_BY}14", notes="second", tags=["a"]),
        _write("delete_stage", stage_id="stg_lead", replacement_id="stg_proposal"),
        _write("create_company", external_id="hooli", stage="Lead"),
        _write("update_company", company_id="acme", deal_value=3),
        _write("delete_contact", contact_id=f"{CONTACT_MADE_BY}4"),
        _step("identify", "user", user_id="u1", company={"id": "acme"}),
        _write("delete_company", company_id="acme"),
    ),
)
"""Two people who turn out to be one, their placeholders, a refusal, and moves back and forth; then
somebody at a desk writes, too.
"""


def busy(count: int) -> Scenario:
    """Many operations of few visitors, each of which shows in what is stored at the end."""
    return Scenario(SETTINGS, tuple(_step_of_many(number) for number in range(count)))


def _step_of_many(number: int) -> Step:
    visitor_id = f"v{number % 7}"
    fields: Json
    match number % 4:
        case 0:
            fields = {"user_id": f"u{number % 3}", "metadata": {"n": number}}
            return _step("identify", visitor_id, **fields)
        case 1:
            return _step("track", visitor_id, name=f"event-{number}")
        case 2:
            return _step("set_deal", visitor_id, deal_value=number)
        case _:
            return _step("set_properties", visitor_id, properties={"n": number, f"k{number}": 1})
