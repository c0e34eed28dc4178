"""The world as rays see it: ground, placed objects and actors in one Embree scene."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import TracebackType

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

from carlite.geometry import world_from_local
from carlite.mesh import ActorModel, Mesh, PlacedObject, StaticWorld, merged
from carlite.models.doors import with_open_doors
from carlite.models.limber import limber
from carlite.models.pose import part_transforms_many
from carlite.rays import kernels
from carlite.rays.camera import CameraTracer, TracedWorld
from carlite.rays.embree import COHERENT, INCOHERENT, MEDIUM, Device, address
from carlite.rays.lights import emission_bits
from carlite.rays.posed import is_posed, posed_parts
from carlite.rays.results import CameraRequest, Channel, GBuffer, Ground, Hits, SegmentHits
from carlite.rays.slots import Slots
from carlite.rays.static import FlatPart, choose_flat, flatten
from carlite.rays.store import BakedModel, ModelStore
from carlite.tags import Tag
from carlite.world.actors import Actor
from carlite.world.state import ActorStates

# numba's thread pool serves one caller at a time; every parallel kernel of this process runs under this lock.
KERNEL_LOCK = threading.RLock()
_SEGMENT_STEP_M = 1e-3
_MAX_SEGMENT_HITS = 256
_PREPARING_PX, _PREPARING_HEIGHT_M = 16, 30.0


@dataclass(slots=True)
class _Placed:
    """An actor in the scene: where its groups sit."""

    actor: Actor
    baked: BakedModel
    slots: list[int]
    geometries: list[int]
    rest: NDArray[np.float64]
    looks: tuple[object, ...] = ()


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
        self._store = ModelStore(self._device)
        self._slots = Slots()
        self._world = self._device.scene(quality=MEDIUM)
        self._placed: dict[int, _Placed] = {}
        self._hidden: frozenset[int] = frozenset()
        self._frame: object = None
        self._moving: tuple[NDArray[np.int64], ...] = ()
        self._parts: NDArray[np.float64] = np.zeros((0, 3, 4))
        # what the last update saw: where actors stood, and the joints of each entry of _articulated
        self._stood: NDArray[np.float64] = np.zeros((0, 3, 4))
        self._joints: dict[int, NDArray[np.float64]] = {}
        self._articulated: list[tuple[BakedModel, NDArray[np.int64], NDArray[np.int64]]] = []
        self._posed: list[int] = []  # walkers in poses of their own
        self._first_part: dict[int, int] = {}
        self._ground: int | None = None
        self._owners: NDArray[np.int32] = np.zeros(1, np.int32)
        self._flat: Mesh | None = None
        self._flat_scene: int | None = None
        self._object_geometries: dict[int, list[int]] = {}
        self._object_slots: dict[int, list[int]] = {}
        self._hidden_objects: frozenset[int] = frozenset()
        self._add_static(static_world)
        self._store.flush()
        self._commit()
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
        return self._world

    def set_weather(self, values: Sequence[float]) -> None:
        """The 14 weather numbers in wire order (section F.1 of the wire reference)."""
        self._camera.set_weather(values)

    def set_street_lamps(self, on: NDArray[np.bool_] | None) -> None:
        """Which street lamps are lit, in the order of StaticWorld.lamps; None lights all of them at night."""
        self._camera.set_street_lamps(on)

    def hide_objects(self, hidden: frozenset[int]) -> None:
        """Takes the placed objects of these ids out of the scene, and puts back those that were hidden before.

        Small models lie in one mesh, which is built anew without them; that takes as long as it took when the map was loaded.
        """
        changed = hidden ^ self._hidden_objects
        if not changed:
            return
        with KERNEL_LOCK:
            self._hidden_objects = hidden
            for object_id in sorted(changed):
                for geometry in self._object_geometries.get(object_id, ()):
                    if object_id in hidden:
                        self._device.api.rtcDisableGeometry(geometry)
                    else:
                        self._device.api.rtcEnableGeometry(geometry)
            if changed - self._object_geometries.keys():
                self._build_flat()
            self._commit()

    def paint_object(self, object_id: int, tint: Sequence[float]) -> None:
        """Gives a placed object a paint, linear 0..1; it shows where its model is painted."""
        for slot in self._object_slots.get(object_id, ()):
            self._slots.tints[slot] = tint

    def update(self, actors: Iterable[Actor], states: ActorStates, frame: object) -> None:
        """Brings instances up to date with the actors; a second call with the same ``frame`` does nothing.

        Actors without a model are not seen. ``invalidate`` forces the next update.
        """
        if frame is not None and frame == self._frame:
            return
        with KERNEL_LOCK:
            changed = self._sync(actors)
            if self._move(states) or changed:
                self._commit()
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
            self._hide(ignore)
            # A handful of rays (the cast_ray RPC) is one chunk: waking the other threads would cost ten times the cast.
            workers = min(self.threads, -(-count // kernels.CHUNK) or 1)
            numba.set_num_threads(workers)
            slots, store = self._slots, self._store
            kernels.cast_kernel(
                workers, address("rtcIntersect8"), self._world, COHERENT if coherent else INCOHERENT, count,
                0 if len(where) == 1 else 1, np.float32(max_distance_m),
                kernels.addresses(ahead, where, towards, slots.table, slots.transforms, store.triangles, self._owners),
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
        if self._ground is None:
            height[:], normal[:], tag[:] = -np.inf, (0.0, 0.0, 1.0), 0
        else:
            kernels.ground_kernel(
                address("rtcIntersect8"), self._ground, INCOHERENT, start, np.float32(lift_m), np.float32(depth_m),
                self._store.triangles, height, normal, tag,
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
            self._hide(request.ignore)
            lit = [(placed.actor, placed.slots[0]) for placed in self._placed.values() if placed.actor.id not in self._hidden]
            seen = self._sun_seen(request) if request.channels & Channel.RGB else 0.0
            world = TracedWorld(scene=self._world, store=self._store, slots=self._slots, owners=self._owners)
            numba.set_num_threads(self.threads)  # after the rays to the sun, which are too few for more than one thread
            return self._camera.trace(request, world, lit, seen, out, self.threads)

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
            self._store.add_model(model, rigid=False)

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

    def _add_static(self, static_world: StaticWorld) -> None:
        """Slot 0 is the flat scene and the ground in it; each object has a slot, those of big models are instances.

        What is flat lies in the store as one mesh in world coordinates, at its beginning.
        """
        ground = self._slots.claim()
        self._slots.fill(ground, first_triangle=0, instance_id=0, actor_id=0, row=-1, tint=(1.0, 1.0, 1.0))
        parts: list[FlatPart] = []
        meshes = [mesh for mesh in static_world.ground if len(mesh.triangles)]
        if meshes:
            mesh = merged(meshes)
            self._ground = self._device.mesh_scene(mesh.vertices, mesh.triangles, quality=MEDIUM)
            parts.append(FlatPart(slot=ground, mesh=mesh))
        flat = choose_flat(static_world.objects)
        for placed in static_world.objects:
            if id(placed.model) in flat:
                slot = self._add_object(placed, 0)
                parts.append(FlatPart(slot=slot, mesh=flat[id(placed.model)], world_from_local=placed.world_from_local))
        if parts:
            self._flat, self._owners = flatten(parts)
            first = self._store.add_attributes(self._flat)
            assert first == 0  # owners and ground_kernel count from the store's first triangle
            self._build_flat()
        for placed in static_world.objects:
            if id(placed.model) not in flat:
                for group in self._store.add_model(placed.model, rigid=True).groups:
                    slot = self._add_object(placed, group.first_triangle)
                    self._slots.transforms[slot] = placed.world_from_local
                    self._object_geometries.setdefault(placed.object_id, []).append(self._attach(group.scene, slot))

    def _build_flat(self) -> None:
        """The flat scene, at slot 0, with hidden objects' triangles shrunk to points, which no ray meets."""
        if self._flat is None:
            return
        triangles = self._flat.triangles
        if not self.static_world.roads_visible:
            of_roads = (self._owners == 0) & np.isin(self._flat.tags, (Tag.ROADS, Tag.ROAD_LINE, Tag.SIDEWALKS))
            triangles = np.where(of_roads[:, None], np.uint32(0), triangles)
        if self._hidden_objects:
            hidden = [slot for object_id in self._hidden_objects for slot in self._object_slots.get(object_id, ())]
            triangles = np.where(np.isin(self._owners, hidden)[:, None], np.uint32(0), triangles)
        if self._flat_scene is not None:
            self._device.api.rtcDetachGeometry(self._world, 0)
            self._commit()
            self._device.release(self._flat_scene)
        self._flat_scene = self._device.mesh_scene(self._flat.vertices, triangles, quality=MEDIUM)
        self._attach(self._flat_scene, 0)

    def _add_object(self, placed: PlacedObject, first_triangle: int) -> int:
        slot = self._slots.claim()
        self._object_slots.setdefault(placed.object_id, []).append(slot)
        self._slots.fill(
            slot, first_triangle=first_triangle, instance_id=placed.object_id & 0xFFFF, actor_id=0, row=-1, tint=placed.tint
        )
        self._slots.emission[slot] = emission_bits(None)
        return slot

    def _attach(self, scene: int, slot: int) -> int:
        api = self._device.api
        geometry = self._device.instance(scene)
        api.rtcSetGeometryTransform(geometry, 0, 0x9134, self._slots.transforms[slot].ctypes.data)
        api.rtcCommitGeometry(geometry)
        api.rtcAttachGeometryByID(self._world, geometry, slot)
        api.rtcReleaseGeometry(geometry)  # the scene holds it
        return geometry

    def _sync(self, actors: Iterable[Actor]) -> bool:
        """Adds, removes and repaints so that ``_placed`` is exactly the given actors that have a model.

        Returns whether there was anything to do.
        """
        seen = set()
        posed = []
        changed = False
        for actor in actors:
            if actor.model is None:
                continue
            seen.add(actor.id)
            if is_posed(actor):
                posed.append(actor.id)
            placed = self._placed.get(actor.id)
            if placed is not None and _shown_model(actor) is not placed.baked.model:
                self._remove(actor.id)
                placed = None
            if placed is None:
                placed = self._place(actor)
                changed = True
            looks = (actor.tint, actor.light_state, actor.row)
            if looks != placed.looks:
                placed.looks = looks
                for slot in placed.slots:
                    self._slots.repaint(slot, row=actor.row, tint=actor.tint, emission=emission_bits(actor))
                changed = True
        for actor_id in [known for known in self._placed if known not in seen]:
            self._remove(actor_id)
            changed = True
        if changed:
            self._store.flush()
            self._index_moving()
        if posed != self._posed:
            self._posed, self._joints = posed, {}  # those whose pose has gone walk again
        return changed

    def _place(self, actor: Actor) -> _Placed:
        baked = self._store.add_model(_shown_model(actor), rigid=False)
        slots, geometries = [], []
        rest = np.zeros((len(baked.groups), 3, 4))
        rest[:, :, :3] = np.eye(3)
        for index, group in enumerate(baked.groups):
            slot = self._slots.claim()
            self._slots.fill(
                slot, first_triangle=group.first_triangle, instance_id=actor.shown_id, actor_id=actor.id, row=actor.row,
                tint=actor.tint,
            )  # fmt: skip
            rest[index, :, 3] = group.leader_pivot
            slots.append(slot)
            geometries.append(self._attach(group.scene, slot))
        placed = _Placed(actor, baked, slots, geometries, rest)
        self._placed[actor.id] = placed
        return placed

    def _remove(self, actor_id: int) -> None:
        placed = self._placed.pop(actor_id)
        for slot in placed.slots:
            self._device.api.rtcDetachGeometry(self._world, slot)
            self._slots.release(slot)
        self._hidden -= {actor_id}

    def _index_moving(self) -> None:
        everyone = list(self._placed.values())
        counts = [len(placed.slots) for placed in everyone]
        self._moving = (
            np.asarray([slot for placed in everyone for slot in placed.slots], np.int64),
            np.asarray([geometry for placed in everyone for geometry in placed.geometries], np.int64),
            np.repeat(np.arange(len(everyone), dtype=np.int64), counts),
            np.asarray([placed.actor.row for placed in everyone], np.int64),
        )
        self._stood = np.full((len(everyone), 3, 4), np.nan)
        self._joints = {}
        self._parts = np.concatenate([np.zeros((0, 3, 4)), *(placed.rest for placed in everyone)])
        starts = np.concatenate([[0], np.cumsum(counts)])
        self._first_part = {placed.actor.id: int(start) for placed, start in zip(everyone, starts, strict=False)}
        alike: dict[int, list[int]] = {}
        for index, placed in enumerate(everyone):
            if placed.baked.moves_inside:
                alike.setdefault(id(placed.baked), []).append(index)
        self._articulated = [
            (
                everyone[members[0]].baked,
                np.asarray([everyone[member].actor.row for member in members], np.int64),
                starts[members][:, None] + np.arange(counts[members[0]]),
            )
            for members in alike.values()
        ]

    def _move(self, states: ActorStates) -> bool:
        """Moves the instances whose actor or part has moved since the last time; returns whether any has."""
        self._slots.remember()
        if not self._placed:
            return False
        slots, geometries, owners, rows = self._moving
        everyone = world_from_local(states.location[rows], states.rotation_deg[rows])
        moved = self._pose(states)
        moved |= (everyone != self._stood).any((1, 2))[owners]
        self._stood = everyone
        if moved.any():
            kernels.place_kernel(
                address("rtcSetGeometryTransform"), address("rtcCommitGeometry"), geometries[moved], slots[moved],
                owners[moved], everyone, self._parts[moved], self._slots.transforms,
            )  # fmt: skip
        self._slots.forget_new()
        return bool(moved.any())

    def _pose(self, states: ActorStates) -> NDArray[np.bool_]:
        """Writes the poses of parts in their actors' frames, model by model; returns which instances have a new one."""
        moved = np.zeros(len(self._parts), np.bool_)
        for index, (baked, members, places) in enumerate(self._articulated):
            speed = np.hypot(states.velocity[members, 0], states.velocity[members, 1])
            joints = np.column_stack(
                [states.wheel_steer_deg[members], states.wheel_spin_rad[members], states.gait_phase_rad[members], speed]
            )
            before = self._joints.get(index)
            anew = np.ones(len(members), np.bool_) if before is None else (joints != before).any(1)
            self._joints[index] = joints
            if not anew.any():
                continue
            rows, where = members[anew], places[anew]
            every = part_transforms_many(
                baked.model, states.wheel_steer_deg[rows], states.wheel_spin_rad[rows], states.gait_phase_rad[rows], speed[anew]
            )
            self._parts[where] = _of_groups(baked, every)
            moved[where] = True
        for actor_id in self._posed:
            placed, first = self._placed[actor_id], self._first_part[actor_id]
            here = slice(first, first + len(placed.slots))
            self._parts[here] = _of_groups(placed.baked, posed_parts(placed.baked.model, placed.actor, states)[None])[0]
            moved[here] = True
        return moved

    def _hide(self, ignore: Iterable[int]) -> None:
        """Disables the geometry of ignored actors and enables that of all others."""
        wanted = frozenset(ignore) & self._placed.keys()
        if wanted == self._hidden:
            return
        for actor_id in sorted(wanted ^ self._hidden):
            for geometry in self._placed[actor_id].geometries:
                if actor_id in wanted:
                    self._device.api.rtcDisableGeometry(geometry)
                else:
                    self._device.api.rtcEnableGeometry(geometry)
        self._hidden = frozenset(wanted)
        self._commit()

    def _commit(self) -> None:
        self._device.api.rtcCommitScene(self._world)
        self._device.check()


def _shown_model(actor: Actor) -> ActorModel:
    """The looks of an actor, with its doors as they are, and a trunk that bends where it is posed."""
    assert actor.model is not None
    if actor.open_doors:
        return with_open_doors(actor.type_id, actor.model, actor.open_doors)
    return limber(actor.model) if is_posed(actor) else actor.model


def _of_groups(baked: BakedModel, every: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, parts, 3, 4) transforms of parts -> (n, groups, 3, 4) of what moves as one."""
    mine = every[:, [group.member for group in baked.groups]]
    pivots = np.asarray([group.member_pivot for group in baked.groups])
    mine[..., 3] -= np.einsum("ngij,gj->ngi", mine[..., :3], pivots)
    return mine
