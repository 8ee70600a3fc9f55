"""JSON Merge Patch (RFC 7396): how metadata merges (contract §3)."""

from typing import Any

Json = dict[str, Any]


def merge_patch(target: Json, patch: Json) -> Json:
    """`target` with `patch` merged in: objects key by key, null removes, all else replaces.

    Changes neither of the two. What the patch leaves as it is, is shared with `target`; a patch
    that changes nothing returns `target` itself, so that `is` tells whether anything differs.
    """
    merged = target
    for key, wanted in patch.items():
        old = target.get(key)
        new = None if wanted is None else _merged_value(old, wanted)
        if new is old and (wanted is not None or key not in target):
            continue
        if merged is target:
            merged = dict(target)
        if wanted is None:
            del merged[key]
        else:
            merged[key] = new
    return merged


def same_json(one: object, other: object) -> bool:
    """Equality of JSON values: true is not 1, while 1 and 1.0 are the same number."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same_json(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same_json, one, other))
    return one == other


def _merged_value(old: object, wanted: object) -> object:
    if isinstance(wanted, dict):
        # A new object goes through the merge too: nulls inside a patch never become values.
        return merge_patch(old, wanted) if isinstance(old, dict) else merge_patch({}, wanted)
    return old if same_json(old, wanted) else wanted
