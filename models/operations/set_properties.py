"""set_properties: what is known about a visitor (contract §6)."""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import ConfigDict

from models.operations.fields import Metadata, VisitorId


@dataclass(frozen=True, slots=True, repr=False)
class SetProperties:
    """`properties` merge into the visitor's and the linked contact's."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="ignore")

    visitor_id: VisitorId
    properties: Metadata
