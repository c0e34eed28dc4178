from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgpack
import pytest

from carlite.wire.complaints import Complaints
from carlite.wire.limits import WireLimits
from carlite.wire.rpc import Connection, Request, RpcServer


class _Running:
    """A server in a thread of its own."""

    def __init__(self, take: Callable[[Request], None], limits: WireLimits) -> None:
        self.loop = asyncio.new_event_loop()
        self.closed: list[Connection] = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.server = RpcServer(take, self.closed.append, limits)
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        asyncio.run_coroutine_threadsafe(self.server.listen(self.socket), self.loop).result(5.0)

    def connect(self) -> socket.socket:
        return socket.create_connection(self.socket.getsockname(), 5.0)


@contextmanager
def _running(take: Callable[[Request], None], limits: WireLimits | None = None) -> Iterator[_Running]:
    running = _Running(take, limits or WireLimits())
    try:
        yield running
    finally:
        asyncio.run_coroutine_threadsafe(running.server.close(), running.loop).result(5.0)
        running.loop.call_soon_threadsafe(running.loop.stop)
        running.thread.join(5.0)
        running.loop.close()


def _request(number: int, name: str = "x") -> bytes:
    return bytes(msgpack.packb([0, number, name, [[False]]]))


def _answer(request: Request) -> None:
    request.connection.send(request.request_id, [[1, 0]])


def _until(holds: Callable[[], bool]) -> None:
    end_s = time.monotonic() + 5.0
    while not holds():
        assert time.monotonic() < end_s, "it did not come true within 5 s"
        time.sleep(0.005)


def test_a_client_that_asks_without_end_leaves_others_their_turn() -> None:
    order: list[str] = []

    def take(request: Request) -> None:
        order.append(request.name)
        time.sleep(0.001)
        _answer(request)

    with _running(take) as running, running.connect() as greedy, running.connect() as modest:
        greedy.sendall(b"".join(_request(i, "greedy") for i in range(300)))
        _until(lambda: len(order) > 3)
        modest.sendall(_request(1, "modest"))
        _until(lambda: "modest" in order)
        assert order.index("modest") < 200
        _until(lambda: len(order) == 301)


def test_no_more_is_taken_while_too_many_requests_wait() -> None:
    taken: list[Request] = []
    with _running(taken.append, WireLimits(requests_waiting=4)) as running, running.connect() as client:
        client.sendall(b"".join(_request(i) for i in range(50)))
        _until(lambda: len(taken) == 4)
        time.sleep(0.05)
        assert len(taken) == 4
        while len(taken) < 50:
            request = taken[-1]
            running.loop.call_soon_threadsafe(lambda: [_answer(r) for r in taken[-4:]])
            _until(lambda last=request: taken[-1] is not last)
        assert [request.request_id for request in taken] == list(range(50))


def test_what_a_client_asked_before_it_went_is_done_and_then_it_is_forgotten() -> None:
    taken: list[Request] = []
    with _running(taken.append, WireLimits(requests_waiting=3)) as running:
        with running.connect() as client:
            client.sendall(b"".join(_request(i) for i in range(3)))
            _until(lambda: len(taken) == 3)
        time.sleep(0.05)
        assert running.closed == []
        for request in list(taken):
            running.loop.call_soon_threadsafe(_answer, request)
        _until(lambda: len(running.closed) == 1)


def test_the_client_that_holds_most_is_cut_when_all_hold_too_much() -> None:
    limits = WireLimits(all_requests_bytes=100_000)
    with _running(_answer, limits) as running, running.connect() as small, running.connect() as large:
        small.sendall(b"\x94\x00\x01\xc6\x00\xff\xff\xff" + bytes(20_000))
        with contextlib.suppress(OSError):
            large.sendall(b"\x94\x00\x01\xc6\x00\xff\xff\xff" + bytes(90_000))
        _until(lambda: len(running.server.connections) == 1)
        with contextlib.suppress(ConnectionResetError):  # what is not read yet makes a reset of the end
            assert large.recv(1) == b""


def test_complaints_are_counted_rather_than_told_without_end(caplog: pytest.LogCaptureFixture) -> None:
    complaints = Complaints(logging.getLogger("peers"), most=3)
    for number in range(10):
        complaints.warn("peer %d", number)
    assert [record.getMessage() for record in caplog.records] == ["peer 0", "peer 1", "peer 2"]
    complaints._window_ends_s = 0.0
    complaints.warn("again")
    assert [record.getMessage() for record in caplog.records][3:] == ["7 warnings like the last ones were left out", "again"]
