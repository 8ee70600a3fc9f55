"""The types of an operation's fields: what a value is, how it is read, how OpenAPI shows it."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, GetPydanticSchema, PlainValidator
from pydantic.json_schema import SkipJsonSchema

from models.email_address import EMAIL_LIMIT_CHARS
from models.operations import readers
from models.operations.readers import EventEntity, Json, Scalar
from models.operations.unset import Unset
from models.rules.deal_value import DEAL_VALUE_BOUND
from models.rules.event_name import EVENT_NAME_LIMIT_CHARS
from models.rules.event_time import Time, read_time
from models.rules.metadata_limits import TOP_LEVEL_KEYS_LIMIT
from models.rules.stage import StageUpdateMode
from models.rules.visitor_id import ID_LIMIT_CHARS


def _never_from_the_body(_value: object) -> bool:
    return False


def _never_from_the_path(_value: object) -> str:
    return ""


_IdText = Annotated[str, Field(min_length=1, max_length=ID_LIMIT_CHARS)]
_Id = _IdText | int
_UserId = Annotated[str, Field(max_length=ID_LIMIT_CHARS)] | int
_EmailText = Annotated[
    str, Field(max_length=EMAIL_LIMIT_CHARS, json_schema_extra={"format": "email"})
]
_EventNameText = Annotated[str, Field(min_length=1, max_length=EVENT_NAME_LIMIT_CHARS)]
_EventText = Annotated[str, Field(max_length=readers.EVENT_TEXT_LIMIT_CHARS)]
_DealNumber = Annotated[float, Field(ge=0, lt=DEAL_VALUE_BOUND)]
_JsonObject = Annotated[Json, Field(max_length=TOP_LEVEL_KEYS_LIMIT)]
_NameText = Annotated[str, Field(max_length=readers.NAME_LIMIT_CHARS)]
_PhoneText = Annotated[str, Field(max_length=readers.PHONE_LIMIT_CHARS)]
_StageNameText = Annotated[str, Field(min_length=1, max_length=readers.STAGE_NAME_LIMIT_CHARS)]
_NotesText = Annotated[str, Field(max_length=readers.NOTES_LIMIT_CHARS)]
_DomainText = Annotated[str, Field(max_length=readers.DOMAIN_LIMIT_CHARS)]
_TagText = Annotated[str, Field(min_length=1, max_length=readers.TAG_LIMIT_CHARS)]
_TagTexts = Annotated[list[_TagText], Field(max_length=readers.TAGS_LIMIT)]

VisitorId = Annotated[str, PlainValidator(readers.visitor_id, json_schema_input_type=_Id)]
UserId = Annotated[
    str | None, PlainValidator(readers.user_id, json_schema_input_type=_UserId | None)
]
CompanyId = Annotated[str, PlainValidator(readers.company_id, json_schema_input_type=_Id)]
OptionalCompanyId = Annotated[
    str | None, PlainValidator(readers.optional_company_id, json_schema_input_type=_Id | None)
]
CompanyIds = Annotated[
    tuple[CompanyId, ...],
    BeforeValidator(
        readers.company_ids,
        json_schema_input_type=Annotated[list[_Id], Field(max_length=readers.COMPANY_IDS_LIMIT)]
        | None,
    ),
]
Email = Annotated[
    str | None, PlainValidator(readers.email, json_schema_input_type=_EmailText | None)
]
Name = Annotated[
    str | None,
    PlainValidator(readers.name, json_schema_input_type=_NameText | None),
]
Phone = Annotated[
    str | None,
    PlainValidator(readers.phone, json_schema_input_type=_PhoneText | None),
]
Metadata = Annotated[Json, PlainValidator(readers.metadata, json_schema_input_type=_JsonObject)]
OptionalMetadata = Annotated[
    Json | None, PlainValidator(readers.optional_metadata, json_schema_input_type=_JsonObject)
]
StageName = Annotated[
    str, PlainValidator(readers.stage_name, json_schema_input_type=_StageNameText)
]
OptionalStageName = Annotated[
    str | None,
    PlainValidator(readers.optional_stage_name, json_schema_input_type=_StageNameText | None),
]
OptionalStageUpdateMode = Annotated[
    StageUpdateMode | None,
    PlainValidator(readers.stage_update_mode, json_schema_input_type=StageUpdateMode | None),
]
EventName = Annotated[
    str, PlainValidator(readers.event_name, json_schema_input_type=_EventNameText)
]
EventValue = Annotated[
    Scalar,
    PlainValidator(
        readers.event_value, json_schema_input_type=_EventText | int | float | bool | None
    ),
]
Entity = Annotated[
    EventEntity, PlainValidator(readers.entity, json_schema_input_type=EventEntity | None)
]
EventTime = Annotated[
    Time, PlainValidator(read_time, json_schema_input_type=str | int | float | None)
]
DealValue = Annotated[
    int | None, PlainValidator(readers.deal_value, json_schema_input_type=_DealNumber | None)
]
Notes = Annotated[
    str | Unset | None,
    PlainValidator(readers.notes, json_schema_input_type=_NotesText | None),
]
ClearablePhone = Annotated[
    str | Unset | None,
    PlainValidator(readers.phone, json_schema_input_type=_PhoneText | None),
]
ClearableDealValue = Annotated[
    int | Unset | None,
    PlainValidator(readers.deal_value, json_schema_input_type=_DealNumber | None),
]
ClearableStageName = Annotated[
    str | Unset | None,
    PlainValidator(readers.optional_stage_name, json_schema_input_type=_StageNameText | None),
]
ExternalId = Annotated[
    str | Unset | None,
    PlainValidator(readers.external_id, json_schema_input_type=_Id | None),
]
Domain = Annotated[
    str | Unset | None,
    PlainValidator(readers.domain, json_schema_input_type=_DomainText | None),
]
Industry = Annotated[
    str | Unset | None,
    PlainValidator(readers.industry, json_schema_input_type=_NameText | None),
]
_SentTags = Annotated[
    tuple[Annotated[str, PlainValidator(readers.tag, json_schema_input_type=_TagText)], ...],
    BeforeValidator(readers.tags, json_schema_input_type=_TagTexts | None),
    AfterValidator(readers.each_once),
]
Tags = Annotated[
    tuple[str, ...] | Unset,
    GetPydanticSchema(lambda _kind, handler: handler.generate_schema(_SentTags)),
]
StagePosition = Annotated[
    int | None,
    PlainValidator(
        readers.stage_position,
        json_schema_input_type=Annotated[int, Field(ge=0)] | None,
    ),
]
RecordId = Annotated[
    str | None, PlainValidator(readers.record_id, json_schema_input_type=str | None)
]
SetByPath = SkipJsonSchema[Annotated[str, PlainValidator(_never_from_the_path)]]
SetByProof = SkipJsonSchema[Annotated[bool, PlainValidator(_never_from_the_body)]]
