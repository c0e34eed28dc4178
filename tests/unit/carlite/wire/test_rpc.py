from __future__ import annotations

import asyncio
import random
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import msgpack
import pytest

from carlite.wire.limits import WireLimits
from carlite.wire.rpc import Request, RpcServer


@contextmanager
def _echo_server(limits: WireLimits | None = None) -> Iterator[tuple[tuple[str, int], list[Request]]]:
    """A server in a thread of its own that answers each call with its arguments; gives its address and what it took."""
    taken: list[Request] = []

    def take(request: Request) -> None:
        taken.append(request)
        request.connection.send(request.request_id, [[1, request.arguments]])

    loop = asyncio.new_event_loop()
    sock = socket.create_server(("127.0.0.1", 0))
    server = RpcServer(take, lambda _: None, limits or WireLimits())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.listen(sock), loop).result(5.0)
    try:
        yield sock.getsockname(), taken
    finally:
        asyncio.run_coroutine_threadsafe(server.close(), loop).result(5.0)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5.0)
        loop.close()
        sock.close()


def _request(number: int, name: str, *arguments: object) -> bytes:
    return bytes(msgpack.packb([0, number, name, [[False], *arguments]]))


def _replies(client: socket.socket, count: int) -> list[object]:
    unpacker = msgpack.Unpacker()
    found: list[object] = []
    while len(found) < count:
        data = client.recv(1 << 16)
        assert data, "the server closed the connection"
        unpacker.feed(data)
        found += list(unpacker)
    return found


def _is_cut(client: socket.socket) -> bool:
    try:
        return client.recv(1) == b""
    except ConnectionResetError:
        return True


def test_a_request_in_single_bytes_is_answered_with_its_id() -> None:
    with _echo_server() as (address, taken), socket.create_connection(address, 5.0) as client:
        for byte in _request(7, "version", 1.5, "x"):
            client.sendall(bytes([byte]))
        assert _replies(client, 1) == [[1, 7, None, [[1, [1.5, "x"]]]]]
    assert [(request.name, request.arguments) for request in taken] == [("version", [1.5, "x"])]


def test_requests_sent_together_are_taken_in_order() -> None:
    with _echo_server() as (address, taken), socket.create_connection(address, 5.0) as client:
        client.sendall(b"".join(_request(i, f"call{i}") for i in range(50)))
        assert [reply[1] for reply in _replies(client, 50) if isinstance(reply, list)] == list(range(50))
    assert [request.name for request in taken] == [f"call{i}" for i in range(50)]


@pytest.mark.parametrize(
    "garbage",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        random.Random(1).randbytes(512) + b"\xc1",
        msgpack.packb({"a": 1}),
        msgpack.packb([2, "notify", []]),
        msgpack.packb([0, "id", "name", []]),
        msgpack.packb([0, 1, 2, []]),
        msgpack.packb([0, 1, "name", None]),
        b"\x91" * 5000,
        b"\xdd\xff\xff\xff\xff",
    ],
)
def test_garbage_cuts_its_own_connection_only(garbage: bytes) -> None:
    with (
        _echo_server() as (address, taken),
        socket.create_connection(address, 5.0) as good,
        socket.create_connection(address, 5.0) as bad,
    ):
        bad.sendall(garbage)
        assert _is_cut(bad)
        good.sendall(_request(1, "version"))
        assert _replies(good, 1) == [[1, 1, None, [[1, []]]]]
    assert [request.name for request in taken] == ["version"]


def test_a_request_beyond_the_limit_cuts_the_connection() -> None:
    with _echo_server(WireLimits(request_bytes=50_000)) as (address, taken), socket.create_connection(address, 5.0) as client:
        client.sendall(_request(1, "copy_opendrive_to_file", "x" * 100_000))
        assert _is_cut(client)
    assert taken == []


def test_text_that_is_not_utf8_does_not_cut() -> None:
    with _echo_server() as (address, taken), socket.create_connection(address, 5.0) as client:
        client.sendall(_request(1, "copy", "?").replace(b"?", b"\xe4"))
        _replies(client, 1)
    assert taken[0].arguments == ["\ufffd"]
