"""The packets of a CARLA log: their numbers and the layout of their records (little endian, packed).

The format is that of CARLA 0.9.16 (``Docs/ref_recorder_binary_file_format.md`` and the recorder's sources): a header, then
packets of a one-byte kind, a four-byte size and that many bytes; each frame begins with FRAME_START and ends with FRAME_END.
Lengths are centimetres and rotations (roll, pitch, yaw) in degrees, unlike anywhere else in carlite; times are seconds.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

MAGIC = "CARLA_RECORDER"
VERSION = 1
UNKNOWN_DURATION_S = -1.0  # of the last frame
NOBODY = 0xFFFFFFFF  # the other side of a collision with scenery

PACKET = struct.Struct("<BI")
FRAME = struct.Struct("<Qdd")
_COUNT = struct.Struct("<H")
_VECTOR = struct.Struct("<3f")


class Packet(IntEnum):
    """Kinds of packets."""

    FRAME_START = 0
    FRAME_END = 1
    EVENT_ADD = 2
    EVENT_DEL = 3
    EVENT_PARENT = 4
    COLLISION = 5
    POSITION = 6
    LIGHT_STATE = 7
    VEHICLE = 8
    WALKER = 9
    VEHICLE_LIGHTS = 10
    STREET_LIGHT = 11
    KINEMATICS = 12
    BOUNDING_BOX = 13
    PLATFORM_TIME = 14
    PHYSICS_CONTROL = 15
    LIGHT_TIMES = 16
    TRIGGER_VOLUME = 17
    FRAME_COUNTER = 18
    WALKER_BONES = 19
    VISUAL_TIME = 20
    DOOR = 21
    WHEELS = 22
    BIKER = 23
    WEATHER = 24


class ActorType(IntEnum):
    """What the log calls an actor."""

    OTHER = 0
    VEHICLE = 1
    WALKER = 2
    TRAFFIC_LIGHT = 3
    TRAFFIC_SIGN = 4
    SENSOR = 5


_ID = ("id", "<u4")
_BOX = [_ID, ("origin", "<f4", 3), ("extent", "<f4", 3)]
RECORDS: dict[Packet, np.dtype[np.void]] = {
    Packet.EVENT_DEL: np.dtype([_ID]),
    Packet.EVENT_PARENT: np.dtype([_ID, ("parent", "<u4")]),
    Packet.COLLISION: np.dtype([_ID, ("first", "<u4"), ("second", "<u4"), ("first_hero", "?"), ("second_hero", "?")]),
    Packet.POSITION: np.dtype([_ID, ("location", "<f4", 3), ("rotation", "<f4", 3)]),
    Packet.LIGHT_STATE: np.dtype([_ID, ("frozen", "?"), ("elapsed", "<f4"), ("state", "u1")]),
    Packet.VEHICLE: np.dtype(
        [_ID, ("steer", "<f4"), ("throttle", "<f4"), ("brake", "<f4"), ("hand_brake", "?"), ("gear", "<i4")]
    ),
    Packet.WALKER: np.dtype([_ID, ("speed", "<f4")]),
    Packet.VEHICLE_LIGHTS: np.dtype([_ID, ("lights", "<u4")]),
    Packet.STREET_LIGHT: np.dtype([_ID, ("intensity", "<f4"), ("colour", "<f4", 4), ("on", "?"), ("group", "u1")]),
    Packet.KINEMATICS: np.dtype([_ID, ("velocity", "<f4", 3), ("angular_velocity", "<f4", 3)]),
    Packet.BOUNDING_BOX: np.dtype(_BOX),
    Packet.TRIGGER_VOLUME: np.dtype(_BOX),
    Packet.LIGHT_TIMES: np.dtype([_ID, ("green", "<f4"), ("yellow", "<f4"), ("red", "<f4")]),
    Packet.DOOR: np.dtype([_ID, ("door", "u1"), ("open", "?")]),
    Packet.BIKER: np.dtype([_ID, ("speed", "<f4"), ("engine", "<f4")]),
    Packet.WEATHER: np.dtype([("values", "<f4", 14)]),
}
WHEEL = np.dtype([("wheel", "u1"), ("steer", "<f4"), ("spin", "<f4")])
_WHEEL_PHYSICS = np.dtype([("values", "<f4", 9), ("position", "<f4", 3)])
_MECHANICS_HEAD = np.dtype(
    [_ID, ("first", "<f4", 5), ("use_gear_autobox", "?"), ("second", "<f4", 4), ("center_of_mass", "<f4", 3)]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddEvent:
    """An actor that appears.

    Attributes:
        id: in the recorded world.
        type: ActorType, or a number that a later version of CARLA knows.
        location_cm, rotation: (x, y, z), (roll, pitch, yaw) in degrees.
        uid, type_id: of its blueprint.
        attributes: (type code, name, value).
    """

    id: int
    type: int
    location_cm: tuple[float, float, float]
    rotation: tuple[float, float, float]
    uid: int
    type_id: str
    attributes: tuple[tuple[int, str, str], ...]

    @property
    def is_hero(self) -> bool:
        """Whether its role is "hero"."""
        return any(name == "role_name" and value == "hero" for _, name, value in self.attributes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mechanics:
    """What a log says of a vehicle's physics: the numbers of VehiclePhysicsControl but the gear switch time."""

    id: int
    first: tuple[float, ...]  # max_rpm, moi, three damping rates
    use_gear_autobox: bool
    second: tuple[float, ...]  # clutch_strength, final_ratio, mass, drag_coefficient
    center_of_mass: tuple[float, ...]
    torque_curve: NDArray[np.float32]  # (n, 2)
    forward_gears: NDArray[np.float32]  # (n, 3)
    steering_curve: NDArray[np.float32]  # (n, 2)
    wheels: NDArray[np.float32]  # (n, 12), the last three being the position in centimetres


