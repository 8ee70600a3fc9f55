"""Random sequences of operations, of valid shape, over pools so small that they collide."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from hypothesis import strategies as st

from tests.model.outcome import Result
from tests.model.sequential import Model
from tests.model.state import Json

STAGES = ("Lead", "Qualified", "Proposal", "Customer")
FIRST_ACCEPTED_AT_MS = 1_750_000_000_000
MOST_OPERATIONS = 14

ABSENT = object()
VISITOR_IDS: tuple[str | int, ...] = ("v1", "v2", " V1 ", 7)
USER_IDS: tuple[str | int, ...] = ("u1", "u2", 3, " u1 ")
EMAILS = ("ann@example.com", " Bob@Example.com ", "eve@example.com", "ANN@example.com")
NOT_SIGNED_IN = (ABSENT, ABSENT, "", "Anonymous", None)
NO_EMAIL = (ABSENT, ABSENT, "", None)
WHO_IS_NAMED = ("user_id",) * 4 + ("email",) * 4 + ("user_id and email",) * 3 + ("nobody",)
UNKNOWN_COMPANIES = ("hooli", 99)
STAGE_NAMES = (*STAGES, " qualified ", "CUSTOMER", "Churned")
MODES = (None, "advance_only", "exact")
MADE_BY = "company-made-by:"


@dataclass(frozen=True)
class KnownCompany:
    """A real company that is there before the first operation."""

    id: str
    external_id: str | None = None
    name: str | None = None
    stage: str | None = None


# The second one's external id is the third one's id: an id wins.
COMPANIES = (
    KnownCompany("com_acme", "acme", "Acme", "Qualified"),
    KnownCompany("com_globex", "com_initech"),
    KnownCompany("com_initech", "initech", "Initech"),
)


@dataclass(frozen=True)
class Step:
    """One operation. A company that an earlier step made is named by the number of that step."""

    operation_type: str
    body: Json
    email_signed: bool = False

    def body_with(self, operation_ids: Sequence[str]) -> Json:
        """The body to send, given the ids of the operations before this one."""
        named: Json = _name_made_companies(self.body, operation_ids)
        return named


@dataclass(frozen=True)
class Scenario:
    """A project and what happens to it, in the order of acceptance."""

    settings: dict[str, object]
    steps: tuple[Step, ...]
    companies: tuple[KnownCompany, ...] = COMPANIES
    stages: tuple[str, ...] = STAGES

    def model(self) -> Model:
        """The model of this project before the first step."""
        model = Model(self.settings, self.stages)
        for known in self.companies:
            model.add_company(known.id, known.external_id, known.name, known.stage)
        return model


def operation_id(step: int) -> str:
    """An operation id for callers that choose it themselves; ids sort by acceptance."""
    return f"op_{step:032x}"


def play(scenario: Scenario) -> tuple[Model, list[Result]]:
    """The model after all steps, and what became of each."""
    model = scenario.model()
    operation_ids = [operation_id(number) for number in range(len(scenario.steps))]
    results = [
        model.apply(
            step.operation_type,
            step.body_with(operation_ids[:number]),
            operation_id=operation_ids[number],
            accepted_at_ms=FIRST_ACCEPTED_AT_MS + 1000 * number,
            email_signed=step.email_signed,
        )
        for number, step in enumerate(scenario.steps)
    ]
    return model, results


@st.composite
def scenarios(
    draw: st.DrawFn,
    max_operations: int = MOST_OPERATIONS,
    signed_emails: bool = True,
    made_companies: bool = True,
) -> Scenario:
    """Any mix of settings and operations.

    `signed_emails` is false where no JWT can be sent; without `made_companies` no step names a
    company that an earlier one made, so that nobody shares another's placeholder.
    """
    length = draw(st.integers(1, max_operations))
    steps = tuple(
        draw(_steps(number if made_companies else 0, signed_emails)) for number in range(length)
    )
    return Scenario(settings=draw(_settings()), steps=steps)


def _settings() -> st.SearchStrategy[dict[str, object]]:
    return st.fixed_dictionaries(
        {
            "stage_update_mode": st.sampled_from(["advance_only", "exact"]),
            "email_trust": st.sampled_from(["any", "any", "unclaimed", "signed"]),
            "first_linked_fallback": st.sampled_from([True, True, False]),
            "create_unknown_companies": st.sampled_from([False, False, True]),
        }
    )


@cache
def _steps(number: int, signed_emails: bool) -> st.SearchStrategy[Step]:
    companies = _company_references(number)
    identify = st.builds(
        Step,
        operation_type=st.just("identify"),
        body=_identify_bodies(companies),
        email_signed=st.booleans() if signed_emails else st.just(False),
    )
    by_type = {
        "identify": identify,
        "set_properties": _of_type("set_properties", {"properties": _metadata()}, {}),
        "track": _of_type("track", *_track_fields(companies)),
        "set_stage": _of_type(
            "set_stage",
            {"stage_name": st.sampled_from(STAGE_NAMES)},
            {"company_id": companies, "stage_update_mode": st.sampled_from(MODES)},
        ),
        "set_deal": _of_type("set_deal", *_deal_fields(companies)),
    }
    # `one_of` would be flattened, and each type as likely as any other.
    weighted = ("identify",) * 7 + ("set_properties", "track", "set_stage", "set_deal")
    return st.sampled_from(weighted).flatmap(by_type.__getitem__)


Fields = dict[str, st.SearchStrategy[Any]]


def _of_type(operation_type: str, required: Fields, optional: Fields) -> st.SearchStrategy[Step]:
    visitor = {"visitor_id": st.sampled_from(VISITOR_IDS)}
    body = _with_optional(visitor | required, optional)
    return st.builds(Step, operation_type=st.just(operation_type), body=body)


def _with_optional(required: Fields, optional: Fields) -> st.SearchStrategy[Json]:
    """Each optional field is there half of the time (Hypothesis' own way seldom gives many)."""
    maybe = {key: _half_of_the_time(value) for key, value in optional.items()}
    return st.fixed_dictionaries(required | maybe).map(_without_absent)


def _half_of_the_time(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.booleans().flatmap(lambda given: strategy if given else st.just(ABSENT))


def _without_absent(fields: Json) -> Json:
    return {key: value for key, value in fields.items() if value is not ABSENT}


def _identify_bodies(companies: st.SearchStrategy[str | int]) -> st.SearchStrategy[Json]:
    stages = st.sampled_from((*STAGE_NAMES, "", None))
    names = st.sampled_from(("Ann", "Bob", "", None))
    fields_but_id: Fields = {
        "name": st.sampled_from(("Hooli", "Umbrella", "", None)),
        "stage": stages,
        "metadata": _metadata(),
    }
    company = st.one_of(
        st.none(),
        _with_optional({}, fields_but_id),
        _with_optional({"id": companies}, fields_but_id),
    )
    optional: Fields = {
        "name": names,
        "phone": st.sampled_from(("+49 1", "+49 2", "", None)),
        "metadata": _metadata(),
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
        ).map(_without_absent)
    )
    return st.tuples(person, _with_optional({}, optional)).map(lambda parts: parts[0] | parts[1])


def _track_fields(companies: st.SearchStrategy[str | int]) -> tuple[Fields, Fields]:
    values = ("pro", "", 3, 2.5, True, None)
    moments = (
        "2024-05-01T12:00:00.250Z",
        "2024-05-01T12:00:00+02:00",
        1_714_500_000,
        1_714_500_000.125,
        "yesterday",
        "1999-12-31T23:59:59Z",
        "2999-01-01T00:00:00Z",
    )
    required: Fields = {"name": st.sampled_from(("Plan.Upgraded", " seat$added ", "login"))}
    optional: Fields = {
        "value": st.sampled_from(values),
        "entity": st.sampled_from(("visitor", "company")),
        "company_id": companies,
        "timestamp": st.sampled_from(moments),
        "sent_at": st.sampled_from(("2024-05-01T12:00:01Z", 1_714_500_001, "2999-01-01T00:00:01Z")),
    }
    return required, optional


def _deal_fields(companies: st.SearchStrategy[str | int]) -> tuple[Fields, Fields]:
    values = (0, 12000, 12000.0, 0.1, 99.9999, 999_999_999_999, None)
    required: Fields = {"deal_value": st.sampled_from(values)}
    optional: Fields = {
        "company_id": companies,
        "stage_name": st.sampled_from(STAGE_NAMES),
        "notes": st.sampled_from(("In review", "Signed", "", None)),
        "stage_update_mode": st.sampled_from(MODES),
    }
    return required, optional


def _company_references(number: int) -> st.SearchStrategy[str | int]:
    """Known by id or external id, unknown, or made by one of the steps before this one."""
    known = st.sampled_from(("com_acme", "acme", "com_globex", "com_initech", " initech "))
    unknown = st.sampled_from(UNKNOWN_COMPANIES)
    if number == 0:
        return st.one_of(known, unknown)
    made = st.integers(0, number - 1).map(lambda step: f"{MADE_BY}{step}")
    return st.one_of(known, unknown, made)


def _metadata() -> st.SearchStrategy[Json]:
    """Patches that overlap, remove, nest, and now and then fill a record to its limit."""
    leaves = st.sampled_from((None, 1, True, "x", [1, None], []))
    values = st.one_of(leaves, st.dictionaries(st.sampled_from("pq"), leaves, max_size=2))
    usual = st.dictionaries(st.sampled_from(("a", "a.b", "__proto__")), values, max_size=3)
    large = st.sampled_from(("k1", "k2", "k3")).map(lambda key: {key: "x" * 30_000})
    return st.sampled_from((usual,) * 5 + (large,)).flatmap(lambda strategy: strategy)


def _name_made_companies(value: Any, operation_ids: Sequence[str]) -> Any:
    if isinstance(value, dict):
        return {key: _name_made_companies(each, operation_ids) for key, each in value.items()}
    if isinstance(value, list):
        return [_name_made_companies(each, operation_ids) for each in value]
    if isinstance(value, str) and value.startswith(MADE_BY):
        step = int(value.removeprefix(MADE_BY))
        return f"com_{operation_ids[step].removeprefix('op_')}"
    return value
