"""The model chooses a target company and keeps its stage and deal (contract §8, §9)."""

import pytest

from tests.model.state import Json
from tests.unit.model.story import Story, codes


def story_of_ann(**settings: object) -> Story:
    """`ann` is linked to acme, then globex; none is active."""
    story = Story(**settings)
    story.identify("ann", user_id="u1", company_ids=["acme", "globex"])
    return story


@pytest.mark.parametrize("operation_type", ["set_stage", "set_deal"])
@pytest.mark.parametrize(
    ("visitor_id", "fields", "status", "code"),
    [
        ("unknown", {"company_id": "nowhere"}, 404, "visitor_not_found"),
        ("nobody", {}, 400, "visitor_not_linked"),
        ("nobody", {"company_id": "acme"}, 400, "visitor_not_linked"),
        ("ann", {"company_id": "nowhere"}, 400, "company_not_linked"),
        ("ann", {"company_id": "com_lonely"}, 400, "company_not_linked"),
        ("ann", {"company_id": "acme"}, 400, "stage_not_found"),
    ],
)
def test_faults_are_found_in_the_order_of_the_contract(
    operation_type: str, visitor_id: str, fields: Json, status: int, code: str
) -> None:
    story = story_of_ann()
    story.model.add_company("com_lonely")
    story.identify("nobody")
    before = story.model.snapshot()
    body = {"visitor_id": visitor_id, "stage_name": "Churned", "deal_value": 1, **fields}
    result = story.apply(operation_type, body)
    assert (result.status, result.http_status, result.code) == ("rejected", status, code)
    assert story.model.snapshot() == before


def test_an_explicit_company_comes_first_then_the_active_then_the_oldest_link() -> None:
    story = story_of_ann()
    assert story.set_stage("ann", "Lead", company_id="globex").company_id == "com_globex"
    fallback = story.set_stage("ann", "Lead")
    assert fallback.company_id == "com_acme"
    assert fallback.warnings == [("first_linked_fallback", "/company_id")]
    story.identify("ann", company={"id": "globex"})
    active = story.set_stage("ann", "Lead")
    assert (active.company_id, active.warnings) == ("com_globex", [])


def test_a_project_may_turn_the_fallback_off() -> None:
    story = story_of_ann(first_linked_fallback=False)
    result = story.set_stage("ann", "Lead")
    assert (result.http_status, result.code) == (400, "company_ambiguous")


def test_an_active_company_counts_only_while_it_is_linked() -> None:
    story = Story()
    story.identify("browser", user_id="u1", company={"id": "acme"})
    story.identify("browser", user_id="u2")
    assert story.active("browser") == "com_acme"
    assert story.set_stage("browser", "Lead").company_id == "com_2"
    story.identify("browser", company_ids=["acme", "globex"])
    result = story.set_stage("browser", "Lead")
    assert (result.company_id, codes(result)) == ("com_acme", [])


def test_a_placeholder_counts_as_a_linked_company() -> None:
    story = Story()
    story.identify("ann", user_id="u1")
    assert story.set_deal("ann", 1).company_id == "com_1"


@pytest.mark.parametrize(
    ("before", "asked", "mode", "change", "after"),
    [
        (None, "Qualified", "advance_only", "set", "Qualified"),
        ("Lead", " qualified", "advance_only", "advanced", "Qualified"),
        ("Lead", "LEAD", "exact", "unchanged", "Lead"),
        ("Customer", "Lead", "advance_only", "skipped", "Customer"),
        ("Customer", "Lead", None, "skipped", "Customer"),
        ("Customer", "Lead", "exact", "moved_back", "Lead"),
        ("Lead", "Customer", "exact", "advanced", "Customer"),
    ],
)
def test_stage_precedence(
    before: str | None, asked: str, mode: str | None, change: str, after: str
) -> None:
    story = Story()
    story.model.add_company("com_hooli", stage=before)
    story.identify("ann", user_id="u1", company={"id": "com_hooli"})
    result = story.set_stage("ann", asked, stage_update_mode=mode)
    to = asked.strip().capitalize()
    assert result.stage == {"change": change, "from": before, "to": to}
    assert story.company("com_hooli").stage == after
    assert result.status == ("unchanged" if before == after else "applied")
    assert len(story.model.snapshot()["stage_changes"]) == (before != after)


def test_the_requests_mode_wins_over_the_projects() -> None:
    story = story_of_ann(stage_update_mode="exact")
    story.set_stage("ann", "Customer", company_id="acme")
    kept = story.set_stage("ann", "Lead", company_id="acme", stage_update_mode="advance_only")
    moved = story.set_stage("ann", "Lead", company_id="acme")
    assert kept.stage == {"change": "skipped", "from": "Customer", "to": "Lead"}
    assert moved.stage == {"change": "moved_back", "from": "Customer", "to": "Lead"}


def test_a_skipped_stage_still_writes_deal_and_notes() -> None:
    story = story_of_ann()
    story.set_stage("ann", "Customer", company_id="acme")
    result = story.set_deal("ann", 5, notes="Signed", stage_name="Lead", company_id="acme")
    assert (result.status, story.company("com_acme").notes) == ("applied", "Signed")
    assert result.stage == {"change": "skipped", "from": "Customer", "to": "Lead"}


def test_a_deal_is_kept_exactly_and_each_real_change_recorded() -> None:
    story = story_of_ann()
    values = (12000, 12000.0, 0.1, 99.9999, None, None)
    statuses = [story.set_deal("ann", value, company_id="acme").status for value in values]
    assert statuses == ["applied", "unchanged", "applied", "applied", "applied", "unchanged"]
    changes = [(c["from"], c["to"]) for c in story.model.snapshot()["deal_changes"]]
    assert changes == [
        (None, "12000"),
        ("12000", "0.1"),
        ("0.1", "99.9999"),
        ("99.9999", None),
    ]


@pytest.mark.parametrize(
    ("fields", "notes"), [({}, "old"), ({"notes": ""}, None), ({"notes": None}, None)]
)
def test_notes_replace_and_null_or_empty_clears_and_absent_keeps(
    fields: Json, notes: str | None
) -> None:
    story = story_of_ann()
    story.set_deal("ann", 1, notes="old", company_id="acme")
    story.set_deal("ann", 1, company_id="acme", **fields)
    assert story.company("com_acme").notes == notes
