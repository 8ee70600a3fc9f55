"""Companies: created, named, moved through the pipeline, given a deal (contract §5, §9)."""

from models.outcomes import StageChange
from models.records import Company, Contact, Json, Stage
from models.rules.merge_patch import merge_patch
from models.rules.stage import judge_stage
from models.working_set import activity
from models.working_set.state import WorkingSet


def create(state: WorkingSet, owner: Contact | None = None) -> Company:
    """A new company; with an owner it is that contact's placeholder."""
    now_ms = state.occasion.accepted_at_ms
    company = Company(
        f"com_{state.occasion.stem}",
        created_at_ms=now_ms,
        updated_at_ms=now_ms,
        placeholder=owner is not None,
        owner_contact_id=None if owner is None else owner.id,
    )
    state.journal.put(state.companies, company.id, company)
    state.complete_companies.add(company.id)
    return company


def make_real(state: WorkingSet, company: Company) -> None:
    """A placeholder is a real company from now on, nobody's own."""
    state.journal.set(company, "placeholder", False)
    state.journal.set(company, "owner_contact_id", None)


def fill_name(state: WorkingSet, company: Company, name: str | None) -> None:
    """Names a company that has no name; a placeholder with a name is a real company (§5.5)."""
    if name and not company.name:
        state.journal.set(company, "name", name)
    if name and company.placeholder:
        make_real(state, company)


def rename(state: WorkingSet, company: Company, name: str) -> None:
    """Names a company anew; an edit of a placeholder's name makes it a real one (§11)."""
    state.journal.set(company, "name", name)
    if company.placeholder:
        make_real(state, company)


def replace_external_id(state: WorkingSet, company: Company, external_id: str | None) -> None:
    """Gives the company an id of the caller's that nobody else holds, or takes it away."""
    if external_id == company.external_id:
        return
    if company.external_id is not None:
        state.journal.drop(state.company_id_by_external_id, company.external_id)
    state.journal.set(company, "external_id", external_id)
    if external_id is not None:
        state.journal.put(state.company_id_by_external_id, external_id, company.id)


def remove(state: WorkingSet, company: Company) -> None:
    """Takes the company away, and its external id, which is free again."""
    if company.external_id is not None:
        state.journal.drop(state.company_id_by_external_id, company.external_id)
    state.journal.drop(state.companies, company.id)


def merge_metadata(state: WorkingSet, company: Company, patch: Json) -> None:
    state.journal.set(company, "metadata", merge_patch(company.metadata, patch))


def move_to_stage(
    state: WorkingSet, company: Company, stage: Stage, mode: str, contact: Contact | None
) -> StageChange:
    """Applies a stage request against the pipeline as it now stands (§9)."""
    current = None if company.stage_id is None else state.stages[company.stage_id]
    verdict = judge_stage(None if current is None else current.position, stage.position, mode)
    if verdict not in ("unchanged", "skipped"):
        put_in_stage(state, company, stage.id, contact)
    return StageChange(verdict, None if current is None else current.name, stage.name)


def put_in_stage(
    state: WorkingSet, company: Company, stage_id: str | None, contact: Contact | None
) -> None:
    """Sets the stage; each real change is recorded with who, when, from, to and the operation."""
    before_id = company.stage_id
    if state.journal.set(company, "stage_id", stage_id):
        _record_change(
            state,
            "stage_changed",
            company,
            contact,
            {
                "from": state.stages[before_id].name if before_id else None,
                "to": state.stages[stage_id].name if stage_id else None,
            },
        )


def put_deal_value(
    state: WorkingSet, company: Company, value_e4: int | None, contact: Contact | None
) -> None:
    before_e4 = company.deal_value_e4
    if state.journal.set(company, "deal_value_e4", value_e4):
        detail = {"from_e4": before_e4, "to_e4": value_e4}
        _record_change(state, "deal_changed", company, contact, detail)


def put_notes(
    state: WorkingSet, company: Company, notes: str | None, contact: Contact | None
) -> None:
    """Replaces the notes; what was there stays in the history (§9)."""
    before = company.notes
    if state.journal.set(company, "notes", notes or None):
        detail = {"from": before, "to": notes or None}
        _record_change(state, "notes_changed", company, contact, detail)


def _record_change(
    state: WorkingSet, kind: str, company: Company, contact: Contact | None, detail: Json
) -> None:
    activity.record(
        state,
        kind,
        {**detail, "by": state.occasion.caller},
        company_id=company.id,
        contact_id=None if contact is None else contact.id,
    )
