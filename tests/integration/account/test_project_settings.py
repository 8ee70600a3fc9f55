"""Settings written through the mailbox: what comes behind is judged by them (§4, §11)."""

from typing import Any

import pytest

from models.operations import Identify, SetStage
from models.operations.project import UpdateProject
from models.tables import ProjectTable
from tests.integration.desk import Desk

ADA = "ada@example.com"


def warnings(receipt: dict[str, Any]) -> list[str]:
    return [warning["code"] for warning in receipt["outcome"]["warnings"]]


def test_a_project_shows_what_was_written_and_when(desk: Desk) -> None:
    (receipt,) = desk.write(
        UpdateProject({"name": "Shop", "allowed_origins": ["https://shop.example"]})
    )
    record = receipt["outcome"]["record"]
    assert (record["id"], record["name"]) == (desk.project_id, "Shop")
    assert record["allowed_origins"] == ["https://shop.example"]
    assert record["updated_at"] > record["created_at"]
    (stored,) = desk.rows(ProjectTable)
    assert stored["name"] == "Shop"
    assert stored["updated_at_ms"] == receipt["accepted_at_ms"]
    assert receipt["changes"] == [
        {
            "record": "project",
            "id": desk.project_id,
            "pointer": f"/{name}",
            "before": before,
            "after": after,
        }
        for name, before, after in (
            ("name", "Test", "Shop"),
            ("allowed_origins", ["*"], ["https://shop.example"]),
        )
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"rate_limits": {"visitor": {"rate_per_s": 2.5, "burst": 9}}},
        {"verify_all_writes": True, "require_token_expiry": False, "allow_widget_exact": False},
        {"identity_verification": "required", "email_trust": "signed"},
        {"require_publishable_key": True, "allowed_origins": []},
    ],
)
def test_every_setting_is_stored_as_it_was_asked(desk: Desk, changes: dict[str, Any]) -> None:
    desk.record(UpdateProject(changes))
    (stored,) = desk.rows(ProjectTable)
    assert {name: stored[name] for name in changes} == changes


def test_what_is_so_already_changes_nothing(desk: Desk) -> None:
    before = desk.rows(ProjectTable)
    (receipt,) = desk.write(UpdateProject({"name": "Test", "allowed_origins": ["*"]}))
    assert receipt["status"] == "unchanged"
    assert receipt["outcome"]["record"]["name"] == "Test"
    assert desk.rows(ProjectTable) == before


def test_the_email_trust_that_is_shown_is_the_one_in_force(desk: Desk) -> None:
    following = desk.record(UpdateProject({"email_trust": None}))
    assert following["email_trust"] == "any"
    required = desk.record(UpdateProject({"identity_verification": "required"}))
    assert required["email_trust"] == "unclaimed"
    assert desk.record(UpdateProject({"email_trust": "signed"}))["email_trust"] == "signed"


def test_a_stage_request_behind_a_new_mode_goes_by_it(desk: Desk) -> None:
    *_, before, _, after = desk.write(
        Identify("v", email=ADA),
        SetStage("v", "Customer"),
        SetStage("v", "Lead"),
        UpdateProject({"stage_update_mode": "exact"}),
        SetStage("v", "Lead"),
    )
    assert before["outcome"]["stage"]["change"] == "skipped"
    assert after["outcome"]["stage"]["change"] == "moved_back"


def test_an_identify_behind_a_new_trust_goes_by_it_also_of_people_who_were_there(
    desk: Desk,
) -> None:
    desk.write(Identify("first", email=ADA))
    changed, stranger = desk.write(
        UpdateProject({"email_trust": "unclaimed"}), Identify("stranger", email=ADA)
    )
    assert changed["status"] == "applied"
    assert warnings(stranger) == ["email_unverified"]
    assert stranger["outcome"]["contact_id"] is None
