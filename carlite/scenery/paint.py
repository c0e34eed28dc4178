"""Painted areas: crosswalks, stop lines, arrows, and lines that a map gives as objects."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from carlite.mesh import Mesh
from carlite.opendrive import MapObject, Road, RoadNetwork, object_outline
from carlite.scenery.areas import cut, polygons_of
from carlite.scenery.drape import Draper
from carlite.scenery.lanes import DRIVABLE
from carlite.scenery.marks import LIFT_M, Ribbon, ribbon_along
from carlite.scenery.shapes import WHITE, YELLOW, Look, mesh
from carlite.tags import Tag

Array = NDArray[np.float64]
_BAR_M, _BAR_GAP_M = 0.5, 0.5
_STOP_WIDTH_M = 0.4
_STOP_BEFORE_M = 1.0
_HATCH_M, _HATCH_GAP_M = 0.35, 1.4
_AREA_LIFT_M = 0.003

# Arrows that point along +u, in a box of 1 x 1 (u, v left positive).
_SHAFT = [(-0.5, -0.06), (-0.5, 0.06), (0.1, 0.06), (0.1, 0.2), (0.5, 0.0), (0.1, -0.2), (0.1, -0.06)]
_LEFT = [
    (-0.5, -0.06),
    (-0.5, 0.06),
    (0.05, 0.06),
    (0.05, 0.2),
    (-0.06, 0.2),
    (0.14, 0.5),
    (0.34, 0.2),
    (0.2, 0.2),
    (0.2, -0.06),
]


def crosswalk_areas(network: RoadNetwork) -> list[tuple[shapely.Polygon, float, bool]]:
    """(area, height z, plain) of every crosswalk of the map; plain ones have border lines only."""
    areas = []
    for road in network.roads.values():
        for item in road.objects:
            if item.type != "crosswalk":
                continue
            corners = object_outline(road, item)
            if len(corners) < 3:
                continue
            for part in polygons_of(shapely.make_valid(shapely.Polygon(corners[:, :2])), least_m2=1.0):
                areas.append((part, float(np.mean(corners[:, 2])), "Simple" in item.name))
    return areas


def painted_areas(network: RoadNetwork, draper: Draper) -> list[Mesh]:
    """Meshes of crosswalk stripes, hatched regions and arrows."""
    pieces: list[tuple[shapely.Polygon, float, Look]] = []
    for area, z, plain in crosswalk_areas(network):
        pieces += [(bar, z, WHITE) for bar in (_edges(area) if plain else _bars(area))]
    for road in network.roads.values():
        for item in road.objects:
            pieces += _symbols(road, item)
    meshes = []
    for look in (WHITE, YELLOW):
        laid = [_lay(polygon, z, look, draper) for polygon, z, of in pieces if of is look]
        meshes += [part for part in laid if part is not None]
    return meshes


def line_ribbons(network: RoadNetwork) -> list[Ribbon]:
    """Stop lines and other lines that the map holds as objects, and a stop line at each approach of a junction with lights."""
    ribbons = []
    stops: list[Array] = []
    for road in network.roads.values():
        for item in road.objects:
            corners = object_outline(road, item) if len(item.corners) > 1 else np.zeros((0, 3))
            if not len(corners):
                continue
            if "StopLine" in item.name:
                ribbons.append(ribbon_along(_dense(corners), _STOP_WIDTH_M, WHITE))
                stops.append(corners.mean(0))
            elif "SolidSingle" in item.name or "DashedSingle" in item.name or "DashedShort" in item.name:
                look = YELLOW if "Yellow" in item.name else WHITE
                ribbons += _object_line(_dense(corners), look, dashed="Dashed" in item.name)
    return ribbons + _light_stops(network, stops)


def _object_line(points: Array, look: Look, *, dashed: bool) -> list[Ribbon]:
    if not dashed:
        return [ribbon_along(points, 0.12, look)]
    walked = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    dashes = []
    for start in np.arange(0.0, walked[-1] - 0.3, 2.0):
        at = np.linspace(start, min(start + 1.0, walked[-1]), 3)
        dashes.append(ribbon_along(np.stack([np.interp(at, walked, axis) for axis in points.T], -1), 0.15, look))
    return dashes


def _light_stops(network: RoadNetwork, given: list[Array]) -> list[Ribbon]:
    lit = _junctions_with_lights(network)
    known = np.array(given).reshape(-1, 3)
    ribbons = []
    for road in network.roads.values():
        if road.junction != -1:
            continue
        for link, section, at, sign in (
            (road.successor, road.sections[-1], road.length_m - _STOP_BEFORE_M, -1),
            (road.predecessor, road.sections[0], _STOP_BEFORE_M, 1),
        ):
            if link is None or link.kind != "junction" or link.id not in lit or not section.start_m <= at <= section.end_m:
                continue
            entering = [lane for lane in section.lanes if lane.type in DRIVABLE[:1] and lane.id * sign > 0]
            borders = [t for lane in entering for pair in road.lane_borders(section, lane.id, [at]) for t in pair]
            if not borders:
                continue
            line = road.surface(np.full(9, at), np.linspace(min(borders) + 0.1, max(borders) - 0.1, 9))
            if not len(known) or np.min(np.linalg.norm(known - line[4], axis=1)) > 12.0:
                ribbons.append(ribbon_along(line, _STOP_WIDTH_M, WHITE))
    return ribbons


def _junctions_with_lights(network: RoadNetwork) -> set[int]:
    """Junctions that have controllers, or traffic lights on their own roads or within 25 m of a road's end at them."""
    lit = {junction.id for junction in network.junctions.values() if junction.controller_ids}
    for road, signal in network.signals():
        if not signal.is_traffic_light:
            continue
        if road.junction != -1:
            lit.add(road.junction)
        for link, distance in ((road.predecessor, signal.s), (road.successor, road.length_m - signal.s)):
            if link is not None and link.kind == "junction" and distance < 25.0:
                lit.add(link.id)
    return lit


