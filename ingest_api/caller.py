"""Who is calling: a value that the rest of the edge decides by (contract §2)."""

from dataclasses import dataclass

from ingest_api.families import KeyedFamily
from models.operations.credentials import KeyKind
from models.queries.projects import EdgeProject


@dataclass(frozen=True, slots=True)
class Caller:
    """A project, as whom the caller speaks in it, and on which family of routes.

    `kind` publishable includes callers with the project's id alone; these have `by_key` false.
    """

    project: EdgeProject
    kind: KeyKind
    by_key: bool
    family: KeyedFamily
