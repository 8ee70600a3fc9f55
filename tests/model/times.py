"""Times as a receipt tells them, and when records were made and changed."""

from datetime import datetime

from tests.model.state import Company, Contact, State, text_of

NOT_A_CHANGE = ("created_at_ms", "updated_at_ms", "addresses", "owner", "stage")
"""Beside the times themselves: what no document of the record shows. A stage counts as the
stage, not as the name that it happens to have."""


def epoch_ms(text: str) -> int:
    """ISO 8601 with an offset, as epoch milliseconds."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def stamp(before: State, after: State) -> None:
    """Set the times of each record that the operation at hand made or changed."""
    for contact in after.contacts.values():
        old = before.contacts.get(contact.id)
        is_changed = old is None or _shown(before, old) != _shown(after, contact)
        _stamp(after, contact, is_new=old is None, is_changed=is_changed)
    if before.settings != after.settings:
        after.updated_at_ms = max(after.updated_at_ms, after.accepted_at_ms)
    for company in after.companies.values():
        known = before.companies.get(company.id)
        is_changed = known is None or _shown(before, known) != _shown(after, company)
        _stamp(after, company, is_new=known is None, is_changed=is_changed)


def _stamp(state: State, record: Contact | Company, *, is_new: bool, is_changed: bool) -> None:
    if is_new:
        record.created_at_ms = state.accepted_at_ms
    if is_changed:
        record.updated_at_ms = max(record.updated_at_ms, state.accepted_at_ms)


def _shown(state: State, record: Contact | Company) -> str:
    shown = {key: value for key, value in vars(record).items() if key not in NOT_A_CHANGE}
    if isinstance(record, Company):
        shown["stage_id"] = [stage.id for stage in state.stages if stage.name == record.stage]
    return text_of(shown)