def _bars(area: shapely.Polygon) -> list[shapely.Polygon]:
    """Zebra bars: across the direction of walking, which is the longer side of the area."""
    origin, along, across, length, width = _frame(area)
    bars = []
    for start in np.arange(0.5 * _BAR_GAP_M, length - 0.2, _BAR_M + _BAR_GAP_M):
        corners = [
            origin + u * along + v * across
            for u, v in ((start, 0), (start + _BAR_M, 0), (start + _BAR_M, width), (start, width))
        ]
        bars += polygons_of(shapely.Polygon(corners).intersection(area), least_m2=0.05)
    return bars


def _edges(area: shapely.Polygon) -> list[shapely.Polygon]:
    origin, along, across, length, width = _frame(area)
    lines = []
    for v in (0.0, width - 0.3):
        steps = np.arange(0.0, length, 1.0)
        for u in steps:
            end = min(u + 1.0, length)
            corners = [origin + p * along + q * across for p, q in ((u, v), (end, v), (end, v + 0.3), (u, v + 0.3))]
            lines.append(shapely.Polygon(corners))
    return lines


def _frame(area: shapely.Polygon) -> tuple[Array, Array, Array, float, float]:
    """Corner, unit vectors of the long and the short side, and their lengths, of the smallest rectangle around ``area``."""
    corners = shapely.get_coordinates(shapely.oriented_envelope(area))[:4]
    first, second = corners[1] - corners[0], corners[3] - corners[0]
    if np.linalg.norm(first) < np.linalg.norm(second):
        first, second = second, first
    length, width = float(np.linalg.norm(first)), float(np.linalg.norm(second))
    return corners[0], first / length, second / width, length, width


def _symbols(road: Road, item: MapObject) -> list[tuple[shapely.Polygon, float, Look]]:
    if "Chevron" in item.name or "Crosshatch" in item.name:
        corners = object_outline(road, item)
        if len(corners) < 3:
            return []
        area = shapely.make_valid(shapely.Polygon(corners[:, :2]))
        z = float(np.mean(corners[:, 2]))
        return [(bar, z, WHITE) for part in polygons_of(area, least_m2=2.0) for bar in _hatching(part)]
    if "Stencil_Arrow" not in item.name or not item.length_m or not item.width_m:
        return []
    shape = np.array(_LEFT if item.name.endswith(("L", "R")) else _SHAFT)
    if item.name.endswith("R"):
        shape = shape * [1.0, -1.0]
    location = road.surface([item.s], [item.t])[0]
    _, yaw_deg = road.reference([item.s])
    # Against the road's direction on its left side.
    yaw = np.radians(yaw_deg[0] + (180.0 if item.t > 0.0 else 0.0))
    u, v = shape[:, 0] * max(item.length_m, item.width_m, 2.5), shape[:, 1] * 1.6
    points = np.stack([location[0] + u * np.cos(yaw) + v * np.sin(yaw), location[1] + u * np.sin(yaw) - v * np.cos(yaw)], -1)
    return [(shapely.Polygon(points), float(location[2]), WHITE)]


def _hatching(area: shapely.Polygon) -> list[shapely.Polygon]:
    x0, y0, x1, y1 = area.bounds
    reach = (x1 - x0) + (y1 - y0)
    bars = []
    for start in np.arange(-reach, reach, (_HATCH_M + _HATCH_GAP_M) * np.sqrt(2.0)):
        step = _HATCH_M * np.sqrt(2.0)
        corners = [
            (x0 + start, y0),
            (x0 + start + step, y0),
            (x0 + start + step + reach, y0 + reach),
            (x0 + start + reach, y0 + reach),
        ]
        bars += polygons_of(shapely.Polygon(corners).intersection(area), least_m2=0.05)
    return bars


def _lay(polygon: shapely.Polygon, z: float, look: Look, draper: Draper) -> Mesh | None:
    vertices, triangles = cut(shapely.segmentize(polygon, 1.0))
    points, tags = draper.lay(np.concatenate([vertices, np.full((len(vertices), 1), z)], 1), lift_m=1.5)
    on_road = tags == Tag.ROADS
    kept = triangles[np.all(on_road[triangles], axis=1)]
    if not len(kept):
        return None
    normals = np.tile([0.0, 0.0, 1.0], (len(points), 1))
    return mesh(points + np.array([0.0, 0.0, LIFT_M + _AREA_LIFT_M]), kept, normals, look)


def _dense(points: Array) -> Array:
    """A polyline with points at most half a metre apart."""
    line = shapely.segmentize(shapely.LineString(points), 0.5)
    return np.asarray(shapely.get_coordinates(line, include_z=True))
