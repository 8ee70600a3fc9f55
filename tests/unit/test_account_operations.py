"""Bodies of account routes: what is asked, and what is refused with a pointer (§3, §11)."""

from typing import Any

import pytest

from models.operations import (
    UNSET,
    InvalidRequest,
    from_payload,
    read_key_request,
    read_no_fields,
    read_update_project,
    to_payload,
    validate_account,
)
from models.operations.companies import UpdateCompany
from models.operations.contacts import CreateContact
from models.operations.credentials import KeyRequest
from models.operations.stages import ReplaceStages


def asked(operation_type: str, body: dict[str, Any], **subject: str) -> Any:
    return validate_account(operation_type, body, subject)


def refused(operation_type: str, body: dict[str, Any], **subject: str) -> list[tuple[str, str]]:
    with pytest.raises(InvalidRequest) as refusal:
        validate_account(operation_type, body, subject)
    return [(fault["pointer"], fault["code"]) for fault in refusal.value.errors]


def test_a_contact_is_read_in_its_normal_form() -> None:
    contact = asked("create_contact", {"email": " Ann@Acme.COM ", "tags": ["vip", " vip ", "eu"]})
    assert contact == CreateContact(email="ann@acme.com", tags=("vip", "eu"))


def test_null_clears_what_can_be_cleared_and_never_an_identity() -> None:
    contact = asked("update_contact", {"email": None, "name": "", "phone": None}, contact_id="c")
    assert (contact.email, contact.name, contact.phone) == (None, None, None)
    assert "email" not in to_payload(contact)
    assert to_payload(contact)["phone"] is None


def test_a_field_that_was_not_sent_stays_unset() -> None:
    company = asked("update_company", {"stage": None}, company_id="c")
    assert company == UpdateCompany(stage=None, company_id="c")
    assert company.deal_value_e4 is UNSET


@pytest.mark.parametrize(
    ("operation_type", "body"),
    [
        ("create_contact", {"email": "a@b.co", "tags": ["x"], "notes": None}),
        ("create_company", {"external_id": 7, "deal_value": 12.5, "domain": "ACME.com"}),
        ("replace_stages", {"stages": [{"name": "Lead"}, {"id": "stg_1", "name": "Won"}]}),
    ],
)
def test_an_operation_travels_as_json_and_arrives_as_it_was(
    operation_type: str, body: dict[str, Any]
) -> None:
    operation = asked(operation_type, body)
    assert from_payload(operation_type, to_payload(operation)) == operation


def test_a_pipeline_is_read_with_its_ids() -> None:
    stages = asked("replace_stages", {"stages": [{"name": " Lead "}, {"id": "s", "name": "Won"}]})
    assert isinstance(stages, ReplaceStages)
    assert [(stage.id, stage.name) for stage in stages.stages] == [(None, "Lead"), ("s", "Won")]


@pytest.mark.parametrize(
    ("operation_type", "body", "faults"),
    [
        ("create_contact", {"company": {}}, [("/company", "invalid_request")]),
        ("create_contact", {"email": "no"}, [("/email", "invalid_email")]),
        ("create_contact", {"tags": ["x" * 101]}, [("/tags/0", "invalid_request")]),
        ("create_contact", {"tags": ["x"] * 101}, [("/tags", "invalid_request")]),
        ("create_contact", {"tags": "x"}, [("/tags", "invalid_request")]),
        (
            "update_contact",
            {"tags": ["x", 1, " ", None]},
            [(f"/tags/{at}", "invalid_request") for at in (1, 2, 3)],
        ),
        ("create_contact", {"metadata": []}, [("/metadata", "invalid_request")]),
        ("create_company", {"email": "a@b.co"}, [("/email", "invalid_request")]),
        ("create_company", {"deal_value": "1"}, [("/deal_value", "invalid_request")]),
        ("create_company", {"deal_value_e4": 1}, [("/deal_value_e4", "invalid_request")]),
        ("create_stage", {}, [("/name", "invalid_request")]),
        ("replace_stages", {"stages": [{"name": ""}]}, [("/stages/0/name", "invalid_request")]),
        ("replace_stages", {"stages": {}}, [("/stages", "invalid_request")]),
        ("replace_stages", {"stages": [{"name": "x"}] * 101}, [("/stages", "invalid_request")]),
        (
            "replace_stages",
            {"stages": [{"name": "Lead", "id": "s"}, {"name": " LEAD"}, {"name": "x", "id": "s"}]},
            [("/stages/1/name", "invalid_request"), ("/stages/2/id", "invalid_request")],
        ),
    ],
)
def test_what_a_record_has_no_room_for_is_refused_with_a_pointer(
    operation_type: str, body: dict[str, Any], faults: list[tuple[str, str]]
) -> None:
    assert refused(operation_type, body) == faults


def test_the_record_is_named_by_the_path_alone() -> None:
    faults = refused("update_contact", {"contact_id": "other"}, contact_id="this")
    assert faults == [("/contact_id", "invalid_request")]


def test_settings_are_read_in_the_form_in_which_they_are_stored() -> None:
    wanted = read_update_project(
        {
            "allowed_origins": ["https://Shop.example"],
            "rate_limits": {"visitor": {"rate_per_s": 5, "burst": 9}, "address": None},
            "message_id": "m",
        }
    )
    assert wanted.changes == {
        "allowed_origins": ["https://shop.example"],
        "rate_limits": {"visitor": {"rate_per_s": 5, "burst": 9}},
    }


def test_a_key_is_asked_for_by_its_kind_and_perhaps_a_label() -> None:
    assert read_key_request({"kind": "api"}) == KeyRequest("api")
    wanted = read_key_request({"kind": "secret", "label": "shop", "message_id": "m"})
    assert wanted == KeyRequest("secret", "shop")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/kind"),
        ({"kind": "root"}, "/kind"),
        ({"kind": ["api"]}, "/kind"),
        ({"kind": "api", "label": 1}, "/label"),
        ({"kind": "api", "label": "x" * 201}, "/label"),
        ({"kind": "api", "digest": "0"}, "/digest"),
    ],
)
def test_no_other_key_can_be_asked_for(body: dict[str, Any], pointer: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        read_key_request(body)
    assert [fault["pointer"] for fault in refusal.value.errors] == [pointer]
    assert refusal.value.code == "invalid_request"


def test_an_identity_secret_is_asked_for_by_nothing() -> None:
    read_no_fields({"message_id": "m"})
    with pytest.raises(InvalidRequest) as refusal:
        read_no_fields({"secret": "mine"})
    assert [fault["pointer"] for fault in refusal.value.errors] == ["/secret"]
