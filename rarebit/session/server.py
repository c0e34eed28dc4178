"""Finds or starts the CARLA server, and turns what goes wrong with it into one clear error."""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from types import TracebackType
from typing import IO, TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rarebit.core.errors import ServerError
from rarebit.session.config import CarlaConfig
from rarebit.session.knock import version_at

if TYPE_CHECKING:
    from rarebit.session.blueprints import Library
    from rarebit.session.session import Session

_READY = "carlite ready on "
_STOP_S = 5.0
_LAST_WORDS = 12
# carlite wants a map to start with; every session loads its own, so this one is as small as a map can be.
_FIRST_MAP = """<?xml version="1.0"?>
<OpenDRIVE><header revMajor="1" revMinor="4" name="start"/>
<road name="" length="40" id="1" junction="-1">
<planView><geometry s="0" x="0" y="0" hdg="0" length="40"><line/></geometry></planView>
<lanes><laneSection s="0"><center><lane id="0" type="none" level="false"/></center>
<right><lane id="-1" type="driving" level="false"><width sOffset="0" a="3.5" b="0" c="0" d="0"/></lane></right>
</laneSection></lanes></road></OpenDRIVE>
"""


class CarlaServer:
    """A CARLA server for as long as the context lasts: the embedded one as a process of its own, or a running one.

    Attributes:
        host, port: where it listens, valid inside the context.
        boxes: boxes of blueprints met so far, kept over worlds (see ``rarebit.session.blueprints.boxes``).
        loaded: the session whose road is still loaded, to be gone on with when the next one is on the same road.
        library: its blueprints, once they were read (see ``rarebit.session.casting``).
        fires_at_once: whether a slow sensor delivers in its first tick (True) or after its first interval; None: not known yet.

    Raises:
        ServerError: on entry, when the server does not start or nothing listens there.
    """

    def __init__(self, config: CarlaConfig) -> None:
        self.config = config
        self.host = config.host or "127.0.0.1"
        self.port = config.port
        self.boxes: dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]] = {}
        self.library: Library | None = None
        self.loaded: Session | None = None
        self.fires_at_once: bool | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._stderr: IO[bytes] | None = None
        self._reader: threading.Thread | None = None
        self._first_map: IO[str] | None = None
        self._hangs = False

    @property
    def is_embedded(self) -> bool:
        """Whether this context started the server itself."""
        return self.config.host is None

    @property
    def name(self) -> str:
        """For messages."""
        return f"{'carlite' if self.is_embedded else 'carla'} at {self.host}:{self.port}"

    def __enter__(self) -> CarlaServer:
        if not self.is_embedded:
            version_at(self.host, self.port, self.config.timeout_s)
            return self
        try:
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stop()

    @property
    def is_lost(self) -> bool:
        """Whether it has ended, or left a call without an answer: nothing more can be expected of it."""
        return self._hangs or self.has_ended

    @property
    def has_ended(self) -> bool:
        """Whether the embedded server's process has ended by itself."""
        return self._process is not None and self._process.poll() is not None

    @property
    def process_id(self) -> int | None:
        """Of the embedded server; None of one of the user's own."""
        return None if self._process is None else self._process.pid

    def kill(self) -> None:
        """Ends the embedded server at once."""
        if self._process is not None:
            self._process.kill()

    def gave_no_answer(self) -> None:
        """Notes that a wait for it was in vain; from now on every call is refused instead of waiting once more."""
        self._hangs = True

    @contextlib.contextmanager
    def asking(self, what: str, timeout_s: float | None = None, *, refusal: type[ServerError] = ServerError) -> Iterator[None]:
        """Turns the client's ``RuntimeError`` during ``what`` into a ``ServerError`` that says what to do.

        Args:
            what: is asked, for messages.
            timeout_s: how long the client waits for an answer.
            refusal: kind of the error when the server answers that it will not.
        """
        limit = self.config.timeout_s if timeout_s is None else timeout_s
        self.check_alive(what)
        try:
            yield
        except RuntimeError as error:
            self.check_alive(what)
            if "time-out" in str(error):
                self.gave_no_answer()
                raise ServerError(
                    f"{self.name}: no answer within {limit:g} s ({what}); the server hangs or is overloaded: start it again, "
                    "or raise carla.timeout_s"
                ) from error
            raise refusal(f"{self.name}: refused ({what}): {error}") from error

    def check_alive(self, what: str) -> None:
        """Raises ``ServerError`` if the embedded server's process has ended, or a server has left a call without an answer."""
        if self._process is not None and (code := self._process.poll()) is not None:
            raise ServerError(f"{self.name}: the server ended with code {code} ({what}){self._last_words()}")
        if self._hangs:
            raise ServerError(f"{self.name}: has not answered before and is not asked again ({what}); start it again")

    # -------------------------------------------------------------------------------------------- the process

    def _start(self) -> None:
        config = self.config
        command = [sys.executable, "-m", "carlite", "--port", "0", "--seed", str(config.seed), "--parent", str(os.getpid())]
        self._first_map = tempfile.NamedTemporaryFile("w", suffix=".xodr", encoding="utf-8")  # noqa: SIM115 - closed in _stop
        self._first_map.write(_FIRST_MAP)
        self._first_map.flush()
        command += ["--map", self._first_map.name]
        if config.threads:
            command += ["--threads", str(config.threads)]
        if config.maps is not None:
            command += ["--maps", str(config.maps)]
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - closed in _stop
        # A session of its own keeps the terminal's Ctrl-C away from it: this process ends it in order. `-m` looks into the
        # working directory first, so that is one without modules.
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self._stderr, start_new_session=True, cwd="/"
        )
        lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._reader = threading.Thread(target=_drain, args=(self._process.stdout, lines), daemon=True)
        self._reader.start()
        self.port = self._ready_port(lines)

    def _ready_port(self, lines: queue.SimpleQueue[str]) -> int:
        limit_s = self.config.start_timeout_s
        end = time.monotonic() + limit_s
        while (left := end - time.monotonic()) > 0:
            try:
                line = lines.get(timeout=min(left, 0.2))
            except queue.Empty:
                self.check_alive("starting")
                continue
            if line.startswith(_READY):
                return int(line.rsplit(":", 1)[-1])
        raise ServerError(
            f"carlite: not ready after {limit_s:g} s; raise carla.start_timeout_s or free the machine{self._last_words()}"
        )

    def _last_words(self) -> str:
        if self._stderr is None:
            return ""
        self._stderr.seek(0)
        lines = self._stderr.read().decode(errors="replace").strip().splitlines()[-_LAST_WORDS:]
        return "; its last words:\n" + "\n".join(f"  {line}" for line in lines) if lines else "; it left no message"

    def _stop(self) -> None:
        process = self._process
        if process is not None:
            if self._hangs:
                process.kill()
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(_STOP_S)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
            if self._reader is not None:
                self._reader.join(_STOP_S)
            if process.stdout is not None:
                process.stdout.close()
        for file in (self._stderr, self._first_map):
            if file is not None:
                file.close()
        self._process = self._stderr = self._reader = self._first_map = None
        self._hangs = False


def _drain(stream: IO[bytes], lines: queue.SimpleQueue[str]) -> None:
    """Reads the server's standard output to its end, so that a talkative server never blocks on a full pipe."""
    with contextlib.suppress(ValueError, OSError):  # closed under us at the end
        for line in stream:
            lines.put(line.decode(errors="replace").strip())