@dataclass(frozen=True, slots=True, kw_only=True)
class Bone:
    """A bone of a walker relative to its parent: centimetres, (roll, pitch, yaw)."""

    name: str
    location_cm: tuple[float, float, float]
    rotation: tuple[float, float, float]


def packed(kind: Packet, payload: bytes = b"") -> bytes:
    """A packet."""
    return PACKET.pack(kind, len(payload)) + payload


def packed_records(kind: Packet, records: NDArray[np.void] | Sequence[bytes]) -> bytes:
    """A packet that begins with the number of its records."""
    body = records.tobytes() if isinstance(records, np.ndarray) else b"".join(records)
    return packed(kind, _COUNT.pack(len(records)) + body)


def text_bytes(text: str) -> bytes:
    """A text with its length in front."""
    encoded = text.encode()[:0xFFFF]
    return _COUNT.pack(len(encoded)) + encoded


def add_event_bytes(event: AddEvent) -> bytes:
    """The record of an EVENT_ADD."""
    parts = [
        struct.pack("<IB", event.id, event.type),
        _VECTOR.pack(*event.location_cm),
        _VECTOR.pack(*event.rotation),
        struct.pack("<I", event.uid),
        text_bytes(event.type_id),
        _COUNT.pack(len(event.attributes)),
    ]
    for code, name, value in event.attributes:
        parts += [bytes([code]), text_bytes(name), text_bytes(value)]
    return b"".join(parts)


def wheels_bytes(actor_id: int, steer_deg: ArrayLike, spin_deg: ArrayLike) -> bytes:
    """The record of WHEELS for one vehicle; (n,) degrees each."""
    steer = np.asarray(steer_deg)
    wheels = np.zeros(len(steer), WHEEL)
    wheels["wheel"], wheels["steer"], wheels["spin"] = np.arange(len(steer)), steer, spin_deg
    return struct.pack("<II", actor_id, len(wheels)) + wheels.tobytes()


def mechanics_bytes(mechanics: Mechanics) -> bytes:
    """The record of PHYSICS_CONTROL for one vehicle."""
    head = np.zeros((), _MECHANICS_HEAD)
    head["id"], head["use_gear_autobox"] = mechanics.id, mechanics.use_gear_autobox
    head["first"], head["second"], head["center_of_mass"] = mechanics.first, mechanics.second, mechanics.center_of_mass
    lists = (mechanics.torque_curve, mechanics.forward_gears, mechanics.steering_curve, mechanics.wheels)
    return head.tobytes() + b"".join(struct.pack("<I", len(rows)) + rows.astype("<f4").tobytes() for rows in lists)


def bones_bytes(actor_id: int, bones: Sequence[Bone]) -> bytes:
    """The record of WALKER_BONES for one walker."""
    parts = [struct.pack("<IH", actor_id, len(bones))]
    parts += [text_bytes(bone.name) + _VECTOR.pack(*bone.location_cm) + _VECTOR.pack(*bone.rotation) for bone in bones]
    return b"".join(parts)


