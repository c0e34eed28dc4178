"""Outlines of lanes in a dataset's shifted plane: the shared geometry of map mask and map expansion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, Polygon

from rarebit.roads.lane_map import Lane, LaneKey, LaneMap

LANES = frozenset({"driving", "bidirectional"})
DRIVABLE = LANES | {"shoulder", "parking", "biking", "stop", "entry", "exit", "onramp", "offramp"}
WALKABLE = frozenset({"sidewalk"})

# Lanes reach this far from the recorded paths; around them the canvas keeps as much again free.
REACH_M = 100.0
BORDER_M = 100.0
_SIMPLIFY_M = 0.03
_LEAST_AREA_M2 = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """What a location shows of its map.

    Attributes:
        low_m, high_m: (2,) corners, in the world of the session, of the rectangle that holds the lanes; whole metres.
    """

    low_m: NDArray[np.float64]
    high_m: NDArray[np.float64]

    @property
    def shift_m(self) -> NDArray[np.float64]:
        """(2,) to add to world coordinates; whole metres, so that the same point reads alike in both."""
        return BORDER_M - self.low_m

    @property
    def canvas_m(self) -> tuple[float, float]:
        """Width and height of the canvas, whole metres."""
        size = self.high_m - self.low_m + 2.0 * BORDER_M
        return float(size[0]), float(size[1])


def area_of(path_m: NDArray[np.float64]) -> Area:
    """The rectangle around recorded ego positions (n, 2 or 3), with ``REACH_M`` on every side."""
    path = path_m[:, :2]
    return Area(low_m=np.floor(path.min(axis=0) - REACH_M), high_m=np.ceil(path.max(axis=0) + REACH_M))


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneShape:
    """A lane as far as it lies in the area.

    Attributes:
        lane: where it comes from.
        centre, left, right: (n, 2) shifted, in the direction of travel; edges are thinned out and have points of their own.
        width_m: (n,) at the points of ``centre``.
        polygon: valid; between the edges.
        whole_start, whole_end: whether the lane's own start and end are in the area.
    """

    lane: Lane
    centre: NDArray[np.float64]
    width_m: NDArray[np.float64]
    left: NDArray[np.float64]
    right: NDArray[np.float64]
    polygon: Polygon
    whole_start: bool
    whole_end: bool


def lane_shapes(lane_map: LaneMap, area: Area) -> dict[LaneKey, LaneShape]:
    """The shapes of all lanes that have some width in the area, by key."""
    shapes = {key: _lane_shape(lane_map.lanes[key], area) for key in sorted(lane_map.lanes)}
    return {key: shape for key, shape in shapes.items() if shape is not None}


def outlines_in(area: Area, outlines: tuple[NDArray[np.float64], ...]) -> list[Polygon]:
    """Closed outlines such as crossings as valid shifted polygons, those whose middle lies in the area."""
    result = []
    for outline in outlines:
        middle = outline[:, :2].mean(axis=0)
        if len(outline) >= 3 and np.all(middle >= area.low_m) and np.all(middle <= area.high_m):
            polygon = largest_polygon(Polygon(outline[:, :2] + area.shift_m))
            if polygon is not None:
                result.append(polygon)
    return result


def largest_polygon(shape: shapely.Geometry) -> Polygon | None:
    """The largest valid polygon of a shape, counter-clockwise, None if there is none worth keeping."""
    parts = polygons_of(shape)
    return max(parts, key=lambda part: part.area) if parts else None


def polygons_of(shape: shapely.Geometry) -> list[Polygon]:
    """All valid polygons of a shape, in the order that their coordinates give."""
    valid = shape if shape.is_valid else shapely.make_valid(shape)
    parts = [part for part in shapely.get_parts(shapely.get_parts(valid)) if part.geom_type == "Polygon"]
    parts = [shapely.geometry.polygon.orient(part) for part in parts if part.area >= _LEAST_AREA_M2]
    return sorted(parts, key=lambda part: part.bounds)


def _lane_shape(lane: Lane, area: Area) -> LaneShape | None:
    inside = np.all((lane.centre[:, :2] >= area.low_m) & (lane.centre[:, :2] <= area.high_m), axis=1)
    first, last = _longest_run(inside)
    if last - first < 2:
        return None
    run = slice(first, last)
    centre = lane.centre[run, :2] + area.shift_m
    normal = _normals(centre)
    offset = normal * (lane.width_m[run, None] / 2.0)
    left, right = _thinned(centre + offset), _thinned(centre - offset)
    polygon = largest_polygon(Polygon(np.concatenate([right, left[::-1]])))
    if polygon is None:
        return None
    return LaneShape(
        lane=lane,
        centre=centre,
        width_m=lane.width_m[run],
        left=left,
        right=right,
        polygon=polygon,
        whole_start=first == 0,
        whole_end=last == len(lane.centre),
    )


def _longest_run(mask: NDArray[np.bool_]) -> tuple[int, int]:
    """Start and end (exclusive) of the longest run of True, the first of equals."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    if not len(edges):
        return 0, 0
    starts, ends = edges[::2], edges[1::2]
    longest = int(np.argmax(ends - starts))
    return int(starts[longest]), int(ends[longest])


def _normals(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 2) unit vectors to the left of the polyline."""
    tangent = np.gradient(points, axis=0)
    length = np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-9)
    normals: NDArray[np.float64] = np.stack([-tangent[:, 1], tangent[:, 0]], axis=1) / length
    return normals


def _thinned(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """The polyline without points that lie within 3 cm of the rest; its ends stay."""
    line = LineString(points)
    return np.asarray(line.simplify(_SIMPLIFY_M).coords, np.float64) if line.length > 0 else points[[0, -1]]
