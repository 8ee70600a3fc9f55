"""track: what a visitor or its company did (contract §7)."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from models.operations.fields import (
    Entity,
    EventName,
    EventTime,
    EventValue,
    OptionalCompanyId,
    VisitorId,
)


@dataclass(frozen=True, slots=True, repr=False)
class Track:
    """`name` is in its normal form; the two times are epoch milliseconds of the client's clock.

    They are judged by `models.rules.event_time.occurred_at` when the operation is applied.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="ignore")

    visitor_id: VisitorId
    name: EventName
    value: EventValue = None
    entity: Entity = "visitor"
    company_id: OptionalCompanyId = None
    timestamp_ms: Annotated[EventTime, Field(validation_alias="timestamp")] = None
    sent_at_ms: Annotated[EventTime, Field(validation_alias="sent_at")] = None
