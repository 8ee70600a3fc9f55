"""The folder in which the processes of this machine count together."""

import os

from config.settings import Settings
from ingest_api.cli.diagnosis.check import Check, ok

NAME = "metrics"
MEND = "give PROMETHEUS_MULTIPROC_DIR a folder that edges and workers may write to"


def check_metrics(settings: Settings) -> Check:
    """See that the folder can be written to, if one is named; it is made when it is not there."""
    folder = settings.metrics_folder
    if folder is None:
        return ok(NAME, "PROMETHEUS_MULTIPROC_DIR is not set: each command counts on its own")
    # A path's own exists raises in a folder that may not be looked into.
    places = (folder, *folder.absolute().parents)
    there = next(place for place in places if os.path.exists(place))
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        return Check(NAME, "warn", f"{folder} cannot be written to", MEND)
    return ok(NAME, f"counted together in {folder}")
