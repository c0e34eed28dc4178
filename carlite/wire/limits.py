"""Sizes and times beyond which a peer is cut."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class WireLimits:
    """Settings of both servers.

    Attributes:
        request_bytes: most bytes that one connection may have sent without completing a request.
        string_bytes: longest text of a request (an OpenDRIVE file).
        array_length: most entries of one array of a request.
        reply_backlog_bytes: unread replies after which a connection is cut.
        handshake_s: time in which a stream client has to name its stream.
        write_s: time in which a stream client has to read something while data wait for it.
        stream_backlog_bytes: unread data of one stream client at which a synchronous server waits before the next tick.
        stream_clients: most connections of the stream server.
        subscribe_s: how long a tick waits for a client that asked for a sensor's token but has not connected yet.
    """

    request_bytes: int = 256 << 20
    string_bytes: int = 128 << 20
    array_length: int = 1 << 22
    reply_backlog_bytes: int = 256 << 20
    handshake_s: float = 10.0
    write_s: float = 10.0
    stream_backlog_bytes: int = 64 << 20
    stream_clients: int = 1024
    subscribe_s: float = 2.0
