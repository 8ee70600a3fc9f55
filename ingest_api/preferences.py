"""`Prefer`: whether a caller waits for the outcome, and how long (RFC 7240; contract §4)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from ingest_api.answers import Header

HEADER_LIMIT_BYTES = 1024
"""A longer header is nonsense, and nonsense is ignored."""

_ITEMS = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*")+')
_PREFERENCE = re.compile(
    r"""[ \t]*(?P<name>[!#$%&'*+.^_`|~\w-]+)
        (?:[ \t]*=[ \t]*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<token>[!#$%&'*+.^_`|~\w-]+)?))?
        [ \t]*(?:;.*)?""",
    re.VERBOSE | re.ASCII | re.DOTALL,
)
_SECONDS = re.compile(r"[0-9]{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Preferences:
    """What was asked: `wait_s` is None where no usable `wait` stood; `waits` is a `wait` without a
    number, which asks for the usual budget.
    """

    respond_async: bool = False
    wait_s: int | None = None
    waits: bool = False

    def wait_budget_s(self, usual_s: float, cap_s: float) -> float:
        """How long this caller waits; 0 is not at all."""
        if self.wait_s is not None:
            return min(self.wait_s, cap_s)
        return 0.0 if self.respond_async else usual_s


NO_PREFERENCES = Preferences()


def read_preferences(headers: Iterable[bytes]) -> Preferences:
    """Reads all `Prefer` lines; of one preference that stands twice, the first counts."""
    return _read(tuple(headers))


@lru_cache(maxsize=256)
def _read(headers: tuple[bytes, ...]) -> Preferences:
    wanted: dict[str, str] = {}
    for header in headers:
        if len(header) > HEADER_LIMIT_BYTES:
            continue
        for item in _ITEMS.findall(header.decode("latin-1")):
            preference = _PREFERENCE.fullmatch(item)
            if preference is not None:
                value = preference["token"] or preference["quoted"] or ""
                wanted.setdefault(preference["name"].lower(), value)
    if not wanted:
        return NO_PREFERENCES
    wait = wanted.get("wait", "")
    return Preferences(
        respond_async=wanted.get("respond-async") == "",
        wait_s=int(wait) if _SECONDS.fullmatch(wait) else None,
        waits=wanted.get("wait") == "",
    )


def applied_headers(
    preferences: Preferences, waited_s: float, *, queued: bool
) -> tuple[Header, ...]:
    """The header that says what `applied` does, where there is anything to say."""
    followed = applied(preferences, waited_s, queued=queued)
    return () if followed is None else ((b"preference-applied", followed),)


def applied(preferences: Preferences, waited_s: float, *, queued: bool) -> bytes | None:
    """`Preference-Applied`: what of it the answer followed; None for nothing.

    `waited_s` is the budget that held (0 where nobody waited), `queued` whether it is a 202.
    """
    followed = []
    if preferences.respond_async and queued:
        followed.append("respond-async")
    asks_to_wait = preferences.waits or preferences.wait_s is not None
    if asks_to_wait and (waited_s or preferences.wait_s == 0):
        followed.append(f"wait={waited_s:g}")
    return ", ".join(followed).encode() or None
