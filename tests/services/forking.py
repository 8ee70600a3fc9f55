"""`python -m tests.services.forking FD`: loads the product once, and forks what is asked for.

A request is one message: module, arguments, environment, and three files: output, errors, and the
report, to which the pid is written and then the exit code. Ends with the socket's other end.
"""

import contextlib
import ctypes
import json
import os
import runpy
import select
import signal
import socket
import sys
from importlib import import_module
from typing import Any, NoReturn

from ingest_api.cli.application import COMMANDS

REQUEST_BYTES = 1 << 20
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)
# What the product and its libraries load by name, when they start.
LOADED = (
    *(command.module for command in COMMANDS),
    "ingest_api.app",
    "ingest_api.http_protocol",
    "uvicorn.lifespan.on",
    "uvicorn.loops.uvloop",
    "workers.processes",
    "workers.worker",
)


def serve(requests: socket.socket) -> None:
    """Fork what is asked for and report ends, until nobody can ask any more."""
    woken, waking = os.pipe()
    os.set_blocking(waking, False)
    signal.set_wakeup_fd(waking)
    signal.signal(signal.SIGCHLD, lambda _, __: None)
    running: dict[int, int] = {}
    while True:
        ready, _, _ = select.select([requests.fileno(), woken], [], [])
        if woken in ready:
            os.read(woken, 4096)
            _report_ended(running)
        if requests.fileno() in ready:
            message, files, _, _ = socket.recv_fds(requests, REQUEST_BYTES, 3)
            if not message:
                return
            pid = os.fork()
            if pid == 0:
                foreign = [requests.fileno(), woken, waking, *running.values()]
                _become(json.loads(message), files, foreign)
            _adopt(pid, files, running)


def _adopt(pid: int, files: list[int], running: dict[int, int]) -> None:
    with contextlib.suppress(OSError):  # it was quicker
        os.setpgid(pid, pid)
    output, errors, report = files
    os.close(output)
    os.close(errors)
    os.write(report, b"%d\n" % pid)
    running[pid] = report


def _report_ended(running: dict[int, int]) -> None:
    while running:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        report = running.pop(pid)
        with contextlib.suppress(BrokenPipeError):  # nobody wants to know any more
            os.write(report, b"%d\n" % os.waitstatus_to_exitcode(status))
        os.close(report)


def _become(request: dict[str, Any], files: list[int], foreign: list[int]) -> NoReturn:
    """Be the process that was asked for, and end with its exit code."""
    code = 1
    try:
        _settle(request, files, foreign)
        code = _exit_code(request["command"][0])
    except BaseException:  # noqa: BLE001 (as the interpreter does at its end)
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _exit_code(module: str) -> int:
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        print(end.code, file=sys.stderr)
        return 1
    return 0


def _settle(request: dict[str, Any], files: list[int], foreign: list[int]) -> None:
    parent = os.getppid()
    os.setpgid(0, 0)
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(1)
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    output, errors, _ = files
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(errors, 2)
    for handle in (*files, *foreign):
        os.close(handle)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["cwd"])
    sys.argv = request["command"]


if __name__ == "__main__":
    for each in LOADED:
        import_module(each)
    with socket.socket(fileno=int(sys.argv[1])) as asked:
        serve(asked)
