"""Sizes and times beyond which a peer is cut."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class WireLimits:
    """Settings of both servers.

    Attributes:
        request_bytes: most bytes that one connection may have sent without completing a request.
        all_requests_bytes: the same for all connections together; beyond it the one that holds most is cut.
        request_lists: most lists and maps in one request, for an empty one is a byte there and a hundred bytes here.
        requests_waiting: unanswered requests of one connection after which no more are read from it.
        turn_s: how long requests of one connection are served before it is another's turn.
        request_s: time in which some more of a request that has begun must come.
        reply_backlog_bytes: unread replies after which no more requests are read from a connection.
        rpc_clients: most connections of the RPC server; further ones get an error.
        handshake_s: time in which a stream client has to name its stream.
        write_s: time in which a client has to read something while data wait for it and hold others up.
        stream_backlog_bytes: unread data of one stream client at which a synchronous server waits before the next tick.
        all_streams_backlog_bytes: the same for all stream clients together.
        stream_clients: most connections of the stream server; a newcomer takes the place of one that names no stream.
        subscribe_s: how long a tick waits for a client that asked for a sensor's token but has not connected yet.
    """

    request_bytes: int = 128 << 20
    all_requests_bytes: int = 512 << 20
    request_lists: int = 6_000_000
    requests_waiting: int = 256
    turn_s: float = 0.002
    request_s: float = 30.0
    reply_backlog_bytes: int = 32 << 20
    rpc_clients: int = 4096
    handshake_s: float = 10.0
    write_s: float = 10.0
    stream_backlog_bytes: int = 64 << 20
    all_streams_backlog_bytes: int = 1 << 30
    stream_clients: int = 4096
    subscribe_s: float = 2.0
