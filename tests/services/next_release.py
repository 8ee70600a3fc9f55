"""`python -m tests.services.next_release MODULE …`: the product as of a release to come.

It is the product with envelopes of a version of its own: what its edges write, this release's
workers cannot read.
"""

import re
import runpy
import sys
from importlib.util import find_spec, module_from_spec
from pathlib import Path

ENVELOPE = "workers.mailbox.envelope"
_VERSION = re.compile(r"^ENVELOPE_VERSION = (\d+)$", re.MULTILINE)


def become_next_release() -> None:
    """Load the envelopes of the next version."""
    spec = find_spec(ENVELOPE)
    assert spec is not None
    assert spec.origin is not None
    source = Path(spec.origin).read_text(encoding="utf-8")
    newer, versions = _VERSION.subn(lambda found: f"ENVELOPE_VERSION = {int(found[1]) + 1}", source)
    assert versions == 1
    module = module_from_spec(spec)
    sys.modules[ENVELOPE] = module
    exec(compile(newer, spec.origin, "exec"), module.__dict__)


if __name__ == "__main__":
    become_next_release()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
