"""identify: who a visitor is (contract §5)."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, ConfigDict

from models.operations.fields import (
    CompanyIds,
    Email,
    Name,
    OptionalCompanyId,
    OptionalMetadata,
    OptionalStageName,
    OptionalStageUpdateMode,
    Phone,
    SetByProof,
    UserId,
    VisitorId,
)


@dataclass(frozen=True, slots=True, repr=False)
class CompanyPart:
    """The `company` object of an identify: which company, and what to write to it."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="ignore")

    id: OptionalCompanyId = None
    name: Name = None
    stage: OptionalStageName = None
    metadata: OptionalMetadata = None


def _nothing_if_empty(company: CompanyPart | None) -> CompanyPart | None:
    return None if company == CompanyPart() else company


@dataclass(frozen=True, slots=True, repr=False)
class Identify:
    """`email` is in its normal form; `email_signed` says that a token's claim vouches for it."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="ignore")

    visitor_id: VisitorId
    user_id: UserId = None
    email: Email = None
    name: Name = None
    phone: Phone = None
    metadata: OptionalMetadata = None
    company_ids: CompanyIds = ()
    company: Annotated[CompanyPart | None, AfterValidator(_nothing_if_empty)] = None
    stage_update_mode: OptionalStageUpdateMode = None
    email_signed: SetByProof = False

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> "Identify":
        fields = dict(payload)
        if "company" in fields:
            fields["company"] = CompanyPart(**fields["company"])
        if "company_ids" in fields:
            fields["company_ids"] = tuple(fields["company_ids"])
        return cls(**fields)
