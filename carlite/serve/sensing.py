"""The sensors of an episode: which are due in a tick, and their messages."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from carlite.actors import Actor
from carlite.calls import Context, encode
from carlite.sensors import GeoReference, Sensor, View, geo_reference, make_sensor, measure_all
from carlite.tags import Tag
from carlite.wire.binary import SensorKind, sensor_header
from carlite.wire.streams import Buffer

_log = logging.getLogger(__name__)
_WITHOUT_RAYS = frozenset({SensorKind.COLLISION, SensorKind.GNSS, SensorKind.IMU})


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamMessage:
    """A message that is ready to be sent; ``buffers`` together are header and payload."""

    stream_id: int
    buffers: list[Buffer]


class SensorBank:
    """Keeps one Sensor for each sensor actor.

    Args:
        context: the world and the streams.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._sensors: dict[int, Sensor | None] = {}
        self._geo_of: object = None
        self._geo = GeoReference()

    def due(self) -> list[Sensor]:
        """The sensors that fire in this tick and have subscribers; call it once a tick."""
        world = self._context.world
        live = world.episode.sensors_by_stream
        self._sensors = {stream: sensor for stream, sensor in self._sensors.items() if stream in live}
        firing = []
        for stream_id, actor in live.items():
            if stream_id not in self._sensors:
                self._sensors[stream_id] = _made(actor)
            sensor = self._sensors[stream_id]
            if sensor is None or not sensor.is_due(world.delta_s) or not self._is_heard(actor):
                continue
            if not (world.settings.no_rendering and actor.type_id.startswith("sensor.camera.")):
                firing.append(sensor)
        return firing

    def _is_heard(self, actor: Actor) -> bool:
        """Whether somebody listens to a sensor or to one of its render buffers; radios send whether or not."""
        if actor.type_id.startswith("sensor.other.v2x"):
            return True
        streams = [actor.stream_id, *self._context.world.episode.asked.streams.get(actor.id, {}).values()]
        return any(self._context.streams.has_listeners(stream) for stream in streams)

    @staticmethod
    def is_quick(due: list[Sensor]) -> bool:
        """Whether none of the sensors needs rays, so that measuring takes no time worth a thread."""
        return all(sensor.kind in _WITHOUT_RAYS for sensor in due)

    def measure(self, due: list[Sensor]) -> Iterator[StreamMessage]:
        """The messages of the present tick."""
        world = self._context.world
        if not self.is_quick(due):
            world.refresh_rays()
        view = self._view()
        for message in measure_all(due, view):
            row = message.actor.row
            header = sensor_header(
                message.kind,
                world.frame,
                world.elapsed_s,
                world.episode.states.location[row],
                world.episode.states.rotation_deg[row],
            )
            yield StreamMessage(stream_id=message.stream_id, buffers=[header, message.payload])

    def _view(self) -> View:
        context, world = self._context, self._context.world
        if self._geo_of is not world.episode.level:
            self._geo_of, self._geo = world.episode.level, geo_reference(world.episode.level.network.origin_deg)
        asked, has_listeners = world.episode.asked, context.streams.has_listeners
        buffers = {
            camera: {texture: stream for texture, stream in streams.items() if has_listeners(stream)}
            for camera, streams in asked.streams.items()
            if camera in asked.cameras
        }
        return View(
            frame=world.frame,
            elapsed_s=world.elapsed_s,
            dt_s=world.delta_s,
            states=world.episode.states,
            actors=world.episode.actors.by_id,
            scene=world.episode.level.rays,
            contacts=world.episode.contacts,
            geo=self._geo,
            gravity_mps2=world.episode.imu_gravity,
            encode_actor=lambda actor: encode.actor(context, actor),
            encode_scenery=_encode_scenery,
            ignored_by_camera=world.episode.ignored_by_camera,
            buffers=buffers,
            outbox=asked.texts,
        )


def _made(actor: Actor) -> Sensor | None:
    """The sensor of an actor; None too where its settings are senseless, so that it alone is silent."""
    try:
        return make_sensor(actor)
    except Exception:
        _log.exception("%s %d cannot be made from %s", actor.type_id, actor.id, actor.attributes)
        return None


def _encode_scenery(tag: int) -> object:
    """The stand-in actor for a piece of scenery, as CARLA names it: "static.building"."""
    return encode.scenery_actor(f"static.{Tag(tag).name.lower().replace('_', '')}")
