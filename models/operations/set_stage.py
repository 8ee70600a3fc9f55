"""set_stage: where a company stands in the pipeline (contract §9)."""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import ConfigDict

from models.operations.fields import (
    OptionalCompanyId,
    OptionalStageUpdateMode,
    StageName,
    VisitorId,
)


@dataclass(frozen=True, slots=True, repr=False)
class SetStage:
    """`stage_name` is trimmed; `stage_update_mode` None means the project's default."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="ignore")

    visitor_id: VisitorId
    stage_name: StageName
    company_id: OptionalCompanyId = None
    stage_update_mode: OptionalStageUpdateMode = None
