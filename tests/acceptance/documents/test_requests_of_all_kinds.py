"""Whatever is sent that the document allows, and much that it does not: answers are documented.

Requests are made by schemathesis from the document, the same in every run.
"""

from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.core.result import Ok
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from ingest_api.openapi.document import build_document
from ingest_api.openapi.route_descriptions import DESCRIPTIONS
from tests.acceptance.deployment import Deployment
from tests.acceptance.documents.conforming import Json
from tests.acceptance.documents.playing import Player, player_in

EXAMPLES = 10
Operation = APIOperation[Any, Any, Any, Any]
Request = Case[Any]
CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
SEED = (
    *("get_docs", "identify", "track", "list_stages", "create_stage"),
    *("create_contact", "create_company", "link_company"),
    *("create_identity_secret", "create_key"),
)
"""Examples that are played first, so that there is something to be asked about."""

PROOFS_AND_PROJECTS = ("app_id", "project_id", "user_hash", "user_token")
MOSTLY = st.sampled_from([True, True, True, False])
OPERATION_IDS = [description.operation_id for description in DESCRIPTIONS.values()]
FAMILIES = {each.operation_id: each.family for each in DESCRIPTIONS.values()}
SAME_IN_EVERY_RUN = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@schemathesis.serializer("application/x-ndjson")
def _lines(_context: schemathesis.SerializationContext, value: Any) -> bytes:
    return str(value).encode("utf-8", errors="replace")


@cache
def _schema() -> BaseSchema:
    # A copy: schemathesis sends examples too, and they are the descriptions' own.
    document = deepcopy(build_document(DESCRIPTIONS))
    for methods in document["paths"].values():
        for operation in methods.values():
            # Any text would be sent, and JSON is what none of it is.
            operation.get("requestBody", {"content": {}})["content"].pop("text/plain", None)
    return schemathesis.openapi.from_dict(document)


@cache
def _operations() -> Mapping[str, Operation]:
    found = [each.ok() for each in _schema().get_all_operations() if isinstance(each, Ok)]
    return {str(each.definition.raw["operationId"]): each for each in found}


@pytest.fixture
def player(deployment: Deployment) -> Player:
    """A project of the test's own with a few records in it."""
    player = player_in(deployment.new_project(), deployment.client)
    for name in SEED:
        player.play(name)
    return player


@pytest.mark.parametrize("operation_id", OPERATION_IDS)
def test_every_answer_is_documented(
    deployment: Deployment, player: Player, operation_id: str
) -> None:
    operation = _operations()[operation_id]
    credential = player.credential(FAMILIES[operation_id])
    known = player.known_parameters(operation_id)

    @SAME_IN_EVERY_RUN
    @given(case=_requests(operation), is_ours=MOSTLY)
    def answers_are_documented(case: Request, is_ours: bool) -> None:
        if is_ours:
            _speak_of(case, known, player.project.id)
        answer = case.call(base_url=deployment.web.url, headers=dict(credential), timeout=40)
        assert answer.status_code < 500 or answer.status_code == 503
        case.validate_response(answer, checks=CHECKS)

    answers_are_documented()


def _requests(operation: Operation) -> st.SearchStrategy[Request]:
    """Requests that the document allows, and such as it does not allow."""
    allowed = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    if FAMILIES[str(operation.definition.raw["operationId"])] == "public":
        # Nothing that they read could be wrong.
        return allowed
    return st.one_of(
        allowed, allowed, operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
    )


def _speak_of(case: Request, known: Mapping[str, str], project_id: str) -> None:
    """Makes a request one about records that exist, by a caller who may ask."""
    if known:
        case.path_parameters = dict(known)
    if "cursor" in case.query:
        del case.query["cursor"]
    if "/api/widget/" not in case.path:
        return
    if case.method == "GET":
        case.query = {"app_id": project_id}
    elif isinstance(case.body, dict):
        case.body = {**_without_claims(case.body), "app_id": project_id}


def _without_claims(body: Json) -> Json:
    """The body and what it is a batch of, without projects and proofs: no random one holds."""
    kept = {name: value for name, value in body.items() if name not in PROOFS_AND_PROJECTS}
    operations = kept.get("operations")
    if isinstance(operations, list):
        kept["operations"] = [
            _without_claims(each) if isinstance(each, dict) else each for each in operations
        ]
    return kept
