"""All surfaces of a map: roads, junctions, verges and terrain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from carlite.errors import MapError
from carlite.mesh import Mesh
from carlite.opendrive import LEVEL, Generation, RoadNetwork
from carlite.scenery.aprons import end_aprons, extra_width
from carlite.scenery.areas import strip_polygon
from carlite.scenery.field import surface_samples
from carlite.scenery.junctions import JunctionGround, junction_ground
from carlite.scenery.lanes import DRIVABLE
from carlite.scenery.shapes import joined
from carlite.scenery.spans import Span, find_spans, span_meshes
from carlite.scenery.strips import LaneStrip, by_section, lane_strips, strip_meshes
from carlite.scenery.terrain import Terrain, make_terrain, terrain_mesh
from carlite.scenery.verges import outward_normals, verge

_RURAL_HILL_M, _URBAN_HILL_M = 22.0, 3.0
_URBAN_SHARE = 0.4
_FARTHEST_M, _LARGEST_M = 1e7, 60e3
_MOST_ROAD_KM, _GB_PER_KM = 300.0, 0.036


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The surfaces of a map, and the areas that the things beside the road keep off.

    Attributes:
        meshes: by name, so that markings can be laid on some of them.
        strips: of roads outside junctions.
        inside: of junctions' roads.
        spans: bridges and tunnels.
        junctions: by junction id.
        covered: area of all roads, sidewalks included.
        roadway: area that vehicles use: all lanes for them, and junctions but for their sidewalks.
        urban: True for a map most of whose roads have sidewalks.
    """

    meshes: dict[str, Mesh]
    strips: list[LaneStrip]
    inside: list[LaneStrip]
    spans: list[Span]
    junctions: dict[int, JunctionGround]
    terrain: Terrain
    covered: BaseGeometry
    roadway: BaseGeometry
    urban: bool


def build_ground(network: RoadNetwork, *, seed: int, generation: Generation = LEVEL) -> Ground:
    """All surfaces of ``network``."""
    by_road = {road.id: lane_strips(road, generation.vertex_distance_m) for road in network.roads.values()}
    _check_extent(network, by_road)
    outside = [strip for strips in by_road.values() for strip in strips if strip.road.junction == -1]
    inside: dict[int, list[LaneStrip]] = {}
    for strips in by_road.values():
        for strip in strips:
            if strip.road.junction != -1:
                inside.setdefault(strip.road.junction, []).append(strip)
    polygons = [strip_polygon(strip) for strip in outside]
    driven_outside = [p for p, strip in zip(polygons, outside, strict=True) if strip.lane.type in DRIVABLE]
    tree = shapely.STRtree(polygons)
    junctions: dict[int, JunctionGround] = {}
    for key, strips in inside.items():
        low, high = _levels(strips)
        near = [outside[at] for at in sorted(tree.query(shapely.box(*_bounds(strips))))]
        level = [strip for strip in near if low < np.mean(strip.inner[:, 2]) < high]
        junctions[key] = junction_ground(strips, level, smooth=generation.smooth_junctions)
    roadway = shapely.union_all(
        [*driven_outside, *(j.asphalt.difference(j.walks) for j in junctions.values())], grid_size=0.001
    )
    told = shapely.union_all(
        [*polygons, *(j.asphalt for j in junctions.values()), *(j.walks for j in junctions.values())], grid_size=0.001
    )
    shapely.prepare(told)
    aprons, areas = _aprons([strips for strips in by_road.values() if strips], told, generation.additional_width_m)
    covered = shapely.union_all([told, *areas], grid_size=0.001)
    shapely.prepare(covered)
    rng = np.random.default_rng([seed, 1])
    everything = [strip for strips in by_road.values() for strip in strips]
    samples = surface_samples(everything)
    urban = _is_urban(outside)
    terrain = make_terrain(samples, hill_m=_URBAN_HILL_M if urban else _RURAL_HILL_M, rng=rng)
    spans = find_spans(by_road, terrain)
    meshes = {
        "roads": joined(
            [mesh for strips in by_road.values() if strips and strips[0].road.junction == -1 for mesh in strip_meshes(strips)]
            + aprons
        ),
        "structures": joined([mesh for span in spans for mesh in span_meshes(span, terrain)]),
        "junctions": joined([mesh for junction in junctions.values() for mesh in junction.meshes]),
        "terrain": terrain_mesh(terrain),
        "verges": joined(_verges(by_road, junctions, terrain, covered)),
    }
    return Ground(
        meshes={name: mesh for name, mesh in meshes.items() if mesh is not None},
        strips=outside,
        inside=[strip for strips in inside.values() for strip in strips],
        spans=spans,
        junctions=junctions,
        terrain=terrain,
        covered=covered,
        roadway=roadway,
        urban=urban,
    )


