"""Junction surfaces: one clean sheet of asphalt over all connecting roads, and the sidewalks around it."""

from __future__ import annotations

from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from carlite.mesh import Mesh
from carlite.scenery.areas import closed, edge_walls, polygons_of, sheet, strip_polygon, union
from carlite.scenery.field import HeightField, surface_samples
from carlite.scenery.lanes import DRIVABLE, KERB_M, WALKABLE
from carlite.scenery.shapes import ASPHALT, KERB, SIDEWALK
from carlite.scenery.strips import LaneStrip

_GAP_M = 3.0
_HOLE_M2 = 150.0
_OVERLAP_M = 0.1
_UNDER_M = 0.004


@dataclass(frozen=True, slots=True, kw_only=True)
class JunctionGround:
    """What a junction is covered with.

    Attributes:
        meshes: surfaces and kerbs.
        asphalt, walks: areas.
        heights: of the asphalt.
    """

    meshes: list[Mesh]
    asphalt: BaseGeometry
    walks: BaseGeometry
    heights: HeightField


def junction_ground(strips: list[LaneStrip], driven_around: BaseGeometry) -> JunctionGround:
    """Ground of one junction.

    Args:
        strips: of all its connecting roads.
        driven_around: driving lanes of other roads at the same level, which no sidewalk may cover.
    """
    heights = HeightField(surface_samples(strips))
    driven = union(strip_polygon(strip) for strip in strips if strip.lane.type in DRIVABLE)
    paved = union(
        strip_polygon(strip) for strip in strips if strip.look.look.material is ASPHALT.material or not _is_green(strip)
    )
    walked = [strip_polygon(strip) for strip in strips if strip.lane.type in WALKABLE or strip.look.is_raised]
    walks: BaseGeometry = shapely.Polygon()
    if walked:
        free = union(walked).difference(driven.union(driven_around).buffer(0.05, quad_segs=2))
        free = free.buffer(-0.15, quad_segs=2).buffer(0.15, quad_segs=2)
        walks = shapely.union_all(polygons_of(free, least_m2=1.0))
    asphalt = closed(paved, gap_m=_GAP_M, largest_hole_m2=_HOLE_M2).buffer(_OVERLAP_M, join_style="mitre")
    asphalt = asphalt.simplify(0.005)
    meshes = [
        *sheet(asphalt, heights, ASPHALT, raise_m=-_UNDER_M),
        *edge_walls(asphalt, heights, ASPHALT, raise_m=-_UNDER_M, depth_m=0.8),
        *sheet(walks, heights, SIDEWALK, raise_m=KERB_M),
        *edge_walls(walks, heights, KERB, raise_m=KERB_M, depth_m=KERB_M + 0.3),
    ]
    return JunctionGround(meshes=meshes, asphalt=asphalt, walks=walks, heights=heights)


def _is_green(strip: LaneStrip) -> bool:
    return strip.look.look.tag.name == "TERRAIN"
