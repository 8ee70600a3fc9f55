"""Where a drain can die, how often tests let it, and how long the others may take to make up."""

import os

CRASH_POINTS = [
    "after the lock",
    "before the commit",
    "after the commit",
    "after the publication",
    "after the deletion",
    "before clearing the wake token",
    "after clearing the wake token",
]
ONCE_A_BATCH = CRASH_POINTS[:5]
EXAMPLES = int(os.environ.get("CRASH_EXAMPLES", "12"))
# The contract's bound (§4 Outages) is 10 s after a worker is back; a busy machine gets more.
APPLIED_WITHIN_S = 25.0
