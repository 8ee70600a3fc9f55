"""JSON Schemas of bodies and answers, made of the types that read and describe them."""

from collections.abc import Iterable, Mapping
from dataclasses import is_dataclass
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue
from pydantic_core import core_schema

from ingest_api.openapi.field_texts import field_text

REF = "#/components/schemas/{model}"


class _Schemas(GenerateJsonSchema):
    """Without defaults, which only mean "not sent" here, and titles, which repeat the name."""

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def schemas_of(types: Iterable[type], envelopes: Mapping[type, type[BaseModel]]) -> dict[str, Any]:
    """The schema of each type under its name, and of all that it is made of.

    `envelopes` names the types that are bodies, and the members that a body has beside them.
    Raises ValueError for two types of one name.
    """
    wanted = sorted({*types, *envelopes, *envelopes.values()}, key=lambda kind: kind.__name__)
    if len({kind.__name__ for kind in wanted}) < len(wanted):
        raise ValueError("two types of one name", [kind.__name__ for kind in wanted])
    adapters: list[tuple[type, JsonSchemaMode, TypeAdapter[Any]]] = [
        (kind, "validation", TypeAdapter(kind)) for kind in wanted
    ]
    _, described = TypeAdapter.json_schemas(
        adapters,
        by_alias=True,
        ref_template=REF,
        schema_generator=_Schemas,
    )
    schemas: dict[str, Any] = described["$defs"]
    for schema in schemas.values():
        schema.pop("title", None)
    for kind in envelopes:
        _as_body(schemas, kind.__name__)
    for kind, envelope in envelopes.items():
        members = schemas[kind.__name__].setdefault("properties", {})
        members.update(properties_of(schemas, envelope.__name__))
    for envelope in set(envelopes.values()):
        del schemas[envelope.__name__]
    return dict(sorted(schemas.items()))


def reference_or_schema(described: Any) -> dict[str, Any]:
    """A reference to the schema of one of our types, the schema itself of any other."""
    if is_ours(described):
        return {"$ref": REF.format(model=described.__name__)}
    return TypeAdapter(described).json_schema(schema_generator=_Schemas)


def is_ours(described: Any) -> bool:
    """Whether it is a class of this project, which has a name and a place under `components`."""
    return isinstance(described, type) and (
        is_dataclass(described) or issubclass(described, BaseModel)
    )


def properties_of(schemas: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The members of an object's schema."""
    properties: dict[str, Any] = schemas[name].get("properties", {})
    return properties


def _as_body(schemas: dict[str, Any], name: str) -> None:
    """Says of each field what it is for, instead of what the code does with it."""
    schemas[name].pop("description", None)
    for field, schema in properties_of(schemas, name).items():
        text = field_text(name, field)
        if text is not None:
            schema["description"] = text
        for part in _references(schema):
            _as_body(schemas, part)


def _references(schema: Any) -> Iterable[str]:
    match schema:
        case {"$ref": str() as pointer}:
            yield pointer.rpartition("/")[2]
        case dict():
            for member in schema.values():
                yield from _references(member)
        case list():
            for item in schema:
                yield from _references(item)
