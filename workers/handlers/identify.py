"""identify: who a visitor is, and which companies it belongs to (contract §5)."""

from models.operations import CompanyPart, Identify
from models.outcomes import Effect, OperationWarning, Refusal
from models.records import Company, Contact, Visitor
from models.rules.company import company_step
from models.rules.identity import Identification, email_is_trusted, identify_contact
from models.rules.merge_patch import merge_patch
from models.rules.stage import stage_name_key
from models.working_set import companies, contacts, links, placeholders, visitors
from models.working_set.reach import Reach
from models.working_set.state import WorkingSet
from models.working_set.targets import first_linked_fallback, target_of

EMAIL_UNVERIFIED = OperationWarning(
    code="email_unverified",
    detail="The email is not verified for this visitor and was not used.",
    pointer="/email",
)
EMAIL_CONFLICT = OperationWarning(
    code="email_conflict",
    detail="The email belongs to another contact and stays there.",
    pointer="/email",
)
IDENTITY_CONFLICT = OperationWarning(
    code="identity_conflict",
    detail="The visitor was linked to another person, who is left as it was.",
    pointer="/visitor_id",
)
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


def reach(operation: Identify, batch: Reach) -> None:
    batch.visitor(operation.visitor_id)
    if operation.user_id is not None:
        batch.user_ids.add(operation.user_id)
    if operation.email is not None:
        batch.emails.add(operation.email)
    batch.companies.update(operation.company_ids)
    if operation.company is not None:
        batch.company(operation.company.id)


def apply(operation: Identify, state: WorkingSet) -> Effect | Refusal:
    effect = Effect()
    visitor = visitors.find_or_create(state, operation.visitor_id)
    contact = _identify(operation, state, effect, visitor)
    if contact is None:
        _stay_anonymous(operation, state, effect, visitor)
        return effect
    visitors.link_to_contact(state, visitor, contact)
    _write_fields(operation, state, contact)
    effect.contact_id = contact.id
    company = _write_companies(operation, state, effect, visitor, contact)
    effect.company_id = None if company is None else company.id
    return effect


def _stay_anonymous(
    operation: Identify, state: WorkingSet, effect: Effect, visitor: Visitor
) -> None:
    if operation.metadata:
        visitors.gather(state, visitor, operation.metadata)
    for pointer, part in (("/company_ids", operation.company_ids), ("/company", operation.company)):
        if part:
            effect.warnings.append(
                OperationWarning(
                    code="contact_required",
                    detail="The visitor has no contact yet; companies were not used.",
                    pointer=pointer,
                )
            )


# -- the contact (§5.2) -----------------------------------------------------------------------


def _identify(
    operation: Identify, state: WorkingSet, effect: Effect, visitor: Visitor
) -> Contact | None:
    email = _trusted_email(operation, state, effect, visitor)
    by_user_id = state.contact_by_user_id(operation.user_id)
    holder = state.contact_by_email(email)
    linked = state.contact_of(visitor)
    found = identify_contact(operation.user_id, email, by_user_id, holder, linked)
    if found.choice == "anonymous":
        return None
    chosen = {"by_user_id": by_user_id, "by_email": holder, "linked": linked}.get(found.choice)
    contact = chosen or contacts.create(state, operation.user_id)
    _unite_people(state, effect, found, contact, holder, linked)
    contacts.take_user_id(state, contact, operation.user_id)
    if not found.email_conflict:
        contacts.take_email(state, contact, email)
    return contact


def _trusted_email(
    operation: Identify, state: WorkingSet, effect: Effect, visitor: Visitor
) -> str | None:
    holder = state.contact_by_email(operation.email)
    if holder is None:
        return operation.email
    others = state.visitors_of_contact[holder.id].keys() - {visitor.visitor_id}
    trusted = email_is_trusted(
        state.settings.email_trust,
        signed=operation.email_signed,
        user_id=operation.user_id,
        holder=holder,
        by_user_id=state.contact_by_user_id(operation.user_id),
        linked=state.contact_of(visitor),
        held_by_other_visitors=bool(others),
    )
    if not trusted:
        effect.warnings.append(EMAIL_UNVERIFIED)
    return operation.email if trusted else None


def _unite_people(
    state: WorkingSet,
    effect: Effect,
    found: Identification,
    contact: Contact,
    holder: Contact | None,
    linked: Contact | None,
) -> None:
    if found.merge_holder and holder is not None:
        contacts.merge(state, holder, contact)
    if found.email_conflict:
        effect.warnings.append(EMAIL_CONFLICT)
    if found.merge_linked and linked is not None:
        contacts.merge(state, linked, contact)
    if found.identity_conflict:
        effect.warnings.append(IDENTITY_CONFLICT)


def _write_fields(operation: Identify, state: WorkingSet, contact: Contact) -> None:
    if operation.name:
        state.journal.set(contact, "name", operation.name)
    if operation.phone:
        state.journal.set(contact, "phone", operation.phone)
    if operation.metadata:
        merged = merge_patch(contact.metadata, operation.metadata)
        state.journal.set(contact, "metadata", merged)


# -- the companies (§5.5) ---------------------------------------------------------------------


def _write_companies(
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
        companies.take_external_id(state, company, company_id)
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
