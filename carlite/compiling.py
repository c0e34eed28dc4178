"""Compiles the camera's kernels into numba's cache; ``python -m carlite.compiling`` does it in a process of its own.

On a new machine that takes as long as compiling everything else, so the server lets it run beside its own start.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from carlite.geometry import world_from_local
from carlite.mesh import Material, Mesh, StaticWorld
from carlite.rays import camera_kernel
from carlite.rays.results import CameraRequest, Channel
from carlite.rays.scene import RayScene
from carlite.sensors.image_codes import encode_depth, encode_labels
from carlite.tags import Tag
from carlite.world.state import ActorStates

_HEAVY_RAIN = (100.0, 100.0, 90.0, 100.0, 0.0, 45.0, 7.0, 0.75, 0.1, 100.0, 1.0, 0.03, 0.0331, 0.0)


def is_compiled() -> bool:
    """Whether numba keeps the camera kernel, compiled from no older code than this."""
    folder = Path(camera_kernel.__file__).parent
    newest = max(path.stat().st_mtime for path in folder.glob("*.py"))
    kept = Path(camera_kernel.trace_kernel.stats.cache_path).glob("camera_kernel.trace_kernel-*.nbi")
    return any(path.stat().st_mtime >= newest for path in kept)


def compile_kernels() -> None:
    """Looks at a square of asphalt once with every kernel that a picture in rain needs."""
    corners = np.array([[-9, -9, 0], [9, -9, 0], [9, 9, 0], [-9, 9, 0]], np.float32)
    square = Mesh(
        vertices=corners,
        triangles=np.array([[0, 1, 2], [0, 2, 3]], np.uint32),
        normals=np.tile(np.array([0, 0, 1], np.float32), (4, 1)),
        uvs=corners[:, :2].copy(),
        colours=np.full((4, 3), 0.3, np.float32),
        materials=np.full(2, Material.ASPHALT, np.uint8),
        tags=np.full(2, Tag.ROADS, np.uint8),
    )
    with RayScene(StaticWorld(ground=(square,), objects=())) as scene:
        scene.set_weather(_HEAVY_RAIN)
        scene.update([], ActorStates(), 0)
        eye = world_from_local([0.0, 0.0, 1.5], [-30.0, 0.0, 0.0])
        request = CameraRequest(
            world_from_camera=eye, width=64, height=36, fov_deg=70.0,
            channels=Channel.RGB | Channel.DEPTH | Channel.TAG | Channel.INSTANCE,
        )  # fmt: skip
        image = scene.trace_camera(request)
        assert image.depth_m is not None
        assert image.tag is not None
        assert image.instance is not None
        pixels = np.empty(4 * 36 * 64, np.uint8)
        encode_depth(image.depth_m.reshape(-1), pixels)
        encode_labels(image.tag.reshape(-1), image.instance.reshape(-1), True, pixels)
        scene.cast([0.0, 0.0, 1.5], np.tile(np.array([0, 0, -1], np.float32), (5000, 1)), 100.0)


if __name__ == "__main__":
    compile_kernels()
