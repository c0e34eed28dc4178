"""Which class measures for which blueprint, and the measuring of a tick."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from carlite.actors import Actor
from carlite.sensors.base import Payload, Sensor, View
from carlite.sensors.camera import CAMERAS
from carlite.sensors.events import Collision, Obstacle
from carlite.sensors.events_camera import EventCamera
from carlite.sensors.lidar import Lidar, SemanticLidar
from carlite.sensors.motion import Gnss, Imu
from carlite.sensors.radar import Radar
from carlite.sensors.v2x import RADIOS
from carlite.wire.binary import SensorKind

_LOG = logging.getLogger(__name__)

SENSORS: dict[str, type[Sensor]] = {
    **CAMERAS,
    **RADIOS,
    "sensor.camera.dvs": EventCamera,
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
    stream_id: int
    kind: SensorKind
    payload: Payload


def make_sensor(actor: Actor) -> Sensor | None:
    """The sensor of an actor; None where the blueprint sends nothing (or is none of a sensor)."""
    sensor = SENSORS.get(actor.type_id)
    return sensor(actor) if sensor is not None else None


def measure_all(due: Sequence[Sensor], view: View) -> Iterator[Message]:
    """Messages of one tick, sensor after sensor in the given order.

    All sensors say first what they need, so that cameras with one pose and one lens share one trace. A sensor that fails
    is logged and passed over; the first such error is raised when all others are out.
    """
    failed: list[Exception] = []
    ready = []
    for sensor in due:
        try:
            sensor.prepare(view)
            ready.append(sensor)
        except Exception as error:
            failed.append(_told(sensor, error))
    for sensor in ready:
        try:
            messages = [(sensor.actor.stream_id, sensor.kind, payload) for payload in sensor.measure(view)]
            messages += sensor.beside(view)
        except Exception as error:
            failed.append(_told(sensor, error))
            continue
        for stream_id, kind, payload in messages:
            yield Message(actor=sensor.actor, stream_id=stream_id, kind=kind, payload=payload)
    if failed:
        raise failed[0]


def _told(sensor: Sensor, error: Exception) -> Exception:
    _LOG.error("sensor %d (%s) has failed", sensor.actor.id, sensor.actor.type_id, exc_info=error)
    return error
