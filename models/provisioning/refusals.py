"""Why a write outside the mailbox was not done: refusals that depend on what is stored (§2, §11).

Each has a stable `code`, the HTTP `status` that an account route answers with, and a `detail` for
a person that names no secret.
"""

from collections.abc import Sequence


class Refused(Exception):
    """Nothing was written. `holder_id` is the record that has what was asked for, if any."""

    code = "refused"
    status = 409

    def __init__(self, detail: str, holder_id: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.holder_id = holder_id


class NotFound(Refused):
    """The record, or its project, does not exist."""

    code = "not_found"
    status = 404


class ProjectIdTaken(Refused):
    """A project with this id exists."""

    code = "project_id_taken"

    def __init__(self, project_id: str) -> None:
        super().__init__(f"There is already a project {project_id}.", project_id)


class TooManyIdentitySecrets(Refused):
    """Two identity secrets are live (§2): one has to go first."""

    code = "too_many_identity_secrets"

    def __init__(self) -> None:
        super().__init__("Two identity secrets are live already; delete one first.")


class StageInUse(Refused):
    """A stage that companies stand in cannot go."""

    code = "stage_in_use"

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(f"Companies stand in {', '.join(names)}: keep it, or move them first.")


class ExternalIdTaken(Refused):
    """Another company of the project has this external id."""

    code = "external_id_taken"

    def __init__(self, holder_id: str) -> None:
        super().__init__(f"Company {holder_id} has this external id.", holder_id)


def project_not_found(project_id: str) -> NotFound:
    """The refusal for a project that does not exist."""
    return NotFound(f"There is no project {project_id}.")
