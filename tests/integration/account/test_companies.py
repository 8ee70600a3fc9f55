"""Companies as account routes write them (contract §11)."""

from dataclasses import replace

import pytest

from models.operations import Identify, Operation, SetStage
from models.operations.companies import CreateCompany, DeleteCompany, UpdateCompany
from models.tables import ActivityTable, CompanyTable, LinkTable
from tests.integration.desk import Desk, problem
from tests.model.state import Json

ADA = "ada@example.com"


def company(desk: Desk, company_id: str) -> Json:
    return next(row for row in desk.rows(CompanyTable) if row["id"] == company_id)


def told(desk: Desk) -> list[tuple[str, Json]]:
    rows = sorted(desk.rows(ActivityTable), key=lambda row: row["rank"])
    return [(row["kind"], row["detail"]) for row in rows]


def changes(receipt: Json) -> list[tuple[str, object, object]]:
    return [(each["pointer"], each["before"], each["after"]) for each in receipt["changes"]]


def test_a_new_company_is_answered_as_it_is_stored(desk: Desk) -> None:
    record = desk.record(
        CreateCompany(
            external_id="umbrella",
            name="Umbrella",
            domain="umbrella.example",
            industry="Biotech",
            stage="lead ",
            deal_value_e4=9_999_999_999_999_999,
            notes="n",
            metadata={"plan": "pro", "gone": None},
        )
    )
    made_at = record.pop("created_at")
    assert record.pop("id").startswith("com_")
    assert record.pop("updated_at") == made_at
    assert record == {
        "external_id": "umbrella",
        "name": "Umbrella",
        "domain": "umbrella.example",
        "industry": "Biotech",
        "stage": "Lead",
        "deal_value_e4": 9_999_999_999_999_999,
        "notes": "n",
        "metadata": {"plan": "pro"},
        "placeholder": False,
    }


def test_making_a_company_links_nobody(desk: Desk) -> None:
    desk.record(CreateCompany(name="Umbrella"))
    assert desk.rows(LinkTable) == []


def test_a_company_without_any_field_is_a_real_one(desk: Desk) -> None:
    assert desk.record(CreateCompany())["placeholder"] is False


def test_a_widget_finds_the_company_by_the_external_id_that_it_was_given(desk: Desk) -> None:
    made = desk.record(CreateCompany(external_id="umbrella"))
    (receipt,) = desk.write(Identify("v1", email=ADA, company_ids=("umbrella",)))
    assert receipt["outcome"]["company_id"] == made["id"]


def test_stage_deal_and_notes_are_recorded_with_who_set_them(desk: Desk) -> None:
    made = desk.record(CreateCompany(stage="Lead", deal_value_e4=5, notes="a"))
    desk.record(
        UpdateCompany(company_id=made["id"], stage="Customer", deal_value_e4=None, notes=None)
    )
    assert told(desk) == [
        ("stage_changed", {"from": None, "to": "Lead", "by": "secret"}),
        ("deal_changed", {"from_e4": None, "to_e4": 5, "by": "secret"}),
        ("notes_changed", {"from": None, "to": "a", "by": "secret"}),
        ("stage_changed", {"from": "Lead", "to": "Customer", "by": "secret"}),
        ("deal_changed", {"from_e4": 5, "to_e4": None, "by": "secret"}),
        ("notes_changed", {"from": "a", "to": None, "by": "secret"}),
    ]


def test_a_stage_set_here_is_exact_and_null_takes_it_away(desk: Desk, acme: str) -> None:
    desk.write(UpdateCompany(company_id=acme, stage="Customer"))
    (receipt,) = desk.write(UpdateCompany(company_id=acme, stage="Lead"))
    assert receipt["outcome"]["record"]["stage"] == "Lead"
    assert changes(receipt) == [("/stage", "Customer", "Lead")]
    assert desk.record(UpdateCompany(company_id=acme, stage=None))["stage"] is None


@pytest.mark.parametrize(
    "operation",
    [CreateCompany(name="X", stage="Nowhere"), UpdateCompany(name="X", stage="Nowhere")],
    ids=["create", "update"],
)
def test_an_unknown_stage_refuses_the_whole_write(
    desk: Desk, operation: Operation, acme: str
) -> None:
    if isinstance(operation, UpdateCompany):
        operation = replace(operation, company_id=acme)
    before = desk.rows(CompanyTable)
    (receipt,) = desk.write(operation)
    assert problem(receipt) == (400, "stage_not_found")
    assert receipt["problem"]["errors"][0]["pointer"] == "/stage"
    assert desk.rows(CompanyTable) == before


def test_what_is_sent_is_written_and_the_rest_stays(desk: Desk) -> None:
    made = desk.record(
        CreateCompany(name="Umbrella", domain="u.example", industry="x", metadata={"a": 1, "b": 2})
    )
    (receipt,) = desk.write(
        UpdateCompany(company_id=made["id"], domain=None, metadata={"a": None, "c": 3})
    )
    record = receipt["outcome"]["record"]
    assert (record["name"], record["domain"], record["industry"]) == ("Umbrella", None, "x")
    assert record["metadata"] == {"b": 2, "c": 3}
    assert record["updated_at"] > record["created_at"]
    assert changes(receipt) == [
        ("/domain", "u.example", None),
        ("/metadata/a", 1, None),
        ("/metadata/c", None, 3),
    ]


def test_an_account_route_renames(desk: Desk, acme: str) -> None:
    assert desk.record(UpdateCompany(name="Acme Inc", company_id="acme"))["name"] == "Acme Inc"


