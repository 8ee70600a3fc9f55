"""Who speaks: two spellings of the project, a message id, and proofs of any type (§2, §4)."""

from typing import Any

import pytest

from ingest_api.envelope_fields import read_envelope_fields
from models.operations import InvalidRequest


@pytest.mark.parametrize(
    ("body", "project_id", "message_id"),
    [
        ({}, None, None),
        ({"app_id": "p"}, "p", None),
        ({"project_id": "p"}, "p", None),
        ({"app_id": "p", "project_id": "p"}, "p", None),
        ({"app_id": None, "project_id": "p", "message_id": None}, "p", None),
        ({"message_id": "m" * 255}, None, "m" * 255),
    ],
)
def test_the_envelope_is_read_as(
    body: dict[str, Any], project_id: str | None, message_id: str | None
) -> None:
    fields = read_envelope_fields(body)
    assert (fields.project_id, fields.message_id) == (project_id, message_id)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"app_id": "p", "project_id": "q"}, "project_mismatch"),
        ({"app_id": 5}, "invalid_request"),
        ({"project_id": ["p"]}, "invalid_request"),
        ({"message_id": 5}, "invalid_request"),
        ({"message_id": ""}, "invalid_request"),
        ({"message_id": "m" * 256}, "invalid_request"),
    ],
)
def test_the_envelope_is_refused(body: dict[str, Any], code: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        read_envelope_fields(body)
    assert refused.value.code == code


def test_proofs_of_any_type_are_left_to_their_verification() -> None:
    proofs = read_envelope_fields({"user_hash": 5, "user_token": []}).proofs
    assert (proofs.user_hash, proofs.user_token) == (5, [])
