"""What `up` tells a person once everything is ready."""

import json
from dataclasses import dataclass
from typing import Protocol

from config.settings import Settings
from ingest_api.embedded.services import reachable


class DemoProject(Protocol):
    """The demo project's id and its keys, which are shown this once."""

    @property
    def project_id(self) -> str: ...
    @property
    def publishable_key(self) -> str: ...
    @property
    def secret_token(self) -> str: ...
    @property
    def api_key(self) -> str: ...
    @property
    def identity_secret(self) -> str: ...


KEY_FIELDS = ("publishable_key", "secret_token", "api_key", "identity_secret")


@dataclass(frozen=True, slots=True)
class Welcome:
    """Where the edge answers, and a project to try it with; `demo` only if it was made just now."""

    settings: Settings
    project_id: str
    demo: DemoProject | None

    @property
    def address(self) -> str:
        """The base URL of the edge, as seen from this machine."""
        host = reachable(self.settings.host)
        return f"http://{f'[{host}]' if ':' in host else host}:{self.settings.port}"

    @property
    def curl(self) -> str:
        """A command line that works when pasted."""
        body = {
            "app_id": self.project_id,
            "visitor_id": "visitor-1",
            "email": "ada@example.com",
            "name": "Ada",
            "company": {"name": "Analytical Engines", "stage": "Lead"},
        }
        return (
            f"curl -sS {self.address}/api/widget/identify "
            f"-H 'Content-Type: application/json' -d '{json.dumps(body)}'"
        )

    def _keys(self) -> dict[str, str]:
        return {field: getattr(self.demo, field) for field in KEY_FIELDS} if self.demo else {}

    def as_json(self) -> str:
        """Render as one line of JSON; the keys only when they are new."""
        told = {"address": self.address, "project_id": self.project_id, **self._keys()}
        return json.dumps({**told, "curl": self.curl})

    def as_text(self) -> str:
        """Render for a person; the keys only when they are new."""
        rows = [("address", self.address), ("documentation", f"{self.address}/docs")]
        rows.append(("project", self.project_id))
        rows += [(name.replace("_", " "), key) for name, key in self._keys().items()]
        lines = [f"  {name:<16} {value}" for name, value in rows]
        if self.demo:
            lines.append("  (keys are shown this once)")
        return "\n".join(["", "hal-ingest is up", *lines, "", f"  {self.curl}", ""])
