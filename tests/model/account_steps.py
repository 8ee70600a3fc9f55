"""Account writes, as a workspace user or a backend sends them; the path is in the body too."""

from hypothesis import strategies as st

from tests.model.fields import (
    DEAL_VALUES,
    EMAILS,
    NAMES,
    NO_EMAIL,
    NOT_SIGNED_IN,
    NOTES,
    PHONES,
    STAGE_NAMES,
    USER_IDS,
    Fields,
    any_of,
    metadata,
    with_optional,
)
from tests.model.naming import (
    ANY_COMPANY,
    ANY_CONTACT,
    ANY_STAGE,
    CHOICES,
    LINKED_COMPANY,
    LINKED_CONTACT,
    USED_STAGE,
)
from tests.model.scenario import Step
from tests.model.state import Json

TAGS = ("vip", " vip ", "beta", "Beta", "x.y")
EXTERNAL_IDS: tuple[str | int | None, ...] = ("acme", " hooli ", 99, "com_acme", "initech", None)
NEW_STAGE_NAMES = ("Won", " lead", "Trial", "PROPOSAL", "Churned")
POSITIONS = (0, 1, 2, 9, None)


def account_steps() -> dict[str, st.SearchStrategy[Step]]:
    """Steps by type."""
    contact: Fields = {"contact_id": any_of(ANY_CONTACT)}
    company: Fields = {"company_id": _companies()}
    stage: Fields = {"stage_id": any_of(ANY_STAGE)}
    new_name: Fields = {"name": st.sampled_from(NEW_STAGE_NAMES)}
    position: Fields = {"position": st.sampled_from(POSITIONS)}
    bodies: dict[str, st.SearchStrategy[Json]] = {
        "create_contact": with_optional({}, _contact_fields()),
        "update_contact": with_optional(contact, _contact_fields()),
        "delete_contact": st.fixed_dictionaries(contact),
        "link_company": st.fixed_dictionaries(contact | company),
        "unlink_company": st.integers(0, CHOICES - 1).map(_linked),
        "create_company": with_optional({}, _company_fields()),
        "update_company": with_optional(company, _company_fields()),
        "delete_company": st.fixed_dictionaries(company),
        "create_stage": with_optional(new_name, position),
        "update_stage": with_optional(stage, new_name | position),
        "delete_stage": with_optional(
            {"stage_id": any_of(USED_STAGE) | any_of(ANY_STAGE)},
            {"replacement_id": any_of(ANY_STAGE)},
        ),
        "replace_stages": st.fixed_dictionaries({"stages": _pipelines()}),
        "update_project": with_optional({}, _settings()),
    }
    return {
        operation_type: st.builds(Step, operation_type=st.just(operation_type), body=body)
        for operation_type, body in bodies.items()
    }


def _linked(choice: int) -> Json:
    """Two records that are linked, most often."""
    return {
        "contact_id": f"{LINKED_CONTACT}:{choice}",
        "company_id": f"{LINKED_COMPANY}:{choice}",
    }


def _companies() -> st.SearchStrategy[str]:
    """Most often one that is there, by its id or by an external id that moves about."""
    by_external_id = st.sampled_from(("acme", "initech", "hooli", "99"))
    weighted = (any_of(ANY_COMPANY),) * 3 + (by_external_id,)
    return st.sampled_from(weighted).flatmap(lambda strategy: strategy)


def _contact_fields() -> Fields:
    return {
        "email": st.sampled_from((*EMAILS, *EMAILS, *NO_EMAIL)),
        "user_id": st.sampled_from((*USER_IDS, *NOT_SIGNED_IN)),
        "name": st.sampled_from(NAMES),
        "phone": st.sampled_from(PHONES),
        "notes": st.sampled_from(NOTES),
        "tags": st.one_of(st.none(), st.lists(st.sampled_from(TAGS), max_size=3)),
        "metadata": metadata(),
    }


def _company_fields() -> Fields:
    return {
        "external_id": st.sampled_from(EXTERNAL_IDS),
        "name": st.sampled_from(("Hooli", "Umbrella", "Acme", "", None)),
        "domain": st.sampled_from((" Acme.example ", "hooli.example", "", None)),
        "industry": st.sampled_from(("Steel", "", None)),
        "stage": st.sampled_from((*STAGE_NAMES, "", None)),
        "deal_value": st.sampled_from(DEAL_VALUES),
        "notes": st.sampled_from(NOTES),
        "metadata": metadata(),
    }


def _pipelines() -> st.SearchStrategy[list[Json]]:
    """Whole pipelines whose names are all different; some stages are named by their id."""
    names = st.permutations(("Lead", "Qualified", "proposal ", "Customer", "Won", "Trial"))
    ids = st.lists(st.booleans(), min_size=6, max_size=6)
    return st.tuples(names, st.integers(2, 6), ids, st.integers(0, 5)).map(_pipeline)


def _pipeline(drawn: tuple[list[str], int, list[bool], int]) -> list[Json]:
    names, count, by_id, offset = drawn
    return [
        {"name": name, "id": f"{ANY_STAGE}:{offset + at}"} if by_id[at] else {"name": name}
        for at, name in enumerate(names[:count])
    ]


def _settings() -> Fields:
    return {
        "name": st.sampled_from(("Test", "Demo")),
        "stage_update_mode": st.sampled_from(("advance_only", "exact")),
        "identity_verification": st.sampled_from(("off", "required")),
        "email_trust": st.sampled_from(("any", "unclaimed", "signed", None)),
        "first_linked_fallback": st.booleans(),
        "create_unknown_companies": st.booleans(),
    }
