"""The msgpack-RPC server: requests in, replies out, one connection per client. It knows nothing of what the calls mean."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any, cast

import msgpack

from carlite.errors import WireError
from carlite.wire.accepting import accept
from carlite.wire.complaints import Complaints
from carlite.wire.limits import WireLimits
from carlite.wire.requests import RequestReader
from carlite.wire.values import ReplyForm, error_reply

_complaints = Complaints(logging.getLogger(__name__))
_RESPONSE = 1
_SWEEP_S = 1.0
_REFUSED_CLIENTS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call of a client.

    Attributes:
        connection: who asks.
        request_id: the client's number, to be sent back.
        name: of the function.
        arguments: without the metadata; whatever msgpack held, to be checked by who reads it.
    """

    connection: Connection
    request_id: int
    name: str
    arguments: list[Any]


class Connection(asyncio.Protocol):
    """One client of the RPC server.

    Requests are taken in turns: after ``turn_s`` the other connections come first. No more are taken while too many wait for
    their answers or too many answers wait to be read; what the client sends meanwhile stays in the network.
    """

    def __init__(self, server: RpcServer) -> None:
        self._server = server
        self._transport: asyncio.Transport | None = None
        self._reader = RequestReader(server.limits)
        self._unanswered = 0
        self._replies_pile_up = False
        self._resumes = False  # a turn is on its way
        self._is_reading = True
        self._idle_sweeps = 0
        self._unread_bytes = 0
        self._is_refused = False
        self.peer = "?"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=self._server.limits.reply_backlog_bytes)
        peer = self._transport.get_extra_info("peername")
        self.peer = f"{peer[0]}:{peer[1]}" if peer else "?"
        self._is_refused = not self._server.admit(self)

    def data_received(self, data: bytes) -> None:
        """Called by asyncio."""
        self._idle_sweeps = 0
        try:
            self._reader.feed(data)
            self._server.count_held(len(data))
        except WireError as error:
            self.cut(str(error))
            return
        self._take_requests()

    def pause_writing(self) -> None:
        """Called by asyncio when the client does not read its replies."""
        self._replies_pile_up = True

    def resume_writing(self) -> None:
        """Called by asyncio when the client has read its replies."""
        self._replies_pile_up = False
        self._resume_soon()

    def connection_lost(self, error: Exception | None) -> None:
        """Called by asyncio. What the client asked for before it went is still done."""
        self._transport = None
        self._replies_pile_up = False
        self._server.leave(self)
        self._resume_soon()

    def send(self, request_id: int, result: object, error: str | None = None) -> None:
        """Answers a request; whoever has gone gets nothing."""
        packed = self._server.packer.pack([_RESPONSE, request_id, error, result])
        self._unanswered -= 1
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(packed)
        if not self._is_reading or self._transport is None:
            self._resume_soon()

    def cut(self, reason: str) -> None:
        """Ends this connection and forgets what it has asked for but is not served yet."""
        self._server.count_held(-self._reader.held_bytes)
        self._reader.clear()
        if self._transport is not None:
            _complaints.warn("rpc client %s is cut: %s", self.peer, reason)
            self._transport.abort()

    def close(self) -> None:
        """Ends this connection after the replies that are on their way."""
        if self._transport is not None:
            self._transport.close()

    @property
    def held_bytes(self) -> int:
        """Bytes received that belong to no request taken yet."""
        return self._reader.held_bytes

    def sweep(self, sweeps_allowed: int, sweeps_unread: int) -> None:
        """Cuts a client that stopped in the middle of a request or reads none of the replies that pile up; once a second."""
        if self._transport is None:
            return
        unread = self._transport.get_write_buffer_size()
        reads = unread < self._unread_bytes
        self._unread_bytes = unread
        waits = self._is_reading and self._reader.held_bytes > 0
        if not waits and (reads or not self._replies_pile_up):
            self._idle_sweeps = 0
            return
        self._idle_sweeps += 1
        if self._replies_pile_up and self._idle_sweeps > sweeps_unread:
            self.cut("it does not read its replies")
        elif waits and self._idle_sweeps > sweeps_allowed:
            self.cut("it stopped in the middle of a request")

    def _take_requests(self) -> None:
        """Hands on requests until none is whole, the turn is over or too much waits."""
        limits = self._server.limits
        turn_ends_s = monotonic() + limits.turn_s
        while self._unanswered < limits.requests_waiting and not self._replies_pile_up:
            before = self._reader.held_bytes
            try:
                found = self._reader.take()
            except WireError as error:
                self._server.count_held(self._reader.held_bytes - before)
                self.cut(str(error))
                return
            if found is None:
                self._read_on()
                return
            self._server.count_held(self._reader.held_bytes - before)
            self._hand_on(*found)
            if monotonic() >= turn_ends_s:
                self._resume_soon()
                break
        self._read_no_more()

    def _hand_on(self, request_id: int, name: str, parameters: list[Any]) -> None:
        self._unanswered += 1
        if self._is_refused:
            clients = self._server.limits.rpc_clients
            message = f"the server already has {clients} clients, its limit; start it with a larger --max-connections"
            self.send(request_id, error_reply(ReplyForm.VALUE, message))
            self.close()
            return
        self._server.on_request(Request(connection=self, request_id=request_id, name=name, arguments=parameters[1:]))

    def _resume_soon(self) -> None:
        if not self._resumes:
            self._resumes = True
            asyncio.get_running_loop().call_soon(self._resume)

    def _resume(self) -> None:
        self._resumes = False
        self._take_requests()
        if self._transport is None and not self._unanswered and not self._resumes:
            self._server.count_held(-self._reader.held_bytes)
            self._reader.clear()
            self._server.finish(self)

    def _read_no_more(self) -> None:
        if self._is_reading:
            self._is_reading = False
            if self._transport is not None:
                self._transport.pause_reading()

    def _read_on(self) -> None:
        if not self._is_reading:
            self._is_reading = True
            if self._transport is not None and not self._transport.is_closing():
                self._transport.resume_reading()


