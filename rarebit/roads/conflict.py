"""Where two paths meet: the stations between which the strips that two movers sweep overlap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A part of a path, metres along it."""

    entry_m: float
    exit_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Where the swept strips of two paths first overlap.

    Attributes:
        point_m: (2,) where the paths cross, or the middle of the overlap where they only come close or merge.
        first, second: the overlap along the two paths.
    """

    point_m: NDArray[np.float64]
    first: Stretch
    second: Stretch


def conflict(
    first_m: NDArray[np.float64], first_width_m: float, second_m: NDArray[np.float64], second_width_m: float
) -> Conflict | None:
    """The first place along ``first_m`` that both paths sweep, or None.

    Paths that run together from their start (one behind the other) conflict from station 0 on.

    Args:
        first_m, second_m: (n, 2 or 3) points of the paths.
        first_width_m, second_width_m: of what moves along them, about their middle.
    """
    lines = [shapely.LineString(points[:, :2]) for points in (first_m, second_m)]
    strips = [
        line.buffer(width / 2.0, cap_style="flat", join_style="round")
        for line, width in zip(lines, (first_width_m, second_width_m), strict=True)
    ]
    shared = shapely.intersection(*strips)
    areas = [part for part in shapely.get_parts(shared) if part.geom_type == "Polygon" and part.area > 1e-6]
    if not areas:
        return None
    stretches = [(_stretch(lines[0], area), area) for area in areas]
    first, area = min(stretches, key=lambda pair: pair[0].entry_m)
    crossing = shapely.intersection(shapely.intersection(*lines), area)
    at = crossing.representative_point() if crossing.geom_type == "Point" else area.centroid
    return Conflict(point_m=np.array([at.x, at.y]), first=first, second=_stretch(lines[1], area))


def _stretch(line: shapely.LineString, area: shapely.Polygon) -> Stretch:
    """The part of a path abreast of an area."""
    corners = shapely.points(shapely.get_coordinates(shapely.segmentize(area.exterior, 0.25)))
    stations = shapely.line_locate_point(line, corners)
    return Stretch(entry_m=float(stations.min()), exit_m=float(stations.max()))
