"""Who answers at an address: nobody, a silent one, another kind of server, a CARLA server."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import msgpack
import pytest

from rarebit.core.errors import ServerError
from rarebit.session.config import CarlaConfig
from rarebit.session.knock import version_at
from rarebit.session.server import CarlaServer

RIGHT = msgpack.packb([1, 1, None, [[1, "0.9.16"]]])


@contextmanager
def answering(*parts: bytes, hang: bool = False) -> Iterator[int]:
    """A server that answers the first request with ``parts`` and closes, or says no more."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        over = threading.Event()

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1024)
                for part in parts:
                    connection.sendall(part)
                if hang:
                    over.wait(20)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield int(listener.getsockname()[1])
        finally:
            over.set()
            thread.join()


@pytest.mark.parametrize("parts", [(RIGHT,), (RIGHT[:7], RIGHT[7:])], ids=["at once", "in two parts"])
def test_a_carla_server_says_its_version(parts: tuple[bytes, ...]) -> None:
    with answering(*parts, hang=True) as port:
        assert version_at("127.0.0.1", port, 5.0) == "0.9.16"


@pytest.mark.parametrize(
    "parts",
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n",),
        (),
        (bytes(range(256)) * 40,),
        (msgpack.packb([1, 1, "unknown function", None]),),
        (msgpack.packb({"version": "0.9.16"}),),
        (b"\xdf\xff\xff\xff\xff",),
    ],
    ids=["http", "closes", "noise", "refuses", "another shape", "endless map"],
)
def test_another_kind_of_server(parts: tuple[bytes, ...]) -> None:
    with answering(*parts) as port, pytest.raises(ServerError, match="is no CARLA server; correct carla"):
        version_at("127.0.0.1", port, 5.0)


def test_a_silent_server() -> None:
    with answering(hang=True) as port, pytest.raises(ServerError, match=r"no answer within 0\.3 s"):
        version_at("127.0.0.1", port, 0.3)


def test_nobody() -> None:
    with pytest.raises(ServerError, match="nothing answers"):
        version_at("127.0.0.1", 9, 5.0)


def test_a_context_asks_first() -> None:
    with answering(b"SSH-2.0-OpenSSH_9.9\r\n") as port, pytest.raises(ServerError, match="is no CARLA server"):
        CarlaServer(CarlaConfig(host="127.0.0.1", port=port)).__enter__()
