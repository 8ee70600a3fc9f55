"""Widget writes, as a browser or a backend sends them."""

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
    company_references,
    metadata,
    with_optional,
    without_absent,
)
from tests.model.naming import ANY_VISITOR, CHOICES, LINKED_VISITOR, VISITORS_COMPANY
from tests.model.scenario import Step
from tests.model.state import Json

VISITOR_IDS: tuple[str | int, ...] = ("v1", "v1", "v1", "v2", "v2", " V1 ", 7)
WHO_IS_NAMED = ("user_id",) * 4 + ("email",) * 4 + ("user_id and email",) * 5 + ("nobody",)
MODES = (None, "advance_only", "exact")
EVENT_VALUES = ("pro", "", 3, 2.5, True, None)
MOMENTS = (
    "2024-05-01T12:00:00.250Z",
    "2024-05-01T12:00:00+02:00",
    1_714_500_000,
    1_714_500_000.125,
    "yesterday",
    "1999-12-31T23:59:59Z",
    "2999-01-01T00:00:00Z",
)


def widget_steps(signed_emails: bool) -> dict[str, st.SearchStrategy[Step]]:
    """Steps by type; `signed_emails` is false where no JWT can be sent."""
    companies = company_references()
    modes = st.sampled_from(MODES)
    stage_fields: Fields = {"company_id": companies, "stage_update_mode": modes}
    return {
        "identify": st.builds(
            Step,
            operation_type=st.just("identify"),
            body=_identify_bodies(companies),
            email_signed=st.booleans() if signed_emails else st.just(False),
        ),
        "set_properties": _of_type("set_properties", {"properties": metadata()}, {}),
        "track": _of_type("track", *_track_fields(companies)),
        "set_stage": _of_type(
            "set_stage", {"stage_name": st.sampled_from(STAGE_NAMES)}, stage_fields
        ),
        "set_deal": _of_type(
            "set_deal",
            {"deal_value": st.sampled_from(DEAL_VALUES)},
            {
                "stage_name": st.sampled_from(STAGE_NAMES),
                "notes": st.sampled_from(NOTES),
                **stage_fields,
            },
        ),
    }


def _of_type(operation_type: str, required: Fields, optional: Fields) -> st.SearchStrategy[Step]:
    visitors = st.sampled_from(VISITOR_IDS) | any_of(ANY_VISITOR) | any_of(ANY_VISITOR)
    body = with_optional({"visitor_id": visitors, **required}, optional)
    if "company_id" in optional:
        linked = st.tuples(body, st.integers(0, CHOICES - 1)).map(_of_a_linked_company)
        body = body | linked
    return st.builds(Step, operation_type=st.just(operation_type), body=body)


def _of_a_linked_company(drawn: tuple[Json, int]) -> Json:
    body, choice = drawn
    return {
        **body,
        "visitor_id": f"{LINKED_VISITOR}:{choice}",
        "company_id": f"{VISITORS_COMPANY}:{choice}",
    }


def _identify_bodies(companies: st.SearchStrategy[str | int]) -> st.SearchStrategy[Json]:
    fields_but_id: Fields = {
        "name": st.sampled_from(("Hooli", "Umbrella", "", None)),
        "stage": st.sampled_from((*STAGE_NAMES, "", None)),
        "metadata": metadata(),
    }
    company = st.one_of(
        st.none(),
        with_optional({}, fields_but_id),
        with_optional({"id": companies}, fields_but_id),
    )
    optional: Fields = {
        "name": st.sampled_from(NAMES),
        "phone": st.sampled_from(PHONES),
        "metadata": metadata(),
        "company_ids": st.lists(companies, max_size=3),
        "company": company,
        "stage_update_mode": st.sampled_from(MODES),
    }
    person = st.sampled_from(WHO_IS_NAMED).flatmap(
        lambda who: st.fixed_dictionaries(
            {
                "visitor_id": st.sampled_from(VISITOR_IDS),
                "user_id": st.sampled_from(USER_IDS if "user_id" in who else NOT_SIGNED_IN),
                "email": st.sampled_from(EMAILS if "email" in who else NO_EMAIL),
            }
        ).map(without_absent)
    )
    return st.tuples(person, with_optional({}, optional)).map(lambda parts: parts[0] | parts[1])


def _track_fields(companies: st.SearchStrategy[str | int]) -> tuple[Fields, Fields]:
    required: Fields = {"name": st.sampled_from(("Plan.Upgraded", " seat$added ", "login"))}
    optional: Fields = {
        "value": st.sampled_from(EVENT_VALUES),
        "entity": st.sampled_from(("visitor", "company")),
        "company_id": companies,
        "timestamp": st.sampled_from(MOMENTS),
        "sent_at": st.sampled_from(("2024-05-01T12:00:01Z", 1_714_500_001, "2999-01-01T00:00:01Z")),
    }
    return required, optional
