from __future__ import annotations

import asyncio
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import numpy as np
import pytest

from carlite.wire.limits import WireLimits
from carlite.wire.streams import StreamServer

T = TypeVar("T")


class _Running:
    """A stream server in a thread of its own."""

    def __init__(self, limits: WireLimits, greeting: Sequence[bytes] | None) -> None:
        self.loop = asyncio.new_event_loop()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        self.server = self.call(lambda: StreamServer(lambda stream: greeting if stream == 1 else None, limits))
        self.call(lambda: self.server.listen(self.socket))

    def call(self, function: Callable[[], T]) -> T:
        async def run() -> T:
            return function()

        return asyncio.run_coroutine_threadsafe(run(), self.loop).result(5.0)

    def settle(self) -> None:
        asyncio.run_coroutine_threadsafe(self.server.settled(), self.loop).result(8.0)

    def connect(self) -> socket.socket:
        return socket.create_connection(self.socket.getsockname(), 5.0)

    def subscribe(self, stream_id: int) -> socket.socket:
        client = self.connect()
        before = self.subscribers(stream_id)
        client.sendall(struct.pack("<I", stream_id))
        self.until(lambda: self.subscribers(stream_id) > before)
        return client

    def subscribers(self, stream_id: int) -> int:
        return len(self.server._streams.get(stream_id, ()))

    def until(self, holds: Callable[[], bool]) -> None:
        end_s = time.monotonic() + 5.0
        while not self.call(holds):
            assert time.monotonic() < end_s, "it did not come true within 5 s"
            time.sleep(0.001)

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self.server.close(), self.loop).result(5.0)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5.0)
        self.loop.close()


@contextmanager
def _running(limits: WireLimits | None = None, greeting: Sequence[bytes] | None = None) -> Iterator[_Running]:
    running = _Running(limits or WireLimits(), greeting)
    try:
        yield running
    finally:
        running.close()


def _exactly(client: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = client.recv(min(size - len(data), 1 << 20))
        assert part, "the server closed the connection"
        data += part
    return data


def _message(client: socket.socket) -> bytes:
    (size,) = struct.unpack("<I", _exactly(client, 4))
    return _exactly(client, size)


def _is_cut(client: socket.socket) -> bool:
    try:
        return client.recv(1) == b""
    except ConnectionResetError:
        return True


def test_every_subscriber_gets_the_whole_message() -> None:
    with _running() as running, running.subscribe(5) as one, running.subscribe(5) as two:
        image = np.arange(3_000_000, dtype=np.uint32).reshape(1000, -1)
        running.call(lambda: running.server.send(5, [b"head", memoryview(image), b""], lossless=True))
        running.call(lambda: running.server.send(6, [b"nobody listens"], lossless=True))
        for client in (one, two):
            assert _message(client) == b"head" + image.tobytes()


def test_a_new_subscriber_of_the_world_gets_the_latest_snapshot() -> None:
    with _running(greeting=[b"snap", b"shot"]) as running, running.subscribe(1) as client:
        assert _message(client) == b"snapshot"


@pytest.mark.parametrize(("lossless", "expected"), [(True, 5), (False, 1)])
def test_a_slow_reader_misses_messages_only_where_that_is_allowed(lossless: bool, expected: int) -> None:
    with _running() as running, running.subscribe(5) as client:
        for index in range(5):
            block = bytes([index]) * 20_000_000
            running.call(lambda block=block: running.server.send(5, [block], lossless=lossless))
        assert [_message(client)[0] for _ in range(expected)] == list(range(expected))
        running.call(lambda: running.server.send(5, [b"end"], lossless=True))
        assert _message(client) == b"end"


def test_settled_waits_for_a_subscriber_that_was_announced() -> None:
    with _running(WireLimits(subscribe_s=5.0)) as running:
        running.call(lambda: running.server.expect(5))
        assert not running.call(running.server.is_settled)
        waiting = threading.Thread(target=running.settle)
        waiting.start()
        time.sleep(0.05)
        assert waiting.is_alive()
        with running.subscribe(5):
            waiting.join(1.0)
            assert not waiting.is_alive()


def test_settled_gives_up_on_a_subscriber_that_never_comes() -> None:
    with _running(WireLimits(subscribe_s=0.05)) as running:
        running.call(lambda: running.server.expect(5))
        running.settle()
        assert running.call(running.server.is_settled)


def test_settled_does_not_wait_twice_for_a_client_that_lied_nor_for_one_that_went() -> None:
    liar, gone = object(), object()
    with _running(WireLimits(subscribe_s=0.05)) as running:
        running.call(lambda: running.server.expect(5, liar))
        running.settle()
        running.call(lambda: running.server.expect(6, liar))
        assert running.call(running.server.is_settled)
        running.call(lambda: running.server.expect(6, gone))
        assert not running.call(running.server.is_settled)
        running.call(lambda: running.server.forget_asker(gone))
        assert running.call(running.server.is_settled)


def test_a_newcomer_takes_the_place_of_one_that_names_no_stream() -> None:
    with (
        _running(WireLimits(stream_clients=2)) as running,
        running.subscribe(5) as good,
        running.connect() as silent,
        running.subscribe(5) as late,
        running.connect() as refused,  # by then all places are taken by subscribers
    ):
        assert _is_cut(silent)
        assert _is_cut(refused)
        running.call(lambda: running.server.send(5, [b"data"], lossless=True))
        assert _message(good) == _message(late) == b"data"


def test_settled_cuts_a_subscriber_that_reads_nothing() -> None:
    limits = WireLimits(write_s=0.2, stream_backlog_bytes=1_000_000)
    with _running(limits) as running, running.subscribe(5):
        running.call(lambda: running.server.send(5, [bytes(50_000_000)], lossless=True))
        assert not running.call(running.server.is_settled)
        running.settle()
        assert running.call(lambda: running.subscribers(5)) == 0


@pytest.mark.parametrize("garbage", [b"GET / HTTP/1.1\r\n\r\n", b"\x05\0\0\0more", b"12345"])
def test_garbage_cuts_its_own_connection_only(garbage: bytes) -> None:
    with _running() as running, running.subscribe(5) as good, running.connect() as bad:
        bad.sendall(garbage)
        assert _is_cut(bad)
        running.call(lambda: running.server.send(5, [b"still here"], lossless=True))
        assert _message(good) == b"still here"


def test_a_client_that_names_no_stream_is_cut() -> None:
    with _running(WireLimits(handshake_s=0.05)) as running, running.connect() as client:
        assert _is_cut(client)


def test_closing_a_stream_ends_its_subscriptions() -> None:
    with _running() as running, running.subscribe(5) as client:
        running.call(lambda: running.server.close_stream(5))
        assert _is_cut(client)
        assert running.call(lambda: running.subscribers(5)) == 0