def test_an_update_that_changes_nothing_says_so(desk: Desk) -> None:
    made = desk.record(CreateCompany(external_id="x", name="X", stage="Lead", deal_value_e4=5))
    (receipt,) = desk.write(
        UpdateCompany(
            external_id="x", name="X", stage=" LEAD", deal_value_e4=5, company_id=made["id"]
        )
    )
    assert (receipt["status"], receipt["changes"]) == ("unchanged", [])
    assert receipt["outcome"]["record"] == made


@pytest.mark.parametrize(
    "operation",
    [UpdateCompany(name="X", company_id="com_none"), DeleteCompany("com_none")],
    ids=["update", "delete"],
)
def test_an_unknown_company_is_not_found(desk: Desk, operation: Operation) -> None:
    (receipt,) = desk.write(operation)
    assert problem(receipt) == (404, "not_found")


@pytest.mark.parametrize(
    "operation",
    [CreateCompany(external_id="acme"), UpdateCompany(external_id="acme", company_id="globex")],
    ids=["create", "update"],
)
@pytest.mark.usefixtures("globex")
def test_a_taken_external_id_is_refused_and_names_its_holder(
    desk: Desk,
    operation: Operation,
    acme: str,
) -> None:
    (receipt,) = desk.write(operation)
    assert problem(receipt) == (409, "external_id_taken")
    assert receipt["problem"]["holder_id"] == acme
    assert receipt["problem"]["errors"][0]["pointer"] == "/external_id"


@pytest.mark.parametrize("one_batch", [True, False], ids=["one batch", "two batches"])
@pytest.mark.parametrize("instead", [None, "other"], ids=["cleared", "replaced"])
def test_an_external_id_given_up_is_free_for_another_company(
    desk: Desk,
    one_batch: bool,
    instead: str | None,
    acme: str,
    globex: str,
) -> None:
    given_up = UpdateCompany(external_id=instead, company_id=acme)
    taken_up = UpdateCompany(external_id="acme", company_id="globex")
    if one_batch:
        receipts = desk.write(given_up, taken_up)
    else:
        receipts = [*desk.write(given_up), *desk.write(taken_up)]
    assert [receipt["status"] for receipt in receipts] == ["applied", "applied"]
    assert company(desk, acme)["external_id"] == instead
    assert company(desk, globex)["external_id"] == "acme"


def test_two_companies_can_exchange_their_external_ids_in_one_batch(
    desk: Desk, acme: str, globex: str
) -> None:
    receipts = desk.write(
        UpdateCompany(external_id="between", company_id=acme),
        UpdateCompany(external_id="acme", company_id=globex),
        UpdateCompany(external_id="globex", company_id=acme),
    )
    assert [receipt["status"] for receipt in receipts] == ["applied"] * 3
    assert company(desk, acme)["external_id"] == "globex"
    assert company(desk, globex)["external_id"] == "acme"


def test_an_external_id_that_was_cleared_names_nothing(desk: Desk, acme: str) -> None:
    desk.record(UpdateCompany(external_id=None, company_id="acme"))
    (receipt,) = desk.write(UpdateCompany(name="X", company_id="acme"))
    assert problem(receipt) == (404, "not_found")


def test_an_edit_of_its_name_makes_a_placeholder_a_real_company(desk: Desk) -> None:
    (made,) = desk.write(Identify("v1", email=ADA))
    placeholder = made["outcome"]["company_id"]
    (receipt,) = desk.write(UpdateCompany(name="Umbrella", company_id=placeholder))
    assert receipt["outcome"]["record"]["placeholder"] is False
    assert changes(receipt) == [("/name", None, "Umbrella"), ("/placeholder", True, False)]
    assert company(desk, placeholder)["owner_contact_id"] is None


def test_other_edits_leave_a_placeholder_one(desk: Desk) -> None:
    (made,) = desk.write(Identify("v1", email=ADA))
    record = desk.record(
        UpdateCompany(
            external_id="x",
            domain="x.example",
            stage="Lead",
            company_id=made["outcome"]["company_id"],
        )
    )
    assert record["placeholder"] is True


def test_the_external_id_of_a_folded_placeholder_is_free_again(desk: Desk, acme: str) -> None:
    (made,) = desk.write(Identify("v1", email=ADA))
    receipts = desk.write(
        UpdateCompany(external_id="mine", company_id=made["outcome"]["company_id"]),
        Identify("v1", company_ids=("acme",)),
        UpdateCompany(name="X", company_id="mine"),
        CreateCompany(external_id="mine"),
    )
    assert [problem(receipt) for receipt in receipts] == [None, None, (404, "not_found"), None]


def test_metadata_beyond_a_records_limit_refuses_the_whole_update(desk: Desk) -> None:
    made = desk.record(CreateCompany(metadata={"a": "x" * 31_000, "b": "x" * 31_000}))
    (receipt,) = desk.write(
        UpdateCompany(name="X", metadata={"c": "x" * 31_000}, company_id=made["id"])
    )
    assert problem(receipt) == (400, "metadata_too_large")
    assert company(desk, made["id"])["name"] is None


def test_writes_of_account_and_widget_are_one_order(desk: Desk) -> None:
    *_, receipt = desk.write(
        CreateCompany(external_id="x"),
        Identify("v1", email=ADA, company_ids=("x",)),
        SetStage("v1", stage_name="Customer"),
        UpdateCompany(stage="Lead", company_id="x"),
        SetStage("v1", stage_name="Qualified"),
    )
    assert receipt["outcome"]["stage"] == {"change": "advanced", "from": "Lead", "to": "Qualified"}
