"""Jobs in processes of this machine, each with a server of its own."""

from __future__ import annotations

import logging
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import IO

from rarebit.core.errors import ServerError
from rarebit.jobs.executors.deathwatch import Deathwatch
from rarebit.jobs.executors.losses import Losses
from rarebit.jobs.executors.messages import Ended, Hire, Serving, Told, hire_line, read_message
from rarebit.jobs.job import Job, to_json
from rarebit.jobs.ledger import Ledger
from rarebit.jobs.outcome import Outcome, failed
from rarebit.jobs.run import Tell
from rarebit.nuscenes.scene_folder import remove_leftovers_of
from rarebit.session.config import CarlaConfig

_log = logging.getLogger(__name__)
_STOP_S = 15.0


class ProcessExecutor:
    """See ``rarebit.jobs.executors.Executor``.

    A job whose process or server dies has failed; both are started again for the next one.

    Args:
        server: what each process records on. carlite's threads are shared out evenly unless their number is given.
        processes: how many; 1 or more. A server of the user's own serves one at a time.
    """

    def __init__(self, server: CarlaConfig, processes: int) -> None:
        if processes < 1:
            raise ValueError(f"processes: got {processes}, expected 1 or more")
        self._processes = processes if server.host is None else 1
        share = max(1, len(os.sched_getaffinity(0)) // self._processes)
        self._server = replace(server, threads=share) if server.threads == 0 and self._processes > 1 else server

    def run(self, jobs: Sequence[Job], ledger: Ledger, tell: Tell) -> Iterator[Outcome]:
        """See Executor."""
        hire = Hire(server=self._server, out=ledger.out.resolve(), log_level=logging.getLogger().getEffectiveLevel())
        shift = _Shift(jobs=list(reversed(jobs)), hire=hire, losses=Losses(embedded=self._server.host is None))
        threads = [threading.Thread(target=shift.work, daemon=True) for _ in range(min(self._processes, len(jobs)))]
        for thread in threads:
            thread.start()
        left = len(jobs)
        try:
            while left:
                event = shift.events.get()
                if isinstance(event, Told):
                    tell(event.what, event.share)
                elif isinstance(event, Outcome):
                    left -= 1
                    yield event
                else:
                    raise event
        finally:
            shift.stop()
            for thread in threads:
                thread.join()


@dataclass(slots=True, kw_only=True)
class _Shift:
    """The jobs of one ``run`` and the processes that work on them.

    Attributes:
        jobs: not yet handed out; the next is the last.
        events: progress, outcomes, and exceptions of a thread.
    """

    jobs: list[Job]
    hire: Hire
    losses: Losses
    events: queue.SimpleQueue[Told | Outcome | BaseException] = field(default_factory=queue.SimpleQueue)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _workers: list[_Worker] = field(default_factory=list)
    _stopped: bool = False

    def work(self) -> None:
        """Hands jobs to one process after another until none is left; runs in a thread of its own."""
        worker: _Worker | None = None
        try:
            while (job := self._next()) is not None:
                if (outcome := self.losses.untried(job)) is None:
                    worker = self._open(worker)
                    if worker is None:
                        return
                    ended = worker.run(job, self.events)
                    self.losses.note(ended.outcome, lost=ended.lost)
                    outcome = ended.outcome
                    if ended.leaving:
                        worker.end()
                self.events.put(outcome)
        except BaseException as error:
            self.events.put(error)
        finally:
            if worker is not None:
                worker.end()

    def stop(self) -> None:
        """Hands out no more jobs and ends the processes."""
        with self._lock:
            self._stopped = True
            self.jobs.clear()
            workers = list(self._workers)
        for worker in workers:
            worker.process.terminate()

    def _next(self) -> Job | None:
        with self._lock:
            return self.jobs.pop() if self.jobs else None

    def _open(self, worker: _Worker | None) -> _Worker | None:
        """The worker, or a new one where it has ended; None after ``stop``."""
        if worker is not None and worker.process.poll() is None:
            return worker
        with self._lock:
            if worker is not None:
                worker.end()
                self._workers.remove(worker)
            if self._stopped:
                return None
            worker = _Worker(self.hire)
            self._workers.append(worker)
        return worker


class _Worker:
    """One process that runs ``rarebit.jobs.executors.worker``, in a session of its own, away from the terminal's Ctrl-C."""

    def __init__(self, hire: Hire) -> None:
        # Not by -m, which would put the working directory before everything that is installed.
        code = f"import sys; sys.path[:] = {sys.path!r}; from rarebit.jobs.executors.worker import main; main()"
        self.process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._stdin: IO[str] = self.process.stdin
        self._stdout: IO[str] = self.process.stdout
        self._out = hire.out
        self._watch = Deathwatch(self.process)
        self._say(hire_line(hire))

    def run(self, job: Job, events: queue.SimpleQueue[Told | Outcome | BaseException]) -> Ended:
        """Has it run a job; progress goes to ``events``."""
        self._say(to_json(job) + "\n")
        self._watch.begin()
        ended = self._ending(job, events)
        self._watch.end(lost=ended.lost)
        return ended

    def _ending(self, job: Job, events: queue.SimpleQueue[Told | Outcome | BaseException]) -> Ended:
        for line in self._stdout:
            message = read_message(line, job)
            if isinstance(message, Ended):
                return message
            if isinstance(message, Serving):
                self._watch.serving(message.server_pid)
            else:
                events.put(message)
        code = self.process.wait()
        whose = "the process that recorded it" if self._watch.code is None else "carlite: the server"
        code = code if self._watch.code is None else self._watch.code
        words = f"{job.title}: {whose} ended with code {code}; run the same command again"
        return Ended(outcome=failed(job, ServerError(words)), lost=True)

    def end(self) -> None:
        """Waits until it has ended, by force if it takes long, and removes what it left unfinished."""
        for stream in (self._stdin, self._stdout):
            try:
                stream.close()
            except OSError:
                continue  # it ended before it read everything
        try:
            self.process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            _log.warning("process %d does not end and is killed", self.process.pid)
            self.process.kill()
            self.process.wait()
        for root in (self._out / "scenes", *self._out.glob("takes/*/scenes")):
            remove_leftovers_of(root, self.process.pid)

    def _say(self, line: str) -> None:
        try:
            self._stdin.write(line)
            self._stdin.flush()
        except OSError:
            return  # it has ended; reading from it tells
