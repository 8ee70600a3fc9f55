"""How each field of an operation is read from its JSON value, and what refuses it (contract §3).

A reader returns the operation's value, or raises `PydanticCustomError` whose type is the stable
code of the fault. Details never repeat the value: it may be a secret.
"""

from typing import Any, Literal

from pydantic_core import PydanticCustomError

from models.email_address import EmailError, normal_email
from models.operations.invalid_request import INVALID_REQUEST
from models.rules.deal_value import DealValueError, read_deal_value
from models.rules.event_name import EventNameError, read_event_name
from models.rules.metadata_limits import request_fault
from models.rules.stage import StageUpdateMode
from models.rules.visitor_id import ID_LIMIT_CHARS, IdError, IdFault, read_id, read_user_id

NAME_LIMIT_CHARS = 200
PHONE_LIMIT_CHARS = 50
STAGE_NAME_LIMIT_CHARS = 100
NOTES_LIMIT_CHARS = 10_000
EVENT_TEXT_LIMIT_CHARS = 1_000
COMPANY_IDS_LIMIT = 100
TAGS_LIMIT = 100
TAG_LIMIT_CHARS = 100
DOMAIN_LIMIT_CHARS = 255

Json = dict[str, Any]
EventEntity = Literal["visitor", "company"]
Scalar = str | int | float | bool | None

_BAD_ID_DETAILS: dict[IdFault, str] = {
    "type": "A string or an integer.",
    "length": f"At most {ID_LIMIT_CHARS} characters.",
    "empty": "Not empty.",
    "accident": "A value that identifies nobody.",
}


def refusal(code: str, detail: str) -> PydanticCustomError:
    """The error that carries a stable code through pydantic."""
    return PydanticCustomError(code, "{detail}", {"detail": detail})


def visitor_id(value: object) -> str:
    return _identifier(value, "invalid_visitor_id")


def user_id(value: object) -> str | None:
    try:
        return read_user_id(value)
    except IdError as fault:
        raise _id_refusal(fault, "invalid_user_id") from None


def company_id(value: object) -> str:
    return _identifier(value, "invalid_company_id")


def optional_company_id(value: object) -> str | None:
    return None if value is None else company_id(value)


def company_ids(value: object) -> tuple[object, ...]:
    """The list as a tuple; its items are read one by one, so that each fault has its pointer."""
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > COMPANY_IDS_LIMIT:
        raise refusal(INVALID_REQUEST, f"A list of at most {COMPANY_IDS_LIMIT} company ids.")
    return tuple(value)


def email(value: object) -> str | None:
    text = optional_text(value)
    try:
        return None if text is None else normal_email(text)
    except EmailError as fault:
        raise refusal("invalid_email", str(fault)) from None


def name(value: object) -> str | None:
    return optional_text(value, NAME_LIMIT_CHARS)


def phone(value: object) -> str | None:
    return optional_text(value, PHONE_LIMIT_CHARS)


def metadata(value: object) -> Json:
    if not isinstance(value, dict):
        raise refusal(INVALID_REQUEST, "An object.")
    fault = request_fault(value)
    if fault is not None:
        raise refusal("metadata_too_large", fault)
    return value


def optional_metadata(value: object) -> Json | None:
    """Null is not the same as absent here: metadata that is not an object is refused."""
    return metadata(value) or None


def stage_name(value: object) -> str:
    text = _text(value.strip() if isinstance(value, str) else value, STAGE_NAME_LIMIT_CHARS)
    if not text:
        raise refusal(INVALID_REQUEST, "Not blank.")
    return text


def optional_stage_name(value: object) -> str | None:
    """Null and a blank one count as absent, like a name (contract §3)."""
    is_blank = isinstance(value, str) and not value.strip()
    return None if value is None or is_blank else stage_name(value)


def stage_update_mode(value: object) -> StageUpdateMode | None:
    match value:
        case None | "advance_only" | "exact":
            return value
    raise refusal("invalid_stage_update_mode", "Either advance_only or exact.")


def event_name(value: object) -> str:
    try:
        return read_event_name(value)
    except EventNameError as fault:
        raise refusal("invalid_event_name", str(fault)) from None


def event_value(value: object) -> Scalar:
    if value is not None and not isinstance(value, str | int | float):
        raise refusal("invalid_event_value", "A string, number, boolean or null.")
    if isinstance(value, str) and len(value) > EVENT_TEXT_LIMIT_CHARS:
        raise refusal("invalid_event_value", f"At most {EVENT_TEXT_LIMIT_CHARS} characters.")
    return value


def entity(value: object) -> EventEntity:
    match value:
        case None | "visitor":
            return "visitor"
        case "company":
            return "company"
    raise refusal(INVALID_REQUEST, "Either visitor or company.")


def deal_value(value: object) -> int | None:
    try:
        return read_deal_value(value)
    except DealValueError as fault:
        raise refusal(INVALID_REQUEST, str(fault)) from None


def notes(value: object) -> str | None:
    """Only null and "" clear; any other text is kept as it is, blanks too."""
    return None if value is None else _text(value, NOTES_LIMIT_CHARS) or None


def external_id(value: object) -> str | None:
    """A company's id of the caller's own choice; null clears it."""
    return None if value is None else _identifier(value, "invalid_external_id")


def domain(value: object) -> str | None:
    """A domain in lower case, so that it is found however it was typed."""
    text = optional_text(value, DOMAIN_LIMIT_CHARS)
    return None if text is None else text.strip().lower()


def industry(value: object) -> str | None:
    return optional_text(value, NAME_LIMIT_CHARS)


def tags(value: object) -> tuple[object, ...]:
    """The list as a tuple, null as none; its items are read one by one, like company ids."""
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > TAGS_LIMIT:
        raise refusal(INVALID_REQUEST, f"A list of at most {TAGS_LIMIT} tags.")
    return tuple(value)


def each_once(tags: tuple[str, ...]) -> tuple[str, ...]:
    """The tags in their order, those that are equal once."""
    return tuple(dict.fromkeys(tags))


def tag(value: object) -> str:
    """A tag, trimmed."""
    text = _text(value, None).strip()
    if not 0 < len(text) <= TAG_LIMIT_CHARS:
        raise refusal(INVALID_REQUEST, f"A tag has 1 to {TAG_LIMIT_CHARS} characters.")
    return text


def stage_position(value: object) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise refusal(INVALID_REQUEST, "A place in the pipeline, counted from 0.")
    return value


def record_id(value: object) -> str | None:
    return None if value is None else _text(value, ID_LIMIT_CHARS)


def optional_text(value: object, limit_chars: int | None = None) -> str | None:
    """A text as it was sent; null, "" and blanks alone count as absent."""
    text = None if value is None else _text(value, limit_chars)
    return None if text is None or not text or text.isspace() else text


def _text(value: object, limit_chars: int | None) -> str:
    if not isinstance(value, str):
        raise refusal(INVALID_REQUEST, "A string.")
    if limit_chars is not None and len(value) > limit_chars:
        raise refusal(INVALID_REQUEST, f"At most {limit_chars} characters.")
    return value


def _identifier(value: object, code: str) -> str:
    try:
        return read_id(value)
    except IdError as fault:
        raise _id_refusal(fault, code) from None


def _id_refusal(fault: IdError, code: str) -> PydanticCustomError:
    is_shape = fault.reason in ("type", "length")
    return refusal(INVALID_REQUEST if is_shape else code, _BAD_ID_DETAILS[fault.reason])
