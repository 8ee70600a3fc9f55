"""Values that fields of generated requests have, and bodies put together of them."""

from typing import Any

from hypothesis import strategies as st

from tests.model.naming import ANY_COMPANY, CHOICES
from tests.model.scenario import STAGES
from tests.model.state import Json

Fields = dict[str, st.SearchStrategy[Any]]

ABSENT = object()
USER_IDS: tuple[str | int, ...] = ("u1", "u1", " u1 ", "u2", 3)
EMAILS = (
    "ann@example.com",
    "ann@example.com",
    "ANN@example.com",
    " Bob@Example.com ",
    "eve@example.com",
)
NOT_SIGNED_IN = (ABSENT, ABSENT, "", "Anonymous", None)
NO_EMAIL = (ABSENT, ABSENT, "", None)
NAMES = ("Ann", "Bob", "", " ", None)
PHONES = ("+49 1", "+49 2", "", None)
NOTES = ("In review", "Signed", "", None, " ")
STAGE_NAMES = (*STAGES, " qualified ", "CUSTOMER", "Churned")
DEAL_VALUES = (0, 12000, 12000.0, 0.1, 99.9999, 999_999_999_999, None)
KNOWN_COMPANIES = ("com_acme", "acme", "com_globex", "com_initech", " initech ")
UNKNOWN_COMPANIES = ("hooli", 99)


def with_optional(required: Fields, optional: Fields) -> st.SearchStrategy[Json]:
    """Each optional field is there half of the time (Hypothesis' own way seldom gives many)."""
    maybe = {key: _half_of_the_time(value) for key, value in optional.items()}
    return st.fixed_dictionaries(required | maybe).map(without_absent)


def _half_of_the_time(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.booleans().flatmap(lambda given: strategy if given else st.just(ABSENT))


def without_absent(fields: Json) -> Json:
    return {key: value for key, value in fields.items() if value is not ABSENT}


def company_references() -> st.SearchStrategy[str | int]:
    """Known by id or external id, unknown, or one that is there by then."""
    known, unknown = st.sampled_from(KNOWN_COMPANIES), st.sampled_from(UNKNOWN_COMPANIES)
    return st.one_of(known, unknown, any_of(ANY_COMPANY))


def any_of(marker: str) -> st.SearchStrategy[str]:
    """A record of the kind that the marker says, most often one that is there."""
    return st.integers(0, CHOICES - 1).map(lambda choice: f"{marker}:{choice}")


def metadata() -> st.SearchStrategy[Json]:
    """Patches that overlap, remove, nest, and now and then fill a record to its limit."""
    leaves = st.sampled_from((None, 1, True, "x", [1, None], []))
    values = st.one_of(leaves, st.dictionaries(st.sampled_from("pq"), leaves, max_size=2))
    usual = st.dictionaries(st.sampled_from(("a", "a.b", "__proto__")), values, max_size=3)
    large = st.sampled_from(("k1", "k2", "k3")).map(lambda key: {key: "x" * 30_000})
    return st.sampled_from((usual,) * 11 + (large,)).flatmap(lambda strategy: strategy)
