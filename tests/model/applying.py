"""Which rules an operation of each type goes by."""

from tests.model.company_writes import create_company, delete_company, update_company
from tests.model.contact_writes import create_contact, delete_contact, update_contact
from tests.model.identify import identify
from tests.model.link_writes import link_company, unlink_company
from tests.model.outcome import Result
from tests.model.project import update_project
from tests.model.set_properties import set_properties
from tests.model.stage_and_deal import set_deal, set_stage
from tests.model.stage_writes import create_stage, delete_stage, replace_stages, update_stage
from tests.model.state import Json, State
from tests.model.track import track

EXISTING = {
    "set_properties": set_properties,
    "set_stage": set_stage,
    "set_deal": set_deal,
    "update_contact": update_contact,
    "delete_contact": delete_contact,
    "link_company": link_company,
    "unlink_company": unlink_company,
    "update_company": update_company,
    "delete_company": delete_company,
    "update_stage": update_stage,
    "delete_stage": delete_stage,
    "update_project": update_project,
}
"""Types that need no id for what they make."""


def apply_operation(state: State, operation_type: str, body: Json, *, email_signed: bool) -> Result:
    """Change the state as the operation asks; raises RejectedError."""
    result = Result()
    stem = state.operation_id.removeprefix("op_")
    contact_id, company_id = f"con_{stem}", f"com_{stem}"
    match operation_type:
        case "identify":
            made = {"new_contact_id": contact_id, "new_company_id": company_id}
            identify(state, body, result, **made, email_signed=email_signed)
        case "track":
            event_id, accepted_at_ms = f"act_{stem}_0", state.accepted_at_ms
            track(state, body, result, event_id=event_id, accepted_at_ms=accepted_at_ms)
        case "create_contact":
            create_contact(state, body, result, contact_id=contact_id)
        case "create_company":
            create_company(state, body, result, company_id=company_id)
        case "create_stage":
            create_stage(state, body, result, stage_id=f"stg_{stem}")
        case "replace_stages":
            replace_stages(state, body, stem=stem)
        case _:
            EXISTING[operation_type](state, body, result)
    return result
