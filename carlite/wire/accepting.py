"""Takes connections from a listening socket, whatever comes of them."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable

from carlite.wire.complaints import Complaints

_BACKLOG = 1024
_AGAIN_S = 0.05


async def accept(listener: socket.socket, admit: Callable[[socket.socket], Awaitable[None]], complaints: Complaints) -> None:
    """Accepts until it is cancelled.

    Args:
        listener: bound.
        admit: gets each connection; an OSError of its means that the client has gone already.
        complaints: where a lack of file descriptors is told; it ends when others close theirs.
    """
    listener.setblocking(False)
    listener.listen(_BACKLOG)
    loop = asyncio.get_running_loop()
    while True:
        try:
            connection, _ = await loop.sock_accept(listener)
        except OSError as error:
            complaints.warn("a client could not be accepted: %s", error)
            await asyncio.sleep(_AGAIN_S)
            continue
        try:
            connection.setblocking(False)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)  # a machine that vanished does not stay for ever
            await admit(connection)
        except OSError:
            connection.close()
