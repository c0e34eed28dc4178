"""Camera views: parameters, lamps and buffers around the trace kernel."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carlite.actors import Actor
from carlite.geometry import inverse
from carlite.mesh import StaticWorld
from carlite.rays import camera_kernel as kernel
from carlite.rays import layout as at
from carlite.rays.edges import mark_edges
from carlite.rays.embree import COHERENT, INCOHERENT, address
from carlite.rays.film import curves
from carlite.rays.kernels import LANES, NO_HIT
from carlite.rays.lamps import lamp_table
from carlite.rays.rain import draw_rain
from carlite.rays.results import CameraRequest, Channel, GBuffer
from carlite.rays.sky import Sky, make_sky
from carlite.rays.slots import Slots
from carlite.rays.store import ModelStore
from carlite.rays.textures import look_table
from carlite.weather import Weather

_LOG = logging.getLogger(__name__)
_CLEAR_NOON = Weather(sun_azimuth_angle=225.0)
_NEAR_M = 0.02
_HEADER_BYTES = 12


def _open_directions() -> NDArray[np.float32]:
    """(3, LANES) points spread over the unit sphere (a Fibonacci lattice), shuffled over the lanes."""
    k = np.arange(LANES)
    z = 1 - (2 * k + 1) / LANES
    turn = np.pi * (1 + 5**0.5) * k
    radius = np.sqrt(1 - z * z)
    points = np.stack([radius * np.cos(turn), radius * np.sin(turn), z])
    return points[:, (k * 3) % LANES].astype(np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedWorld:
    """What there is to see.

    Attributes:
        scene: address of the Embree scene.
        store: shading arrays.
        slots: instances and flat objects.
        owners: (n,) int32 slot behind each triangle of the flat scene.
    """

    scene: int
    store: ModelStore
    slots: Slots
    owners: NDArray[np.int32]


class CameraTracer:
    """Renders views of one world under one weather."""

    def __init__(self, static_world: StaticWorld) -> None:
        self._lamps = static_world.lamps
        self._lamps_on: NDArray[np.bool_] | None = None
        self._weather = _CLEAR_NOON
        self._sky: Sky | None = None
        self._scratch: dict[tuple[str, int], NDArray[Any]] = {}
        self._directions = _open_directions()
        self._warm = False

    def set_weather(self, weather: Weather) -> None:
        """Changes the light, before the next picture; ``weather`` as it is shown, the sun's azimuth known."""
        if weather != self._weather:
            self._weather, self._sky = weather, None

    def set_street_lamps(self, on: NDArray[np.bool_] | None) -> None:
        """Which street lamps are lit; None lights all of them at night."""
        self._lamps_on = on

    @property
    def sky(self) -> Sky:
        """The light of the present weather."""
        if self._sky is None:
            self._sky = make_sky(self._weather)
        return self._sky

    def trace(
        self,
        request: CameraRequest,
        world: TracedWorld,
        actors: Sequence[tuple[Actor, int]],
        sun_seen: float,
        out: GBuffer | None,
        workers: int,
    ) -> GBuffer:
        """Renders one view.

        Args:
            request: the view.
            world: what there is to see.
            actors: visible actors with the slot of their first group, for head lamps.
            sun_seen: share of the sun's surroundings that the camera sees, 0..1.
            out: buffers to fill, or None for new ones.
            workers: number of threads.
        """
        started = time.perf_counter()
        if not self._warm:
            _LOG.info("preparing the camera kernel (compiled on the first start: up to a minute)")
        sky, width, height = self.sky, request.width, request.height
        image = _buffers(request, out)
        lamps = lamp_table(self._lamps, self._lamps_on, actors, world.slots, request, sky.night)
        arrays = self._arrays(request, world, image, lamps, sun_seen)
        ids, depth, bgra = arrays[at.A_IDS], arrays[at.A_DEPTH], arrays[at.A_BGRA]
        addresses = _addresses(world.scene, arrays)
        scratch = self._array("scratch", workers * at.BLOCK_BYTES // 4 + 16, np.float32)
        addresses[at.A_SCRATCH] = (scratch.ctypes.data + 63) // 64 * 64
        kernel.trace_kernel(workers, addresses, 0, width, height, _wanted(request.channels), len(lamps))
        if request.channels & Channel.RGB:
            marks = self._array("marks", width * height, np.uint8)
            mark_edges(width, height, ids.ctypes.data, depth.ctypes.data, bgra.ctypes.data, marks.ctypes.data)
            pixels = np.flatnonzero(marks.view(np.bool_)).astype(np.int32)
            arrays[at.A_NEXT][0], addresses[at.A_PIXELS] = 0, pixels.ctypes.data
            if len(pixels):
                kernel.trace_kernel(workers, addresses, len(pixels), width, height, kernel.RGB, len(lamps))
            draw_rain(request, sky, depth.reshape(-1), bgra.reshape(-1))
        _copy_scratch(image, ids, arrays[at.A_OPENNESS])
        if not self._warm:
            self._warm = True
            _LOG.info(
                "camera kernel ready after %.1f s (compiled on the first start, cached afterwards)",
                time.perf_counter() - started,
            )
        return image

    def _arrays(
        self, request: CameraRequest, world: TracedWorld, image: GBuffer, lamps: NDArray[np.float32], sun_seen: float
    ) -> dict[int, NDArray[Any]]:
        """What the kernel reads and writes, by place in its table of addresses; what is not asked for is one unused number."""
        sky, looks, store, slots = self.sky, look_table(), world.store, world.slots
        count = request.width * request.height
        nothing = np.zeros(12, np.float32)
        wanted: dict[int, NDArray[Any] | None] = {
            at.A_BGRA: image.bgra, at.A_TAG: image.tag, at.A_INSTANCE: image.instance, at.A_NORMAL: image.normal,
            at.A_FLOW: image.flow, at.A_ALBEDO: image.albedo,
        }  # fmt: skip
        return {
            **{place: nothing if array is None else array for place, array in wanted.items()},
            at.A_NEXT: np.zeros(1, np.int64),
            at.A_PARAMETERS: self._parameters(request, sky, sun_seen),
            at.A_VERTICES: store.vertices,
            at.A_TRIANGLES: store.triangles,
            at.A_OWNERS: world.owners,
            at.A_TABLE: slots.table,
            at.A_TRANSFORMS: slots.transforms,
            at.A_TINTS: slots.tints,
            at.A_EMISSION: slots.emission,
            at.A_LOOKS: looks.looks,
            at.A_TEXTURES: looks.textures,
            at.A_NOISE: looks.noise_cells,
            at.A_SKY: sky.image,
            at.A_CURVE: curves(request.film),
            at.A_LAMPS: lamps,
            at.A_MOTION: _motion(slots) if request.channels & Channel.FLOW else nothing,
            at.A_OPENNESS: self._array("openness", count, np.uint8),
            at.A_IDS: self._array("ids", count, np.uint32),
            at.A_DEPTH: image.depth_m if image.depth_m is not None else self._array("depth", count, np.float32),
        }

    def _array(self, name: str, count: int, dtype: type[np.generic]) -> NDArray[Any]:
        """A scratch array that lives as long as the tracer; what is in it is not cleared."""
        key = (name, count)
        if key not in self._scratch:
            self._scratch[key] = np.zeros(count, dtype)
        return self._scratch[key]

    def _parameters(self, request: CameraRequest, sky: Sky, sun_seen: float) -> NDArray[np.float32]:
        p = np.zeros(at.P_COUNT, np.float32)
        focal = request.width / (2.0 * np.tan(np.radians(request.fov_deg) / 2.0))
        eye = request.world_from_camera[:, 3]
        p[at.P_CX], p[at.P_CY], p[at.P_INVF] = request.width / 2.0, request.height / 2.0, 1.0 / focal
        p[at.P_EX : at.P_EX + 3] = eye
        p[at.P_R00 : at.P_R00 + 9] = request.world_from_camera[:, :3].ravel()
        p[at.P_NEAR] = _NEAR_M
        p[at.P_SUNX : at.P_SUNX + 3] = sky.sun
        p[at.P_SUNR : at.P_SUNR + 3] = sky.sun_light
        p[at.P_DISC] = sky.disc
        p[at.P_GLARE] = sun_seen * request.glare
        p[at.P_EXPOSURE] = sky.exposure
        p[at.P_AMBIENT : at.P_AMBIENT + 12] = sky.ambient.ravel()
        p[at.P_FOG] = sky.fog_density * np.exp(-sky.fog_rate * max(float(eye[2]), -50.0))
        p[at.P_FOGK], p[at.P_FOGSTART] = sky.fog_rate, sky.fog_start_m
        p[at.P_FOGR : at.P_FOGR + 3] = sky.fog
        p[at.P_FOGSUN] = sky.sun_scatter
        weather = sky.weather
        p[at.P_WET] = weather.film_of_water
        p[at.P_PUDDLE] = weather.puddles
        p[at.P_NIGHT] = sky.night
        p[at.P_GROUNDR : at.P_GROUNDR + 3] = sky.ground
        p[at.P_RAIN] = weather.rain
        p[at.P_TIME] = request.time_s
        p[at.P_SKYDIST] = 4000.0
        before = request.previous_from_world
        p[at.P_PREV : at.P_PREV + 12] = (inverse(request.world_from_camera) if before is None else before).ravel()
        p[at.P_AODIR : at.P_AODIR + 3 * LANES] = self._directions.ravel()
        return p


def _addresses(scene: int, arrays: dict[int, NDArray[Any]]) -> NDArray[np.int64]:
    """The kernel's table of addresses; the arrays must outlive its use."""
    addresses = np.zeros(at.A_COUNT, np.int64)
    addresses[: at.A_NEXT] = (address("rtcIntersect8"), address("rtcOccluded8"), scene, COHERENT, INCOHERENT)
    for place, array in arrays.items():
        assert array.flags.c_contiguous
        addresses[place] = array.ctypes.data
    return addresses


def _wanted(channels: Channel) -> int:
    wanted = kernel.RGB if channels & Channel.RGB else 0
    wanted |= kernel.LABELS if channels & (Channel.TAG | Channel.INSTANCE) else 0
    wanted |= kernel.NORMALS if channels & Channel.NORMAL else 0
    wanted |= kernel.ALBEDO if channels & Channel.ALBEDO else 0
    return wanted | (kernel.FLOW if channels & Channel.FLOW else 0)


def _copy_scratch(image: GBuffer, ids: NDArray[np.uint32], openness: NDArray[np.uint8]) -> None:
    """Materials and openness lie in the tracer's own memory."""
    if image.material is None and image.openness is None:
        return
    sky = ids == NO_HIT
    if image.material is not None:
        image.material[:] = np.where(sky, 255, ids & 255).reshape(image.material.shape)
    if image.openness is not None:
        image.openness[:] = np.where(sky, 255, openness).reshape(image.openness.shape)


def _buffers(request: CameraRequest, out: GBuffer | None) -> GBuffer:
    """``out`` completed with new arrays for what is asked for and missing; the kernel writes tag and instance together."""
    image = out if out is not None else GBuffer()
    shape = (request.height, request.width)
    channels = request.channels
    if channels & (Channel.TAG | Channel.INSTANCE):
        channels |= Channel.TAG | Channel.INSTANCE
    if channels & Channel.RGB and image.bgra is None:
        image.payload = np.empty(_HEADER_BYTES + 4 * request.width * request.height, np.uint8)
        image.bgra = image.payload[_HEADER_BYTES:].reshape(*shape, 4)
    wishes = {
        Channel.DEPTH: ("depth_m", shape, np.float32),
        Channel.TAG: ("tag", shape, np.uint8),
        Channel.INSTANCE: ("instance", shape, np.uint16),
        Channel.NORMAL: ("normal", (*shape, 3), np.float32),
        Channel.FLOW: ("flow", (*shape, 2), np.float32),
        Channel.ALBEDO: ("albedo", (*shape, 3), np.float32),
        Channel.MATERIAL: ("material", shape, np.uint8),
        Channel.OPENNESS: ("openness", shape, np.uint8),
    }
    for channel, (name, wanted, dtype) in wishes.items():
        if channels & channel and getattr(image, name) is None:
            setattr(image, name, np.zeros(wanted, dtype) if channel is Channel.ALBEDO else np.empty(wanted, dtype))
    return image


def _motion(slots: Slots) -> NDArray[np.float32]:
    """Flat (n, 12) previous_world_from_world of every slot, for optical flow."""
    now = np.tile(np.eye(4), (len(slots.transforms), 1, 1))
    now[:, :3] = slots.transforms
    motion: NDArray[np.float32] = np.ascontiguousarray(
        (slots.previous.astype(np.float64) @ np.linalg.inv(now)).reshape(-1), np.float32
    )
    return motion
