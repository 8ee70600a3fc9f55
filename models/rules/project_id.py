"""What can be the id of a project (contract §1)."""

import re

PROJECT_ID_PATTERN = r"[A-Za-z0-9_-]{1,64}"

_PROJECT_ID = re.compile(PROJECT_ID_PATTERN)


def is_project_id(value: object) -> bool:
    """Whether it is a text that may be a project's id: 1 to 64 letters, digits, `_`, `-`."""
    return isinstance(value, str) and _PROJECT_ID.fullmatch(value) is not None
