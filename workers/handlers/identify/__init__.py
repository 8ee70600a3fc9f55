"""identify: who a visitor is, and which companies it belongs to (contract §5)."""

from models.operations import Identify
from models.outcomes import Effect, OperationWarning, Refusal
from models.records import Visitor
from models.working_set import visitors
from models.working_set.reach import Reach
from models.working_set.state import WorkingSet
from workers.handlers.identify.companies import write_companies
from workers.handlers.identify.contact import find_contact, write_fields


def reach(operation: Identify, batch: Reach) -> None:
    batch.visitor(operation.visitor_id)
    batch.identity(operation.email, operation.user_id)
    batch.companies.update(operation.company_ids)
    if operation.company is not None:
        batch.company(operation.company.id)


def apply(operation: Identify, state: WorkingSet) -> Effect | Refusal:
    effect = Effect()
    visitor = visitors.find_or_create(state, operation.visitor_id)
    contact = find_contact(operation, state, effect, visitor)
    if contact is None:
        _stay_anonymous(operation, state, effect, visitor)
        return effect
    visitors.link_to_contact(state, visitor, contact)
    write_fields(operation, state, contact)
    effect.contact_id = contact.id
    company = write_companies(operation, state, effect, visitor, contact)
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
