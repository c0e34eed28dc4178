"""Which class measures for which blueprint, and the measuring of a tick."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from carlite.sensors.base import Payload, Sensor, View
from carlite.sensors.camera import CAMERAS
from carlite.sensors.events import Collision, Obstacle
from carlite.sensors.lidar import Lidar, SemanticLidar
from carlite.sensors.motion import Gnss, Imu
from carlite.sensors.radar import Radar
from carlite.wire.binary import SensorKind
from carlite.world.actors import Actor

SENSORS: dict[str, type[Sensor]] = {
    **CAMERAS,
    "sensor.lidar.ray_cast": Lidar,
    "sensor.lidar.ray_cast_semantic": SemanticLidar,
    "sensor.other.collision": Collision,
    "sensor.other.gnss": Gnss,
    "sensor.other.imu": Imu,
    "sensor.other.obstacle": Obstacle,
    "sensor.other.radar": Radar,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a sensor, still without its header."""

    actor: Actor
    kind: SensorKind
    payload: Payload


def make_sensor(actor: Actor) -> Sensor | None:
    """The sensor of an actor; None where the blueprint sends nothing (or is none of a sensor)."""
    sensor = SENSORS.get(actor.type_id)
    return sensor(actor) if sensor is not None else None


def measure_all(due: Sequence[Sensor], view: View) -> Iterator[Message]:
    """Messages of one tick, sensor after sensor in the given order.

    All sensors say first what they need, so that cameras with one pose and one lens share one trace.
    """
    for sensor in due:
        sensor.prepare(view)
    for sensor in due:
        for payload in sensor.measure(view):
            yield Message(actor=sensor.actor, kind=sensor.kind, payload=payload)
