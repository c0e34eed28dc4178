from __future__ import annotations

import struct

import numpy as np
import pytest

from carlite.wire import binary


def test_sizes_are_those_of_the_protocol() -> None:
    assert len(binary.token(7, 2001)) == 24
    assert binary.SENSOR_HEADER_BYTES == 48
    assert len(binary.snapshot_header(1, 2.0, 0.05, 0)) == 36
    assert len(binary.image_header(8, 4, 90.0)) == 12
    assert binary.ACTOR_RECORD.itemsize == 119
    assert binary.VEHICLE_DETAIL.itemsize == 30
    assert binary.WALKER_DETAIL.itemsize == 17
    assert binary.LIGHT_DETAIL.itemsize == 54
    assert binary.SIGN_DETAIL.itemsize == 32


def test_token_names_stream_port_and_tcp() -> None:
    stream, port, protocol, address_type = struct.unpack_from("<IHBB", binary.token(9, 2001))
    assert (stream, port, protocol, address_type) == (9, 2001, 1, 0)


@pytest.mark.parametrize(
    ("field", "offset", "code", "value"),
    [("speed_limit", 19, "<f", 30.0), ("light_state", 23, "<B", 2), ("light_id", 25, "<I", 77), ("gear", 15, "<i", -1)],
)
def test_vehicle_detail_writes_through_to_the_record(field: str, offset: int, code: str, value: float) -> None:
    records = np.zeros(3, binary.ACTOR_RECORD)
    binary.detail_view(records, binary.VEHICLE_DETAIL)[field][1] = value
    packed = records[1:2].tobytes()
    assert struct.unpack_from(code, packed, binary.DETAIL_OFFSET + offset) == (value,)
    assert not np.frombuffer(records[0:1].tobytes() + records[2:3].tobytes(), np.uint8).any()
