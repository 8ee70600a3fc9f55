"""A process that runs one PostgreSQL for a whole test run and ends it with the run.

Started by whichever test process needs PostgreSQL first, in a session of its own. It reads from
a pipe that the controlling pytest process holds open: that pytest ends, however it ends, is
the end of the pipe.
"""

import json
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import psycopg

from tests.services.postgres_binaries import Account, find_postgres
from tests.services.waiting import wait_until

SUPERUSER = "postgres"
_OPTIONS = {"listen_addresses": "", "max_connections": "300"}
# Speed in place of surviving a power loss: each cluster lives as long as its test run.
FLEETING = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
}


def keep(run_folder: Path) -> None:
    """Start PostgreSQL, write how to reach it to `postgres.json`, stop it with the run."""
    folder = Path(tempfile.mkdtemp(prefix="hal-postgres-", dir="/tmp"))
    postgres = None
    try:
        try:
            postgres = start_postgres(folder, FLEETING)
            answer = {"url": url_of(folder)}
        except Exception as error:  # noqa: BLE001 (told to whoever waits for the answer)
            answer = {"error": f"{type(error).__name__}: {error}"}
        _tell(run_folder, answer)
        with (run_folder / "alive").open("rb") as pipe:
            pipe.read()
    finally:
        if postgres is not None:
            postgres.send_signal(signal.SIGINT)
            postgres.wait(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)
        # The controlling pytest has done so already, unless it was killed.
        shutil.rmtree(run_folder, ignore_errors=True)


def url_of(folder: Path) -> str:
    """Return the URL of the server that was started in `folder`."""
    return f"postgresql+psycopg://{SUPERUSER}@/postgres?host={folder}"


def start_postgres(folder: Path, settings: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Make a cluster in `folder` and start it with these settings; return when it answers.

    Raises FileNotFoundError where there is no PostgreSQL, RuntimeError where it does not start.
    """
    account = Account.fitting()
    account.own(folder)
    # The copied programs must be reachable for `nobody`; nobody else comes in.
    folder.chmod(0o700)
    binaries = find_postgres(account, folder)
    data = folder / "data"
    initdb = [str(binaries / "initdb"), "-D", str(data), "-U", SUPERUSER, "-A", "trust"]
    made = account.run([*initdb, "-E", "UTF8", "--locale=C", "--no-sync"], folder)
    if made.returncode != 0:
        raise RuntimeError(f"initdb failed: {made.stderr.strip()}")
    options = {**_OPTIONS, **settings, "unix_socket_directories": str(folder)}
    words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    log = folder / "postgres.log"
    postgres = account.start([str(binaries / "postgres"), "-D", str(data), *words], folder, log)

    def answers() -> bool:
        if postgres.poll() is not None:
            raise RuntimeError(f"PostgreSQL ended at once: {log.read_text(errors='replace')}")
        try:
            psycopg.connect(f"postgresql://{SUPERUSER}@/postgres?host={folder}").close()
        except psycopg.OperationalError:
            return False
        return True

    wait_until(answers, 30, "PostgreSQL answers")
    return postgres


def _tell(run_folder: Path, answer: dict[str, str]) -> None:
    draft = run_folder / "postgres.json.draft"
    draft.write_text(json.dumps(answer), encoding="utf-8")
    draft.rename(run_folder / "postgres.json")


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
