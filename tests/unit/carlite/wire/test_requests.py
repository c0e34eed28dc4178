from __future__ import annotations

import struct
import tracemalloc
from typing import Any

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carlite.errors import WireError
from carlite.wire.limits import WireLimits
from carlite.wire.requests import RequestReader

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.text(max_size=10) | st.binary(max_size=10),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=10,
)
_REQUESTS = st.lists(st.tuples(st.integers(0, 2**32 - 1), st.text(max_size=20), st.lists(_VALUES, max_size=4)), max_size=5)


def _read(pieces: list[bytes], limits: WireLimits | None = None) -> list[Any]:
    reader = RequestReader(limits or WireLimits())
    found = []
    for piece in pieces:
        reader.feed(piece)
        while (request := reader.take()) is not None:
            found.append(request)
    return found


@given(requests=_REQUESTS, cut=st.integers(1, 50))
@settings(deadline=None)
def test_requests_come_out_as_they_went_in_however_they_are_cut(requests: list[tuple[int, str, list[Any]]], cut: int) -> None:
    data = b"".join(msgpack.packb([0, *request]) for request in requests)
    assert _read([data[i : i + cut] for i in range(0, len(data), cut)]) == requests


@given(data=st.binary(max_size=300), cut=st.integers(1, 50))
@settings(deadline=None)
def test_any_bytes_are_requests_or_a_wire_error(data: bytes, cut: int) -> None:
    try:
        found, refused = _read([data[i : i + cut] for i in range(0, len(data), cut)]), ""
    except WireError as error:
        found, refused = [], str(error)
    assert all([type(part) for part in request] == [int, str, list] for request in found)
    assert refused or not data or data[0] == 0x94  # nothing else begins a request


def test_a_declared_length_costs_no_memory() -> None:
    nested = b"\x94\x00\x01\xa1x" + (b"\xdd" + struct.pack(">I", 2**32 - 1)) * 400
    tracemalloc.start()
    reader = RequestReader(WireLimits())
    reader.feed(nested)
    assert reader.take() is None
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"GET / HTTP/1.1", "expected a msgpack-rpc request"),
        (b"\x94\x00\x01\xc1", "not msgpack"),
        (b"\x94\x00\x01\xa1x" + b"\x91" * 5000, "not msgpack"),
        (b"\x94\x00\x01\xa1x\x91\x81\x90\x01", "not a request"),
        (msgpack.packb([1, 1, None, None]), "expected a msgpack-rpc request"),
        (msgpack.packb([False, 1, "x", []]), "expected a msgpack-rpc request"),
        (msgpack.packb([0, 1.5, "x", []]), "expected a whole number"),
        (msgpack.packb([0, 1, "x", {}]), "a list of parameters"),
    ],
)
def test_what_is_no_request_says_why(data: bytes, words: str) -> None:
    with pytest.raises(WireError, match=words):
        _read([data])


def test_requests_beyond_the_limits_are_refused() -> None:
    text = msgpack.packb([0, 1, "x", ["a" * 100_000]])
    assert len(_read([text], WireLimits(request_lists=50_000))) == 1  # texts hold no lists
    with pytest.raises(WireError, match="max-message"):
        _read([text], WireLimits(request_bytes=50_000))
    lists = msgpack.packb([0, 1, "x", [[[]] * 60_000]])
    with pytest.raises(WireError, match="60003 lists, expected at most 50000"):
        _read([lists], WireLimits(request_lists=50_000))
