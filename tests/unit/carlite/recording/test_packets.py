from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carlite.recording import packets
from carlite.recording.packets import RECORDS, AddEvent, Bone, Mechanics, Packet, ShortLogError

_FLOATS = st.floats(-1e6, 1e6, width=32)
_VECTORS = st.tuples(_FLOATS, _FLOATS, _FLOATS)
_IDS = st.integers(0, 2**32 - 1)
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
_EVENTS = st.builds(
    AddEvent,
    id=_IDS,
    type=st.integers(0, 255),
    location_cm=_VECTORS,
    rotation=_VECTORS,
    uid=_IDS,
    type_id=_TEXTS,
    attributes=st.lists(st.tuples(st.integers(0, 255), _TEXTS, _TEXTS), max_size=5).map(tuple),
)
_BONES = st.lists(st.builds(Bone, name=_TEXTS, location_cm=_VECTORS, rotation=_VECTORS), max_size=5)


def _payload(packet: bytes, kind: Packet) -> bytes:
    got, size = struct.unpack_from("<BI", packet)
    assert (got, size) == (kind, len(packet) - 5)
    return packet[5:]


@pytest.mark.parametrize(
    ("kind", "size"),
    [  # sizes of CARLA's packed structures
        (Packet.POSITION, 28),
        (Packet.COLLISION, 14),
        (Packet.LIGHT_STATE, 10),
        (Packet.VEHICLE, 21),
        (Packet.WALKER, 8),
        (Packet.VEHICLE_LIGHTS, 8),
        (Packet.STREET_LIGHT, 26),
        (Packet.KINEMATICS, 28),
        (Packet.BOUNDING_BOX, 28),
        (Packet.LIGHT_TIMES, 16),
        (Packet.DOOR, 6),
        (Packet.BIKER, 12),
        (Packet.WEATHER, 56),
    ],
)
def test_records_have_carlas_sizes(kind: Packet, size: int) -> None:
    assert RECORDS[kind].itemsize == size


def test_bytes_of_a_destruction_are_those_of_carlas_documentation() -> None:
    records = np.array([(100,), (101,), (120,)], RECORDS[Packet.EVENT_DEL])
    assert packets.packed_records(Packet.EVENT_DEL, records).hex() == "03" + "0e000000" + "0300" + "640000006500000078000000"


def test_texts_have_their_length_in_front() -> None:
    assert packets.text_bytes("Town06").hex() == "0600" + "546f776e3036"


def test_bytes_of_an_appearance() -> None:
    event = AddEvent(
        id=7,
        type=1,
        location_cm=(1, 2, 3),
        rotation=(4, 5, 6),
        uid=9,
        type_id="vehicle.x",
        attributes=((4, "role_name", "hero"),),
    )
    expected = struct.pack("<IB6fI", 7, 1, 1, 2, 3, 4, 5, 6, 9) + b"\x09\x00vehicle.x" + b"\x01\x00"
    assert packets.add_event_bytes(event) == expected + b"\x04" + b"\x09\x00role_name" + b"\x04\x00hero"
    assert event.is_hero


@given(st.lists(_EVENTS, max_size=4))
def test_appearances_come_back(events: list[AddEvent]) -> None:
    packet = packets.packed_records(Packet.EVENT_ADD, [packets.add_event_bytes(event) for event in events])
    assert packets.read_add_events(_payload(packet, Packet.EVENT_ADD)) == events


@given(st.lists(st.tuples(_IDS, _BONES), max_size=3))
def test_bones_come_back(walkers: list[tuple[int, list[Bone]]]) -> None:
    packet = packets.packed_records(Packet.WALKER_BONES, [packets.bones_bytes(*walker) for walker in walkers])
    assert packets.read_bones(_payload(packet, Packet.WALKER_BONES)) == walkers


@given(_IDS, st.lists(st.tuples(_FLOATS, _FLOATS), max_size=6))
def test_wheels_come_back(actor_id: int, wheels: list[tuple[float, float]]) -> None:
    record = packets.wheels_bytes(actor_id, [steer for steer, _ in wheels], [spin for _, spin in wheels])
    packet = packets.packed_records(Packet.WHEELS, [record])
    [(read_id, read)] = packets.read_wheels(_payload(packet, Packet.WHEELS))
    assert read_id == actor_id
    assert read["wheel"].tolist() == list(range(len(wheels)))
    assert list(zip(read["steer"].tolist(), read["spin"].tolist(), strict=True)) == wheels


def test_mechanics_come_back() -> None:
    given_mechanics = Mechanics(
        id=3,
        first=(5000.0, 1.0, 0.25, 2.0, 0.5),
        use_gear_autobox=True,
        second=(10.0, 4.0, 1845.0, 0.25),
        center_of_mass=(0.5, 0.0, -0.25),
        torque_curve=np.array([[0, 400], [1890, 500]], np.float32),
        forward_gears=np.array([[3.5, 0.5, 0.75]], np.float32),
        steering_curve=np.array([[0, 1], [20, 0.5], [60, 0.25]], np.float32),
        wheels=np.arange(48, dtype=np.float32).reshape(4, 12),
    )
    packet = packets.packed_records(Packet.PHYSICS_CONTROL, [packets.mechanics_bytes(given_mechanics)])
    payload = _payload(packet, Packet.PHYSICS_CONTROL)
    assert len(payload) == 2 + (4 + 20 + 1 + 16 + 12) + 4 * 4 + 8 * 2 + 12 + 8 * 3 + 48 * 4
    [read] = packets.read_mechanics(payload)
    for name in Mechanics.__slots__:
        assert np.array_equal(getattr(read, name), getattr(given_mechanics, name)), name


@given(st.binary(max_size=60))
def test_damaged_packets_are_short_or_read(payload: bytes) -> None:
    for read in (packets.read_add_events, packets.read_bones, packets.read_wheels, packets.read_mechanics):
        try:
            found = read(payload)
        except ShortLogError:
            continue
        assert len(found) <= max(len(payload) - 2, 0) // 4  # each has an id of four bytes behind the count
