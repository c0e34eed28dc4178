"""The stream server: clients subscribe to a stream by its number and get every message of it.

Messages are lists of buffers and go out by scatter-gather writes, so an image is never copied in this process. Buffers must
therefore not change after they were sent.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
from collections import deque
from collections.abc import Callable, Sequence

from carlite.wire.accepting import accept
from carlite.wire.complaints import Complaints
from carlite.wire.limits import WireLimits

_complaints = Complaints(logging.getLogger(__name__))
_SIZE = struct.Struct("<I")
_BUFFERS_PER_WRITE = 64
Buffer = bytes | bytearray | memoryview


class StreamSession:
    """One subscriber's connection."""

    def __init__(self, server: StreamServer, sock: socket.socket) -> None:
        self._server = server
        self._loop = asyncio.get_running_loop()
        self._socket = sock
        self._received = b""
        self._waiting: deque[memoryview] = deque()
        self._writing = False
        self._last_progress_s = self._loop.time()
        self.stream_id: int | None = None
        self.backlog_bytes = 0
        self.closed = False
        self._handshake = self._loop.call_later(server.limits.handshake_s, self.close, "it did not name a stream in time")
        self._loop.add_reader(sock, self._read)

    def send(self, buffers: Sequence[memoryview]) -> None:
        """Queues one message (its size included) and writes what the socket takes now."""
        self._waiting.extend(buffers)
        size = sum(buffer.nbytes for buffer in buffers)
        self.backlog_bytes += size
        self._server.backlog_bytes += size
        if not self._writing:
            self._last_progress_s = self._loop.time()
            self._write()

    def check_progress(self) -> None:
        """Cuts a subscriber that reads nothing although data wait for it."""
        if self._waiting and self._loop.time() - self._last_progress_s > self._server.limits.write_s:
            self.close(f"it read nothing for {self._server.limits.write_s:g} s")

    def close(self, reason: str = "") -> None:
        """Ends the connection; a reason is logged."""
        if self.closed:
            return
        self.closed = True
        if reason:
            _complaints.warn("subscriber of stream %s is cut: %s", self.stream_id, reason)
        self._handshake.cancel()
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        self._socket.close()
        self._waiting.clear()
        self._server.backlog_bytes -= self.backlog_bytes
        self.backlog_bytes = 0
        self._server.forget(self)

    def _read(self) -> None:
        try:
            data = self._socket.recv(256)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.close()
            return
        if self.stream_id is not None:
            self.close("it sent more than the number of a stream")
            return
        self._received += data
        if len(self._received) == _SIZE.size:
            self._handshake.cancel()
            self.stream_id = _SIZE.unpack(self._received)[0]
            self._server.subscribe(self)
        elif len(self._received) > _SIZE.size:
            self.close("it sent more than the number of a stream")

    def _write(self) -> None:
        """Writes until the socket is full or nothing is left."""
        try:
            while self._waiting:
                head = [self._waiting[i] for i in range(min(len(self._waiting), _BUFFERS_PER_WRITE))]
                sent = self._socket.sendmsg(head)
                self._last_progress_s = self._loop.time()
                self._drop(sent)
        except BlockingIOError:
            if not self._writing:
                self._writing = True
                self._loop.add_writer(self._socket, self._write)
            elif self._server.waits_for_readers:
                self._server.wake()
            return
        except OSError:
            self.close()
            return
        if self._writing:
            self._writing = False
            self._loop.remove_writer(self._socket)
            self._server.wake()

    def _drop(self, sent: int) -> None:
        """Forgets ``sent`` bytes of the queue."""
        self.backlog_bytes -= sent
        self._server.backlog_bytes -= sent
        while sent:
            first = self._waiting[0]
            if sent < first.nbytes:
                self._waiting[0] = first[sent:]
                return
            sent -= first.nbytes
            self._waiting.popleft()


