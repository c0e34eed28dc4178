"""Basic shapes as points and triangles, and rotations. Metres; x forward, y right, z up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Points = NDArray[np.float64]
Triangles = NDArray[np.int64]
Shape = tuple[Points, Triangles]


def grid_triangles(rows: int, columns: int, *, wrap: bool = False) -> Triangles:
    """Triangles of a (rows, columns) grid of points, row-major; ``wrap`` joins the last column to the first."""
    last = columns if wrap else columns - 1
    i, j = np.meshgrid(np.arange(rows - 1), np.arange(last), indexing="ij")
    a, b = i * columns + j, i * columns + (j + 1) % columns
    c, d = a + columns, b + columns
    return np.stack([np.stack([a, b, d], -1), np.stack([a, d, c], -1)], 2).reshape(-1, 3)


def grid(points: ArrayLike, *, wrap: bool = False) -> Shape:
    """A (rows, columns, 3) grid of points as a surface."""
    array = np.asarray(points, np.float64)
    return array.reshape(-1, 3), grid_triangles(array.shape[0], array.shape[1], wrap=wrap)


def joined(*shapes: Shape) -> Shape:
    """Several shapes as one."""
    starts = np.cumsum([0] + [len(points) for points, _ in shapes[:-1]])
    points = np.concatenate([points for points, _ in shapes])
    return points, np.concatenate([triangles + start for (_, triangles), start in zip(shapes, starts, strict=True)])


def moved(shape: Shape, at: ArrayLike = (0.0, 0.0, 0.0), turn: Points | None = None, scale: ArrayLike = 1.0) -> Shape:
    """Scaled, turned, then shifted."""
    points = shape[0] * np.asarray(scale, np.float64)
    if turn is not None:
        points = points @ turn.T
    return points + np.asarray(at, np.float64), shape[1]


def turn_x(degrees: float) -> Points:
    """Rotation about x: y towards z."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])


def turn_y(degrees: float) -> Points:
    """Rotation about y: z towards x."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])


def turn_z(degrees: float) -> Points:
    """Rotation about z: x towards y."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1.0]])


def box(low: ArrayLike, high: ArrayLike) -> Shape:
    """An axis-aligned box."""
    a, b = np.asarray(low, np.float64), np.asarray(high, np.float64)
    corners = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], np.float64)
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    triangles = [t for p, q, r, s in quads for t in ((p, q, r), (p, r, s))]
    return a + corners * (b - a), np.asarray(triangles, np.int64)


def rounded_box(low: ArrayLike, high: ArrayLike, radius: float, *, steps: int = 3) -> Shape:
    """A box with rounded edges and corners."""
    a, b = np.asarray(low, np.float64), np.asarray(high, np.float64)
    r = min(radius, 0.499 * float((b - a).min()))
    rings = 2 * (steps + 1)
    segments = 4 * (steps + 1)
    centre, inner = 0.5 * (a + b), 0.5 * (b - a) - r
    latitude = np.concatenate([np.linspace(-90, 0, steps + 1), np.linspace(0, 90, steps + 1)])
    longitude = np.concatenate([np.linspace(k * 90, k * 90 + 90, steps + 1) for k in range(4)])
    lat, lon = np.meshgrid(np.radians(latitude), np.radians(longitude), indexing="ij")
    normal = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], -1)
    sign = np.empty((rings, segments, 3))
    quadrant = np.repeat(np.arange(4), steps + 1)
    sign[..., 0] = np.where((quadrant == 0) | (quadrant == 3), 1.0, -1.0)
    sign[..., 1] = np.where(quadrant < 2, 1.0, -1.0)
    sign[..., 2] = np.repeat([-1.0, 1.0], steps + 1)[:, None]
    points = centre + sign * inner + r * normal
    side = grid(points, wrap=True)
    bottom = np.arange(segments)
    caps = [[0, bottom[k], bottom[k + 1]] for k in range(1, segments - 1)]
    top = (rings - 1) * segments
    caps += [[top, top + k, top + k + 1] for k in range(1, segments - 1)]
    return side[0], np.concatenate([side[1], np.asarray(caps, np.int64)])


def sphere(radii: ArrayLike = 1.0, *, rings: int = 10, segments: int = 16) -> Shape:
    """An ellipsoid about the origin, poles on z."""
    lat = np.linspace(-np.pi / 2, np.pi / 2, rings + 1)[:, None]
    lon = np.linspace(0, 2 * np.pi, segments, endpoint=False)[None]
    points = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat) + 0 * lon], -1)
    return grid(points * np.asarray(radii, np.float64), wrap=True)


