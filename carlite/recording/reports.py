"""CARLA's texts about a log: its events, its collisions and who was blocked."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import numpy as np

from carlite.recording import packets
from carlite.recording.log import Frame, Log
from carlite.recording.packets import ActorType, Packet, ShortLogError

_DOORS = ("Front Left", "Front Right", "Rear Left", "Rear Right", "Hood", "Trunk", "All")
_LAMPS = (  # in the order in which CARLA lists them
    (1, "Position"), (2, "LowBeam"), (4, "HighBeam"), (8, "Brake"), (16, "RightBlinker"), (32, "LeftBlinker"), (64, "Reverse"),
    (256, "Interior"), (128, "Fog"), (512, "Special1"), (1024, "Special2"),
)  # fmt: skip
_CATEGORIES = "ovwtha"  # by ActorType; CARLA's list, which makes signs heroes and sensors anything
Show = Callable[[memoryview], list[str]]
_Entry = TypeVar("_Entry")


def heading(log: Log) -> str:
    """Version, map and date, with an empty line after them."""
    header = log.header
    date = time.strftime("%m/%d/%y %H:%M:%S", time.localtime(header.date_s))
    return f"Version: {header.version}\nMap: {header.map_name}\nDate: {date}\n\n"


def file_info(log: Log, *, everything: bool) -> str:
    """Frames with their events; ``everything`` lists each frame with all that it holds."""
    lines = []
    for frame in log:
        inside = _shown(frame, everything)
        if everything or inside:
            lines.append(f"Frame {frame.number} at {frame.elapsed_s:g} seconds")
        lines += inside
    return heading(log) + "".join(f"{line}\n" for line in lines) + _ending(log)


def collisions(log: Log, first: str, second: str) -> str:
    """Collisions that begin, between an actor of category ``first`` and one of ``second``.

    Args:
        log: what is read.
        first: "h" hero, "v" vehicle, "w" walker, "t" traffic light, "o" other, "a" any.
        second: likewise.
    """
    rows = [f"{'Time':>8} {'Types':>6} {'Id':>6} {'Actor 1':<35} {'Id':>6} {'Actor 2':<35}"]
    actors = _Known(lambda event: (event.type, event.type_id))
    known = actors.entries
    before: set[tuple[int, int]] = set()
    for frame in log:
        actors.follow(frame)
        now = set()
        for record in _records(frame, Packet.COLLISION):
            one, other = int(record["first"]), int(record["second"])
            kinds = _category(known, one), _category(known, other)
            if not _fits(first, kinds[0], bool(record["first_hero"])) or not _fits(
                second, kinds[1], bool(record["second_hero"])
            ):
                continue
            if (one, other) not in before:
                names = known.get(one, (0, ""))[1], known.get(other, (0, ""))[1]
                rows.append(
                    f"{frame.elapsed_s:>8.0f}   {kinds[0]} {kinds[1]}  {one:>6} {names[0]:<35} {other:>6} {names[1]:<35}"
                )
            now.add((one, other))
        before = now
    return heading(log) + "".join(f"{row}\n" for row in rows) + _ending(log, whole_seconds=len(rows) > 1)


@dataclass(slots=True)
class _Rest:
    """An actor that may stand still: since when and for how long."""

    type_id: str
    place_cm: np.ndarray = field(default_factory=lambda: np.zeros(3))
    since_s: float = 0.0
    seconds: float = 0.0


def blocked(log: Log, least_s: float, least_cm: float) -> str:
    """Actors that moved less than ``least_cm`` for at least ``least_s``, the longest first."""
    actors = _Known(lambda event: _Rest(event.type_id))
    resting = actors.entries
    found: list[tuple[float, str]] = []

    def report(actor_id: int, rest: _Rest) -> None:
        if rest.seconds >= least_s:
            found.append((rest.seconds, f"{rest.since_s:>8.0f} {actor_id:>6} {rest.type_id:<35} {rest.seconds:>10.0f}"))

    for frame in log:
        actors.follow(frame)
        for record in _records(frame, Packet.POSITION):
            rest = resting.setdefault(int(record["id"]), _Rest(""))
            place = record["location"].astype(np.float64)
            if float(np.linalg.norm(place - rest.place_cm)) < least_cm:
                if rest.seconds == 0.0:
                    rest.since_s = frame.elapsed_s
                rest.seconds += max(frame.duration_s, 0.0)
            else:
                report(int(record["id"]), rest)
                rest.seconds, rest.place_cm = 0.0, place
    for actor_id, rest in resting.items():
        report(actor_id, rest)
    rows = [f"{'Time':>8} {'Id':>6} {'Actor':<35} {'Duration':>10}"]
    rows += [row for _, row in sorted(found, key=lambda item: -item[0])]
    return heading(log) + "".join(f"{row}\n" for row in rows) + _ending(log)


def _ending(log: Log, *, whole_seconds: bool = False) -> str:
    """CARLA's stream keeps the format of whole seconds once a row has set it."""
    if not len(log):
        return "\nFrames: 0\nDuration: 0 seconds\n"
    last = log[len(log) - 1]
    seconds = f"{last.elapsed_s:.0f}" if whole_seconds else f"{last.elapsed_s:g}"
    return f"\nFrames: {last.number}\nDuration: {seconds} seconds\n"