class StreamServer:
    """All streams of a server.

    Args:
        greeting: what a new subscriber of a stream gets at once (the latest world snapshot), or None.
        limits: sizes and times beyond which a subscriber is cut.

    Attributes:
        backlog_bytes: unread data of all sessions together.
        waits_for_readers: whether somebody waits in ``settled`` for a session to read.
    """

    def __init__(self, greeting: Callable[[int], Sequence[Buffer] | None], limits: WireLimits) -> None:
        self.limits = limits
        self.backlog_bytes = 0
        self.waits_for_readers = False
        self._greeting = greeting
        self._sessions: dict[StreamSession, None] = {}  # in order of arrival
        self._streams: dict[int, list[StreamSession]] = {}
        self._expected: dict[tuple[int, object], float] = {}
        self._unreliable: set[object] = set()
        self._changed = asyncio.Event()
        self._accepting: asyncio.Task[None] | None = None
        self._listener: socket.socket | None = None

    def listen(self, sock: socket.socket) -> None:
        """Serves the bound socket ``sock``."""
        self._listener = sock
        self._accepting = asyncio.get_running_loop().create_task(accept(sock, self._admit, _complaints))

    def has_listeners(self, stream_id: int) -> bool:
        """Whether anybody subscribed to a stream."""
        return bool(self._streams.get(stream_id))

    def send(self, stream_id: int, message: Sequence[Buffer], *, lossless: bool) -> None:
        """Sends a message to all subscribers of a stream.

        Args:
            stream_id: which stream.
            message: buffers that together are the message; they must not change afterwards.
            lossless: False leaves a subscriber out whose previous message is not written yet.
        """
        sessions = self._streams.get(stream_id)
        if not sessions:
            return
        framed = _framed(message)
        for session in list(sessions):
            if lossless or not session.backlog_bytes:
                session.send(framed)

    def expect(self, stream_id: int, asker: object = None) -> None:
        """Notes that a client is about to subscribe to a stream.

        Args:
            stream_id: which stream.
            asker: the connection that asked for its token. One that let a tick wait in vain is not waited for again.
        """
        if asker not in self._unreliable:
            self._expected[stream_id, asker] = asyncio.get_running_loop().time() + self.limits.subscribe_s

    def forget_asker(self, asker: object) -> None:
        """Called when a client has gone: nobody waits for its subscriptions."""
        self._unreliable.discard(asker)
        for key in [key for key in self._expected if key[1] is asker]:
            del self._expected[key]
        self.wake()

    def close_stream(self, stream_id: int) -> None:
        """Ends all subscriptions of a stream."""
        self._no_more_expected(stream_id)
        for session in list(self._streams.get(stream_id, ())):
            session.close()

    async def settled(self) -> None:
        """Waits until expected subscribers are there (or overdue) and no subscriber has too much to read (or is cut)."""
        while True:
            now_s = asyncio.get_running_loop().time()
            for key in [key for key, until_s in self._expected.items() if until_s <= now_s]:
                del self._expected[key]
                if key[1] is not None:
                    self._unreliable.add(key[1])
            for session in list(self._sessions):
                session.check_progress()
            self.waits_for_readers = self._readers_lag()
            if not self.waits_for_readers and not self._expected:
                return
            self._changed.clear()
            longest_s = min([until_s - now_s for until_s in self._expected.values()], default=1.0)
            try:
                await asyncio.wait_for(self._changed.wait(), max(longest_s, 0.001))
            except asyncio.TimeoutError:
                continue

    def is_settled(self) -> bool:
        """Whether ``settled`` would return at once."""
        return not self._expected and not self._readers_lag()

    def _readers_lag(self) -> bool:
        limits = self.limits
        if self.backlog_bytes <= limits.stream_backlog_bytes:
            return False
        if self.backlog_bytes > limits.all_streams_backlog_bytes:
            return True
        return any(session.backlog_bytes > limits.stream_backlog_bytes for session in self._sessions)

    def _no_more_expected(self, stream_id: int) -> None:
        for key in [key for key in self._expected if key[0] == stream_id]:
            del self._expected[key]

    def subscribe(self, session: StreamSession) -> None:
        """Called by a session that knows its stream."""
        stream_id = session.stream_id
        if stream_id is None:
            raise ValueError("a session subscribes after its handshake")
        self._streams.setdefault(stream_id, []).append(session)
        self._no_more_expected(stream_id)
        self.wake()
        greeting = self._greeting(stream_id)
        if greeting is not None:
            session.send(_framed(greeting))

    def forget(self, session: StreamSession) -> None:
        """Called by a session that has ended."""
        self._sessions.pop(session, None)
        if session.stream_id is not None:
            remaining = self._streams.get(session.stream_id, [])
            if session in remaining:
                remaining.remove(session)
            if not remaining:
                self._streams.pop(session.stream_id, None)
        self.wake()

    def wake(self) -> None:
        """Called by a session whose state changed."""
        self._changed.set()

    async def close(self) -> None:
        """Stops listening and ends all sessions."""
        if self._accepting is not None:
            self._accepting.cancel()
            await asyncio.gather(self._accepting, return_exceptions=True)
        if self._listener is not None:
            self._listener.close()
        for session in list(self._sessions):
            session.close()

    async def _admit(self, connection: socket.socket) -> None:
        """Begins a session; where there are too many, in place of the oldest that has not named its stream."""
        if len(self._sessions) >= self.limits.stream_clients:
            silent = next((session for session in self._sessions if session.stream_id is None), None)
            if silent is None:
                _complaints.warn("a stream client is refused: there are already %d (--max-connections)", len(self._sessions))
                connection.close()
                return
            silent.close("it names no stream, and others want its place")
        self._sessions[StreamSession(self, connection)] = None


def _framed(message: Sequence[Buffer]) -> list[memoryview]:
    """The message as flat views with its size in front."""
    views = [memoryview(buffer).cast("B") for buffer in message if memoryview(buffer).nbytes]
    return [memoryview(_SIZE.pack(sum(view.nbytes for view in views))), *views]
