"""The world as rays see it: ground, placed objects and actors in one Embree scene."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

from carlite.actors import Actor, ActorStates
from carlite.mesh import ActorModel, StaticWorld
from carlite.rays import kernels
from carlite.rays.camera import CameraTracer, TracedWorld
from carlite.rays.embree import COHERENT, INCOHERENT, Device, address
from carlite.rays.instances import Instances
from carlite.rays.moving import MovingActors
from carlite.rays.results import CameraRequest, Channel, GBuffer, Ground, Hits, SegmentHits
from carlite.rays.standing import StandingObjects
from carlite.weather import Weather

# numba's thread pool serves one caller at a time; every parallel kernel of this process runs under this lock.
KERNEL_LOCK = threading.RLock()
_SEGMENT_STEP_M = 1e-3
_MAX_SEGMENT_HITS = 256
_PREPARING_PX, _PREPARING_HEIGHT_M = 16, 30.0


class RayScene:
    """Rays against a static world and its actors.

    Calls are serialised: any thread may call, one at a time runs.

    Args:
        static_world: the map.
        threads: numba threads for rays; None takes every core this process may use.
    """

    def __init__(self, static_world: StaticWorld, *, threads: int | None = None) -> None:
        cores = min(len(os.sched_getaffinity(0)), int(numba.config.NUMBA_NUM_THREADS))
        self.threads = max(1, min(threads or cores, cores))
        self.static_world = static_world
        self._device = Device()
        self._instances = Instances(self._device)
        self._standing = StandingObjects(self._instances, static_world)
        self._moving = MovingActors(self._instances)
        self._frame: object = None
        self._instances.store.flush()
        self._instances.commit()
        self._camera = CameraTracer(static_world)

    def __enter__(self) -> RayScene:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Frees Embree's memory; the scene is unusable afterwards."""
        self._device.close()

    @property
    def embree_scene(self) -> int:
        """Address of the Embree scene, for kernels of their own kind (benchmarks)."""
        return self._instances.scene

    def set_weather(self, weather: Weather) -> None:
        """Changes the light of the next pictures; ``weather`` as it is shown, the sun's azimuth known."""
        self._camera.set_weather(weather)

    def set_street_lamps(self, on: NDArray[np.bool_] | None) -> None:
        """Which street lamps are lit, in the order of StaticWorld.lamps; None lights all of them at night."""
        self._camera.set_street_lamps(on)

    def hide_objects(self, hidden: frozenset[int]) -> None:
        """Takes the placed objects of these ids out of the scene, and puts back those that were hidden before."""
        with KERNEL_LOCK:
            if self._standing.hide(hidden):
                self._instances.commit()

    def paint_object(self, object_id: int, tint: Sequence[float]) -> None:
        """Gives a placed object a paint, linear 0..1; it shows where its model is painted."""
        self._standing.paint(object_id, tint)

    def light_signals(self, states: Mapping[int, int]) -> None:
        """What the objects that show traffic lights show, by object id: CARLA's states."""
        for object_id, state in states.items():
            self._standing.light(object_id, state)

    def own_objects(self, actor_ids: Mapping[int, int]) -> None:
        """Says which placed objects show an actor (traffic lights, signs), by object id; rays that hit them tell its id."""
        with KERNEL_LOCK:
            self._standing.own(actor_ids)

    def update(self, actors: Iterable[Actor], states: ActorStates, frame: object) -> None:
        """Brings instances up to date with the actors; a second call with the same ``frame`` does nothing.

        Actors without a model are not seen. ``invalidate`` forces the next update.
        """
        if frame is not None and frame == self._frame:
            return
        with KERNEL_LOCK:
            if self._moving.update(actors, states):
                self._instances.commit()
            self._frame = frame

    def invalidate(self) -> None:
        """Makes the next ``update`` run even within the same frame (after a spawn or a destruction between ticks)."""
        self._frame = None

    def cast(
        self,
        origins: ArrayLike,
        directions: ArrayLike,
        max_distance_m: float,
        ignore: Iterable[int] = (),
        *,
        coherent: bool = True,
    ) -> Hits:
        """The nearest hit of each ray.

        Args:
            origins: (3,) shared or (n, 3), world, metres.
            directions: (n, 3) unit vectors, world.
            max_distance_m: rays end there.
            ignore: ids of actors that the rays pass through.
            coherent: neighbours in the array point to similar places; False for shuffled rays.

        Raises:
            ValueError: on wrong shapes.
        """
        where = np.ascontiguousarray(np.atleast_2d(origins), np.float32)
        towards = np.ascontiguousarray(directions, np.float32)
        count = len(towards)
        if towards.ndim != 2 or towards.shape[1] != 3 or where.shape[1] != 3 or len(where) not in (1, count):
            raise ValueError(f"cast: got origins {where.shape} and directions {towards.shape}, expected (1 or n, 3) and (n, 3)")
        hits = Hits(
            distance_m=np.empty(count, np.float32),
            tag=np.empty(count, np.uint8),
            actor_id=np.empty(count, np.uint32),
            instance_id=np.empty(count, np.uint16),
            normal=np.empty((count, 3), np.float32),
            material=np.empty(count, np.uint8),
            row=np.empty(count, np.int32),
        )
        ahead = np.zeros(1, np.int64)
        with KERNEL_LOCK:
            self._hide_actors(ignore)
            # A handful of rays (the cast_ray RPC) is one chunk: waking the other threads would cost ten times the cast.
            workers = min(self.threads, -(-count // kernels.CHUNK) or 1)
            numba.set_num_threads(workers)
            slots, store = self._instances.slots, self._instances.store
            kernels.cast_kernel(
                workers, address("rtcIntersect8"), self._instances.scene, COHERENT if coherent else INCOHERENT, count,
                0 if len(where) == 1 else 1, np.float32(max_distance_m),
                kernels.addresses(ahead, where, towards, slots.table, slots.transforms, store.triangles, self._standing.owners),
                kernels.addresses(
                    hits.distance_m, hits.tag, hits.material, hits.actor_id, hits.instance_id, hits.row, hits.normal
                ),
            )  # fmt: skip
        return hits

    def ground_below(self, points: ArrayLike, *, lift_m: float = 0.5, depth_m: float = 1000.0) -> Ground:
        """The ground meshes straight below each point; objects and actors are no ground.

        Args:
            points: (n, 3) world, metres.
            lift_m: rays start that much above the points, so that a wheel pressed into the road still finds it.
            depth_m: how far below a point to look.
        """
        start = np.ascontiguousarray(np.asarray(points), np.float32).reshape(-1, 3)
        height = np.empty(len(start))
        normal = np.empty((len(start), 3))
        tag = np.empty(len(start), np.uint8)
        if self._standing.ground is None:
            height[:], normal[:], tag[:] = -np.inf, (0.0, 0.0, 1.0), 0
        else:
            kernels.ground_kernel(
                address("rtcIntersect8"), self._standing.ground, INCOHERENT, start, np.float32(lift_m), np.float32(depth_m),
                self._instances.store.triangles, height, normal, tag,
            )  # fmt: skip
        return Ground(height_m=height, normal=normal, tag=tag)

    def cast_segment(self, start: ArrayLike, end: ArrayLike) -> SegmentHits:
        """What lies between two world points, nearest first (the cast_ray RPC): actors and objects once, the ground always."""
        a, b = np.asarray(start, np.float64), np.asarray(end, np.float64)
        length = float(np.linalg.norm(b - a))
        points: list[NDArray[np.float64]] = []
        tags: list[int] = []
        met: set[tuple[int, int, int]] = set()
        done = 0.0
        while length > 0 and done < length and len(tags) < _MAX_SEGMENT_HITS:
            direction = (b - a) / length
            hit = self.cast(a + direction * done, direction[None], length - done)
            if not np.isfinite(hit.distance_m[0]):
                break
            done += float(hit.distance_m[0])
            part = (int(hit.actor_id[0]), int(hit.instance_id[0]), int(hit.tag[0]))
            if part not in met:
                points.append(a + direction * done)
                tags.append(part[2])
            if part[:2] != (0, 0):  # the ground has no ids: each of its surfaces counts
                met.add(part)
            done += _SEGMENT_STEP_M
        return SegmentHits(points=np.asarray(points, np.float64).reshape(-1, 3), tags=np.asarray(tags, np.uint8))

    def trace_camera(self, request: CameraRequest, out: GBuffer | None = None) -> GBuffer:
        """Renders one view; ``out`` gives buffers to fill instead of new ones."""
        with KERNEL_LOCK:
            self._hide_actors(request.ignore)
            seen = self._sun_seen(request) if request.channels & Channel.RGB else 0.0
            parts = self._instances
            world = TracedWorld(scene=parts.scene, store=parts.store, slots=parts.slots, owners=self._standing.owners)
            numba.set_num_threads(self.threads)  # after the rays to the sun, which are too few for more than one thread
            return self._camera.trace(request, world, self._moving.seen(), seen, out, self.threads)

    @property
    def illuminance_lx(self) -> float:
        """On level ground in the present weather."""
        return self._camera.sky.illuminance_lx

    def prepare_camera(self) -> None:
        """Loads what the first picture needs (textures, kernels, the present sky), so that it comes as fast as later ones."""
        pose = np.eye(3, 4)
        pose[2, 3] = _PREPARING_HEIGHT_M
        self.trace_camera(CameraRequest(world_from_camera=pose, width=_PREPARING_PX, height=_PREPARING_PX, fov_deg=90.0))

    def prepare_model(self, model: ActorModel) -> None:
        """Bakes an actor's looks before ``update`` needs them."""
        with KERNEL_LOCK:
            self._instances.store.add_model(model, rigid=False)

    def _sun_seen(self, request: CameraRequest) -> float:
        """Share of a patch around the sun's disc that nothing hides from the camera, for the glare."""
        sky = self._camera.sky
        if float(sky.sun_light.max()) < 1e-3:
            return 0.0
        side = np.cross(sky.sun, (0.0, 0.0, 1.0) if abs(sky.sun[2]) < 0.9 else (1.0, 0.0, 0.0))
        side /= np.linalg.norm(side)
        up = np.cross(side, sky.sun)
        k = np.arange(32)
        radius, turn = 0.012 * np.sqrt((k + 0.5) / 32), k * np.pi * (3 - 5**0.5)
        rays = sky.sun + side * (radius * np.cos(turn))[:, None] + up * (radius * np.sin(turn))[:, None]
        rays /= np.linalg.norm(rays, axis=1, keepdims=True)
        hits = self.cast(request.world_from_camera[:, 3], rays, 1e6, request.ignore)
        return float(np.mean(np.isinf(hits.distance_m)))

    def _hide_actors(self, ignore: Iterable[int]) -> None:
        if self._moving.hide(ignore):
            self._instances.commit()
