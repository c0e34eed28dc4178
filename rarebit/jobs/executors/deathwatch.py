"""Ends a worker that waits for a dead server: some calls of the client keep all of a process's Python waiting meanwhile."""

from __future__ import annotations

import subprocess
import threading
from pathlib import Path

_LOOK_S = 0.25
_GRACE_S = 2.0


class Deathwatch:
    """Watches a worker's server from outside while a job is in progress.

    Args:
        worker: is killed where its server has died and it has said nothing of it for two seconds; by itself it says more.
    """

    def __init__(self, worker: subprocess.Popen[str]) -> None:
        self._worker = worker
        self._server_pid: int | None = None
        self._over = threading.Event()
        self.code: int | None = None

    def serving(self, server_pid: int) -> None:
        """The worker's server is this process."""
        self._server_pid = server_pid

    def begin(self) -> None:
        """A job has begun."""
        self._over = threading.Event()
        threading.Thread(target=self._watch, args=(self._over,), daemon=True).start()

    def end(self, *, lost: bool) -> None:
        """The job has ended, and with it its server if that is ``lost``."""
        self._over.set()
        if lost:
            self._server_pid = None

    def _watch(self, over: threading.Event) -> None:
        while not over.wait(_LOOK_S):
            code = None if self._server_pid is None else exit_code(self._server_pid)
            if code is not None and not over.wait(_GRACE_S):
                self.code = code
                self._worker.kill()
                return


def exit_code(pid: int) -> int | None:
    """How a process that need not be a child has ended, as ``subprocess`` tells it; None while it runs.

    0 where nobody knows any more.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    if fields[0] not in "ZX":
        return None
    status = int(fields[-1])  # as waitpid gives it: the signal in the low seven bits, or the exit status above eight
    return -(status & 0x7F) if status & 0x7F else status >> 8
