"""Every setting of the product. This module alone reads the environment (contract §13).

A variable is its field's name in capitals; units stand last in the name.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError, model_validator
from pydantic_core import ErrorDetails

from config.sections.answering import Answering
from config.sections.applying import Applying
from config.sections.keeping import Keeping
from config.sections.running import Running
from config.sections.stores import Stores

_SECRET_FIELDS = frozenset({"database_url", "redis_url"})
_REASONS = {
    "int_parsing": "a whole number",
    "float_parsing": "a number",
    "finite_number": "a number",
    "greater_than": "above {gt:.10g}",
    "greater_than_equal": "at least {ge:.10g}",
    "less_than_equal": "at most {le:.10g}",
    "literal_error": "{expected}",
}
"""What a setting must be, by the type of pydantic's error: its own messages speak of Python."""


class SettingsError(Exception):
    """The environment holds a setting that cannot be used; its text is one line for a person."""


# The table of settings begins with the last of them.
class Settings(Stores, Keeping, Applying, Answering, Running):
    """All settings."""

    @model_validator(mode="after")
    def _fit_together(self) -> "Settings":
        if self.drain_slice_s > self.drain_max_s:
            raise ValueError("DRAIN_SLICE_S: must not be above DRAIN_MAX_S")
        return self

    @property
    def redis_url_given(self) -> bool:
        """Whether REDIS_URL was set, so that `up` must not start a server of its own."""
        return "redis_url" in self.model_fields_set

    @property
    def metrics_folder(self) -> Path | None:
        """Where the processes of this machine count together; None for each on its own."""
        given = self.prometheus_multiproc_dir
        return Path(given) if given else None

    def as_environment(self) -> dict[str, str]:
        """Return the variables that give another process these same settings."""
        return {name.upper(): str(value) for name, value in self.model_dump().items()}


def load_settings() -> Settings:
    """Read the settings from the environment.

    Raises SettingsError with one line that names the first bad variable and never repeats
    the value of one that may hold a password.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError(_first_fault(error)) from None


def _first_fault(error: ValidationError) -> str:
    faults = error.errors(include_url=False)
    first = faults[0]
    if not first["loc"]:
        return _reason(first)
    field = str(first["loc"][0])
    # Of a setting that is a number or a word there is one for each.
    reason = " or ".join(_reason(fault) for fault in faults if fault["loc"][:1] == (field,))
    if first["type"] in _REASONS:
        reason = f"must be {reason}"
    if field in _SECRET_FIELDS:
        return f"{field.upper()}: {reason}"
    return f"{field.upper()}: {reason} (it is {str(first['input'])[:80]!r})"


def _reason(fault: ErrorDetails) -> str:
    told = _REASONS.get(fault["type"])
    if told is None:
        return fault["msg"].removeprefix("Value error, ")
    return told.format_map(fault.get("ctx", {}))


def child_environment(changes: Mapping[str, str]) -> dict[str, str]:
    """Return this process' environment with `changes` on top, for a child process."""
    return {**os.environ, **changes}


def give_to_children(**variables: str) -> None:
    """Puts variables into this process' environment, for libraries and for processes to come."""
    os.environ.update(variables)
