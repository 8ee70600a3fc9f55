"""The parent of the processes of `hal-ingest web --workers N` (contract §13)."""

from uvicorn.supervisors import Multiprocess


class EdgeProcesses(Multiprocess):
    """Replaces a process that died at once, also one that died while it was asked whether it lives.

    uvicorn's own would wait for that answer for as long as for one that is only slow to start, and
    meanwhile heed no signal: it holds both ends of the pipe to each process, so none ever closes.
    """

    def keep_subprocess_alive(self) -> None:
        """Looks at each process once."""
        for process in self.processes:
            process.child_conn.close()
        super().keep_subprocess_alive()
