"""What all published types have in common."""

from pydantic import BaseModel, ConfigDict


class Shown(BaseModel):
    """A type that is only ever described: an edge that nobody asks for documents builds none."""

    model_config = ConfigDict(defer_build=True)
