"""Lays points on finished ground."""

from __future__ import annotations

from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from carlite.mesh import Mesh, StaticWorld
from carlite.rays import RayScene
from carlite.tags import Tag

Array = NDArray[np.float64]


class Draper:
    """Finds the ground below points. Use as a context manager."""

    def __init__(self, meshes: list[Mesh]) -> None:
        self._scene = RayScene(StaticWorld(ground=tuple(meshes), objects=()), threads=1)

    def __enter__(self) -> Draper:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._scene.close()

    def lay(self, points: Array, *, lift_m: float = 0.6) -> tuple[Array, NDArray[np.uint8]]:
        """The points (n, 3) moved straight down onto the first ground from ``lift_m`` above them, and its tags (n,).

        Points without ground below stay where they are, with tag 0.
        """
        ground = self._scene.ground_below(points, lift_m=lift_m, depth_m=300.0)
        z = np.where(ground.tag == Tag.NONE, points[:, 2], ground.height_m)
        return np.concatenate([points[:, :2], z[:, None]], 1), ground.tag
