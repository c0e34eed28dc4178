"""Where walkers can go: sidewalks, crosswalks and roads of a map as areas with common borders.

Sidewalks end 0.3 m (the walkers' radius) before every edge, so that nobody brushes a wall or hangs over the kerb; what
lies between a sidewalk and the carriageway belongs to the road. Where roads pass over each other the upper one is a sheet of
its own around the crossing; it meets the rest along straight cuts across the upper road.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from carlite.navigation.detour import Area
from carlite.opendrive import LaneSection, Road, RoadNetwork, object_outline
from carlite.scenery.areas import polygons_of, strip_polygon
from carlite.scenery.lanes import WALKABLE
from carlite.scenery.strips import LaneStrip, lane_strips

Array = NDArray[np.float64]
_RADIUS_M = 0.3
_GAP_M = 0.6
_SMALL_HOLE_M2 = 150.0
_STOREY_M = 2.5
_AROUND_M = 4.0
_CELL_M = 40.0
_TOLERANCE_M = 0.08
_LEAST_M2 = 0.05
_REACH_M = 3.0  # how far beyond its outline a crosswalk may have to go to meet the sidewalk
_CROSSING_M = 3.0  # width of crossings that the map does not tell
_BEFORE_JUNCTION_M = 1.5
_KNOWN_M = 20.0
_SHARP: Any = {"join_style": "mitre", "mitre_limit": 2.0}
_NOT_WALKED = ("none", "border")


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkingAreas:
    """The ground that walkers know.

    Attributes:
        faces: areas with what they are; common borders have the same corners on both sides.
        points: (n, 3) points of the road surface, for heights.
        upper_faces, upper_points: of bridges, where they pass over other roads.
    """

    faces: list[tuple[shapely.Polygon, Area]]
    points: Array
    upper_faces: list[tuple[shapely.Polygon, Area]]
    upper_points: Array


def has_sidewalks(network: RoadNetwork) -> bool:
    """Whether walkers have anywhere to go."""
    return any(lane.type in WALKABLE for road in network.roads.values() for section in road.sections for lane in section.lanes)


def walking_areas(network: RoadNetwork) -> WalkingAreas:
    """All areas of a map where walkers can go."""
    strips = [strip for road in network.roads.values() for strip in lane_strips(road)]
    crossing = _crossing(strips)
    sidewalk, ground = _walked(strips, crossing.lowest)
    outlines = crosswalk_outlines(network)
    crossings = [*outlines, *_crossings_at_junctions(network, outlines)]
    crosswalk = _union([_extended(outline, sidewalk, ground) for outline in crossings])
    upper = [strip for strip in strips if strip.road.id in crossing.roads]
    if upper:
        whole = [strip_polygon(strip) for strip in upper]
        # Around the crossing the upper road is in the upper sheet alone, so that both end at the same line.
        ring = _union(whole).intersection(crossing.around).difference(crossing.over)
        sidewalk, ground = sidewalk.difference(ring), ground.difference(ring)
        crosswalk = crosswalk.difference(ring)
        high_sidewalk, high_ground = (area.intersection(crossing.around) for area in _walked(upper, whole))
        upper_faces = _faces(high_sidewalk, shapely.Polygon(), high_ground)
    return WalkingAreas(
        faces=_faces(sidewalk, crosswalk, ground),
        points=_points([strip for strip in strips if strip.road.id not in crossing.roads], crossing, upper),
        upper_faces=upper_faces if upper else [],
        upper_points=_points(upper, None, []),
    )


def _walked(strips: list[LaneStrip], polygons: list[BaseGeometry]) -> tuple[BaseGeometry, BaseGeometry]:
    """The sidewalks and the whole ground of walkers, both 0.3 m from their edges."""
    walked = [p for p, strip in zip(polygons, strips, strict=True) if strip.lane.type in WALKABLE]
    driven = [p for p, strip in zip(polygons, strips, strict=True) if strip.lane.type not in (*WALKABLE, *_NOT_WALKED)]
    carriageway = _closed(_union(driven))
    pavement = _closed(_union(walked)).difference(carriageway)
    sidewalk = pavement.buffer(-_RADIUS_M, **_SHARP)
    return sidewalk, _closed(_union([carriageway, pavement])).buffer(-_RADIUS_M, **_SHARP)


def _points(strips: list[LaneStrip], crossing: _Crossing | None, upper: list[LaneStrip]) -> Array:
    """Points of the strips' surfaces, and of upper roads where they are not over others."""
    points = [line for strip in strips for line in (strip.inner, strip.outer)]
    for strip in upper if crossing is not None else []:
        for line in (strip.inner, strip.outer):
            points.append(line[~shapely.contains_xy(crossing.around, line[:, 0], line[:, 1])] if crossing is not None else line)
    return np.concatenate(points) if points else np.zeros((0, 3))


