"""What every sensor is, and what it gets to see."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from carlite import geometry
from carlite.actors import Actor, ActorStates, Texture
from carlite.physics.types import Contact
from carlite.rays import RayScene
from carlite.sensors.geodesy import GeoReference
from carlite.sensors.traces import CameraTraces
from carlite.wire.binary import SensorKind

_log = logging.getLogger(__name__)

Payload: TypeAlias = bytes | memoryview


@dataclass(frozen=True, slots=True, kw_only=True)
class Transmission:
    """A radio message of this tick.

    Attributes:
        sender: the sensor that sent it.
        kind: of the message.
        power_dbm: with which it left.
        record: (1,) as it stands in the payload, but for the power with which it arrives.
    """

    sender: Actor
    kind: SensorKind
    power_dbm: float
    record: NDArray[np.void]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The world at the end of one tick, as sensors see it.

    Attributes:
        frame: number of the tick.
        elapsed_s: simulated seconds since the episode began.
        dt_s: length of the tick.
        states: of all actors, attached sensors included.
        actors: by id.
        scene: for rays and camera traces, brought up to this frame.
        contacts: touches of this tick.
        geo: where on Earth the map's origin lies.
        gravity_mps2: what an accelerometer at rest reads.
        encode_actor: an actor as it stands in msgpack payloads.
        encode_scenery: likewise a piece of scenery of a semantic tag.
        ignored_by_camera: ids of actors that a camera (by its id) does not see.
        buffers: streams of the render buffers that somebody listens to, by camera id.
        outbox: texts that clients gave to custom V2X sensors, by sensor id; a sensor takes out what it sends.
        traces: cameras' shared traces of this tick.
        air: radio messages of this tick.
    """

    frame: int
    elapsed_s: float
    dt_s: float
    states: ActorStates
    actors: Mapping[int, Actor]
    scene: RayScene
    contacts: Sequence[Contact]
    geo: GeoReference
    gravity_mps2: float
    encode_actor: Callable[[Actor], object]
    encode_scenery: Callable[[int], object]
    ignored_by_camera: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    buffers: Mapping[int, Mapping[Texture, int]] = field(default_factory=dict)
    outbox: dict[int, bytes] = field(default_factory=dict)
    traces: CameraTraces = field(init=False)
    air: list[Transmission] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        object.__setattr__(self, "traces", CameraTraces(self.scene))

    def world_from(self, actor: Actor) -> NDArray[np.float64]:
        """Pose of an actor, (3, 4)."""
        return geometry.world_from_local(self.states.location[actor.row], self.states.rotation_deg[actor.row])


class Sensor(ABC):
    """One sensor actor; lives as long as the actor.

    Args:
        actor: whose attributes are the sensor's settings.

    Attributes:
        kind: type code of its messages.
    """

    kind: ClassVar[SensorKind]

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self._interval_s = np.float32(self.number("sensor_tick", 0.0))
        self._rest_s: np.float32 | None = None

    def number(self, name: str, default: float) -> float:
        """An attribute as a number; ``default`` where the actor lacks it or the text is none."""
        try:
            return float(self.actor.attributes.get(name, default))
        except ValueError:
            _log.warning("%s %d: %s=%r is no number, using %s", self.actor.type_id, self.actor.id, name,
                         self.actor.attributes[name], default)  # fmt: skip
            return default

    def flag(self, name: str, default: bool) -> bool:
        """An attribute as a truth value; ``default`` where the actor lacks it."""
        return self.actor.attributes.get(name, str(default)).lower() == "true"

    def is_due(self, dt_s: float) -> bool:
        """Counts a tick of ``dt_s`` and says whether the sensor fires in it; call it once a tick.

        As Unreal counts, in single precision: the first tick fires and sets the time to rest to ``sensor_tick``. A tick that
        does not outlast the rest shortens it; one that does fires, and its overshoot shortens the next rest. So where
        ``sensor_tick`` is exactly n ticks, a sensor fires at ticks 0, n + 1, 2 n + 1, ...
        """
        if not self._interval_s > 0.0:
            return True
        tick_s = np.float32(dt_s)
        if self._rest_s is not None and self._rest_s >= tick_s:
            self._rest_s -= tick_s
            return False
        overshoot_s = np.float32(0.0) if self._rest_s is None else tick_s - self._rest_s
        self._rest_s = self._interval_s - overshoot_s
        return True

    def prepare(self, view: View) -> None:  # noqa: B027 - most sensors have nothing to ask for
        """First pass of a tick: cameras ask ``view.traces`` for what they need, so that they can share it."""

    @abstractmethod
    def measure(self, view: View) -> Sequence[Payload]:
        """Payloads (without the message header) of this tick; event sensors may give none or several."""

    def beside(self, view: View) -> Sequence[tuple[int, SensorKind, Payload]]:
        """What goes out on streams of their own after the measurement: stream, type code and payload each."""
        return ()

    def rng(self) -> np.random.Generator:
        """The sensor's own stream of random numbers, from its ``noise_seed``."""
        return np.random.default_rng(int(self.number("noise_seed", 0)) & 0xFFFFFFFF)