class RpcServer:
    """Listens for CARLA clients.

    Args:
        on_request: called for each request, in order of arrival; each must be answered once by ``Connection.send``.
        on_close: called when a connection has ended and all that it asked for is answered.
        limits: sizes beyond which a client is cut.
    """

    def __init__(
        self, on_request: Callable[[Request], None], on_close: Callable[[Connection], None], limits: WireLimits
    ) -> None:
        self.on_request = on_request
        self.limits = limits
        self.connections: set[Connection] = set()
        self.packer = msgpack.Packer(use_bin_type=True)
        self._on_close = on_close
        self._unfinished: set[Connection] = set()
        self._refused: set[Connection] = set()
        self._held_bytes = 0
        self._listener: socket.socket | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def listen(self, sock: socket.socket) -> None:
        """Serves the bound socket ``sock``."""
        loop = asyncio.get_running_loop()
        self._listener = sock
        self._tasks = [loop.create_task(accept(sock, self._connect, _complaints)), loop.create_task(self._sweep())]

    def admit(self, connection: Connection) -> bool:
        """Enters a connection; False where it is one too many, which only gets an error."""
        if len(self.connections) < self.limits.rpc_clients:
            self.connections.add(connection)
            self._unfinished.add(connection)
            return True
        self._refused.add(connection)
        return False

    def leave(self, connection: Connection) -> None:
        """Called by a connection that has ended."""
        self.connections.discard(connection)
        self._refused.discard(connection)

    def finish(self, connection: Connection) -> None:
        """Called by a connection that has ended and whose requests are all answered."""
        if connection in self._unfinished:
            self._unfinished.discard(connection)
            self._on_close(connection)

    def count_held(self, change: int) -> None:
        """Counts bytes of requests that are not whole; cuts the connection that holds most when they are too many."""
        self._held_bytes += change
        if change > 0 and self._held_bytes > self.limits.all_requests_bytes:
            most = max([*self.connections, *self._refused], key=lambda connection: connection.held_bytes)
            most.cut(f"the requests that have begun hold {self._held_bytes} bytes, {most.held_bytes} of them are its own")

    async def close(self) -> None:
        """Stops listening and ends all connections."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._listener is not None:
            self._listener.close()
        for connection in [*self.connections, *self._refused]:
            connection.close()
        await asyncio.sleep(0)

    async def _connect(self, sock: socket.socket) -> None:
        if len(self._refused) >= _REFUSED_CLIENTS and len(self.connections) >= self.limits.rpc_clients:
            _complaints.warn("an rpc client is refused: there are already %d (--max-connections)", len(self.connections))
            sock.close()
            return
        await asyncio.get_running_loop().connect_accepted_socket(lambda: Connection(self), sock)

    async def _sweep(self) -> None:
        """Counts rounds of the loop rather than seconds, for a loop that was held up has not looked at its sockets."""
        while True:
            await asyncio.sleep(_SWEEP_S)
            for connection in [*self.connections, *self._refused]:
                connection.sweep(round(self.limits.request_s / _SWEEP_S), round(self.limits.write_s / _SWEEP_S))
