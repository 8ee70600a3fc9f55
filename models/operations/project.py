"""The account write of a project's settings (contract §11)."""

from dataclasses import dataclass

from models.operations.readers import Json


@dataclass(frozen=True, slots=True, repr=False)
class UpdateProject:
    """The settings to change, by their column, in the form in which they are stored."""

    changes: Json
