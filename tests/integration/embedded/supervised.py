"""A supervisor over two small services and a task, for the tests to signal and to kill.

Arguments: the folder, and optionally what goes wrong. Each service writes `NAME started PID`
and `NAME stopped` to the folder's `events`.
"""

import os
import signal
import sys
from pathlib import Path

from ingest_api.embedded.folder import FolderInUse, hold_folder
from ingest_api.embedded.supervisor import Service, StartFailed, StopRequested, Supervisor

_SERVICE = """
import os, signal, sys
name, events, stubborn = sys.argv[1:]
def tell(what):
    with open(events, "a") as file: file.write(f"{name} {what}\\n")
def stop(*_):
    if stubborn != name:
        tell("stopped"); sys.exit(0)
signal.signal(signal.SIGTERM, stop)
tell(f"started {os.getpid()}")
while True: signal.pause()
"""


def _service(name: str, folder: Path, stubborn: str) -> Service:
    events = folder / "events"
    return Service(
        name,
        (sys.executable, "-c", _SERVICE, name, str(events), stubborn),
        dict(os.environ),
        is_ready=lambda pid: events.exists() and f"{name} started {pid}\n" in events.read_text(),
        stop_within_s=1.0 if stubborn else 10.0,
    )


def _task(name: str, folder: Path, code: int) -> Service:
    program = f"open({str(folder / 'events')!r}, 'a').write('{name} ran\\n'); exit({code})"
    return Service(name, (sys.executable, "-c", program), dict(os.environ))


def _say(line: str) -> None:
    print(line, flush=True)


def main(folder: Path, fault: str) -> int:
    """Run until a signal comes; print `ready` once everything runs."""
    stubborn = "first" if fault == "stubborn" else ""
    # Tests run with nohup would have it ignored here too, as the product does then.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    try:
        with (
            hold_folder(folder, _say) as run_directory,
            Supervisor(run_directory, _say) as supervisor,
        ):
            supervisor.start(_service("first", folder, stubborn))
            supervisor.run_once(_task("task", folder, 3 if fault == "failing" else 0))
            supervisor.start(_service("second", folder, stubborn))
            _say("ready")
            supervisor.watch()
    except (FolderInUse, StartFailed) as error:
        _say(str(error))
        return 1
    except StopRequested:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
