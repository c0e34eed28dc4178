"""What rays return: plain arrays."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag

import numpy as np
from numpy.typing import NDArray

from carlite.rays.film import NEUTRAL, Film


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """The nearest hit of each of n rays.

    Attributes:
        distance_m: (n,) float32 along the ray, inf where nothing was hit.
        tag: (n,) uint8 Tag, 0 where nothing was hit.
        actor_id: (n,) uint32 id of the hit actor, 0 for scenery and for no hit.
        instance_id: (n,) uint16 as in instance images: low bits of the actor's or placed object's id, 0 for the ground.
        normal: (n, 3) float32, world, unit, turned towards the ray's origin; zero where nothing was hit.
        material: (n,) uint8 Material.
        row: (n,) int32 row of the hit actor in ActorStates, -1 for scenery and for no hit.
    """

    distance_m: NDArray[np.float32]
    tag: NDArray[np.uint8]
    actor_id: NDArray[np.uint32]
    instance_id: NDArray[np.uint16]
    normal: NDArray[np.float32]
    material: NDArray[np.uint8]
    row: NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What lies straight below each of n points.

    Attributes:
        height_m: (n,) float64 world z, -inf where there is no ground.
        normal: (n, 3) float64 unit, upwards; (0, 0, 1) where there is no ground.
        tag: (n,) uint8 Tag, 0 where there is no ground.
    """

    height_m: NDArray[np.float64]
    normal: NDArray[np.float64]
    tag: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentHits:
    """All hits along one segment, nearest first.

    Attributes:
        points: (k, 3) float64 world, metres.
        tags: (k,) uint8 Tag.
    """

    points: NDArray[np.float64]
    tags: NDArray[np.uint8]


class Channel(IntFlag):
    """The images that a camera trace can fill."""

    RGB = 1
    DEPTH = 2
    TAG = 4
    INSTANCE = 8
    NORMAL = 16
    FLOW = 32
    ALBEDO = 64
    MATERIAL = 128
    OPENNESS = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraRequest:
    """One pinhole view; cameras with equal requests share one trace.

    Attributes:
        world_from_camera: (3, 4) rigid transform, camera frame x forward, y right, z up.
        width: pixels.
        height: pixels.
        fov_deg: horizontal field of view.
        channels: which images to fill.
        ignore: actor ids that the camera does not see.
        time_s: simulation time, moves the rain.
        previous_from_world: (3, 4) the inverse camera pose of the last frame, for optical flow; None means unmoved.
        film: how colours are shown.
        glare: factor on the glare of the sun.
    """

    world_from_camera: NDArray[np.float64]
    width: int
    height: int
    fov_deg: float
    channels: Channel = Channel.RGB | Channel.DEPTH | Channel.TAG | Channel.INSTANCE
    ignore: tuple[int, ...] = ()
    time_s: float = 0.0
    previous_from_world: NDArray[np.float64] | None = None
    film: Film = NEUTRAL
    glare: float = 1.0

    def __post_init__(self) -> None:
        if not (1 <= self.width <= 16384 and 1 <= self.height <= 16384):
            raise ValueError(f"camera image: got {self.width}x{self.height} pixels, expected 1..16384 each")
        if not 0.0 < self.fov_deg < 180.0:
            raise ValueError(f"camera fov: got {self.fov_deg} degrees, expected a value between 0 and 180")
        if self.world_from_camera.shape != (3, 4):
            raise ValueError(f"world_from_camera: got shape {self.world_from_camera.shape}, expected (3, 4)")
        if self.channels & (Channel.ALBEDO | Channel.OPENNESS):  # by-products of the colours
            object.__setattr__(self, "channels", self.channels | Channel.RGB)


@dataclass(slots=True, kw_only=True)
class GBuffer:
    """The images of one view; those not asked for are None.

    Attributes:
        bgra: (h, w, 4) uint8, alpha 255.
        payload: (12 + 4 h w,) uint8, the memory of ``bgra`` with room for an image header in front, where the trace made it.
        depth_m: (h, w) float32 along the optical axis, inf for sky.
        tag: (h, w) uint8 Tag, SKY where nothing was hit.
        instance: (h, w) uint16, 0 for ground and sky.
        normal: (h, w, 3) float32 world, unit, zero for sky.
        flow: (h, w, 2) float32, motion from the last frame in image widths and heights: x to the right, y downwards.
        albedo: (h, w, 3) float32 linear colour of the surface, texture included; zero for sky.
        material: (h, w) uint8 Material; 255 for sky.
        openness: (h, w) uint8, share of the surroundings that is open; 255 for sky.
    """

    bgra: NDArray[np.uint8] | None = None
    payload: NDArray[np.uint8] | None = None
    depth_m: NDArray[np.float32] | None = None
    tag: NDArray[np.uint8] | None = None
    instance: NDArray[np.uint16] | None = None
    normal: NDArray[np.float32] | None = None
    flow: NDArray[np.float32] | None = None
    albedo: NDArray[np.float32] | None = None
    material: NDArray[np.uint8] | None = None
    openness: NDArray[np.uint8] | None = None
