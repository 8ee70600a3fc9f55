"""What may be asked: one frozen value per operation type, read once at the edge (contract §5-§11).

`validate` and `validate_account` turn hostile JSON into an operation; the mailbox carries
`to_payload`'s JSON; the worker's `from_payload` trusts it.
"""

from models.operations.account import (
    read_key_request,
    read_no_fields,
    read_update_project,
    validate_account,
)
from models.operations.identify import CompanyPart, Identify
from models.operations.invalid_request import InvalidRequest
from models.operations.payload import (
    ACCOUNT_TYPES,
    LONE_TYPES,
    OPERATION_TYPES,
    PROJECT_TYPES,
    WIDGET_TYPES,
    AccountOperation,
    Operation,
    WidgetOperation,
    from_payload,
    is_replayable,
    to_payload,
)
from models.operations.set_deal import SetDeal
from models.operations.set_properties import SetProperties
from models.operations.set_stage import SetStage
from models.operations.track import Track
from models.operations.unset import UNSET, Unset
from models.operations.validate import validate
from models.rules.stage import StageUpdateMode

__all__ = [
    "ACCOUNT_TYPES",
    "LONE_TYPES",
    "OPERATION_TYPES",
    "PROJECT_TYPES",
    "UNSET",
    "WIDGET_TYPES",
    "AccountOperation",
    "CompanyPart",
    "Identify",
    "InvalidRequest",
    "Operation",
    "SetDeal",
    "SetProperties",
    "SetStage",
    "StageUpdateMode",
    "Track",
    "Unset",
    "WidgetOperation",
    "from_payload",
    "is_replayable",
    "read_key_request",
    "read_no_fields",
    "read_update_project",
    "to_payload",
    "validate",
    "validate_account",
]