class ShortLogError(ValueError):
    """A packet that ends before its records do."""


class Cursor:
    """Reads the records of one packet's payload from front to back; raises ShortLogError past its end."""

    def __init__(self, payload: bytes | memoryview) -> None:
        self._bytes = memoryview(payload)
        self._at = 0

    def take(self, layout: str) -> tuple[int | float | bool, ...]:
        """The values of a struct layout."""
        return struct.unpack("<" + layout, self._slice(struct.calcsize("<" + layout)))

    def text(self) -> str:
        """A text with its length in front."""
        return str(self._slice(int(self.take("H")[0])), "utf-8", "replace")

    def array(self, dtype: np.dtype[np.void] | np.dtype[np.float32], count: int) -> NDArray[np.void]:
        """``count`` records."""
        return np.frombuffer(self._slice(count * dtype.itemsize), dtype)

    def _slice(self, size: int) -> memoryview:
        end = self._at + size
        if end > len(self._bytes):
            raise ShortLogError(f"a packet of {len(self._bytes)} bytes ends in a record that needs {end}")
        part = self._bytes[self._at : end]
        self._at = end
        return part


def read_records(kind: Packet, payload: bytes | memoryview) -> NDArray[np.void]:
    """The records of a packet whose layout is in RECORDS."""
    cursor = Cursor(payload)
    return cursor.array(RECORDS[kind], int(cursor.take("H")[0]))


def read_add_events(payload: bytes | memoryview) -> list[AddEvent]:
    """The records of EVENT_ADD."""
    cursor = Cursor(payload)
    events = []
    for _ in range(int(cursor.take("H")[0])):
        actor_id, code, x, y, z, roll, pitch, yaw, uid = cursor.take("IB3f3fI")
        type_id = cursor.text()
        attributes = tuple((int(cursor.take("B")[0]), cursor.text(), cursor.text()) for _ in range(int(cursor.take("H")[0])))
        events.append(
            AddEvent(
                id=int(actor_id),
                type=int(code),
                location_cm=(float(x), float(y), float(z)),
                rotation=(float(roll), float(pitch), float(yaw)),
                uid=int(uid),
                type_id=type_id,
                attributes=attributes,
            )
        )
    return events


def read_wheels(payload: bytes | memoryview) -> list[tuple[int, NDArray[np.void]]]:
    """Vehicles with their (n,) WHEEL records."""
    cursor = Cursor(payload)
    vehicles = []
    for _ in range(int(cursor.take("H")[0])):
        actor_id, count = cursor.take("II")
        vehicles.append((int(actor_id), cursor.array(WHEEL, int(count))))
    return vehicles


def read_mechanics(payload: bytes | memoryview) -> list[Mechanics]:
    """The records of PHYSICS_CONTROL."""
    cursor = Cursor(payload)
    vehicles = []
    for _ in range(int(cursor.take("H")[0])):
        head = cursor.array(_MECHANICS_HEAD, 1)[0]
        lists = []
        for width in (2, 3, 2, 12):
            count = int(cursor.take("I")[0])
            lists.append(cursor.array(np.dtype("<f4"), count * width).reshape(count, width).astype(np.float32))
        vehicles.append(
            Mechanics(
                id=int(head["id"]),
                first=tuple(head["first"].tolist()),
                use_gear_autobox=bool(head["use_gear_autobox"]),
                second=tuple(head["second"].tolist()),
                center_of_mass=tuple(head["center_of_mass"].tolist()),
                torque_curve=lists[0],
                forward_gears=lists[1],
                steering_curve=lists[2],
                wheels=lists[3],
            )
        )
    return vehicles


def read_bones(payload: bytes | memoryview) -> list[tuple[int, list[Bone]]]:
    """Walkers with their bones."""
    cursor = Cursor(payload)
    walkers = []
    for _ in range(int(cursor.take("H")[0])):
        actor_id, count = cursor.take("IH")
        bones = []
        for _ in range(int(count)):
            name = cursor.text()
            x, y, z, roll, pitch, yaw = (float(value) for value in cursor.take("6f"))
            bones.append(Bone(name=name, location_cm=(x, y, z), rotation=(roll, pitch, yaw)))
        walkers.append((int(actor_id), bones))
    return walkers
