"""What is validated and what is documented are one: the types, limits and codes are the same."""

from dataclasses import dataclass, fields, make_dataclass, replace
from typing import Annotated

import pytest
from pydantic import Field

from config.version import VERSION
from ingest_api.openapi.account import JSON
from ingest_api.openapi.description import Body
from ingest_api.openapi.document import build_document
from ingest_api.openapi.field_texts import EXCEPTIONS, FIELD_TEXTS
from ingest_api.openapi.problems import PROBLEMS
from ingest_api.openapi.records import Contact
from ingest_api.openapi.route_descriptions import DESCRIPTIONS
from ingest_api.openapi.v1 import ContactByIntegration
from ingest_api.routes.v1_contact_writes import NOT_WRITABLE
from models import outcomes
from models.operations import WIDGET_TYPES
from models.operations.contacts import CreateContact
from models.operations.fields import VisitorId
from models.operations.validate import ENVELOPE_FIELDS
from models.outcomes import Refusal
from tests.unit.openapi.documents import DOCUMENT, SCHEMAS, body_schemas

IDENTIFY = ("POST", "/api/widget/identify")


def test_a_field_that_is_added_to_an_operation_stands_in_the_document() -> None:
    @dataclass(frozen=True)
    class Identify:
        visitor_id: VisitorId
        shoe_size: Annotated[int, Field(ge=20)] = 42

    description = replace(DESCRIPTIONS[IDENTIFY], body=Body({JSON: Identify}, "256 KB"))
    schemas = build_document({IDENTIFY: description})["components"]["schemas"]
    assert schemas["Identify"]["properties"]["shoe_size"] == {"type": "integer", "minimum": 20}


def test_the_document_names_the_packages_version() -> None:
    assert DOCUMENT["info"]["version"] == VERSION


@pytest.mark.parametrize("name", sorted(WIDGET_TYPES))
def test_a_widget_body_has_the_fields_that_say_who_speaks(name: str) -> None:
    schema = SCHEMAS[WIDGET_TYPES[name].__name__]
    assert schema["properties"].keys() > ENVELOPE_FIELDS


def test_every_field_of_every_body_is_explained() -> None:
    silent = [
        f"{name}.{field}"
        for name, schema in body_schemas().items()
        for field, member in schema.get("properties", {}).items()
        if "description" not in member and "const" not in member
    ]
    assert silent == [], "ingest_api/openapi/field_texts.py explains no such field"


def test_every_explanation_is_of_a_field() -> None:
    bodies = body_schemas()
    names = {field for schema in bodies.values() for field in schema.get("properties", {})}
    assert FIELD_TEXTS.keys() <= names
    for name, field in EXCEPTIONS:
        assert field in bodies[name]["properties"]


def test_no_default_says_what_null_or_absence_would() -> None:
    assert not [
        f"{name}.{field}"
        for name, schema in SCHEMAS.items()
        for field, member in schema.get("properties", {}).items()
        if "default" in member
    ]


def test_limits_are_those_of_the_readers() -> None:
    identify, company = SCHEMAS["Identify"]["properties"], SCHEMAS["CreateCompany"]["properties"]
    assert identify["email"]["anyOf"][0]["maxLength"] == 254
    assert identify["visitor_id"]["anyOf"][0]["maxLength"] == 255
    assert identify["company_ids"]["anyOf"][0]["maxItems"] == 100
    assert SCHEMAS["Track"]["properties"]["name"]["maxLength"] == 100
    amount = {"type": "number", "minimum": 0, "exclusiveMaximum": 10**12}
    assert company["deal_value"]["anyOf"][0] == amount


def test_v1_writes_a_contact_but_for_what_it_refuses() -> None:
    writable = {field.name for field in fields(CreateContact)} - set(NOT_WRITABLE)
    assert {field.name for field in fields(ContactByIntegration)} == writable


def test_every_refusal_of_the_worker_is_among_the_problems() -> None:
    refusals = [each for each in vars(outcomes).values() if isinstance(each, Refusal)]
    assert refusals
    for refusal in refusals:
        assert PROBLEMS[refusal.code].status == refusal.status


def test_a_code_that_is_not_known_stops_the_document() -> None:
    description = replace(DESCRIPTIONS[IDENTIFY], codes=("no_such_code",))
    with pytest.raises(KeyError, match="no_such_code"):
        build_document({IDENTIFY: description})


def test_types_of_one_name_do_not_hide_each_other() -> None:
    other = make_dataclass("Contact", [("shoe_size", int)])
    description = DESCRIPTIONS["GET", "/api/contacts/{contact_id}"]
    both = (replace(description.replies[0], schema=kind) for kind in (Contact, other))
    twice = replace(description, replies=tuple(both))
    with pytest.raises(ValueError, match="Contact"):
        build_document({("GET", "/api/contacts/{contact_id}"): twice})
