"""A kind of sensor: what one module of a pack's ``sensors/`` folder exports as ``MODALITY``.

It says which settings a mount of it has, which CARLA sensors serve it, how their raw data become the device's data, how a
camera projects, and how the data are written. Nothing else in Rarebit knows a kind of sensor by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rarebit.rig.numbers import Numbers
from rarebit.rig.projection import Projection
from rarebit.rig.request import RawMessage, SensorRequest
from rarebit.scenario import Weather
from rarebit.snapshot import ActorState, LabelImages, SensorData

if TYPE_CHECKING:  # a mount names its modality
    from rarebit.rig.rig import Mount


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """What is known at a tick in which a mount's sensors have delivered.

    Attributes:
        mount: whose they are, where it really stands.
        raw: messages by role of the request.
        is_key_frame: whether labels are wanted.
        world_from_ego: (4, 4) at this tick; before_from_ego: (4, 4) world from ego one tick earlier.
        tick_s: length of a tick.
        ego_velocity_mps, ego_angular_velocity_radps: (3,) of the ego's origin, world frame.
        actors: everything that can carry a box, the ego included.
        weather: of the scene.
        numbers: what the server's ids become; None keeps them.
        rng: a stream of its own for this scene, channel and tick.
    """

    mount: Mount
    raw: Mapping[str, RawMessage]
    is_key_frame: bool
    world_from_ego: NDArray[np.float64]
    before_from_ego: NDArray[np.float64]
    tick_s: float
    ego_velocity_mps: NDArray[np.float64]
    ego_angular_velocity_radps: NDArray[np.float64]
    actors: tuple[ActorState, ...]
    weather: Weather
    rng: np.random.Generator
    numbers: Numbers | None = None

    @property
    def ego(self) -> ActorState | None:
        """The carrier among the actors."""
        return next((actor for actor in self.actors if actor.is_ego), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """What a modality makes of a capture.

    Attributes:
        data: of the device.
        labels: of a camera at a key frame, else None.
        own_share: 0..1, which part of what the sensor met is its own carrier; None where it met nothing or cannot tell.
    """

    data: SensorData
    labels: LabelImages | None = None
    own_share: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """How data of a modality are written to a file.

    Attributes:
        ending: of the file's name, such as ".jpg".
        fileformat: nuScenes' word for it, such as "jpg".
        encode: the file's bytes; pure.
    """

    ending: str
    fileformat: str
    encode: Callable[[Any], bytes]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Modality:
    """A kind of sensor.

    Attributes:
        name: the key that mounts of a rig file write it by.
        sensor: nuScenes' word in its table of sensors: "camera", "lidar" or "radar" for what readers know.
        settings: a frozen dataclass that ``rarebit.reading`` can read: what a rig file may say of such a sensor.
        body_from_sensor: (3, 3); the device's right-handed data frame seen from its body (x forward, y left, z up).
        requests: the CARLA sensors that serve a mount, from it, the length of a tick and the time between key frames in
            seconds; raises ValueError for a rate that does not fit.
        decode: the device's data from what those sensors sent.
        blob: how the data are written.
        projection: of a camera's settings; None for what makes no pictures.
        outward: (3,) in the body's frame; a mount of it that lies inside the ego's body is moved along it to the surface. None
            for what stays where the rig puts it.
    """

    name: str
    sensor: str
    settings: type[Any]
    body_from_sensor: NDArray[np.float64]
    requests: Callable[[Mount, float, float], tuple[SensorRequest, ...]]
    decode: Callable[[Capture], Decoded]
    blob: Blob
    projection: Callable[[Any], Projection] | None = None
    outward: tuple[float, float, float] | None = None
