"""Convex polygons from areas: triangles, merged across their longest common edges."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from carlite.navigation.detour import CORNERS, Area

Array = NDArray[np.float64]
_GRID = 1000.0  # corners that fall together within a millimetre are one
_THIN = 1e-4
_TURN = -1e-4  # radians, about: corners on one straight line are allowed


def convex_polygons(faces: list[tuple[shapely.Polygon, Area]]) -> tuple[Array, list[list[int]], list[Area]]:
    """Convex polygons of at most six corners that cover ``faces``.

    Args:
        faces: areas whose common borders have the same corners on both sides.

    Returns:
        Corners (n, 2); the corners of each polygon, counter-clockwise; the area of each.
    """
    index: dict[tuple[int, int], int] = {}
    corners: list[tuple[float, float]] = []
    polygons: list[list[int]] = []
    areas: list[Area] = []
    for face, area in faces:
        triangles = []
        for ring in shapely.get_coordinates(shapely.get_parts(shapely.constrained_delaunay_triangles(face))).reshape(-1, 4, 2):
            triangle = []
            for x, y in ring[:3]:
                key = (round(x * _GRID), round(y * _GRID))
                if key not in index:
                    index[key] = len(corners)
                    corners.append((float(x), float(y)))
                triangle.append(index[key])
            twice = _cross(corners, *triangle)
            if len(set(triangle)) == 3 and abs(twice) > _THIN:
                triangles.append(triangle if twice > 0.0 else triangle[::-1])
        merged = _merged(triangles, corners)
        polygons += merged
        areas += [area] * len(merged)
    return np.array(corners).reshape(-1, 2), polygons, areas


def _merged(triangles: list[list[int]], corners: list[tuple[float, float]]) -> list[list[int]]:
    """Joins neighbours, longest common edge first, while the union stays convex and small enough."""
    edges: dict[tuple[int, int], list[int]] = {}
    for number, triangle in enumerate(triangles):
        for first, second in zip(triangle, [*triangle[1:], triangle[0]], strict=True):
            edges.setdefault((min(first, second), max(first, second)), []).append(number)
    shared = [(edge, pair) for edge, pair in edges.items() if len(pair) == 2]
    shared.sort(key=lambda item: -_length(corners, *item[0]))
    polygons: list[list[int] | None] = list(triangles)
    parent = list(range(len(triangles)))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    for edge, (first, second) in shared:
        a, b = root(first), root(second)
        one, two = polygons[a], polygons[b]
        if a == b or one is None or two is None:
            continue
        union = _joined(one, two, edge, corners)
        if union is not None:
            polygons[a], polygons[b] = union, None
            parent[b] = a
    return [polygon for polygon in polygons if polygon is not None]


def _joined(one: list[int], two: list[int], edge: tuple[int, int], corners: list[tuple[float, float]]) -> list[int] | None:
    """The union of two polygons over ``edge``; None if it is too large, not convex, or they touch elsewhere too."""
    if len(one) + len(two) - 2 > CORNERS:
        return None
    start, end = edge if one[(one.index(edge[0]) + 1) % len(one)] == edge[1] else edge[::-1]
    at, behind = one.index(end), two.index(start)
    union = [*one[at:], *one[:at], *(two[(behind + step) % len(two)] for step in range(1, len(two) - 1))]
    if len(set(union)) != len(union):
        return None
    for step in range(len(union)):
        a, b, c = union[step - 2], union[step - 1], union[step]
        scale = _length(corners, a, b) * _length(corners, b, c)
        if _cross(corners, a, b, c) < _TURN * scale:
            return None
    return union


def _cross(corners: list[tuple[float, float]], a: int, b: int, c: int) -> float:
    (ax, ay), (bx, by), (cx, cy) = corners[a], corners[b], corners[c]
    return (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)


def _length(corners: list[tuple[float, float]], a: int, b: int) -> float:
    (ax, ay), (bx, by) = corners[a], corners[b]
    return float(np.hypot(bx - ax, by - ay))