def _check_extent(network: RoadNetwork, by_road: dict[int, list[LaneStrip]]) -> None:
    """Refuses maps that nobody can build: without a lane, larger than the world, or with more road than memory holds.

    Raises:
        MapError: in those cases.
    """
    if not any(by_road.values()):
        raise MapError("no lane of the map has any width, expected one at least")
    total_km = sum(road.length_m for road in network.roads.values()) / 1000.0
    if total_km > _MOST_ROAD_KM:
        memory = f"about {total_km * _GB_PER_KM:.0f} GB of memory"
        raise MapError(
            f"the map has {total_km:.0f} km of road ({memory}), expected at most {_MOST_ROAD_KM:.0f} km; cut out a part"
        )
    low, high = np.full(3, np.inf), np.full(3, -np.inf)
    for number, strips in by_road.items():
        for strip in strips:
            points = np.concatenate([strip.inner, strip.outer])
            if not np.all(np.abs(points) < _FARTHEST_M):
                raise MapError(f"road {number}: reaches farther than {_FARTHEST_M / 1000.0:g} km from the origin")
            low, high = np.minimum(low, points.min(0)), np.maximum(high, points.max(0))
    size = float(np.max(high - low))
    if size > _LARGEST_M:
        raise MapError(f"the map is {size / 1000.0:.0f} km across, expected at most {_LARGEST_M / 1000.0:g} km; cut out a part")


def _aprons(roads: list[list[LaneStrip]], told: BaseGeometry, width_m: float) -> tuple[list[Mesh], list[BaseGeometry]]:
    """Meshes and areas of what is added to the roads outside junctions."""
    meshes: list[Mesh] = []
    areas: list[BaseGeometry] = []
    for strips in roads:
        if strips[0].road.junction == -1:
            for more, ground in (end_aprons(strips, told), extra_width(strips, width_m)):
                meshes += more
                areas += ground
    return meshes, areas


def _verges(
    by_road: dict[int, list[LaneStrip]], junctions: dict[int, JunctionGround], terrain: Terrain, covered: BaseGeometry
) -> list[Mesh]:
    meshes: list[Mesh] = []
    for strips in by_road.values():
        if not strips or strips[0].road.junction != -1:
            continue
        for of in by_section(strips):
            first, last = of[0], of[-1]
            left, in_left = (first.outer, first.inner) if first.lane.id > 0 else (first.inner, first.outer)
            right, in_right = (last.inner, last.outer) if last.lane.id > 0 else (last.outer, last.inner)
            meshes += verge(left, outward_normals(left, in_left), terrain, covered)
            meshes += verge(right, outward_normals(right, in_right), terrain, covered)
    for junction in junctions.values():
        outline = junction.asphalt.union(junction.walks)
        for part in shapely.get_parts(outline):
            for ring in (part.exterior, *part.interiors):
                points = shapely.get_coordinates(shapely.segmentize(ring, 2.0))
                z, _ = junction.heights(points)
                edge = np.concatenate([points, z[:, None]], 1)
                along = np.gradient(points, axis=0)
                sign = 1.0 if shapely.is_ccw(ring) else -1.0
                if ring is not part.exterior:
                    sign = sign
                across = np.stack([along[:, 1], -along[:, 0]], -1)
                across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-9)
                # Probe which side is free: rings of holes run the other way round.
                probe = points + 0.3 * sign * across
                flip = shapely.contains_xy(outline, probe[:, 0], probe[:, 1])
                outward = np.where(flip[:, None], -sign * across, sign * across)
                meshes += verge(edge, outward, terrain, covered)
    return meshes


def _bounds(strips: list[LaneStrip]) -> tuple[float, float, float, float]:
    points = np.concatenate([np.concatenate([strip.inner, strip.outer])[:, :2] for strip in strips])
    (x0, y0), (x1, y1) = points.min(0) - 5.0, points.max(0) + 5.0
    return float(x0), float(y0), float(x1), float(y1)


def _levels(strips: list[LaneStrip]) -> tuple[float, float]:
    z = np.concatenate([strip.inner[:, 2] for strip in strips])
    return float(z.min() - 4.0), float(z.max() + 4.0)


def _is_urban(strips: list[LaneStrip]) -> bool:
    length = sum(strip.s[-1] - strip.s[0] for strip in strips if abs(strip.lane.id) == 1)
    walks = sum(strip.s[-1] - strip.s[0] for strip in strips if strip.lane.type == "sidewalk")
    return bool(walks > _URBAN_SHARE * length)