def _fits(wanted: str, kind: str, hero: bool) -> bool:
    return wanted in ("a", kind) or (wanted == "h" and hero)


def _category(known: dict[int, tuple[int, str]], actor_id: int) -> str:
    number = known.get(actor_id, (ActorType.OTHER, ""))[0]
    return _CATEGORIES[number] if number < len(_CATEGORIES) else "o"


class _Known(Generic[_Entry]):
    """What a report knows of actors, by id.

    As in CARLA the one that was added last is forgotten when any is destroyed, and the destroyed ones are not.
    """

    def __init__(self, entry: Callable[[packets.AddEvent], _Entry]) -> None:
        self.entries: dict[int, _Entry] = {}
        self._entry = entry
        self._last = 0

    def follow(self, frame: Frame) -> None:
        """Takes in what a frame adds and removes."""
        for event in _added(frame):
            self.entries[event.id] = self._entry(event)
            self._last = event.id
        if any(True for _ in _records(frame, Packet.EVENT_DEL)):
            self.entries.pop(self._last, None)


def _added(frame: Frame) -> list[packets.AddEvent]:
    events = []
    for kind, payload in frame.packets:
        if kind == Packet.EVENT_ADD:
            with contextlib.suppress(ShortLogError):  # the full report shows damage
                events += packets.read_add_events(payload)
    return events


def _records(frame: Frame, wanted: Packet) -> Iterable[np.void]:
    for kind, payload in frame.packets:
        if kind == wanted:
            with contextlib.suppress(ShortLogError):
                yield from packets.read_records(wanted, payload)


def _shown(frame: Frame, everything: bool) -> list[str]:
    lines: list[str] = []
    for kind, payload in frame.packets:
        show = _EVENTS.get(kind) or (_STATES.get(kind) if everything else None)
        if show is None:
            continue
        try:
            lines += show(payload)
        except ShortLogError:
            lines.append(" (damaged packet)")
    return lines


def _vector(values: Iterable[float]) -> str:
    return "(" + ", ".join(f"{float(value):g}" for value in values) + ")"


def _show_added(payload: memoryview) -> list[str]:
    lines = []
    for event in packets.read_add_events(payload):
        lines.append(f" Create {event.id}: {event.type_id} ({event.type}) at {_vector(event.location_cm)}")
        lines += [f"  {name} = {value}" for _, name, value in event.attributes]
    return lines


def _show_collisions(payload: memoryview) -> list[str]:
    lines = []
    for record in packets.read_records(Packet.COLLISION, payload):
        first, second = (" (hero) " if record[f"{side}_hero"] else "" for side in ("first", "second"))
        lines.append(f" Collision id {record['id']} between {record['first']}{first} with {record['second']}{second}")
    return lines


def _rows(kind: Packet, title: str, row: Callable[[np.void], str]) -> Show:
    """Shows a count, then one line for each record."""

    def show(payload: memoryview) -> list[str]:
        records = packets.read_records(kind, payload)
        return [f" {title}: {len(records)}", *(f"  Id: {record['id']} {row(record)}" for record in records)]

    return show


def _show_boxes(kind: Packet, title: str) -> tuple[int, Show]:
    return kind, _rows(kind, title, lambda r: f"origin: {_vector(r['origin'])} extension: {_vector(r['extent'])}")


def _lamps(record: np.void) -> str:
    return " ".join(name for bit, name in _LAMPS if int(record["lights"]) & bit) or "None"


def _show_doors(payload: memoryview) -> list[str]:
    records = packets.read_records(Packet.DOOR, payload)
    lines = [f" Vehicle door animations: {len(records)}"]
    for record in records:
        door = int(record["door"])
        lines += [f"  Id: {record['id']}", f"  Doors opened:  {_DOORS[door] if door < len(_DOORS) else door} "]
    return lines


