"""set_deal: what a company's deal is worth, with notes and a stage (contract §9)."""

from models.operations import SetDeal, Unset
from models.outcomes import STAGE_NOT_FOUND, Effect, Refusal
from models.rules.stage import stage_name_key
from models.working_set import companies
from models.working_set.reach import Reach
from models.working_set.state import WorkingSet
from models.working_set.targets import target_of_known_visitor


def reach(operation: SetDeal, batch: Reach) -> None:
    batch.visitor(operation.visitor_id)
    batch.company(operation.company_id)


def apply(operation: SetDeal, state: WorkingSet) -> Effect | Refusal:
    """A skipped stage still writes deal and notes; an unknown one writes nothing."""
    target = target_of_known_visitor(state, operation.visitor_id, operation.company_id)
    if isinstance(target, Refusal):
        return target
    effect = Effect(
        contact_id=target.contact.id, company_id=target.company.id, warnings=target.warnings
    )
    if operation.stage_name is not None:
        stage = state.stage_by_key.get(stage_name_key(operation.stage_name))
        if stage is None:
            return STAGE_NOT_FOUND
        mode = operation.stage_update_mode or state.settings.stage_update_mode
        effect.stage = companies.move_to_stage(state, target.company, stage, mode, target.contact)
    companies.put_deal_value(state, target.company, operation.deal_value_e4, target.contact)
    if not isinstance(operation.notes, Unset):
        companies.put_notes(state, target.company, operation.notes, target.contact)
    return effect
