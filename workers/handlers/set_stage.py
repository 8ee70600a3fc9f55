"""set_stage: where a company stands in the pipeline (contract §9)."""

from models.operations import SetStage
from models.outcomes import STAGE_NOT_FOUND, Effect, Refusal
from models.rules.stage import stage_name_key
from models.working_set import companies
from models.working_set.reach import Reach
from models.working_set.state import WorkingSet
from models.working_set.targets import target_of_known_visitor


def reach(operation: SetStage, batch: Reach) -> None:
    batch.visitor(operation.visitor_id)
    batch.company(operation.company_id)


def apply(operation: SetStage, state: WorkingSet) -> Effect | Refusal:
    target = target_of_known_visitor(state, operation.visitor_id, operation.company_id)
    if isinstance(target, Refusal):
        return target
    stage = state.stage_by_key.get(stage_name_key(operation.stage_name))
    if stage is None:
        return STAGE_NOT_FOUND
    mode = operation.stage_update_mode or state.settings.stage_update_mode
    change = companies.move_to_stage(state, target.company, stage, mode, target.contact)
    return Effect(
        contact_id=target.contact.id,
        company_id=target.company.id,
        stage=change,
        warnings=target.warnings,
    )
