"""A Lua script beside this module, and the digest by which Redis knows it."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Script:
    text: str
    sha: str


def script(name: str) -> Script:
    """The script `{name}.lua`. Redis forgets it when it restarts: callers send the text again."""
    text = (_FOLDER / f"{name}.lua").read_text(encoding="utf-8")
    return Script(text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())
