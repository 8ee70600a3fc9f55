"""How deep JSON is nested, told from its bytes before any recursive parser sees them."""

import re

# An unterminated string matches to the end: without that, each of its quotes starts a new search.
_STRINGS = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_ONE_BRACKET_PAIR = bytes.maketrans(b"[]", b"{}")
_NO_BRACKET = bytes(set(range(256)) - set(b"[]{}"))


def is_nested_deeper(raw: bytes, levels: int) -> bool:
    """Whether JSON has more than so many arrays and objects inside one another.

    True as well for unbalanced brackets, when there are many: that is no JSON. Takes the innermost
    pairs away, one level a round, with operations that run at the speed of memory.
    """
    if raw.count(b"{") + raw.count(b"[") <= levels:
        return False
    brackets = _STRINGS.sub(b"", raw).translate(_ONE_BRACKET_PAIR, _NO_BRACKET)
    for _level in range(levels):
        outer = brackets.replace(b"{}", b"")
        if len(outer) == len(brackets):
            break
        brackets = outer
    return bool(brackets)
