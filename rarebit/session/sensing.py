"""Sensors on the ego: attached so that they fire at the ticks asked for, their data collected by frame."""

from __future__ import annotations

import queue
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import carla
import numpy as np
from numpy.typing import NDArray

from rarebit.core.errors import ServerError
from rarebit.rig.request import RawMessage, SensorRequest, sensor_tick
from rarebit.rig.rig import Mount
from rarebit.session import convert
from rarebit.session.server import CarlaServer

_PROBE_TICKS = 10


@dataclass(slots=True)
class Attached:
    """One CARLA sensor that was spawned for a request; the client's thread puts its messages into ``messages``."""

    mount: Mount
    request: SensorRequest
    sensor: Any
    messages: queue.SimpleQueue[Any] = field(default_factory=queue.SimpleQueue)

    @property
    def name(self) -> str:
        """For messages."""
        return f"{self.request.channel} ({self.request.role})"


def attach(
    server: CarlaServer,
    world: carla.World,
    ego: carla.Actor,
    actor_from_ego: NDArray[np.float64],
    wanted: Sequence[tuple[Mount, SensorRequest]],
    made: list[Attached],
) -> None:
    """Spawns the sensors of ``wanted`` rigidly on ``ego`` and listens to them; each goes to ``made`` as soon as it exists.

    Raises:
        ServerError: the server lacks a sensor's blueprint or refuses it.
    """
    library = world.get_blueprint_library()
    for mount, request in wanted:
        with server.asking(f"attaching {request.channel} ({request.role})"):
            try:
                blueprint = library.find(request.blueprint)
            except IndexError:
                raise ServerError(f"{server.name}: has no sensor {request.blueprint} ({request.channel})") from None
            for name, value in request.attributes.items():
                if blueprint.has_attribute(name):
                    blueprint.set_attribute(name, value)
            place = convert.carla_transform(actor_from_ego @ mount.ego_from_body @ request.body_from_device)
            sensor = world.spawn_actor(blueprint, place, attach_to=ego, attachment_type=carla.AttachmentType.Rigid)
            attached = Attached(mount, request, sensor)
            made.append(attached)
            sensor.listen(attached.messages.put)


def collect(server: CarlaServer, attached: Attached, frame: int, timeout_s: float) -> RawMessage:
    """What ``attached`` measured in ``frame``; earlier messages are dropped.

    Raises:
        ServerError: it did not arrive in time; names the sensor, the frame, the wait and the remedy.
    """
    end = time.monotonic() + timeout_s
    while (left := end - time.monotonic()) > 0:
        try:
            message = attached.messages.get(timeout=min(left, 0.5))
        except queue.Empty:
            server.check_alive(f"waiting for {attached.name}")
            continue
        if message.frame == frame:
            return _raw(message)
        if message.frame > frame:
            raise MissedFrameError(
                f"{attached.name}: its data for frame {frame} never came, frame {message.frame} did, from {server.name}; "
                "run the scene again, and report it if it stays"
            )
    server.gave_no_answer()
    raise MissedFrameError(
        f"{attached.name}: no data for frame {frame} after {timeout_s:g} s from {server.name}; "
        "raise carla.timeout_s or lower the rig's rate"
    )


class MissedFrameError(ServerError):
    """A sensor did not deliver a frame that it owed."""


def fires_at_once(server: CarlaServer, world: carla.World, step_s: float) -> bool:
    """Whether a sensor with a ``sensor_tick`` delivers in the first tick after its birth, rather than after the interval.

    CARLA does not document it, so it is tried once per server, with a GNSS receiver that costs nothing.

    Raises:
        ServerError: it delivered at neither of the two ticks.
    """
    if server.fires_at_once is None:
        blueprint = world.get_blueprint_library().find("sensor.other.gnss")
        blueprint.set_attribute("sensor_tick", sensor_tick(_PROBE_TICKS, step_s))
        with server.asking("trying when a sensor fires"):
            sensor = world.spawn_actor(blueprint, carla.Transform())
            frames: queue.SimpleQueue[int] = queue.SimpleQueue()
            try:
                sensor.listen(lambda data: frames.put(data.frame))
                time.sleep(0.2)  # the subscription travels on a connection of its own
                first = world.tick()
                for _ in range(_PROBE_TICKS - 1):
                    world.tick()
                try:
                    fired = frames.get(timeout=server.config.timeout_s)
                except queue.Empty:
                    raise ServerError(f"{server.name}: a sensor.other.gnss delivered nothing in {_PROBE_TICKS} ticks") from None
            finally:
                sensor.stop()
                sensor.destroy()
        if fired not in (first, first + _PROBE_TICKS - 1):
            raise ServerError(
                f"{server.name}: a sensor with sensor_tick of {_PROBE_TICKS} ticks fired at tick {fired - first + 1}, "
                f"expected 1 or {_PROBE_TICKS}"
            )
        server.fires_at_once = fired == first
    return server.fires_at_once


class _Kept:
    """The bytes of a message for NumPy, with the message itself: ``raw_data`` alone is memory that goes with its message."""

    def __init__(self, message: Any) -> None:
        self._message = message
        self.__array_interface__: dict[str, Any] = np.frombuffer(message.raw_data, np.uint8).__array_interface__


def _bytes_of(message: Any) -> memoryview:
    if not len(message.raw_data):
        return memoryview(b"")
    kept: Any = np.asarray(_Kept(message))
    return memoryview(kept)


def _raw(message: Any) -> RawMessage:
    if isinstance(message, carla.SemanticLidarMeasurement):
        counts = tuple(message.get_point_count(channel) for channel in range(message.channels))
        return RawMessage(frame=message.frame, data=_bytes_of(message), points_per_channel=counts)
    return RawMessage(frame=message.frame, data=_bytes_of(message))
