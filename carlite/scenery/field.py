"""Heights between scattered pieces of road: a blend of the tangent planes of the nearest ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from carlite.scenery.lanes import DRIVABLE, lane_heights
from carlite.scenery.strips import LaneStrip

Array = NDArray[np.float64]
_BESIDE = 0.1  # weight of what no waypoint lies on


@dataclass(frozen=True, slots=True, kw_only=True)
class SurfaceSamples:
    """Points of road surfaces with the plane through each.

    Attributes:
        points: (n, 3) world, without kerb heights.
        gradients: (n, 2) dz/dx, dz/dy.
        weights: (n,) how much each counts beside others as near as it.
    """

    points: Array
    gradients: Array
    weights: Array

    def subset(self, keep: NDArray[np.bool_]) -> SurfaceSamples:
        """The samples where ``keep`` is True."""
        return SurfaceSamples(points=self.points[keep], gradients=self.gradients[keep], weights=self.weights[keep])


def surface_samples(strips: list[LaneStrip]) -> SurfaceSamples:
    """Samples at the borders and the centre of every lane strip, at its own steps along s.

    The roads of a junction may differ in height where they cross. The centres of lanes that are driven on count most there,
    because waypoints lie on them.
    """
    points, gradients, weights = [np.zeros((0, 3))], [np.zeros((0, 2))], [np.zeros(0)]
    for strip in strips:
        down_inner, down_outer = _kerb_heights(strip)
        inner, outer = strip.inner - down_inner, strip.outer - down_outer
        centre = 0.5 * (inner + outer)
        along = np.gradient(centre, axis=0)
        slope = along[:, 2] / np.maximum(np.linalg.norm(along[:, :2], axis=1), 1e-6)
        flat = along[:, :2] / np.maximum(np.linalg.norm(along[:, :2], axis=1, keepdims=True), 1e-6)
        across = outer - inner
        width = np.linalg.norm(across[:, :2], axis=1)
        # Banking counts only where the lane is wide enough to tell it from rounding.
        bank = np.where(width > 0.5, across[:, 2] / np.maximum(width, 1e-6), 0.0)
        sideways = across[:, :2] / np.maximum(width[:, None], 1e-6)
        gradient = slope[:, None] * flat + bank[:, None] * sideways
        for line in (inner, centre, outer):
            points.append(line)
            gradients.append(gradient)
            has_waypoints = line is centre and strip.lane.type in DRIVABLE
            weights.append(np.full(len(line), 1.0 if has_waypoints else _BESIDE))
    return SurfaceSamples(points=np.concatenate(points), gradients=np.concatenate(gradients), weights=np.concatenate(weights))


class HeightField:
    """z and slope anywhere near the samples: inverse-distance weighted tangent planes of the ``nearest`` ones."""

    def __init__(self, samples: SurfaceSamples, *, nearest: int = 12, softness_m: float = 0.3) -> None:
        self._samples = samples
        self._tree = cKDTree(samples.points[:, :2])
        self._nearest = min(nearest, len(samples.points))
        self._softness = softness_m

    def __call__(self, xy: Array) -> tuple[Array, Array]:
        """Heights (n,) and unit normals (n, 3) at (n, 2)."""
        distance, index = self._tree.query(xy, k=range(1, self._nearest + 1))
        weights = self._samples.weights[index] / (distance**2 + self._softness**2) ** 2
        weights /= weights.sum(1, keepdims=True)
        offset = xy[:, None] - self._samples.points[index, :2]
        planes = self._samples.points[index, 2] + np.einsum("nkd,nkd->nk", offset, self._samples.gradients[index])
        gradient = np.einsum("nk,nkd->nd", weights, self._samples.gradients[index])
        normals = np.concatenate([-gradient, np.ones((len(xy), 1))], 1)
        return np.einsum("nk,nk->n", weights, planes), normals / np.linalg.norm(normals, axis=1, keepdims=True)


def _kerb_heights(strip: LaneStrip) -> tuple[Array, Array]:
    inner, outer = lane_heights(strip.lane, strip.look, strip.s - strip.section.start_m)
    up = np.array([0.0, 0.0, 1.0])
    return inner[:, None] * up, outer[:, None] * up
