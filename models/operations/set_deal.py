"""set_deal: what a company's deal is worth (contract §9)."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from models.operations.fields import (
    DealValue,
    Notes,
    OptionalCompanyId,
    OptionalStageName,
    OptionalStageUpdateMode,
    VisitorId,
)
from models.operations.unset import UNSET


@dataclass(frozen=True, slots=True, repr=False)
class SetDeal:
    """`deal_value_e4` counts ten-thousandths, None clears; `notes` None clears, UNSET keeps."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="ignore")

    visitor_id: VisitorId
    deal_value_e4: Annotated[DealValue, Field(validation_alias="deal_value")]
    company_id: OptionalCompanyId = None
    stage_name: OptionalStageName = None
    notes: Notes = UNSET
    stage_update_mode: OptionalStageUpdateMode = None
