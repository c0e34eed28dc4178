"""Junction surfaces: one clean sheet of asphalt over all connecting roads, and the sidewalks around it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from carlite.mesh import Mesh
from carlite.scenery.areas import closed, edge_walls, polygons_of, sheet, strip_polygon, union
from carlite.scenery.field import HeightField, surface_samples
from carlite.scenery.lanes import DRIVABLE, KERB_M, WALKABLE, lane_heights
from carlite.scenery.shapes import ASPHALT, GUTTER, KERB, SIDEWALK
from carlite.scenery.strips import LaneStrip, strip_meshes

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


def junction_ground(strips: list[LaneStrip], around: list[LaneStrip], *, smooth: bool = True) -> JunctionGround:
    """Ground of one junction.

    Args:
        strips: of all its connecting roads.
        around: strips of other roads nearby: no sidewalk may cover their lanes, and no gap may stay between them and here.
        smooth: one even sheet; otherwise each lane by itself, over the sheet a little lower, which closes the gaps.
    """
    heights = HeightField(surface_samples(strips))
    driven = union(strip_polygon(strip) for strip in [*strips, *around] if strip.lane.type in DRIVABLE)
    paved = union(strip_polygon(strip) for strip in strips if not _is_green(strip))
    walked = [strip_polygon(strip) for strip in strips if strip.lane.type in WALKABLE or strip.look.is_raised]
    walks: BaseGeometry = shapely.Polygon()
    if walked:
        free = union(walked).difference(driven.buffer(0.05, quad_segs=2))
        free = free.buffer(-0.15, quad_segs=2).buffer(0.15, quad_segs=2)
        walks = shapely.union_all(polygons_of(free, least_m2=1.0))
    elsewhere = union(strip_polygon(strip) for strip in around)
    elsewhere = shapely.intersection(elsewhere, shapely.box(*paved.bounds).buffer(_GAP_M))
    asphalt = closed(paved.union(elsewhere), gap_m=_GAP_M, largest_hole_m2=_HOLE_M2).difference(elsewhere)
    asphalt = union(polygons_of(asphalt, least_m2=0.05)).buffer(_OVERLAP_M, join_style="mitre").simplify(0.005)
    gutters = union(strip_polygon(strip) for strip in strips if strip.look.look is GUTTER).difference(driven.union(walks))
    kerb = _kerb_height(strips)
    under = _UNDER_M if smooth else 0.05
    meshes = [
        *sheet(asphalt, heights, ASPHALT, raise_m=-under),
        *edge_walls(asphalt, heights, ASPHALT, raise_m=-_UNDER_M, depth_m=0.8),
        *sheet(shapely.union_all(polygons_of(gutters, least_m2=0.05)), heights, GUTTER, raise_m=_UNDER_M),
        *sheet(walks, heights, SIDEWALK, raise_m=kerb),
        *edge_walls(walks, heights, KERB, raise_m=kerb, depth_m=kerb + 0.3),
    ]
    if not smooth:
        meshes += [mesh for strip in strips if not strip.look.is_raised for mesh in strip_meshes([strip])]
    return JunctionGround(meshes=meshes, asphalt=asphalt, walks=walks, heights=heights)


def _kerb_height(strips: list[LaneStrip]) -> float:
    """How high the junction's sidewalks lie: as its lanes tell, else as usual."""
    told = [lane_heights(strip.lane, strip.look, strip.s - strip.section.start_m) for strip in strips if strip.look.is_raised]
    heights = np.concatenate([values for pair in told for values in pair]) if told else np.zeros(0)
    return float(np.median(heights)) if len(heights) else KERB_M


def _is_green(strip: LaneStrip) -> bool:
    return strip.look.look.tag.name == "TERRAIN"