def crosswalk_outlines(network: RoadNetwork) -> list[shapely.Polygon]:
    """The crosswalks that the map tells."""
    outlines = []
    for road in network.roads.values():
        for item in road.objects:
            if item.type == "crosswalk" and len(corners := object_outline(road, item)) >= 3:
                outlines += polygons_of(shapely.make_valid(shapely.Polygon(corners[:, :2])), least_m2=1.0)
    return outlines


@dataclass(frozen=True, slots=True, kw_only=True)
class _Crossing:
    """Where roads pass over each other.

    Attributes:
        lowest: the ground of each strip without what lies a storey or more above another strip.
        roads: ids of the roads that pass over others.
        over: the ground of the roads below, with a margin.
        around: rectangles around the places where roads pass over others.
    """

    lowest: list[BaseGeometry]
    roads: set[int]
    over: BaseGeometry
    around: BaseGeometry


def _crossing(strips: list[LaneStrip]) -> _Crossing:
    polygons = [strip_polygon(strip) for strip in strips]
    tree = shapely.STRtree(polygons)
    first, second = tree.query(polygons, predicate="intersects")
    below: dict[int, list[int]] = {}
    for upper, lower in zip(first.tolist(), second.tolist(), strict=True):
        if _height_range(strips[upper])[1] - _height_range(strips[lower])[0] < _STOREY_M:
            continue
        overlap = polygons[upper].intersection(polygons[lower])
        if overlap.area > _LEAST_M2:
            at = shapely.get_coordinates(overlap.representative_point())[0]
            if _height_at(strips[upper], at) - _height_at(strips[lower], at) > _STOREY_M:
                below.setdefault(upper, []).append(lower)
    lowest = list(polygons)
    cuts = []
    for upper, lowers in below.items():
        under = _union([polygons[lower] for lower in lowers]).buffer(1.0, quad_segs=2)
        lowest[upper] = polygons[upper].difference(under)
        cuts.append(polygons[upper].intersection(under))
    over = _union([polygons[lower] for lower in sorted({lower for lowers in below.values() for lower in lowers})])
    clusters = polygons_of(_union(cuts).buffer(2.0, quad_segs=2))
    around = [shapely.oriented_envelope(cluster).buffer(_AROUND_M, **_SHARP) for cluster in clusters]
    return _Crossing(
        lowest=lowest,
        roads={strips[upper].road.id for upper in below},
        over=over.buffer(1.0, quad_segs=2),
        around=shapely.union_all(around),
    )


def _height_range(strip: LaneStrip) -> tuple[float, float]:
    z = strip.inner[:, 2]
    return float(z.min()), float(z.max())


def _height_at(strip: LaneStrip, at: Array) -> float:
    return float(strip.inner[np.argmin(np.linalg.norm(strip.inner[:, :2] - at, axis=1)), 2])


def _union(areas: list[BaseGeometry]) -> BaseGeometry:
    return shapely.union_all(areas, grid_size=0.001)


def _closed(area: BaseGeometry) -> BaseGeometry:
    """``area`` without narrow gaps and small holes."""
    grown = area.buffer(0.5 * _GAP_M, **_SHARP).buffer(-0.5 * _GAP_M, **_SHARP).union(area)
    parts = [
        shapely.Polygon(part.exterior, [ring for ring in part.interiors if shapely.Polygon(ring).area > _SMALL_HOLE_M2])
        for part in polygons_of(grown)
    ]
    return _union([shapely.make_valid(part) for part in parts])


