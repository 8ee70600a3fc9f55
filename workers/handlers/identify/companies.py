"""What an identify says of the contact's companies (contract §5.5)."""

from models.operations import CompanyPart, Identify
from models.outcomes import Effect, OperationWarning
from models.records import Company, Contact, Visitor
from models.rules.company import company_step
from models.rules.stage import stage_name_key
from models.working_set import companies, links, placeholders, visitors
from models.working_set.state import WorkingSet
from models.working_set.targets import first_linked_fallback, target_of

STAGE_NOT_FOUND = OperationWarning(
    code="stage_not_found",
    detail="The project's pipeline has no stage of this name.",
    pointer="/company/stage",
)
COMPANY_AMBIGUOUS = OperationWarning(
    code="company_ambiguous",
    detail="The contact has several companies and none is active; the company object was not used.",
    pointer="/company",
)


def write_companies(
    operation: Identify, state: WorkingSet, effect: Effect, visitor: Visitor, contact: Contact
) -> Company | None:
    """Links, establishes and fills companies; returns the one that the outcome speaks of."""
    _link_known(operation, state, effect, contact)
    part = operation.company
    established = None
    if part is not None and part.id is not None:
        established = _establish(part, part.id, state, effect, visitor, contact)
    made_way_for = placeholders.make_way(state, contact, established)
    if established is not None and established.id not in state.links_of_contact[contact.id]:
        established = made_way_for
    if part is not None and part.id is None:
        established = _name(part, state, contact)
    if not state.links_of_contact[contact.id]:
        placeholders.give(state, contact)
    if part is not None and part.id is None and established is None:
        established = _target(part, state, effect, visitor, contact)
    if part is not None and established is not None:
        _write_company(operation, part, state, effect, contact, established)
    return established or _spoken_of(state, visitor, contact)


def _link_known(operation: Identify, state: WorkingSet, effect: Effect, contact: Contact) -> None:
    for at, reference in enumerate(operation.company_ids):
        company = state.company_by_reference(reference)
        if company is None:
            effect.warnings.append(_company_not_found(f"/company_ids/{at}"))
        else:
            links.link(state, contact, company)


def _establish(
    part: CompanyPart,
    company_id: str,
    state: WorkingSet,
    effect: Effect,
    visitor: Visitor,
    contact: Contact,
) -> Company | None:
    """The company with this id: an existing one, the placeholder, or a new one."""
    company = state.company_by_reference(company_id)
    linked = state.companies_of(contact)
    step = company_step(
        has_id=True,
        exists=company is not None,
        has_name=part.name is not None,
        at_most_a_placeholder=_at_most_a_placeholder(linked),
        create_unknown_companies=state.settings.create_unknown_companies,
    )
    if step == "not_found":
        effect.warnings.append(_company_not_found("/company/id"))
        return None
    if company is None:
        company = linked[0] if step == "upgrade" and linked else companies.create(state)
        companies.make_real(state, company)
        companies.replace_external_id(state, company, company_id)
    companies.fill_name(state, company, part.name)
    links.link(state, contact, company)
    visitors.activate(state, visitor, company.id)
    return company


def _name(part: CompanyPart, state: WorkingSet, contact: Contact) -> Company | None:
    """Without an id, a name makes the placeholder a real company if there is nothing else."""
    linked = state.companies_of(contact)
    step = company_step(
        has_id=False,
        exists=False,
        has_name=part.name is not None,
        at_most_a_placeholder=_at_most_a_placeholder(linked),
        create_unknown_companies=state.settings.create_unknown_companies,
    )
    if step != "name_placeholder":
        return None
    company = linked[0] if linked else companies.create(state)
    companies.fill_name(state, company, part.name)
    links.link(state, contact, company)
    return company


def _target(
    part: CompanyPart, state: WorkingSet, effect: Effect, visitor: Visitor, contact: Contact
) -> Company | None:
    target = target_of(state, contact, visitor)
    if target.company_id is None:
        effect.warnings.append(COMPANY_AMBIGUOUS)
        return None
    if target.why == "oldest":
        effect.warnings.append(first_linked_fallback("/company"))
    company = state.companies[target.company_id]
    companies.fill_name(state, company, part.name)
    return company


def _write_company(
    operation: Identify,
    part: CompanyPart,
    state: WorkingSet,
    effect: Effect,
    contact: Contact,
    company: Company,
) -> None:
    if part.metadata:
        companies.merge_metadata(state, company, part.metadata)
    if part.stage is None:
        return
    stage = state.stage_by_key.get(stage_name_key(part.stage))
    if stage is None:
        effect.warnings.append(STAGE_NOT_FOUND)
        return
    mode = operation.stage_update_mode or state.settings.stage_update_mode
    effect.stage = companies.move_to_stage(state, company, stage, mode, contact)


def _spoken_of(state: WorkingSet, visitor: Visitor, contact: Contact) -> Company | None:
    target = target_of(state, contact, visitor)
    certain = target.company_id is not None and target.why in ("active", "only")
    return state.companies[target.company_id] if certain and target.company_id else None


def _at_most_a_placeholder(linked: list[Company]) -> bool:
    return not linked or (len(linked) == 1 and linked[0].placeholder)


def _company_not_found(pointer: str) -> OperationWarning:
    return OperationWarning(
        code="company_not_found", detail="No such company in this project.", pointer=pointer
    )
