"""A process that runs jobs, which come on standard input, with a server of its own; started by ``ProcessExecutor``.

It ends when standard input ends, that is with the process that started it, however that ends.
"""

from __future__ import annotations

import logging
import os
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import IO

from rarebit.core.errors import ServerError
from rarebit.jobs.executors.messages import Ended, Serving, Told, message_line, read_hire
from rarebit.jobs.executors.serial import Seat
from rarebit.jobs.job import Job, from_json
from rarebit.jobs.ledger import Ledger
from rarebit.jobs.outcome import Failure, Outcome, failed
from rarebit.packs import packs_with, use
from rarebit.session.server import CarlaServer

_LOOK_S = 0.25
_GRACE_S = 1.0
_FAREWELL_S = 10.0
_TELL_EVERY_S = 0.2
_FORMAT = "[%(asctime)s][%(name)s][%(levelname)s] - %(message)s"


def main() -> None:
    """Runs jobs until there are no more."""
    signal.signal(signal.SIGTERM, _stop)
    with suppress(KeyboardInterrupt):
        desk = Desk()
        hire = read_hire(sys.stdin.readline())
        logging.basicConfig(stream=sys.stderr, level=hire.log_level, format=_FORMAT)
        ledger = Ledger(out=hire.out)
        with Seat(hire.server, desk.tell, desk.serving) as seat:
            inbox = Inbox(seat)
            while (job := inbox.next()) is not None:
                with _guard(seat, job, ledger, desk):
                    outcome = _outcome(seat, job, ledger, desk)
                desk.end(outcome, lost=seat.lost)


class Inbox:
    """The jobs that come on standard input, read by a thread of its own.

    When the input ends, a job in progress is stopped in order, or in disorder if that takes long.
    """

    def __init__(self, seat: Seat) -> None:
        self._seat = seat
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._busy = self._closed = False
        threading.Thread(target=self._listen, daemon=True).start()

    def next(self) -> Job | None:
        """Waits for the next job; None when there will be no more."""
        with self._lock:
            self._busy = False
        job = self._jobs.get()
        with self._lock:
            self._busy = not self._closed
        return job if self._busy else None

    def _listen(self) -> None:
        for line in sys.stdin:
            self._jobs.put(from_json(line))
        with self._lock:
            self._closed = True
            self._jobs.put(None)
            if self._busy:
                os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(_FAREWELL_S)
        if (server := self._seat.server) is not None:
            server.kill()
        os._exit(1)


class Desk:
    """Where messages go out. Standard output is kept for them alone: what libraries print goes to standard error."""

    def __init__(self) -> None:
        self._out: IO[str] = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)
        self._lock = threading.Lock()
        self._told_at = 0.0

    def tell(self, what: str, share: float) -> None:
        """See ``rarebit.jobs.run.Tell``."""
        now = time.monotonic()
        if now - self._told_at >= _TELL_EVERY_S:
            self._told_at = now
            self._write(message_line(Told(what=what, share=share)))

    def serving(self, server: CarlaServer) -> None:
        """Says which process is the embedded server's."""
        if (pid := server.process_id) is not None:
            self._write(message_line(Serving(server_pid=pid)))

    def end(self, outcome: Outcome, *, lost: bool, leaving: bool = False) -> None:
        """Says what became of the present job."""
        self._write(message_line(Ended(outcome=outcome, lost=lost, leaving=leaving)))

    def _write(self, line: str) -> None:
        with self._lock:
            self._out.write(line)
            self._out.flush()


def _outcome(seat: Seat, job: Job, ledger: Ledger, desk: Desk) -> Outcome:
    use(packs_with(job.packs))
    try:
        return seat.outcome(job, ledger, desk.tell)
    except Exception:
        return Outcome(job=job, failure=Failure(message=f"{job.title}: {traceback.format_exc()}", exit_code=1))


@contextmanager
def _guard(seat: Seat, job: Job, ledger: Ledger, desk: Desk) -> Iterator[None]:
    """Watches the server's process during a job, and ends this one when that one died.

    A call of the client waits for a dead server's answer until its time-out, and cannot be ended otherwise. Some calls keep
    all of Python waiting meanwhile, this watch too; then the process that started this one ends it (``deathwatch.py``).
    """
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_LOOK_S):
            server = seat.server
            if server is None or not server.has_ended:
                continue
            try:
                server.check_alive(job.title)
            except ServerError as error:
                if not over.wait(_GRACE_S):  # a call that fails by itself says more
                    desk.end(failed(job, error, tuple(ledger.draws(job).rejected)), lost=True, leaving=True)
                    os._exit(0)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _stop(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
