"""Stage precedence, the target company, the company object, merged and folded values."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from models.rules.company import company_step
from models.rules.merge import filled, joined_notes, united_tags
from models.rules.placeholder import folded
from models.rules.stage import judge_stage, stage_name_key
from models.rules.target_company import Target, target_company


@pytest.mark.parametrize(
    ("current", "asked", "mode", "verdict"),
    [
        (None, 0, "advance_only", "set"),
        (None, 0, "exact", "set"),
        (0, 2, "advance_only", "advanced"),
        (0, 2, "exact", "advanced"),
        (1, 1, "advance_only", "unchanged"),
        (1, 1, "exact", "unchanged"),
        (2, 0, "advance_only", "skipped"),
        (2, 0, "exact", "moved_back"),
    ],
)
def test_a_stage_moves_back_only_when_exactly_that_is_asked(
    current: int | None, asked: int, mode: str, verdict: str
) -> None:
    assert judge_stage(current, asked, mode) == verdict


def test_stage_names_match_trimmed_and_case_folded() -> None:
    assert stage_name_key("  STRASSE ") == stage_name_key("straße")


def test_stage_names_match_however_their_letters_are_composed() -> None:
    assert stage_name_key("Évalué") == stage_name_key("E\u0301value\u0301")
    assert stage_name_key("\u212bngström") == stage_name_key("ångström")


@pytest.mark.parametrize(
    ("linked", "active", "fallback", "target"),
    [
        ([], None, True, Target(None, "none")),
        (["a"], None, True, Target("a", "only")),
        (["a"], "gone", False, Target("a", "only")),
        (["a", "b"], "b", False, Target("b", "active")),
        (["a", "b"], "gone", True, Target("a", "oldest")),
        (["a", "b"], None, False, Target(None, "ambiguous")),
    ],
)
def test_the_target_is_the_active_company_else_the_only_one_else_the_oldest_link(
    linked: list[str], active: str | None, fallback: bool, target: Target
) -> None:
    assert target_company(linked, active, first_linked_fallback=fallback) == target


@pytest.mark.parametrize(
    ("has_id", "exists", "has_name", "at_most_a_placeholder", "create", "step"),
    [
        (True, True, False, False, False, "establish"),
        (True, True, True, True, True, "establish"),
        (True, False, True, True, False, "upgrade"),
        (True, False, False, True, False, "not_found"),
        (True, False, True, False, False, "not_found"),
        (True, False, False, True, True, "upgrade"),
        (True, False, True, False, True, "create"),
        (False, False, True, True, False, "name_placeholder"),
        (False, False, True, False, False, "target"),
        (False, False, False, True, False, "target"),
    ],
)
def test_an_unknown_company_is_never_made_up_unless_the_project_wants_it(
    has_id: bool,
    exists: bool,
    has_name: bool,
    at_most_a_placeholder: bool,
    create: bool,
    step: str,
) -> None:
    decided = company_step(
        has_id=has_id,
        exists=exists,
        has_name=has_name,
        at_most_a_placeholder=at_most_a_placeholder,
        create_unknown_companies=create,
    )
    assert decided == step


def test_a_merged_contact_fills_only_what_is_empty() -> None:
    assert filled("kept", "other") == "kept"
    assert filled(None, "other") == "other"
    assert filled("", "other") == "other"


def test_tags_are_united_and_notes_joined() -> None:
    assert united_tags(["a", "b"], ["b", "c"]) == ["a", "b", "c"]
    assert joined_notes("mine", "yours") == "mine\n\nyours"
    assert joined_notes("same", "same") == "same"
    assert joined_notes(None, "yours") == "yours"


@dataclass
class Account:
    stage_id: str | None = None
    deal_value_e4: int | None = None
    notes: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)


def test_a_placeholder_fills_what_the_real_company_lacks_and_overrides_nothing() -> None:
    placeholder = Account("s1", 50_000, "old", {"a": 1, "b": {"x": 1}})
    assert folded(Account(metadata={"b": {"y": 2}}), placeholder) == {
        "stage_id": "s1",
        "deal_value_e4": 50_000,
        "notes": "old",
        "metadata": {"a": 1, "b": {"x": 1, "y": 2}},
    }
    real = Account("s2", 0, "new", {"a": 2})
    kept = folded(real, placeholder)
    assert (kept["stage_id"], kept["deal_value_e4"], kept["notes"]) == ("s2", 0, "new")
    assert kept["metadata"]["a"] == 2