def _show_physics(payload: memoryview) -> list[str]:
    vehicles = packets.read_mechanics(payload)
    lines = [f" Physics Control events: {len(vehicles)}"]
    for m in vehicles:
        names = ("max_rpm", "MOI", "damping_rate_full_throttle", "damping_rate_zero_throttle_clutch_engaged")
        lines.append(f"  Id: {m.id}")
        lines += [f"   {name} = {value:g}" for name, value in zip(names, m.first, strict=False)]
        lines.append(f"   damping_rate_zero_throttle_clutch_disengaged = {m.first[4]:g}")
        lines.append(f"   use_gear_auto_box = {'true' if m.use_gear_autobox else 'false'}")
        names = ("clutch_strength", "final_ratio", "mass", "drag_coefficient")
        lines += [f"   {name} = {value:g}" for name, value in zip(names, m.second, strict=True)]
        lines.append(f"   center_of_mass = {_vector(m.center_of_mass)}")
        lines.append("   torque_curve =" + "".join(f" {_vector(point)}" for point in m.torque_curve))
        lines.append("   steering_curve =" + "".join(f" {_vector(point)}" for point in m.steering_curve))
        lines.append("   forward_gears:")
        for index, (ratio, down, up) in enumerate(m.forward_gears):
            lines.append(f"    gear {index}: ratio {ratio:g} down_ratio {down:g} up_ratio {up:g}")
        lines.append("   wheels:")
        for index, wheel in enumerate(m.wheels):
            fields = ("tire_friction", "damping_rate", "max_steer_angle", "radius", "max_brake_torque", "max_handbrake_torque")
            values = " ".join(f"{name} {value:g}" for name, value in zip(fields, wheel, strict=False))
            lines.append(f"    wheel {index}: {values} position {_vector(wheel[9:])}")
    return lines


def _show_bones(payload: memoryview) -> list[str]:
    walkers = packets.read_bones(payload)
    lines = [f" Walkers Bones: {len(walkers)}"]
    for actor_id, bones in walkers:
        lines.append(f"  Id: {actor_id}")
        for bone in bones:
            place, turn = _vector(bone.location_cm), _vector(bone.rotation)
            lines.append(f'     Bone: "{bone.name}" relative: Loc{place} Rot{turn}')
    return [*lines, ""]


_EVENTS: dict[int, Show] = {
    Packet.EVENT_ADD: _show_added,
    Packet.EVENT_DEL: lambda p: [f" Destroy {record['id']}" for record in packets.read_records(Packet.EVENT_DEL, p)],
    Packet.EVENT_PARENT: lambda p: [
        f" Parenting {record['id']} with {record['parent']} (parent)" for record in packets.read_records(Packet.EVENT_PARENT, p)
    ],
    Packet.COLLISION: _show_collisions,
}
_STATES: dict[int, Show] = {
    Packet.POSITION: _rows(
        Packet.POSITION, "Positions", lambda r: f"Location: {_vector(r['location'])} Rotation: {_vector(r['rotation'])}"
    ),
    Packet.LIGHT_STATE: _rows(
        Packet.LIGHT_STATE,
        "State traffic lights",
        lambda r: f"state: {r['state']} frozen: {int(r['frozen'])} elapsedTime: {r['elapsed']:g}",
    ),
    Packet.VEHICLE: _rows(
        Packet.VEHICLE,
        "Vehicle animations",
        lambda r: (
            f"Steering: {r['steer']:g} Throttle: {r['throttle']:g} Brake: {r['brake']:g} "
            f"Handbrake: {int(r['hand_brake'])} Gear: {r['gear']}"
        ),
    ),
    Packet.WALKER: _rows(Packet.WALKER, "Walker animations", lambda r: f"speed: {r['speed']:g}"),
    Packet.DOOR: _show_doors,
    Packet.VEHICLE_LIGHTS: _rows(Packet.VEHICLE_LIGHTS, "Vehicle light animations", _lamps),
    Packet.STREET_LIGHT: _rows(
        Packet.STREET_LIGHT,
        "Scene light changes",
        lambda r: f"enabled: {bool(r['on'])} intensity: {r['intensity']:g} RGB_color: {_vector(r['colour'][:3])}",
    ),
    Packet.KINEMATICS: _rows(
        Packet.KINEMATICS,
        "Dynamic actors",
        lambda r: f"linear_velocity: {_vector(r['velocity'])} angular_velocity: {_vector(r['angular_velocity'])}",
    ),
    **dict(
        [
            _show_boxes(Packet.BOUNDING_BOX, "Actor bounding boxes"),
            _show_boxes(Packet.TRIGGER_VOLUME, "Actor trigger volumes"),
        ]
    ),
    Packet.PLATFORM_TIME: lambda p: [f" Current platform time: {float(packets.Cursor(p).take('d')[0]):g}"],
    Packet.PHYSICS_CONTROL: _show_physics,
    Packet.LIGHT_TIMES: _rows(
        Packet.LIGHT_TIMES,
        "Traffic Light time events",
        lambda r: f"green_time: {r['green']:g} yellow_time: {r['yellow']:g} red_time: {r['red']:g}",
    ),
    Packet.WALKER_BONES: _show_bones,
}
