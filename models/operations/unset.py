"""A field that was not sent, where null says something else."""

from enum import Enum
from typing import Final


class Unset(Enum):
    """The type of a field that was not sent, where null says something else."""

    UNSET = "unset"


UNSET: Final = Unset.UNSET
