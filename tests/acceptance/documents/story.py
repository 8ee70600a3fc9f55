"""The document's examples in an order in which each finds what it speaks of."""

import re
from collections.abc import Callable
from typing import Any

import httpx2

from ingest_api.openapi import example_ids as ids

Json = dict[str, Any]

STORY = (
    *("get_healthz", "get_livez", "get_readyz", "get_metrics"),
    *("get_openapi", "get_docs", "get_docs_asset"),
    *("identify", "anonymous", "set_properties", "track", "track_company"),
    *("set_stage", "set_deal", "get_widget_operation"),
    *("list_operations", "get_operation", "get_visitor"),
    *("widget_batch", "batch", "batch_lines", "batch_bulk"),
    *("list_stages", "create_stage", "update_stage"),
    *("create_contact", "create_company", "link_company"),
    *("list_contacts", "get_contact", "update_contact"),
    *("get_company", "update_company", "list_companies"),
    *("get_contact_timeline", "get_company_activity"),
    *("replace_stages", "delete_stage"),
    *("get_project", "update_project"),
    *("list_identity_secrets", "create_identity_secret", "delete_identity_secret"),
    *("list_keys", "create_key", "revoke_key"),
    *("list_dead_letters", "get_dead_letter", "replay_dead_letter", "discard_dead_letter"),
    *("v1_list_contacts", "v1_get_contact", "v1_update_contact", "v1_get_operation"),
    "v1_create_contact",
    *("unlink_company", "delete_contact", "delete_company"),
)
"""Names of examples; a test fails where one of the document is missing here."""

_ASSETS = re.compile(r"/docs/assets/(\w+)/")


def _record_id(answer: httpx2.Response) -> str:
    return str(answer.json()["id"])


def _operation_id(answer: httpx2.Response) -> str:
    return str(answer.headers["x-operation-id"])


def _first_stage(answer: httpx2.Response) -> str:
    return str(answer.json()["items"][0]["id"])


def _assets_version(answer: httpx2.Response) -> str:
    return str(_ASSETS.findall(answer.text)[0])


LEARNED: dict[str, tuple[str, Callable[[httpx2.Response], str]]] = {
    "get_docs": (ids.DOCS_VERSION, _assets_version),
    "identify": (ids.OPERATION_ID, _operation_id),
    "list_stages": (ids.STAGE_ID, _first_stage),
    "create_stage": (ids.OTHER_STAGE_ID, _record_id),
    "create_contact": (ids.CONTACT_ID, _record_id),
    "create_company": (ids.COMPANY_ID, _record_id),
    "create_identity_secret": (ids.SIGNER_ID, _record_id),
    "create_key": (ids.KEY_ID, _record_id),
    "v1_update_contact": (ids.OPERATION_ID, _operation_id),
}
"""After which example which id of the document is known by what it is here."""


class Ids:
    """The ids of the document's examples and what stands for them here."""

    def __init__(self, **known: str) -> None:
        self.here = {getattr(ids, name): value for name, value in known.items()}

    def learn(self, example: str, answer: httpx2.Response) -> None:
        """Take in the id that this example's answer tells."""
        if example in LEARNED:
            shown, read = LEARNED[example]
            self.here[shown] = read(answer)

    def put_into(self, value: Any) -> Any:
        """The value with the ids of here, in every text of it."""
        match value:
            case str():
                for shown, here in self.here.items():
                    value = value.replace(shown, here)
                return value
            case list():
                return [self.put_into(item) for item in value]
            case dict():
                return {name: self.put_into(item) for name, item in value.items()}
        return value
