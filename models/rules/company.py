"""What identify's `company` object means for the contact's companies (contract §5.5)."""

from typing import Literal

CompanyStep = Literal[
    "establish",  # an existing company: link it, make it active
    "upgrade",  # the placeholder becomes the company with this id, and active
    "create",  # a company with this id, linked and active
    "not_found",  # a warning, and the object changes nothing
    "name_placeholder",  # no id: the placeholder becomes a real company with this name
    "target",  # no id: the target company of §8
]


def company_step(
    *,
    has_id: bool,
    exists: bool,
    has_name: bool,
    at_most_a_placeholder: bool,
    create_unknown_companies: bool,
) -> CompanyStep:
    """Decides from what the request says and what the contact is linked to by now.

    `at_most_a_placeholder`: the contact has no company, or one and that is a placeholder.
    """
    if not has_id:
        return "name_placeholder" if has_name and at_most_a_placeholder else "target"
    if exists:
        return "establish"
    if at_most_a_placeholder and (has_name or create_unknown_companies):
        return "upgrade"
    return "create" if create_unknown_companies else "not_found"
