"""Speed of the ray engine against its floors, measured in the same run.

Run ``python benchmarks/rays.py`` (``--width 400 --height 225 --repeats 1`` for a quick look). The scene is a street of boxes
with 350 moving instances. Floors: six cameras' primary rays and sun rays alone, without looking at what they hit; a bare cast
for the lidar. Ratios hold on any machine; milliseconds are this one's.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable

import numba
import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from carlite.actors import Actor, ActorStates, Kind
from carlite.geometry import world_from_local
from carlite.mesh import ActorModel, Box, Joint, Material, Mesh, Part, PlacedObject, StaticWorld
from carlite.rays import CameraRequest, RayScene
from carlite.rays.embree import COHERENT, address
from carlite.rays.kernels import LANES, NO_HIT, aligned, call4
from carlite.sensors.lidar_kernel import packet_order
from carlite.tags import Tag

_BOX = Box(centre=(0, 0, 0), half_extent=(1, 1, 1))
_CAMERAS = ((0, 70), (55, 70), (-55, 70), (110, 70), (-110, 70), (180, 110))


def sphere(radii: tuple[float, float, float], tag: Tag, material: Material, rings: int = 16) -> Mesh:
    """An ellipsoid of 4 rings^2 triangles."""
    u, v = np.meshgrid(np.linspace(0, 2 * np.pi, 2 * rings + 1), np.linspace(0.01, np.pi - 0.01, rings + 1), indexing="ij")
    normals = np.stack([np.cos(u) * np.sin(v), np.sin(u) * np.sin(v), np.cos(v)], -1).reshape(-1, 3)
    return grid(normals * radii, normals, (2 * rings, rings), tag, material, u.ravel(), v.ravel())


def grid(
    points: NDArray[np.float64], normals: NDArray[np.float64], cells: tuple[int, int], tag: Tag, material: Material,
    u: NDArray[np.float64], v: NDArray[np.float64],
) -> Mesh:  # fmt: skip
    """A mesh over a (cells[0] + 1, cells[1] + 1) lattice of points."""
    index = np.arange((cells[0] + 1) * (cells[1] + 1)).reshape(cells[0] + 1, cells[1] + 1)
    a, b, c, d = (index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:])
    triangles = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)])
    return Mesh(
        vertices=points.astype(np.float32),
        triangles=triangles.astype(np.uint32),
        normals=normals.astype(np.float32),
        uvs=np.stack([u, v], -1).astype(np.float32),
        colours=np.full((len(points), 3), 0.35, np.float32),
        materials=np.full(len(triangles), material, np.uint8),
        tags=np.full(len(triangles), tag, np.uint8),
    )


def flat(size: tuple[float, float], height_m: float, tag: Tag, material: Material, cells: int = 80) -> Mesh:
    """A horizontal rectangle."""
    line = np.linspace(-1, 1, cells + 1)
    x, y = (a.ravel() for a in np.meshgrid(line * size[0], line * size[1], indexing="ij"))
    points = np.stack([x, y, np.full_like(x, height_m)], -1)
    return grid(points, np.tile([0.0, 0.0, 1.0], (len(x), 1)), (cells, cells), tag, material, x / 4, y / 4)


def street() -> tuple[StaticWorld, list[Actor], ActorStates]:
    """A street with houses, trees, 50 vehicles of five and 20 walkers of five instances: 350 that move."""
    rng = np.random.default_rng(7)
    house = ActorModel(parts=(Part(mesh=sphere((9, 7, 16), Tag.BUILDING, Material.FACADE, 24)),))
    tree = ActorModel(parts=(Part(mesh=sphere((1.9, 1.9, 2.2), Tag.VEGETATION, Material.LEAVES)),))
    objects = []
    for k in range(40):
        objects.append((house, (-190.0 + (k // 2) * 20, 24.0 * (1 - 2 * (k % 2)), 0.0)))
    for k in range(100):
        objects.append((tree, (-195.0 + (k // 2) * 7.9, 9.6 * (1 - 2 * (k % 2)), 4.2)))
    placed = tuple(
        PlacedObject(
            object_id=k + 1, name=f"object {k}", tag=Tag.BUILDING, model=model, box=_BOX,
            world_from_local=world_from_local(where, [0.0, rng.uniform(0, 360), 0.0]),
        )
        for k, (model, where) in enumerate(objects)
    )  # fmt: skip
    ground = (
        flat((200, 200), -0.1, Tag.TERRAIN, Material.GRASS),
        flat((200, 7), 0.0, Tag.ROADS, Material.ASPHALT),
    )
    wheel = sphere((0.33, 0.12, 0.33), Tag.CAR, Material.RUBBER, 8)
    wheels = tuple(Part(mesh=wheel, pivot=(1.4 * f, 0.8 * s, 0.33), joint=Joint.WHEEL) for f in (1, -1) for s in (-1, 1))
    car = ActorModel(parts=(Part(mesh=sphere((2.2, 0.9, 0.6), Tag.CAR, Material.PAINT), pivot=(0, 0, 0.8)), *wheels))
    limb = sphere((0.1, 0.1, 0.4), Tag.PEDESTRIAN, Material.CLOTH, 6)
    joints = (Joint.LEFT_HIP, Joint.RIGHT_HIP, Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER)
    walker = ActorModel(
        parts=(Part(mesh=limb, pivot=(0, 0, 1.2)), *(Part(mesh=limb, joint=j, pivot=(0, 0, 0.9)) for j in joints))
    )
    states, actors = ActorStates(), []
    for k in range(70):
        row = states.allocate(k + 1)
        lane = (-5.2, -1.7, 1.7, 5.2)[k % 4] if k < 50 else 8.2
        states.location[row] = (-180.0 + 7.3 * (k if k < 50 else 2 * (k - 45)) + rng.uniform(-1, 1), lane, 0.0)
        kind, model = (Kind.VEHICLE, car) if k < 50 else (Kind.WALKER, walker)
        actors.append(Actor(id=k + 1, kind=kind, type_id="bench", attributes={}, row=row, box=_BOX, model=model))
    return StaticWorld(ground=ground, objects=placed), actors, states


@njit(parallel=True, nogil=True, cache=True, error_model="numpy")
def floor_kernel(intersect, occluded, scene, arguments, origin, directions, sun, seen):  # type: ignore[no-untyped-def]
    """Primary rays, then sun rays from where they hit: nothing is looked up, nothing is shaded."""
    for chunk in prange(directions.shape[0] // 1600):
        packet = aligned(21)
        words = packet.view(np.uint32)
        shadow = aligned(12)
        shadow_words = shadow.view(np.uint32)
        valid = aligned(2).view(np.int32)
        for base in range(chunk * 1600, (chunk + 1) * 1600, LANES):
            for lane in range(LANES):
                for axis in range(3):
                    packet[axis, lane] = origin[axis]
                    packet[4 + axis, lane] = directions[base + lane, axis]
                packet[3, lane] = packet[7, lane] = np.float32(0)
                packet[8, lane] = np.float32(1e30)
                words[9, lane] = words[18, lane] = words[19, lane] = NO_HIT
                valid[0, lane] = -1
            call4(intersect, valid.ctypes.data, scene, packet.ctypes.data, arguments)
            for lane in range(LANES):
                hit = words[18, lane] != NO_HIT
                valid[1, lane] = -1 if hit else 0
                reach = packet[8, lane] * np.float32(0.999) if hit else np.float32(0)
                for axis in range(3):
                    shadow[axis, lane] = origin[axis] + reach * packet[4 + axis, lane]
                    shadow[4 + axis, lane] = sun[axis]
                shadow[3, lane] = shadow[7, lane] = np.float32(0)
                shadow[8, lane] = np.float32(1e30)
                shadow_words[9, lane] = NO_HIT
            call4(occluded, valid.ctypes.data + 4 * LANES, scene, shadow.ctypes.data, arguments)
            for lane in range(LANES):
                seen[base + lane] = packet[8, lane] if shadow[8, lane] > 0 else np.float32(0)


@njit(parallel=True, nogil=True, cache=True, error_model="numpy")
def bare_kernel(intersect, scene, arguments, origin, directions, far, distance):  # type: ignore[no-untyped-def]
    """Nearest distances of rays from one origin: what they hit is not looked up."""
    count = directions.shape[0]
    for chunk in prange((count + 1023) // 1024):
        packet = aligned(21)
        words = packet.view(np.uint32)
        valid = aligned(1).view(np.int32)
        stop = min(count, (chunk + 1) * 1024)
        for base in range(chunk * 1024, stop, LANES):
            for lane in range(LANES):
                ray = min(base + lane, stop - 1)
                for axis in range(3):
                    packet[axis, lane] = origin[axis]
                    packet[4 + axis, lane] = directions[ray, axis]
                packet[3, lane] = packet[7, lane] = np.float32(0)
                packet[8, lane] = far
                words[9, lane] = words[18, lane] = words[19, lane] = NO_HIT
                valid[0, lane] = -1
            call4(intersect, valid.ctypes.data, scene, packet.ctypes.data, arguments)
            for lane in range(min(LANES, stop - base)):
                distance[base + lane] = packet[8, lane]


def camera_rays(request: CameraRequest) -> NDArray[np.float32]:
    """(n, 3) directions in tiles of 4 x 2 pixels, padded to whole chunks of 1600."""
    focal = request.width / (2 * np.tan(np.radians(request.fov_deg) / 2))
    width, height = request.width // 4 * 4, request.height // 2 * 2
    x, y = np.meshgrid((np.arange(width) + 0.5 - width / 2) / focal, (np.arange(height) + 0.5 - height / 2) / focal)
    rays = np.stack([np.ones_like(x), x, -y], -1) @ request.world_from_camera[:, :3].T
    rays /= np.linalg.norm(rays, axis=-1, keepdims=True)
    tiled = rays.reshape(height // 2, 2, width // 4, 4, 3).transpose(0, 2, 1, 3, 4).reshape(-1, 3)
    return np.ascontiguousarray(tiled[: len(tiled) // 1600 * 1600], np.float32)


def best_ms(repeats: int, *works: Callable[[], object]) -> list[float]:
    """The shortest of several runs of each after one to warm up, in turns: other programs only ever add time."""
    for work in works:
        work()
    best = [math.inf] * len(works)
    for _ in range(repeats):
        for index, work in enumerate(works):
            start = time.perf_counter()
            work()
            best[index] = min(best[index], (time.perf_counter() - start) * 1e3)
    return best


def lidar_rays(channels: int = 32, steps: int = 1090) -> NDArray[np.float32]:
    """One turn of a lidar in the order in which the sensor casts it."""
    channel, step = packet_order(channels, steps)
    up, around = np.radians(np.linspace(10, -30, channels))[channel], (2 * np.pi / steps * np.arange(steps))[step]
    return np.ascontiguousarray(
        np.stack([np.cos(up) * np.cos(around), np.cos(up) * np.sin(around), np.sin(up)], -1), np.float32
    )


def main() -> None:
    """Prints the floors, the times and the ratios."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--width", type=int, default=1600)
    options.add_argument("--height", type=int, default=900)
    options.add_argument("--repeats", type=int, default=7)
    chosen = options.parse_args()
    world, actors, states = street()
    with RayScene(world) as scene:
        scene.update(actors, states, 0)
        frames = iter(range(1, 10**9))

        def move() -> None:
            states.location[:, 1] += 0.01
            scene.update(actors, states, next(frames))

        lanes = states.location.copy()
        (moving,) = best_ms(30, move)
        states.location[:] = lanes
        scene.update(actors, states, next(frames))
        (still,) = best_ms(30, lambda: scene.update(actors, states, next(frames)))
        parts = sum(len(actor.model.parts) for actor in actors if actor.model)
        print(f"{scene.threads} threads; update of {parts} moving parts {moving:.2f} ms, standing ones {still:.2f} ms")
        numba.set_num_threads(scene.threads)
        requests = [
            CameraRequest(
                world_from_camera=world_from_local([1.0, -1.75, 1.6], [0.0, yaw, 0.0]),
                width=chosen.width,
                height=chosen.height,
                fov_deg=fov,
            )
            for yaw, fov in _CAMERAS
        ]
        times = []
        sun = np.array([-0.5, -0.5, 0.7071], np.float32)
        for request in requests:
            rays = camera_rays(request)
            seen = np.empty(len(rays), np.float32)
            where = (address("rtcIntersect8"), address("rtcOccluded8"), scene.embree_scene, COHERENT)
            eye = request.world_from_camera[:, 3].astype(np.float32)
            image = scene.trace_camera(request)
            times.append(
                best_ms(
                    chosen.repeats,
                    lambda: floor_kernel(*where, eye, rays, sun, seen),  # noqa: B023
                    lambda: scene.trace_camera(request, image),  # noqa: B023
                )
            )
        floor, full = np.sum(times, 0).tolist()
        print(f"six cameras {chosen.width}x{chosen.height}: floor {floor:.0f} ms, full {full:.0f} ms, ratio {full / floor:.2f}")
        beams = lidar_rays()
        distance = np.empty(len(beams), np.float32)
        head = np.array([0, -1.75, 1.84], np.float32)
        bare, cast = best_ms(
            5 * chosen.repeats,
            lambda: bare_kernel(address("rtcIntersect8"), scene.embree_scene, COHERENT, head, beams, np.float32(100), distance),
            lambda: scene.cast(head, beams, 100.0),
        )
        print(f"lidar 32x1090: bare {bare:.2f} ms, with what was hit {cast:.2f} ms, ratio {cast / bare:.2f}")
        rng = np.random.default_rng(1)
        angle = rng.uniform(-1, 1, (20_000, 2)) * np.radians([60, 8])
        angle = angle[np.lexsort((np.round(angle[:, 1] * 40), np.round(angle[:, 0] * 30)))]
        radar = np.stack(
            [np.cos(angle[:, 1]) * np.cos(angle[:, 0]), np.cos(angle[:, 1]) * np.sin(angle[:, 0]), np.sin(angle[:, 1])], -1
        )
        (echo,) = best_ms(5 * chosen.repeats, lambda: scene.cast([3.5, -1.75, 0.6], radar, 100.0))
        print(f"radar 20 000 sorted rays: {echo:.2f} ms")
        wheels = rng.uniform(-50, 50, (120, 3)) * [1, 0.1, 0]
        print(f"ground below 120 points: {best_ms(200, lambda: scene.ground_below(wheels))[0]:.3f} ms")


if __name__ == "__main__":
    main()
