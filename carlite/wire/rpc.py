"""The msgpack-RPC server: requests in, replies out, one connection per client. It knows nothing of what the calls mean."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import msgpack

from carlite.errors import WireError
from carlite.wire.limits import WireLimits

_log = logging.getLogger(__name__)
_REQUEST, _RESPONSE = 0, 1


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
    """One client of the RPC server."""

    def __init__(self, server: RpcServer) -> None:
        self._server = server
        self._transport: asyncio.Transport | None = None
        limits = server.limits
        self._unpacker = msgpack.Unpacker(
            raw=False,
            unicode_errors="replace",
            strict_map_key=False,
            max_buffer_size=limits.request_bytes,
            max_str_len=limits.string_bytes,
            max_bin_len=limits.string_bytes,
            max_array_len=limits.array_length,
            max_map_len=1024,
            max_ext_len=1024,
        )
        self.peer = "?"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=self._server.limits.reply_backlog_bytes)
        sock = self._transport.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peer = self._transport.get_extra_info("peername")
        self.peer = f"{peer[0]}:{peer[1]}" if peer else "?"
        self._server.connections.add(self)

    def data_received(self, data: bytes) -> None:
        """Called by asyncio."""
        try:
            self._unpacker.feed(data)
            for message in self._unpacker:
                self._server.on_request(self._request(message))
        except (WireError, ValueError, msgpack.UnpackException) as error:
            self.cut(str(error) or type(error).__name__)

    def pause_writing(self) -> None:
        """Called by asyncio when the client does not read its replies."""
        self.cut("it does not read its replies")

    def connection_lost(self, error: Exception | None) -> None:
        """Called by asyncio."""
        self._transport = None
        self._server.connections.discard(self)
        self._server.on_close(self)

    def send(self, request_id: int, result: object, error: str | None = None) -> None:
        """Answers a request; does nothing when the client has gone."""
        if self._transport is not None:
            self._transport.write(self._server.packer.pack([_RESPONSE, request_id, error, result]))

    def cut(self, reason: str) -> None:
        """Ends this connection."""
        if self._transport is not None:
            _log.warning("rpc client %s is cut: %s", self.peer, reason)
            self._transport.abort()

    def close(self) -> None:
        """Ends this connection after the replies that are on their way."""
        if self._transport is not None:
            self._transport.close()

    def _request(self, message: object) -> Request:
        """Reads ``[0, id, name, [metadata, ...]]``; anything else is a WireError."""
        if not isinstance(message, list) or len(message) != 4 or message[0] != _REQUEST:
            raise WireError(f"got {str(message)[:80]!r}, expected a msgpack-rpc request [0, id, name, parameters]")
        _, request_id, name, parameters = message
        if not isinstance(request_id, int) or not isinstance(name, str) or not isinstance(parameters, list):
            raise WireError("a msgpack-rpc request needs an integer id, a name and a list of parameters")
        return Request(connection=self, request_id=request_id, name=name, arguments=parameters[1:])


class RpcServer:
    """Listens for CARLA clients.

    Args:
        on_request: called for each request, in order of arrival.
        on_close: called when a connection has ended.
        limits: sizes beyond which a client is cut.
    """

    def __init__(
        self, on_request: Callable[[Request], None], on_close: Callable[[Connection], None], limits: WireLimits
    ) -> None:
        self.on_request = on_request
        self.on_close = on_close
        self.limits = limits
        self.connections: set[Connection] = set()
        self.packer = msgpack.Packer(use_bin_type=True)
        self._server: asyncio.Server | None = None

    async def listen(self, sock: socket.socket) -> None:
        """Serves the bound socket ``sock``."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Connection(self), sock=sock)

    async def close(self) -> None:
        """Stops listening and ends all connections."""
        if self._server is not None:
            self._server.close()
        for connection in list(self.connections):
            connection.close()
        await asyncio.sleep(0)
