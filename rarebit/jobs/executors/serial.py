"""Jobs one after another, in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack

from rarebit.core.errors import RarebitError, ServerError
from rarebit.jobs.executors.losses import Losses
from rarebit.jobs.job import Job
from rarebit.jobs.ledger import Ledger
from rarebit.jobs.outcome import Outcome, failed
from rarebit.jobs.run import Tell, finished, run_job
from rarebit.session.config import CarlaConfig
from rarebit.session.server import CarlaServer


class SerialExecutor:
    """See ``rarebit.jobs.executors.Executor``; for debuggers, notebooks and tests.

    A call of the client that waits for a dead server cannot be ended from within its process, so here it lasts for its whole
    time-out.

    Args:
        server: the server to record on; started when a job first needs it.
    """

    def __init__(self, server: CarlaConfig) -> None:
        self._config = server

    def run(self, jobs: Sequence[Job], ledger: Ledger, tell: Tell) -> Iterator[Outcome]:
        """See Executor."""
        losses = Losses(embedded=self._config.host is None)
        with Seat(self._config, tell) as seat:
            for job in jobs:
                outcome = losses.untried(job)
                if outcome is None:
                    outcome = seat.outcome(job, ledger, tell)
                    losses.note(outcome, lost=seat.lost)
                yield outcome


class Seat:
    """A place where jobs are run: holds a server for as long as it is well.

    Args:
        config: of its servers.
        tell: hears that one is started.
        opened: called with each server that is ready.

    Attributes:
        server: None before the first job that needs one, and after one was lost.
        lost: whether the last job lost its server, or found none.
    """

    def __init__(self, config: CarlaConfig, tell: Tell, opened: Callable[[CarlaServer], None] | None = None) -> None:
        self._config, self._tell, self._opened = config, tell, opened
        self._stack = ExitStack()
        self.server: CarlaServer | None = None
        self.lost = False

    def __enter__(self) -> Seat:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def outcome(self, job: Job, ledger: Ledger, tell: Tell) -> Outcome:
        """Runs a job; whatever goes wrong with it is its outcome's failure."""
        self.lost = False
        try:
            if (done := finished(job, ledger)) is not None:
                return done
            return run_job(job, self._ready(), ledger, tell)
        except RarebitError as error:
            if isinstance(error, ServerError) and (self.server is None or self.server.is_lost):
                self.lost = True
                self._end()
            return failed(job, error, tuple(ledger.draws(job).rejected))

    def _ready(self) -> CarlaServer:
        if self.server is None:
            self._tell("starting the server", 0.0)
            server = CarlaServer(self._config)
            self._stack.enter_context(server)
            self.server = server
            if self._opened is not None:
                self._opened(server)
        return self.server

    def _end(self) -> None:
        self.server = None
        self._stack.close()
