"""The folder in which the processes of one machine count together (`config.metric_files`).

Apart from the counting itself: a command that only starts others loads no library for it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from config.settings import SettingsError, give_to_children


def require_folder(folder: Path | None) -> None:
    """Makes the folder. Raises SettingsError where this process cannot write to it."""
    if folder is None:
        return
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        is_fit = os.access(folder, os.W_OK | os.X_OK)
    except OSError:
        is_fit = False
    if not is_fit:
        raise SettingsError(
            f"PROMETHEUS_MULTIPROC_DIR: must be a folder that can be written to (it is '{folder}')"
        )


@contextmanager
def shared_folder(given: Path | None) -> Iterator[Path]:
    """The given folder, or one that lasts as long as the block; children find it by the setting."""
    if given is not None:
        yield given
        return
    with TemporaryDirectory(prefix="hal-ingest-metrics-") as made:
        give_to_children(PROMETHEUS_MULTIPROC_DIR=made)
        yield Path(made)
