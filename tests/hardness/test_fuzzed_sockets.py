"""Anything at all on both sockets, while an official client ticks: the server stays, the others notice nothing."""

from __future__ import annotations

import contextlib
import socket
import struct
from collections.abc import Callable
from typing import Any

import msgpack
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from carlite.calls import all_calls

_SETTINGS = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
# What would end the witness's world or its actors by right; tried elsewhere.
_HARMLESS = sorted(
    set(all_calls())
    - {
        "load_new_episode",
        "copy_opendrive_to_file",
        "set_episode_settings",
        "destroy_actor",
        "apply_batch",
        "set_actor_simulate_physics",
        "replay_file",
    }
)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(max_size=20) | st.binary(max_size=30),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=20,
)
_NAMES = st.sampled_from(_HARMLESS)
_WHOLE = st.tuples(_NAMES | st.text(max_size=30), st.lists(_VALUES, max_size=7)).map(
    lambda call: msgpack.packb([0, 7, call[0], [[False], *call[1]]])
)
_WRONG_SHAPES = st.one_of(
    _VALUES.map(msgpack.packb),
    st.lists(_VALUES, min_size=4, max_size=4).map(msgpack.packb),
    st.integers(1, 5000).map(lambda depth: msgpack.packb([0, 1, "version"])[:-1] + b"\x91" * depth),
    st.integers(0, 2**32 - 1).map(lambda length: b"\x94\x00\x01\xa7version\xdd" + struct.pack(">I", length)),
    st.integers(0, 2**32 - 1).map(lambda length: b"\x94\x00\x01\xdb" + struct.pack(">I", length)),
    st.integers(0, 2**32 - 1).map(lambda length: b"\x94\x00\x01\xa7version\xdf" + struct.pack(">I", length)),
)
_PIECES = st.lists(
    st.one_of(
        _WHOLE,
        _WRONG_SHAPES,
        st.binary(max_size=200),
        st.tuples(_WHOLE, st.integers(1, 40)).map(lambda cut: cut[0][: -cut[1]]),
    ),
    min_size=1,
    max_size=4,
)
_HANDSHAKES = st.binary(max_size=40) | st.integers(0, 20).map(lambda stream: struct.pack("<I", stream))
_ENDINGS = st.sampled_from(("close", "reset", "half", "leave"))


@pytest.mark.usefixtures("witness")
def test_anything_on_the_socket_of_calls_harms_nobody(server: Any, witness: Callable[[], Any]) -> None:
    left_open: list[socket.socket] = []

    @_SETTINGS
    @given(pieces=_PIECES, ending=_ENDINGS, slowly=st.booleans())
    def attack(pieces: list[bytes], ending: str, slowly: bool) -> None:
        connection = socket.create_connection(("127.0.0.1", server.port), 10.0)
        _send(connection, b"".join(pieces), slowly=slowly)
        _end(connection, ending, left_open)
        with server.caller() as caller:
            assert caller.call("version") == "0.9.16"

    attack()
    _check(witness())
    for connection in left_open:
        connection.close()


def test_anything_on_the_socket_of_streams_harms_nobody(server: Any, witness: Callable[[], Any]) -> None:
    left_open: list[socket.socket] = []

    @_SETTINGS
    @given(
        data=st.binary(max_size=40) | st.integers(0, 20).map(lambda i: struct.pack("<I", i)),
        ending=_ENDINGS,
        slowly=st.booleans(),
    )
    def attack(data: bytes, ending: str, slowly: bool) -> None:
        connection = socket.create_connection(("127.0.0.1", server.port + 1), 10.0)
        _send(connection, data, slowly=slowly)
        _end(connection, ending, left_open)
        assert server.process.poll() is None

    attack()
    assert server.is_alive()
    _check(witness())
    for connection in left_open:
        connection.close()


def _send(connection: socket.socket, data: bytes, *, slowly: bool) -> None:
    """All at once, or byte by byte; a server that cuts meanwhile is in its right."""
    with contextlib.suppress(OSError):
        if slowly:
            for byte in data[:100]:
                connection.sendall(bytes([byte]))
        else:
            connection.sendall(data)


def _end(connection: socket.socket, ending: str, left_open: list[socket.socket]) -> None:
    if ending == "leave":
        left_open.append(connection)
        return
    if ending == "half":
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_WR)
            connection.settimeout(0.2)
            connection.recv(1 << 16)
    if ending == "reset":
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def _check(seen: dict[str, list[float]]) -> None:
    """No frame was lost, and no tick waited long (the fuzzers' own ticks are frames of everybody)."""
    assert len(seen["ticks"]) > 20
    for name in ("seen", "frames"):
        assert np.all(np.diff(seen[name]) == 1), name
        assert seen[name][-1] >= seen["ticks"][-1]
    assert np.median(seen["waited"]) < 0.25
    assert max(seen["waited"]) < 5.0
