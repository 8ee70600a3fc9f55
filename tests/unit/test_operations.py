"""A body becomes an operation, or is refused with stable codes and pointers (§3, §5-§9)."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.operations import (
    UNSET,
    WIDGET_TYPES,
    CompanyPart,
    Identify,
    InvalidRequest,
    SetDeal,
    SetProperties,
    SetStage,
    Track,
    from_payload,
    to_payload,
    validate,
)
from models.outcomes import Fault

Json = dict[str, Any]

REFERENCE_IDENTIFY: Json = {
    "app_id": "proj_123",
    "visitor_id": "user_456",
    "email": "alice@acme.com",
    "name": "Alice",
    "metadata": {"plan": "enterprise", "role": "admin"},
    "company": {
        "id": "acme",
        "name": "Acme Inc",
        "stage": "Qualified",
        "metadata": {"arr_band": "50k-100k", "crm_owner": "Sam"},
    },
}


def identify(**fields: object) -> Json:
    return {"visitor_id": "v", **fields}


def track(**fields: object) -> Json:
    return {"visitor_id": "v", "name": "signup", **fields}


def deal(**fields: object) -> Json:
    return {"visitor_id": "v", "deal_value": 1, **fields}


def stage(**fields: object) -> Json:
    return {"visitor_id": "v", "stage_name": "Lead", **fields}


def faults(operation_type: str, body: Json) -> list[tuple[str, str]]:
    with pytest.raises(InvalidRequest) as refused:
        validate(operation_type, body)
    assert refused.value.status == 400
    assert refused.value.code == refused.value.errors[0]["code"]
    return [(fault["pointer"], fault["code"]) for fault in refused.value.errors]


def test_the_identify_of_the_reference() -> None:
    operation, warnings = validate("identify", REFERENCE_IDENTIFY)
    assert warnings == []
    assert operation == Identify(
        visitor_id="user_456",
        email="alice@acme.com",
        name="Alice",
        metadata={"plan": "enterprise", "role": "admin"},
        company=CompanyPart(
            "acme", "Acme Inc", "Qualified", {"arr_band": "50k-100k", "crm_owner": "Sam"}
        ),
    )


@pytest.mark.parametrize(
    ("operation_type", "body", "expected"),
    [
        ("identify", identify(visitor_id=5, user_id=6), Identify("5", user_id="6")),
        ("identify", identify(user_id="Anonymous", email="", name="", phone=""), Identify("v")),
        ("identify", identify(user_id=None, email=None, name=None, phone=None), Identify("v")),
        ("identify", identify(company={}, company_ids=[], metadata={}), Identify("v")),
        ("identify", identify(company=None, company_ids=None), Identify("v")),
        ("identify", identify(company={"id": None, "metadata": {}}), Identify("v")),
        ("identify", identify(stage_update_mode=None), Identify("v")),
        ("identify", identify(email_signed=True), Identify("v")),
        ("identify", identify(email=" A@Acme.COM "), Identify("v", email="a@acme.com")),
        ("identify", identify(company_ids=["a", 5]), Identify("v", company_ids=("a", "5"))),
        (
            "identify",
            identify(company={"stage": " Lead "}, stage_update_mode="exact"),
            Identify("v", company=CompanyPart(stage="Lead"), stage_update_mode="exact"),
        ),
        ("set_properties", {"visitor_id": "v", "properties": {}}, SetProperties("v", {})),
        ("track", track(name=" Sign.Up "), Track("v", "sign-up")),
        ("track", track(value=None, entity=None, company_id=None), Track("v", "signup")),
        ("track", track(value=False, entity="company"), Track("v", "signup", False, "company")),
        ("track", track(value=1.0), Track("v", "signup", 1.0)),
        ("track", track(timestamp=5), Track("v", "signup", timestamp_ms=5000)),
        ("track", track(sent_at="no"), Track("v", "signup", sent_at_ms="invalid")),
        ("track", track(timestamp={"a": []}), Track("v", "signup", timestamp_ms="invalid")),
        ("set_stage", stage(stage_name=" Lead ", company_id=7), SetStage("v", "Lead", "7")),
        ("set_deal", deal(deal_value=1.25), SetDeal("v", 12_500)),
        ("set_deal", deal(deal_value=None, notes=None), SetDeal("v", None, notes=None)),
        ("set_deal", deal(notes=""), SetDeal("v", 10_000, notes=None)),
        ("set_deal", deal(notes=" "), SetDeal("v", 10_000, notes=" ")),
        ("set_deal", deal(stage_name=None), SetDeal("v", 10_000)),
    ],
)  # fmt: skip
def test_a_body_is_read_as(operation_type: str, body: Json, expected: object) -> None:
    assert validate(operation_type, body)[0] == expected


def test_notes_that_were_not_sent_are_not_notes_that_clear() -> None:
    kept, cleared = validate("set_deal", deal())[0], validate("set_deal", deal(notes=None))[0]
    assert isinstance(kept, SetDeal)
    assert isinstance(cleared, SetDeal)
    assert (kept.notes, cleared.notes) == (UNSET, None)


BAD = "invalid_request"
REFUSED: list[tuple[str, Json, list[tuple[str, str]]]] = [
    ("identify", {}, [("/visitor_id", BAD)]),
    ("identify", identify(visitor_id=None), [("/visitor_id", BAD)]),
    ("identify", identify(visitor_id=True), [("/visitor_id", BAD)]),
    ("identify", identify(visitor_id=1.5), [("/visitor_id", BAD)]),
    ("identify", identify(visitor_id={}), [("/visitor_id", BAD)]),
    ("identify", identify(visitor_id="x" * 256), [("/visitor_id", BAD)]),
    ("identify", identify(visitor_id=" "), [("/visitor_id", "invalid_visitor_id")]),
    ("identify", identify(visitor_id="NULL"), [("/visitor_id", "invalid_visitor_id")]),
    ("identify", identify(visitor_id=0), [("/visitor_id", "invalid_visitor_id")]),
    ("identify", identify(user_id="undefined"), [("/user_id", "invalid_user_id")]),
    ("identify", identify(user_id=[]), [("/user_id", BAD)]),
    ("identify", identify(email="nobody"), [("/email", "invalid_email")]),
    ("identify", identify(email="a@" + "b" * 300 + ".com"), [("/email", "invalid_email")]),
    ("identify", identify(email=5), [("/email", BAD)]),
    ("identify", identify(name="x" * 201), [("/name", BAD)]),
    ("identify", identify(name=5), [("/name", BAD)]),
    ("identify", identify(phone="1" * 51), [("/phone", BAD)]),
    ("identify", identify(phone=15550100), [("/phone", BAD)]),
    ("identify", identify(metadata=[]), [("/metadata", BAD)]),
    ("identify", identify(metadata="x"), [("/metadata", BAD)]),
    ("identify", identify(metadata=None), [("/metadata", BAD)]),
    ("identify", identify(metadata={"a": "x" * 40_000}), [("/metadata", "metadata_too_large")]),
    ("identify", identify(company="acme"), [("/company", BAD)]),
    ("identify", identify(company=[]), [("/company", BAD)]),
    ("identify", identify(company={"id": ""}), [("/company/id", "invalid_company_id")]),
    ("identify", identify(company={"id": "null"}), [("/company/id", "invalid_company_id")]),
    ("identify", identify(company={"id": 1.5}), [("/company/id", BAD)]),
    ("identify", identify(company={"name": 1}), [("/company/name", BAD)]),
    ("identify", identify(company={"metadata": 1}), [("/company/metadata", BAD)]),
    (
        "identify",
        identify(company={"metadata": {"k" * 101: 1}}),
        [("/company/metadata", "metadata_too_large")],
    ),
    ("identify", identify(company_ids="acme"), [("/company_ids", BAD)]),
    ("identify", identify(company_ids={"a": 1}), [("/company_ids", BAD)]),
    ("identify", identify(company_ids=["a"] * 101), [("/company_ids", BAD)]),
    (
        "identify",
        identify(company_ids=["a", "", None]),
        [("/company_ids/1", "invalid_company_id"), ("/company_ids/2", BAD)],
    ),
    (
        "identify",
        identify(stage_update_mode="EXACT"),
        [("/stage_update_mode", "invalid_stage_update_mode")],
    ),
    (
        "identify",
        identify(stage_update_mode={}, email="x", user_id=True),
        [
            ("/user_id", BAD),
            ("/email", "invalid_email"),
            ("/stage_update_mode", "invalid_stage_update_mode"),
        ],
    ),
    ("set_properties", {"visitor_id": "v"}, [("/properties", BAD)]),
    ("set_properties", {"visitor_id": "v", "properties": None}, [("/properties", BAD)]),
    ("set_properties", {"visitor_id": "v", "properties": []}, [("/properties", BAD)]),
    ("track", {"visitor_id": "v"}, [("/name", "invalid_event_name")]),
    ("track", track(name=" "), [("/name", "invalid_event_name")]),
    ("track", track(name=5), [("/name", "invalid_event_name")]),
    ("track", track(name="x" * 101), [("/name", "invalid_event_name")]),
    ("track", track(value={}), [("/value", "invalid_event_value")]),
    ("track", track(value=[1]), [("/value", "invalid_event_value")]),
    ("track", track(value="x" * 1001), [("/value", "invalid_event_value")]),
    ("track", track(entity="contact"), [("/entity", BAD)]),
    ("track", track(entity=["visitor"]), [("/entity", BAD)]),
    ("track", track(company_id="undefined"), [("/company_id", "invalid_company_id")]),
    ("set_stage", {"visitor_id": "v"}, [("/stage_name", BAD)]),
    ("set_stage", stage(stage_name=None), [("/stage_name", BAD)]),
    ("set_stage", stage(stage_name="\t"), [("/stage_name", BAD)]),
    ("set_stage", stage(stage_name="x" * 101), [("/stage_name", BAD)]),
    ("set_stage", stage(company_id=""), [("/company_id", "invalid_company_id")]),
    ("set_deal", {"visitor_id": "v"}, [("/deal_value", BAD)]),
    ("set_deal", deal(deal_value="1"), [("/deal_value", BAD)]),
    ("set_deal", deal(deal_value=True), [("/deal_value", BAD)]),
    ("set_deal", deal(deal_value=10**12), [("/deal_value", BAD)]),
    ("set_deal", deal(deal_value=0.00001), [("/deal_value", BAD)]),
    ("set_deal", deal(notes="x" * 10_001), [("/notes", BAD)]),
    ("set_deal", deal(notes=5), [("/notes", BAD)]),
]


@pytest.mark.parametrize(("operation_type", "body", "expected"), REFUSED)
def test_a_body_is_refused(
    operation_type: str, body: Json, expected: list[tuple[str, str]]
) -> None:
    assert faults(operation_type, body) == expected


def test_a_refusal_repeats_nothing_of_the_request() -> None:
    with pytest.raises(InvalidRequest) as refused:
        validate("identify", identify(email="hunter2", name=["hunter2"], user_id={"hunter2": 1}))
    assert "hunter2" not in f"{refused.value!r} {refused.value.errors} {refused.value.__cause__}"


def test_an_operation_shows_nothing_of_itself() -> None:
    assert "alice" not in repr(validate("identify", REFERENCE_IDENTIFY)[0])


@pytest.mark.parametrize(
    ("operation_type", "body", "pointers"),
    [
        ("identify", identify(foo=1, company={"domain": "x"}), ["/foo", "/company/domain"]),
        ("identify", identify(**{"a/b~c": 1}), ["/a~1b~0c"]),
        ("identify", identify(email_signed=True), ["/email_signed"]),
        ("identify", identify(app_id="p", project_id="p", message_id="m"), []),
        ("track", track(user_hash="x", user_token="y", timestamp=5, sent_at=5), []),
        ("track", track(timestamp_ms=5), ["/timestamp_ms"]),
        ("set_deal", deal(deal_value_e4=5), ["/deal_value_e4"]),
        ("set_stage", stage(company={"x": 1}), ["/company"]),
    ],
)  # fmt: skip
def test_unknown_fields_are_warned_about(
    operation_type: str, body: Json, pointers: list[str]
) -> None:
    warnings = validate(operation_type, body)[1]
    assert [warning["pointer"] for warning in warnings] == pointers
    assert {warning["code"] for warning in warnings} <= {"unknown_field"}


def test_the_warnings_about_unknown_fields_are_bounded() -> None:
    warnings = validate("identify", identify(**{f"{n}" * 5000: n for n in range(1000)}))[1]
    assert len(warnings) == 20
    assert all(len(warning["pointer"]) < 200 for warning in warnings)


ids = st.text("abcXYZ-", min_size=1, max_size=5).filter(str.strip).filter(lambda t: t != "nan")
texts = st.text(st.characters(codec="utf-8"), max_size=5)
objects = st.dictionaries(texts, texts | st.integers(-5, 5) | st.booleans(), max_size=3)
modes = st.sampled_from([None, "advance_only", "exact"])
BODIES: dict[str, st.SearchStrategy[Json]] = {
    "identify": st.fixed_dictionaries(
        {"visitor_id": ids},
        optional={
            "user_id": ids | st.none(),
            "email": st.sampled_from(["", "a@b.co", None]),
            "name": texts | st.none(),
            "metadata": objects,
            "company_ids": st.lists(ids, max_size=3) | st.none(),
            "company": st.none()
            | st.fixed_dictionaries(
                {}, optional={"id": ids, "name": texts, "stage": ids, "metadata": objects}
            ),
            "stage_update_mode": modes,
        },
    ),
    "set_properties": st.fixed_dictionaries({"visitor_id": ids, "properties": objects}),
    "track": st.fixed_dictionaries(
        {"visitor_id": ids, "name": ids},
        optional={
            "value": texts | st.floats(-9, 9) | st.booleans() | st.none(),
            "entity": st.sampled_from(["visitor", "company"]),
            "company_id": ids,
            "timestamp": st.integers(0, 2**31) | texts,
            "sent_at": st.integers(0, 2**31) | texts,
        },
    ),
    "set_stage": st.fixed_dictionaries(
        {"visitor_id": ids, "stage_name": ids}, optional={"company_id": ids}
    ),
    "set_deal": st.fixed_dictionaries(
        {"visitor_id": ids, "deal_value": st.none() | st.integers(0, 10**12 - 1)},
        optional={"notes": texts | st.none(), "stage_name": ids, "stage_update_mode": modes},
    ),
}


@pytest.mark.parametrize("operation_type", WIDGET_TYPES)
@given(data=st.data())
def test_an_operation_survives_its_way_through_the_mailbox(
    operation_type: str, data: st.DataObject
) -> None:
    operation, _ = validate(operation_type, data.draw(BODIES[operation_type]))
    payload = to_payload(operation)
    travelled = json.loads(json.dumps(payload))
    assert travelled == payload
    assert from_payload(operation_type, travelled) == operation


any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=5,
)
names = st.sampled_from(
    [
        *("visitor_id", "user_id", "email", "name", "phone", "metadata", "company", "company_ids"),
        *("stage_update_mode", "properties", "value", "entity", "company_id", "timestamp"),
        *("sent_at", "stage_name", "deal_value", "notes"),
    ]
)


@pytest.mark.parametrize("operation_type", WIDGET_TYPES)
@given(body=st.dictionaries(names, any_json))
def test_any_object_is_an_operation_or_is_refused(operation_type: str, body: Json) -> None:
    assert all(
        fault["pointer"] and fault["detail"] for fault in faults_or_none(operation_type, body)
    )


def faults_or_none(operation_type: str, body: Json) -> list[Fault]:
    try:
        operation, _ = validate(operation_type, body)
    except InvalidRequest as refused:
        return refused.errors
    assert json.dumps(to_payload(operation))
    return []


def test_a_blank_optional_stage_is_absent() -> None:
    with_deal, _ = validate("set_deal", deal(stage_name=" "))
    assert isinstance(with_deal, SetDeal)
    assert with_deal.stage_name is None
    with_company, _ = validate("identify", identify(company={"stage": " ", "name": "Acme"}))
    assert isinstance(with_company, Identify)
    assert with_company.company == CompanyPart(name="Acme")
