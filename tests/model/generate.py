"""Random sequences of operations, of valid shape, over pools so small that they collide."""

from dataclasses import replace
from functools import cache

from hypothesis import strategies as st

from tests.model.account_steps import account_steps
from tests.model.naming import name_any
from tests.model.reunions import reunions
from tests.model.scenario import Scenario, Step, play_step
from tests.model.sequential import Model
from tests.model.state import Json
from tests.model.widget_steps import widget_steps

MOST_OPERATIONS = 18
FIRST_WEIGHTS = {"identify": 6, "set_properties": 1, "track": 2, "set_deal": 1}
WIDGET_WEIGHTS = {"identify": 9, "set_properties": 1, "track": 4, "set_stage": 2, "set_deal": 2}
ACCOUNT_WEIGHTS = {
    "create_contact": 3,
    "update_contact": 5,
    "delete_contact": 4,
    "link_company": 3,
    "unlink_company": 2,
    "create_company": 1,
    "update_company": 5,
    "delete_company": 3,
    "create_stage": 1,
    "update_stage": 1,
    "delete_stage": 1,
    "replace_stages": 1,
    "update_project": 1,
}
KEYS = (None,) * 14 + ("k1", "k2")


@st.composite
def scenarios(
    draw: st.DrawFn,
    max_operations: int = MOST_OPERATIONS,
    *,
    signed_emails: bool = True,
    made_records: bool = True,
    account_writes: bool = True,
    keys: bool = False,
) -> Scenario:
    """Any mix of settings and operations.

    `signed_emails` is false where no JWT can be sent; without `made_records` no step names a
    record that an earlier one made, so that nobody shares another's placeholder; with `keys`
    some operations repeat earlier ones under an idempotency key.
    """
    scenario = Scenario(settings=draw(_settings()), steps=())
    model, steps = scenario.model(), list[Step]()
    # Short ones collide seldom.
    for number in range(draw(st.integers(max_operations // 2, max_operations))):
        alike = reunions(model.state)
        if keys and steps and draw(st.integers(0, 11)) == 0:
            step = draw(st.sampled_from(steps))
        elif alike and draw(st.integers(0, 5)) == 0:
            step = Step("identify", draw(st.sampled_from(alike)), email_signed=signed_emails)
        else:
            drawn = draw(_steps(signed_emails, _weights(model, account_writes), keys))
            step = _naming_records(drawn, model, made_records)
        play_step(model, step, number)
        steps.append(step)
    return replace(scenario, steps=tuple(steps))


def _naming_records(step: Step, model: Model, made_records: bool) -> Step:
    """Most account writes speak of records that are there."""
    body: Json = name_any(step.body, model.state, made=made_records)
    if step.operation_type == "replace_stages":
        body = {"stages": _each_id_once(body["stages"])}
    return replace(step, body=body)


def _each_id_once(places: list[Json]) -> list[Json]:
    """A pipeline that names a stage twice is a bad request."""
    named: set[str] = set()
    once = []
    for place in places:
        is_again = place.get("id") in named
        once.append({"name": place["name"]} if is_again else place)
        named.add(place.get("id", ""))
    return once


def _settings() -> st.SearchStrategy[Json]:
    return st.fixed_dictionaries(
        {
            "stage_update_mode": st.sampled_from(["advance_only", "exact"]),
            "email_trust": st.sampled_from(["any", "any", "unclaimed", "signed"]),
            "first_linked_fallback": st.sampled_from([True, True, False]),
            "create_unknown_companies": st.sampled_from([False, False, True]),
        }
    )


def _weights(model: Model, account_writes: bool) -> tuple[tuple[str, int], ...]:
    """Which types are likely: at first those that something comes of."""
    account = ACCOUNT_WEIGHTS if account_writes else {}
    if model.state.contacts:
        return tuple((WIDGET_WEIGHTS | account).items())
    makes = {name: weight for name, weight in account.items() if name.startswith("create_")}
    return tuple((FIRST_WEIGHTS | makes).items())


@cache
def _steps(
    signed_emails: bool, weights: tuple[tuple[str, int], ...], keys: bool
) -> st.SearchStrategy[Step]:
    by_type = widget_steps(signed_emails) | account_steps()
    # `one_of` would be flattened, and each type as likely as any other.
    weighted = [name for name, weight in weights for _ in range(weight)]
    steps = st.sampled_from(weighted).flatmap(by_type.__getitem__)
    if not keys:
        return steps
    return st.builds(lambda step, key: replace(step, key=key), steps, st.sampled_from(KEYS))
