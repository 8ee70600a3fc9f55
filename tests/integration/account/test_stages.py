"""The pipeline written through the mailbox: order, names, and the companies in it (§9, §11)."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import insert

from models.operations import Identify, SetStage
from models.operations.stages import (
    STAGES_LIMIT,
    CreateStage,
    DeleteStage,
    ReplaceStages,
    StagePlace,
    UpdateStage,
)
from models.store.columns import table_of
from models.tables import ActivityTable, CompanyTable, StageTable
from tests.integration.desk import Desk, problem

NOT_FOUND = (404, "not_found")
MANY = 2_000


def pipeline(desk: Desk) -> list[str]:
    stages = sorted(desk.rows(StageTable), key=lambda row: row["position"])
    assert [row["position"] for row in stages] == list(range(len(stages)))
    assert [row["name_key"] for row in stages] == [row["name"].casefold() for row in stages]
    return [row["name"] for row in stages]


def ids(desk: Desk) -> dict[str, str]:
    return {row["name"]: row["id"] for row in desk.rows(StageTable)}


def places(*wanted: str | tuple[str, str]) -> ReplaceStages:
    return ReplaceStages(
        tuple(StagePlace(*((one,) if isinstance(one, str) else one)) for one in wanted)
    )


def put_companies(desk: Desk, stage: str, names: Sequence[str]) -> None:
    stage_id = ids(desk)[stage]
    rows: list[dict[str, Any]] = [
        {
            "project_id": desk.project_id,
            "id": f"com_{name}",
            "external_id": name,
            "stage_id": stage_id,
            "metadata": {},
            "placeholder": False,
            "created_at_ms": 1,
            "updated_at_ms": 1,
        }
        for name in names
    ]
    with desk.database.transaction() as connection:
        connection.execute(insert(table_of(CompanyTable)), rows)


def stage_of_companies(desk: Desk) -> dict[str, str | None]:
    names = {stage_id: name for name, stage_id in ids(desk).items()}
    return {row["id"]: names.get(row["stage_id"]) for row in desk.rows(CompanyTable)}


# -- one stage ---------------------------------------------------------------------------------


def test_a_stage_is_made_where_it_is_asked_for_and_the_others_move_on(desk: Desk) -> None:
    (receipt,) = desk.write(CreateStage("Trial", 1))
    stage_id = f"stg_{receipt['operation_id'][3:]}"
    assert receipt["outcome"]["record"] == {"id": stage_id, "name": "Trial", "position": 1}
    assert pipeline(desk) == ["Lead", "Trial", "Qualified", "Proposal", "Customer"]
    moved = [each for each in receipt["changes"] if each["pointer"] == "/position"]
    assert [(each["before"], each["after"]) for each in moved] == [(1, 2), (2, 3), (3, 4)]


@pytest.mark.parametrize("position", [None, 4, 99])
def test_without_a_place_of_its_own_a_stage_is_the_last(desk: Desk, position: int | None) -> None:
    assert desk.record(CreateStage("Lost", position))["position"] == 4
    assert pipeline(desk)[-1] == "Lost"


def test_a_name_that_another_stage_has_in_any_case_is_taken(desk: Desk) -> None:
    lead = ids(desk)["Lead"]
    created, renamed = desk.write(
        CreateStage("LEAD"), UpdateStage("lead", stage_id=ids(desk)["Customer"])
    )
    for receipt in (created, renamed):
        assert problem(receipt) == (409, "stage_name_taken")
        assert receipt["problem"]["holder_id"] == lead
        assert receipt["problem"]["errors"][0]["pointer"] == "/name"


def test_a_pipeline_has_room_for_so_many_stages_and_no_more(desk: Desk) -> None:
    desk.record(places(*(f"Stage {number}" for number in range(STAGES_LIMIT))))
    full, _, room = desk.write(
        CreateStage("One more"),
        DeleteStage(ids(desk)["Stage 5"]),
        CreateStage("One more"),
    )
    assert problem(full) == (400, "invalid_request")
    assert room["status"] == "applied"


def test_a_stage_is_renamed_and_moved_at_once(desk: Desk) -> None:
    record = desk.record(UpdateStage("Won", 0, ids(desk)["Customer"]))
    assert (record["name"], record["position"]) == ("Won", 0)
    assert pipeline(desk) == ["Won", "Lead", "Qualified", "Proposal"]


def test_a_stage_may_take_another_case_of_its_own_name(desk: Desk) -> None:
    assert desk.record(UpdateStage("LEAD", stage_id=ids(desk)["Lead"]))["name"] == "LEAD"


def test_a_stage_that_stays_as_it_is_changes_nothing(desk: Desk) -> None:
    (receipt,) = desk.write(UpdateStage("Lead", 0, ids(desk)["Lead"]))
    assert receipt["status"] == "unchanged"


def test_names_go_round_within_one_batch(desk: Desk) -> None:
    stage = ids(desk)
    desk.write(
        UpdateStage("Aside", stage_id=stage["Lead"]),
        UpdateStage("Lead", stage_id=stage["Customer"]),
        UpdateStage("Customer", stage_id=stage["Lead"]),
    )
    assert pipeline(desk) == ["Customer", "Qualified", "Proposal", "Lead"]
    assert ids(desk)["Lead"] == stage["Customer"]


@pytest.mark.parametrize(
    "operation", [UpdateStage("Won", stage_id="stg_none"), DeleteStage("stg_none")]
)
def test_an_unknown_stage_is_not_found(desk: Desk, operation: UpdateStage | DeleteStage) -> None:
    (receipt,) = desk.write(operation)
    assert problem(receipt) == NOT_FOUND


def test_a_stage_request_behind_a_new_pipeline_goes_by_it(desk: Desk) -> None:
    desk.write(Identify("v", email="ada@example.com"), SetStage("v", "Customer"))
    _, back, renamed, gone = desk.write(
        UpdateStage(None, 0, ids(desk)["Customer"]),
        SetStage("v", "Lead"),
        UpdateStage("Prospect", stage_id=ids(desk)["Lead"]),
        SetStage("v", "Lead"),
    )
    assert back["outcome"]["stage"]["change"] == "advanced"
    assert renamed["status"] == "applied"
    assert problem(gone) == (400, "stage_not_found")


def test_a_refused_write_leaves_the_pipeline_for_what_comes_behind(desk: Desk) -> None:
    refused, made = desk.write(CreateStage("lead"), CreateStage("Lead 2"))
    assert problem(refused) is not None
    assert made["outcome"]["record"]["position"] == 4


# -- a stage goes ------------------------------------------------------------------------------


def test_an_empty_stage_goes_and_the_others_close_up(desk: Desk) -> None:
    (receipt,) = desk.write(DeleteStage(ids(desk)["Lead"]))
    assert receipt["status"] == "applied"
    assert "record" not in receipt["outcome"]
    assert pipeline(desk) == ["Qualified", "Proposal", "Customer"]


def test_a_stage_in_use_stays_without_a_replacement(desk: Desk) -> None:
    put_companies(desk, "Lead", ["acme"])
    before = desk.rows(StageTable)
    (receipt,) = desk.write(DeleteStage(ids(desk)["Lead"]))
    assert problem(receipt) == (409, "stage_in_use")
    assert desk.rows(StageTable) == before


def test_the_companies_of_a_stage_move_to_its_replacement_each_with_its_history(
    desk: Desk,
) -> None:
    put_companies(desk, "Lead", [f"c{number}" for number in range(MANY)])
    put_companies(desk, "Proposal", ["other"])
    stage = ids(desk)
    (receipt,) = desk.write(DeleteStage(stage["Lead"], stage["Customer"]))
    assert receipt["status"] == "applied"
    moved = stage_of_companies(desk)
    assert moved.pop("com_other") == "Proposal"
    assert set(moved.values()) == {"Customer"}
    rows = desk.rows(ActivityTable)
    assert {row["company_id"] for row in rows} == set(moved)
    assert len(rows) == MANY
    stem = receipt["operation_id"][3:]
    assert rows[0] | {"rank": 0} == {
        "project_id": desk.project_id,
        "id": f"act_{stem}_com_c0",
        "kind": "stage_changed",
        "contact_id": None,
        "company_id": "com_c0",
        "visitor_id": None,
        "name": None,
        "detail": {"from": "Lead", "to": "Customer", "by": "secret"},
        "operation_id": receipt["operation_id"],
        "rank": 0,
        "occurred_at_ms": receipt["accepted_at_ms"],
        "recorded_at_ms": receipt["accepted_at_ms"],
    }
    times = {row["id"]: row["updated_at_ms"] for row in desk.rows(CompanyTable)}
    assert (times["com_c0"], times["com_other"]) == (receipt["accepted_at_ms"], 1)


def test_a_replacement_is_another_stage_that_exists(desk: Desk) -> None:
    lead = ids(desk)["Lead"]
    itself, unknown = desk.write(DeleteStage(lead, lead), DeleteStage(lead, "stg_none"))
    assert problem(itself) == (400, "invalid_request")
    assert problem(unknown) == NOT_FOUND
    for receipt in (itself, unknown):
        assert receipt["problem"]["errors"][0]["pointer"] == "/replacement"
    assert "Lead" in pipeline(desk)


def test_what_stands_before_and_behind_a_replacement_is_applied_in_its_order(
    desk: Desk,
) -> None:
    stage = ids(desk)
    *_, gone, set_again, moved = desk.write(
        Identify("v", email="ada@example.com"),
        SetStage("v", "Lead"),
        DeleteStage(stage["Lead"], stage["Proposal"]),
        SetStage("v", "Lead"),
        SetStage("v", "Customer"),
    )
    assert gone["status"] == "applied"
    assert problem(set_again) == (400, "stage_not_found")
    assert moved["outcome"]["stage"] == {
        "change": "advanced",
        "from": "Proposal",
        "to": "Customer",
    }
    steps = sorted(
        (row["rank"], row["detail"]["from"], row["detail"]["to"])
        for row in desk.rows(ActivityTable)
        if row["kind"] == "stage_changed"
    )
    assert [step[1:] for step in steps] == [
        (None, "Lead"),
        ("Lead", "Proposal"),
        ("Proposal", "Customer"),
    ]


# -- the whole pipeline ------------------------------------------------------------------------


def test_the_whole_pipeline_is_answered_in_its_order(desk: Desk) -> None:
    stage = ids(desk)
    (receipt,) = desk.write(places("Trial", ("Won", stage["Customer"]), "LEAD"))
    assert receipt["outcome"]["record"] == {
        "items": [
            {"id": f"stg_{receipt['operation_id'][3:]}_0", "name": "Trial", "position": 0},
            {"id": stage["Customer"], "name": "Won", "position": 1},
            {"id": stage["Lead"], "name": "LEAD", "position": 2},
        ],
        "next_cursor": None,
    }
    assert pipeline(desk) == ["Trial", "Won", "LEAD"]


def test_stages_exchange_names_and_places_at_once(desk: Desk) -> None:
    stage = ids(desk)
    desk.record(
        places(
            ("Customer", stage["Lead"]),
            ("Lead", stage["Customer"]),
            ("Proposal", stage["Qualified"]),
            ("Qualified", stage["Proposal"]),
        )
    )
    assert pipeline(desk) == ["Customer", "Lead", "Proposal", "Qualified"]
    assert ids(desk)["Customer"] == stage["Lead"]


def test_a_name_that_a_renamed_stage_gives_up_is_free_for_a_new_one(desk: Desk) -> None:
    stage = ids(desk)
    desk.record(places("Lead", ("Old lead", stage["Lead"])))
    now = ids(desk)
    assert now["Old lead"] == stage["Lead"]
    assert now["Lead"] not in stage.values()


def test_a_pipeline_that_drops_a_stage_in_use_is_refused_whole(desk: Desk) -> None:
    put_companies(desk, "Qualified", ["acme"])
    before = desk.rows(StageTable)
    (receipt,) = desk.write(places("New", "Lead"))
    assert problem(receipt) == (409, "stage_in_use")
    assert desk.rows(StageTable) == before


def test_a_pipeline_with_an_unknown_id_is_refused_with_a_pointer(desk: Desk) -> None:
    (receipt,) = desk.write(places("Lead", ("Won", "stg_none")))
    assert problem(receipt) == NOT_FOUND
    assert receipt["problem"]["errors"][0]["pointer"] == "/stages/1/id"


def test_the_same_pipeline_again_changes_nothing_and_an_empty_one_can_be_written(
    desk: Desk,
) -> None:
    same, empty = desk.write(places("Lead", "Qualified", "Proposal", "Customer"), places())
    assert (same["status"], empty["status"]) == ("unchanged", "applied")
    assert pipeline(desk) == []


def test_companies_stay_in_a_stage_that_is_renamed(desk: Desk) -> None:
    put_companies(desk, "Lead", ["acme"])
    stage = ids(desk)
    desk.record(places(("Prospect", stage["Lead"]), "Customer"))
    assert stage_of_companies(desk) == {"com_acme": "Prospect"}
