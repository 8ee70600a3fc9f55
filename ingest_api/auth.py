"""Who is calling a widget route, by which credential (contract §2)."""

import hmac
import re
from dataclasses import dataclass
from typing import Literal

from ingest_api.errors import forbidden, invalid_request, unauthenticated
from ingest_api.incoming import Incoming
from ingest_api.key_usage import KeyUsage
from ingest_api.project_cache import ProjectCache
from models.provisioning.keys import key_digest
from models.queries.projects import EdgeProject

CallerKind = Literal["publishable", "secret"]

_PROJECT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_BEARER = re.compile(rb"bearer +((?:pk|sk|ak)_[\w-]{1,252})", re.IGNORECASE | re.ASCII)
_API_KEY = re.compile(rb"ak_[\w-]{1,252}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Caller:
    """A project, and as whom the caller speaks in it.

    `kind` publishable includes callers with the project's id alone; these have `by_key` false.
    """

    project: EdgeProject
    kind: CallerKind
    by_key: bool


class WidgetAuth:
    """The credential rules of the widget routes."""

    def __init__(self, projects: ProjectCache, usage: KeyUsage) -> None:
        self._projects = projects
        self._usage = usage

    async def caller_by_header(self, incoming: Incoming) -> Caller | None:
        """The caller of a key; None where no credential header stands.

        Raises Problem 400 for two credentials, 401 for one that is no live key, 403 for a live
        key of another family; Transient when the database cannot say.
        """
        authorization = incoming.header(b"authorization")
        api_key = incoming.header(b"x-api-key")
        if authorization is None and api_key is None:
            return None
        if authorization is not None and api_key is not None:
            raise invalid_request("Send one credential, not two.")
        key = _bearer_key(authorization) if authorization is not None else _api_key(api_key)
        digest = key_digest(key.decode("ascii"))
        holder = await self._projects.by_key(digest)
        if holder is None or not hmac.compare_digest(holder.key.digest, digest):
            raise unauthenticated()
        if holder.key.kind == "api":
            raise forbidden()
        self._usage.key_used(holder.key.project_id, holder.key.id)
        return Caller(holder.project, holder.key.kind, by_key=True)

    async def caller_for(self, by_header: Caller | None, project_id: str | None) -> Caller:
        """The caller, given the project that the body or the query names.

        Raises Problem 401 for an unknown project, another one than the key's, or where the
        project wants a key; Transient when the database cannot say.
        """
        if by_header is not None:
            if project_id is not None and project_id != by_header.project.id:
                raise unauthenticated()
            return by_header
        if project_id is None or _PROJECT_ID.fullmatch(project_id) is None:
            raise unauthenticated()
        project = await self._projects.by_project(project_id)
        if project is None or project.require_publishable_key:
            raise unauthenticated()
        return Caller(project, "publishable", by_key=False)


def _bearer_key(header: bytes) -> bytes:
    bearer = _BEARER.fullmatch(header.strip())
    if bearer is None:
        raise unauthenticated()
    return bearer[1]


def _api_key(header: bytes | None) -> bytes:
    key = (header or b"").strip()
    if _API_KEY.fullmatch(key) is None:
        raise unauthenticated()
    return key
