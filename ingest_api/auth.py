"""From a request's credential to its caller (contract §2)."""

import hmac
import re

from ingest_api.caller import Caller
from ingest_api.cors import judge_origin
from ingest_api.errors import forbidden, invalid_request, unauthenticated
from ingest_api.families import FAMILIES, KeyedFamily, KeyHeader
from ingest_api.incoming import Incoming
from ingest_api.key_usage import KeyUsage
from ingest_api.project_cache import ProjectCache
from models.provisioning.keys import key_digest
from models.queries.projects import EdgeProject
from models.rules.project_id import is_project_id

_BEARER = re.compile(rb"bearer +((?:pk|sk|ak)_[\w-]{1,252})", re.IGNORECASE | re.ASCII)
_BARE = re.compile(rb"(?:pk|sk|ak)_[\w-]{1,252}", re.ASCII)


class Auth:
    """The credential rules of every family of routes; what opens which is in `families`."""

    def __init__(self, projects: ProjectCache, usage: KeyUsage) -> None:
        self._projects = projects
        self._usage = usage

    async def caller(self, incoming: Incoming, family: KeyedFamily) -> Caller:
        """The caller of a route that only a key opens.

        Raises what `caller_by_key` does, and Problem 401 where no credential stands.
        """
        caller = await self.caller_by_key(incoming, family)
        if caller is None:
            raise unauthenticated(FAMILIES[family].challenge)
        return caller

    async def widget_caller_by_key(self, incoming: Incoming) -> Caller | None:
        """The caller of a widget route whose key and origin hold; None where no key stands.

        Raises what `caller_by_key` does, and Problem 403 for the origin.
        """
        caller = await self.caller_by_key(incoming, "widget")
        if caller is not None:
            judge_origin(incoming, caller.project)
        return caller

    async def widget_caller(
        self, incoming: Incoming, by_key: Caller | None, project_id: str | None
    ) -> Caller:
        """The caller of a widget route, given the project that the body or the query names.

        `by_key` comes from `widget_caller_by_key`. Raises Problem 401 for an unknown project,
        another one than the key's, or where the project wants a key; 403 for the origin;
        Transient when the database cannot say.
        """
        if by_key is None:
            caller = Caller(await self._project(project_id), "publishable", False, "widget")
            incoming.note_project(caller.project.id)
            judge_origin(incoming, caller.project)
            return caller
        if project_id is not None and project_id != by_key.project.id:
            raise unauthenticated()
        return by_key

    async def caller_by_key(self, incoming: Incoming, family: KeyedFamily) -> Caller | None:
        """The caller of a key; None where no credential header stands.

        Raises Problem 400 for two credentials, 401 for one that is no live key, 403 for a live
        key that does not open the family, or not in this header; Transient when the database
        cannot say.
        """
        rule = FAMILIES[family]
        sent = _sent_key(incoming, rule.challenge)
        if sent is None:
            return None
        header, key = sent
        digest = key_digest(key.decode("ascii"))
        holder = await self._projects.by_key(digest)
        if holder is None or not hmac.compare_digest(holder.key.digest, digest):
            raise unauthenticated(rule.challenge)
        if header != rule.header or holder.key.kind not in rule.kinds:
            raise forbidden()
        incoming.note_project(holder.project.id)
        self._usage.key_used(holder.key.project_id, holder.key.id)
        return Caller(holder.project, holder.key.kind, by_key=True, family=family)

    async def _project(self, project_id: str | None) -> EdgeProject:
        if project_id is None or not is_project_id(project_id):
            raise unauthenticated()
        project = await self._projects.by_project(project_id)
        if project is None or project.require_publishable_key:
            raise unauthenticated()
        return project


def _sent_key(incoming: Incoming, challenge: bytes) -> tuple[KeyHeader, bytes] | None:
    authorization = incoming.header(b"authorization")
    api_key = incoming.header(b"x-api-key")
    if authorization is not None and api_key is not None:
        raise invalid_request("Send one credential, not two.")
    if authorization is not None:
        bearer = _BEARER.fullmatch(authorization.strip())
        if bearer is not None:
            return "authorization", bearer[1]
    elif api_key is not None:
        if _BARE.fullmatch(api_key.strip()) is not None:
            return "x-api-key", api_key.strip()
    else:
        return None
    raise unauthenticated(challenge)