def lathe(profile: ArrayLike, *, segments: int = 20, closed: bool = True) -> Shape:
    """Turns (n, 2) radius, height points about z; ``closed`` adds flat ends."""
    r, z = np.asarray(profile, np.float64).T
    if closed:
        r, z = np.r_[0.0, r, 0.0], np.r_[z[0], z, z[-1]]
    angle = np.linspace(0, 2 * np.pi, segments, endpoint=False)
    points = np.stack([r[:, None] * np.cos(angle), r[:, None] * np.sin(angle), np.repeat(z[:, None], segments, 1)], -1)
    return grid(points, wrap=True)


def cylinder(radius: float, height: float, *, segments: int = 16, top: float | None = None) -> Shape:
    """Along z from 0 to ``height``; ``top`` is the upper radius."""
    return lathe([(radius, 0.0), (radius if top is None else top, height)], segments=segments)


def off(point: Points, x: float, y: float, z: float) -> Points:
    """A point shifted by (x, y, z)."""
    shifted: Points = point + np.array([x, y, z])
    return shifted


def tube(path: Sequence[Any] | Points, radius: ArrayLike, *, segments: int = 8) -> Shape:
    """A round tube along (n, 3) points, with (n,) or one radius, flat ends."""
    p = np.asarray([np.asarray(point, np.float64) for point in path])
    radii = np.broadcast_to(np.asarray(radius, np.float64), (len(p),))
    tangent = np.gradient(p, axis=0)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-9)
    aside = np.zeros_like(tangent)
    reference = np.eye(3)[np.argmin(np.abs(tangent[0]))]
    for i, direction in enumerate(tangent):
        reference = reference - direction * (reference @ direction)
        reference = reference / max(float(np.linalg.norm(reference)), 1e-9)
        aside[i] = reference
    up = np.cross(tangent, aside)
    angle = np.linspace(0, 2 * np.pi, segments, endpoint=False)
    ring = aside[:, None] * np.cos(angle)[None, :, None] + up[:, None] * np.sin(angle)[None, :, None]
    points = p[:, None] + ring * radii[:, None, None]
    ends = np.repeat(p[[0, -1]][:, None], segments, 1)
    return grid(np.concatenate([ends[:1], points, ends[1:]]), wrap=True)


def loft(sections: ArrayLike, *, caps: bool = True) -> Shape:
    """Skin over (n, k, 3) closed sections; ``caps`` closes both ends with fans."""
    array = np.asarray(sections, np.float64)
    if caps:
        middles = array[[0, -1]].mean(1, keepdims=True)
        ends = np.repeat(middles, array.shape[1], axis=1)
        array = np.concatenate([ends[:1], array, ends[1:]])
    return grid(array, wrap=True)


def ellipse_loft(spine: ArrayLike, radii: ArrayLike, *, segments: int = 12, power: float = 2.0) -> Shape:
    """Horizontal (super-)ellipses stacked along (n, 3) centres with (n, 2) radii in x and y; closed."""
    centres, r = np.asarray(spine, np.float64), np.asarray(radii, np.float64)
    angle = np.linspace(0, 2 * np.pi, segments, endpoint=False)
    c, s = np.cos(angle), np.sin(angle)
    x, y = np.sign(c) * np.abs(c) ** (2 / power), np.sign(s) * np.abs(s) ** (2 / power)
    ring = np.stack([r[:, :1] * x, r[:, 1:] * y, np.zeros((len(r), segments))], -1)
    return loft(centres[:, None] + ring)


def extrusion(outline: ArrayLike, depth: float) -> Shape:
    """A convex (n, 2) outline in the x-z plane, ``depth`` thick along y, centred."""
    flat = np.asarray(outline, np.float64)
    half = 0.5 * depth
    left = np.stack([flat[:, 0], np.full(len(flat), -half), flat[:, 1]], -1)
    right = left + np.array([0.0, depth, 0.0])
    return loft(np.stack([left, right]))


def quad(corners: Sequence[Sequence[float]]) -> Shape:
    """Four corners in order."""
    return np.asarray(corners, np.float64), np.asarray([[0, 1, 2], [0, 2, 3]], np.int64)
