"""What a PromQL expression asks for, read lightly: its metrics, and the labels it speaks of.

No parser of the language is at hand: brackets must match, and names are found by their looks.
"""

import re
from dataclasses import dataclass

_OPENING = {"(": ")", "[": "]", "{": "}"}
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_METRIC = re.compile(r"\bhal_\w+")
_SELECTOR = re.compile(r"\b(hal_\w+)\s*\{([^}]*)\}")
_MATCHER = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)")
_GROUPING = re.compile(r"\bby\s*\(([^)]*)\)")
_WORD = re.compile(r"[A-Za-z_]\w*")
_KNOWN = ("sum", "max", "min", "by", "rate", "increase", "absent", "histogram_quantile")


@dataclass(frozen=True)
class Query:
    """An expression; `metrics` are the names in it, `labels` those that each must have."""

    text: str

    @property
    def metrics(self) -> set[str]:
        return set(_METRIC.findall(self._bare))

    @property
    def labels(self) -> dict[str, set[str]]:
        """The labels matched of each metric, and those that all of it is grouped by."""
        grouped = {
            label.strip() for found in _GROUPING.findall(self._bare) for label in found.split(",")
        }
        asked = {name: set(grouped) for name in self.metrics}
        for name, inside in _SELECTOR.findall(self._bare):
            asked[name] |= set(_MATCHER.findall(inside))
        return asked

    def faults(self) -> list[str]:
        """What no PromQL expression may have: open brackets, unknown words, nothing asked."""
        open_brackets: list[str] = []
        for character in self._bare:
            if character in _OPENING:
                open_brackets.append(_OPENING[character])
            elif character in _OPENING.values() and (
                not open_brackets or open_brackets.pop() != character
            ):
                return [f"unexpected {character}"]
        faults = [f"missing {bracket}" for bracket in open_brackets]
        plain = _METRIC.sub("", re.sub(r"\{[^}]*\}|\[[^\]]*\]", "", _GROUPING.sub("", self._bare)))
        faults += [word for word in _WORD.findall(plain) if word not in _KNOWN]
        return faults if self.metrics else [*faults, "no metric"]

    @property
    def _bare(self) -> str:
        return _STRING.sub('""', self.text)
