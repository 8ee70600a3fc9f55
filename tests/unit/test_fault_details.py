"""A fault is told in the words of the contract, never in those of the code (§4 Problems)."""

import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ingest_api.openapi.problems import PROBLEMS
from models.operations import (
    WIDGET_TYPES,
    InvalidRequest,
    read_key_request,
    read_no_fields,
    read_update_project,
    validate,
    validate_account,
)
from models.operations.account import BODIES
from models.operations.project_settings import ProjectSettingsUpdate

NAMES = re.findall(
    r"\w+",
    "email user_id name phone notes tags metadata external_id domain industry stage deal_value"
    " stages position id kind label project visitor address rate_per_s burst visitor_id company"
    " company_id company_ids properties value entity timestamp stage_name contact_id colour"
    f" {' '.join(ProjectSettingsUpdate.model_fields)}",
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.sampled_from([0, -1, 7, 10**16, 0.5, 2e9, 1e300])
    | st.sampled_from(["", " ", "x", "null", "*", "x" * 300, "https://a.example", "a@b.co"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
    ),
    max_leaves=12,
)
BODY = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=8)
OF_THE_CODE = re.compile(
    r"Input should|instance of|[Pp]ydantic|dataclass|dictionary|\bNone\b|\bTrue\b|\bint\b|\bstr\b"
    r"|tuple|keyword|argument|[a-z][A-Z]|attribute"
)


@given(BODY)
def test_no_fault_speaks_of_the_code(body: dict[str, Any]) -> None:
    for read in readers():
        try:
            read(dict(body))
        except InvalidRequest as refused:
            for fault in refused.errors:
                assert not OF_THE_CODE.search(fault["detail"]), fault
                assert fault["detail"].endswith("."), fault
                assert fault["code"] in PROBLEMS, fault


def readers() -> list[Any]:
    """Everything that reads a body's fields."""
    return [
        *(lambda body, name=name: validate(name, body) for name in WIDGET_TYPES),
        *(lambda body, name=name: validate_account(name, body, {}) for name in BODIES),
        read_update_project,
        read_key_request,
        read_no_fields,
    ]
