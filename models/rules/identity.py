"""Who a visitor is: which contact an identify speaks of, and who is the same person (§5.2).

U is the contact that holds the request's `user_id`, E the one that holds its email, L the one
that the visitor is linked to.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

Choice = Literal["by_user_id", "by_email", "linked", "new", "anonymous"]


class Person(Protocol):
    """What deciding needs to know of a contact."""

    @property
    def id(self) -> str: ...
    @property
    def user_id(self) -> str | None: ...
    @property
    def email(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Identification:
    """The chosen contact and what happens to the two others that the request touched."""

    choice: Choice
    merge_holder: bool = False
    """E is merged into the chosen contact."""
    email_conflict: bool = False
    """The request's email stays with E."""
    merge_linked: bool = False
    """L is merged into the chosen contact."""
    identity_conflict: bool = False
    """The visitor leaves L, which stays as it is."""


def effective_email_trust(setting: str | None, identity_verification: str) -> str:
    """The project's `email_trust`; unset it follows whether verification is required (§2)."""
    if setting is not None:
        return setting
    return "unclaimed" if identity_verification == "required" else "any"


def email_is_trusted(
    trust: str,
    *,
    signed: bool,
    user_id: str | None,
    holder: Person | None,
    by_user_id: Person | None,
    linked: Person | None,
    held_by_other_visitors: bool,
) -> bool:
    """Whether the email may attach the visitor to E, or merge it into E (§2 `email_trust`).

    `holder` is E; `held_by_other_visitors` says whether another visitor is linked to it. An email
    that nobody holds, or that the request's own contact holds, is always taken.
    """
    if holder is None or holder is by_user_id or holder is linked or signed:
        return True
    if trust == "unclaimed":
        return not held_by_other_visitors and holder.user_id in (None, user_id)
    return trust == "any"


def compatible(user_id: str | None, email: str | None, *people: Person) -> bool:
    """Neither `user_id` nor primary email has two values among the people and the request."""
    user_ids = {person.user_id for person in people} | {user_id}
    emails = {person.email for person in people} | {email}
    return len(user_ids - {None}) <= 1 and len(emails - {None}) <= 1


def identify_contact(
    user_id: str | None,
    email: str | None,
    by_user_id: Person | None,
    by_email: Person | None,
    linked: Person | None,
) -> Identification:
    """Chooses the contact. `email` is as sent, None if it is not trusted (then E is None too)."""
    choice, contact = _choose(user_id, email, by_user_id, by_email, linked)
    merge_holder = email_conflict = merge_linked = identity_conflict = False
    if by_email is not None and by_email is not contact:
        merge_holder = (
            contact is not None
            and choice == "by_user_id"
            and compatible(user_id, email, contact, by_email)
        )
        email_conflict = not merge_holder
    if linked is not None and linked is not contact and not (merge_holder and linked is by_email):
        merge_linked = contact is not None and compatible(user_id, email, contact, linked)
        identity_conflict = not merge_linked
    return Identification(choice, merge_holder, email_conflict, merge_linked, identity_conflict)


def _choose(
    user_id: str | None,
    email: str | None,
    by_user_id: Person | None,
    by_email: Person | None,
    linked: Person | None,
) -> tuple[Choice, Person | None]:
    if by_user_id is not None:
        return "by_user_id", by_user_id
    if by_email is not None and _one_value(user_id, by_email.user_id):
        return "by_email", by_email
    if linked is not None and _one_value(user_id, linked.user_id):
        return "linked", linked
    if user_id is not None or email is not None:
        return "new", None
    return "anonymous", None


def _one_value(left: str | None, right: str | None) -> bool:
    return left is None or right is None or left == right