def _extended(outline: shapely.Polygon, sidewalk: BaseGeometry, ground: BaseGeometry) -> BaseGeometry:
    """A crosswalk, made longer at both ends until it meets the sidewalk."""
    corners = shapely.get_coordinates(shapely.oriented_envelope(outline))[:4]
    along, across = corners[1] - corners[0], corners[3] - corners[0]
    if np.linalg.norm(along) < np.linalg.norm(across):
        along, across = across, along
    reach = along / max(float(np.linalg.norm(along)), 1e-6) * _REACH_M
    base = corners[0] - reach
    whole = along + 2.0 * reach
    longer = shapely.Polygon([base, base + whole, base + whole + across, base + across])
    free = longer.intersection(ground).difference(sidewalk)
    return _union([part for part in polygons_of(free, least_m2=_LEAST_M2) if part.intersects(outline)])


def _crossings_at_junctions(network: RoadNetwork, known: list[shapely.Polygon]) -> list[shapely.Polygon]:
    """Crossings before junctions of roads with sidewalks on both sides, where the map tells none nearby."""
    told = shapely.STRtree(known)
    crossings = []
    for road in network.roads.values():
        if road.junction != -1 or road.length_m < 4.0 * _CROSSING_M:
            continue
        near, far = _BEFORE_JUNCTION_M, _BEFORE_JUNCTION_M + _CROSSING_M
        for link, section, s in (
            (road.predecessor, road.sections[0], np.array([near, far])),
            (road.successor, road.sections[-1], road.length_m - np.array([far, near])),
        ):
            if link is None or link.kind != "junction" or section.end_m - section.start_m < far:
                continue
            outline = _across(road, section, s)
            if outline is not None and not len(told.query(outline, predicate="dwithin", distance=_KNOWN_M)):
                crossings.append(outline)
    return crossings


def _across(road: Road, section: LaneSection, s: Array) -> shapely.Polygon | None:
    """The carriageway between the sidewalks of both sides from ``s[0]`` to ``s[1]``; None without two sidewalks."""
    inner = [next((lane.id for lane in side if lane.type in WALKABLE), None) for side in (section.left, section.right)]
    left, right = inner
    if left is None or right is None:
        return None
    t_left = road.lane_borders(section, left, s)[0]
    t_right = road.lane_borders(section, right, s)[0]
    corners = np.concatenate([road.surface(s, t_left), road.surface(s[::-1], t_right[::-1])])
    outline = shapely.Polygon(corners[:, :2])
    return outline if outline.is_valid and outline.area > 1.0 else None


def _faces(sidewalk: BaseGeometry, crosswalk: BaseGeometry, ground: BaseGeometry) -> list[tuple[shapely.Polygon, Area]]:
    """The areas cut along all their borders and a grid, so that pieces are small and neighbours share corners."""
    if ground.is_empty:
        return []
    x0, y0, x1, y1 = ground.bounds
    lines = [area.boundary for area in (sidewalk, crosswalk, ground) if not area.is_empty]
    lines += [shapely.LineString([(x, y0), (x, y1)]) for x in _steps(x0, x1)]
    lines += [shapely.LineString([(x0, y), (x1, y)]) for y in _steps(y0, y1)]
    pieces = shapely.get_parts(shapely.polygonize([shapely.union_all(lines, grid_size=0.001)]))
    inside = shapely.point_on_surface(pieces)
    for area in (sidewalk, crosswalk, ground):
        shapely.prepare(area)
    is_sidewalk, is_crosswalk = shapely.contains(sidewalk, inside), shapely.contains(crosswalk, inside)
    kept = (is_sidewalk | is_crosswalk | shapely.contains(ground, inside)) & (shapely.area(pieces) > _LEAST_M2)
    kept &= ~shapely.is_empty(shapely.buffer(pieces, -0.02))
    labels = np.where(is_crosswalk, Area.CROSSWALK, np.where(is_sidewalk, Area.SIDEWALK, Area.ROAD))[kept]
    simple = shapely.coverage_simplify(pieces[kept], _TOLERANCE_M)
    faces = [
        (part, Area(int(label)))
        for piece, label in zip(simple, labels, strict=True)
        for part in polygons_of(piece, least_m2=_LEAST_M2)
    ]
    return sorted(faces, key=lambda face: face[0].bounds)


def _steps(low: float, high: float) -> Array:
    return np.arange(np.floor(low / _CELL_M) + 1.0, np.ceil(high / _CELL_M)) * _CELL_M
