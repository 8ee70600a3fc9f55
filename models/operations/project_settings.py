"""Which settings of a project can be changed, and to what (contract §11, `PATCH /api/project`)."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from models.operations.invalid_request import INVALID_REQUEST, InvalidRequest, json_pointer
from models.operations.names import name_fault
from models.operations.origins import OriginError, read_origin
from models.operations.readers import NAME_LIMIT_CHARS
from models.outcomes import Fault
from models.rules.stage import StageUpdateMode

ORIGINS_LIMIT = 100
RATE_LIMIT_BOUND = 1_000_000
LONGEST_REFILL_S = 86_400
_SLOW_REFILL = "An empty bucket is to be full again within a day: burst / rate_per_s is too much."
_CODES = {"stage_update_mode": "invalid_stage_update_mode"}
_DETAILS = {
    INVALID_REQUEST: "{detail}",
    "extra_forbidden": "There is no such setting.",
    "missing": "Required.",
    "bool_type": "Either true or false.",
    "string_type": "A string.",
    "string_unicode": "A string without lone surrogates.",
    "list_type": "A list.",
    "too_long": "At most {max_length} of them.",
    "model_type": "An object.",
    "float_type": "A number.",
    "finite_number": "A number.",
    "int_type": "A whole number.",
    "greater_than": "More than {gt:.0f}.",
    "greater_than_equal": "At least {ge:.0f}.",
    "less_than_equal": "At most {le:.0f}.",
}
"""What is said of each type of pydantic's errors: its own messages speak of Python."""

IdentityVerification = Literal["off", "required"]
EmailTrust = Literal["any", "unclaimed", "signed"]


def _project_name(name: str) -> str:
    trimmed = name.strip()
    fault = name_fault(trimmed, NAME_LIMIT_CHARS)
    if fault is not None:
        raise PydanticCustomError(INVALID_REQUEST, "{detail}", {"detail": fault})
    return trimmed


def _origin(text: str) -> str:
    try:
        return read_origin(text)
    except OriginError as error:
        raise PydanticCustomError(INVALID_REQUEST, "{detail}", {"detail": str(error)}) from None


class RateLimit(BaseModel):
    """A token bucket: `rate_per_s` tokens a second, at most `burst` at once."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    rate_per_s: float = Field(gt=0, le=RATE_LIMIT_BOUND, allow_inf_nan=False)
    burst: int = Field(ge=1, le=RATE_LIMIT_BOUND)

    @model_validator(mode="after")
    def _is_full_again_within_a_day(self) -> Self:
        """Redis keeps a bucket until it is full: one for each visitor and address."""
        if self.burst > self.rate_per_s * LONGEST_REFILL_S:
            raise PydanticCustomError(INVALID_REQUEST, "{detail}", {"detail": _SLOW_REFILL})
        return self


class RateLimits(BaseModel):
    """A project's own buckets; what is not named keeps the default of the installation."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    project: RateLimit | None = None
    visitor: RateLimit | None = None
    address: RateLimit | None = None


class ProjectSettingsUpdate(BaseModel):
    """The settings to change; one that is not given keeps its value.

    The defaults are those of a new project. `email_trust` null follows `identity_verification`.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    name: Annotated[str, AfterValidator(_project_name)] = ""
    stage_update_mode: StageUpdateMode = "advance_only"
    identity_verification: IdentityVerification = "off"
    verify_all_writes: bool = False
    require_token_expiry: bool = True
    email_trust: EmailTrust | None = None
    require_publishable_key: bool = False
    allowed_origins: Annotated[
        list[Annotated[str, AfterValidator(_origin)]], Field(max_length=ORIGINS_LIMIT)
    ] = ["*"]
    allow_widget_exact: bool = True
    first_linked_fallback: bool = True
    create_unknown_companies: bool = False
    rate_limits: RateLimits = RateLimits()

    def given(self) -> dict[str, Any]:
        """The columns to write. `rate_limits` is one setting: a bucket that is not named goes."""
        changes = self.model_dump(exclude_unset=True)
        if "rate_limits" in changes:
            changes["rate_limits"] = self.rate_limits.model_dump(exclude_none=True)
        return changes


def new_project_settings(name: str) -> dict[str, Any]:
    """All columns of a new project's settings, the contract's defaults. Raises InvalidRequest."""
    return read_settings_update({"name": name}).model_dump() | {"rate_limits": {}}


def read_settings_update(wanted: Mapping[str, Any]) -> ProjectSettingsUpdate:
    """The update that parsed JSON asks for. Raises InvalidRequest with every fault; its code and
    detail are the first one's.
    """
    try:
        return ProjectSettingsUpdate.model_validate(dict(wanted))
    except ValidationError as invalid:
        errors = invalid.errors(include_input=False, include_url=False)
    faults = [_fault(error) for error in errors]
    raise InvalidRequest(faults[0]["code"], faults[0]["detail"], faults)


def _fault(error: ErrorDetails) -> Fault:
    location = error["loc"]
    code = _CODES.get(str(location[0]), INVALID_REQUEST)
    return Fault(pointer=json_pointer(*location), code=code, detail=_detail(error))


def _detail(error: ErrorDetails) -> str:
    if error["type"] == "literal_error":
        return f"One of {', '.join(_choices(str(error['loc'][0])))}."
    told = _DETAILS.get(error["type"], "Not a value of this setting.")
    return told.format_map(error.get("ctx", {}))


def _choices(setting: str) -> list[str]:
    known = {
        "stage_update_mode": get_args(StageUpdateMode),
        "identity_verification": get_args(IdentityVerification),
        "email_trust": get_args(EmailTrust),
    }
    return [str(choice) for choice in known[setting]]
