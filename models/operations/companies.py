"""Account writes of companies (contract §11)."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from models.operations.fields import (
    ClearableDealValue,
    ClearableStageName,
    Domain,
    ExternalId,
    Industry,
    Name,
    Notes,
    OptionalMetadata,
    SetByPath,
)
from models.operations.unset import UNSET


@dataclass(frozen=True, slots=True, repr=False)
class CompanyFields:
    """A company's own fields; UNSET leaves a field as it is, None clears it.

    But for `name` and `metadata`, of which None changes nothing. `stage` is a stage's name,
    `deal_value_e4` counts ten-thousandths.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    external_id: ExternalId = UNSET
    name: Name = None
    domain: Domain = UNSET
    industry: Industry = UNSET
    stage: ClearableStageName = UNSET
    deal_value_e4: Annotated[ClearableDealValue, Field(validation_alias="deal_value")] = UNSET
    notes: Notes = UNSET
    metadata: OptionalMetadata = None


@dataclass(frozen=True, slots=True, repr=False)
class CreateCompany(CompanyFields):
    """Makes a company, and nothing beside it."""


@dataclass(frozen=True, slots=True, repr=False)
class UpdateCompany(CompanyFields):
    """Writes the sent fields of the company that `company_id` names; a stage is exact."""

    company_id: SetByPath = ""


@dataclass(frozen=True, slots=True, repr=False)
class DeleteCompany:
    """Removes a company and its links; contacts stay."""

    company_id: str
