"""What every placing function works on."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from carlite.scenery.areas import closed, strip_polygon
from carlite.scenery.drape import Draper
from carlite.scenery.placement import Placement
from carlite.scenery.placing import Plots, extent, footprint
from carlite.scenery.roadside import Side
from carlite.scenery.strips import LaneStrip
from carlite.scenery.terrain import Bounds

Array = NDArray[np.float64]
_STOREY_M = 2.5


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneIndex:
    """Finds lane strips by place and height.

    Attributes:
        strips: all strips of a map.
        polygons: the ground of each.
        tree: over the polygons.
    """

    strips: list[LaneStrip]
    polygons: list[BaseGeometry]
    tree: shapely.STRtree

    def has_lane_at(self, area: shapely.Polygon, z: float) -> bool:
        """Whether a strip lies under or just over an area at height ``z``."""
        for at in self.tree.query(area, predicate="intersects"):
            strip = self.strips[at]
            x, y = area.centroid.x, area.centroid.y
            nearest = int(np.argmin((strip.inner[:, 0] - x) ** 2 + (strip.inner[:, 1] - y) ** 2))
            if abs(strip.inner[nearest, 2] - z) < _STOREY_M:
                return True
        return False


def lane_index(strips: list[LaneStrip]) -> LaneIndex:
    """An index over strips."""
    polygons = [strip_polygon(strip) for strip in strips]
    return LaneIndex(strips=strips, polygons=polygons, tree=shapely.STRtree(polygons))


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A map's ground while things are put on it.

    Attributes:
        covered: prepared area of all roads with their sidewalks.
        off_street: prepared area that nothing may stand on: lanes for vehicles and crosswalks with some room.
        driven: lanes for vehicles, which cars must find free.
        sides: of all roads outside junctions.
        urban: True for a map most of whose roads have sidewalks.
        lands: bounds of the terrain's patches, (x low, y low, x high, y high) metres.
        plots: areas taken so far.
        placements: made so far.
    """

    covered: BaseGeometry
    off_street: BaseGeometry
    driven: LaneIndex
    sides: list[Side]
    urban: bool
    lands: tuple[Bounds, ...]
    draper: Draper
    plots: Plots = field(default_factory=Plots)
    placements: list[Placement] = field(default_factory=list)

    def ground_z(self, points: Array, *, lift_m: float = 1.0) -> Array:
        """Heights (n,) of the ground below (n, 3)."""
        laid, _ = self.draper.lay(points, lift_m=lift_m)
        return laid[:, 2]

    def is_road_at(self, area: shapely.Polygon, z: float) -> bool:
        """Whether a lane for vehicles crosses an area at height ``z``; lanes a storey above or below do not count."""
        return self.driven.has_lane_at(area, z)

    def put(
        self,
        kind: str,
        variant: int,
        point: Array,
        yaw_deg: float,
        *,
        margin_m: float = 0.1,
        off: BaseGeometry | None = None,
        tint: tuple[float, float, float] = (1.0, 1.0, 1.0),
        thin: bool = False,
        name: str = "",
    ) -> bool:
        """Places a thing at ``point`` (3,) on the ground if its plot is free and clear of the area ``off``.

        Args:
            thin: only the foot (0.3 m around the origin) takes ground, as of trees and lamps.
        """
        x, y = float(point[0]), float(point[1])
        if thin:
            plot = shapely.box(x - 0.3, y - 0.3, x + 0.3, y + 0.3)
        else:
            plot = footprint(kind, variant, x, y, yaw_deg, margin_m=margin_m)
        if (off is not None and off.intersects(plot)) or not self.plots.take(plot):
            return False
        corners = shapely.get_coordinates(plot)[:4]
        around = np.concatenate([corners, np.full((4, 1), point[2])], 1)
        z = float(np.min(self.ground_z(around, lift_m=40.0 if off is self.covered else 1.5)))
        self.placements.append(
            Placement(
                kind=kind, variant=variant, location=(x, y, z - 0.02), rotation_deg=(0.0, yaw_deg, 0.0), tint=tint, name=name
            )
        )
        return True


def pick(rng: np.random.Generator, count: int) -> int:
    """A variant number below ``count``."""
    return int(rng.integers(count))


def depth_and_front(kind: str, variant: int) -> tuple[float, float]:
    """Size in metres of a model along x (away from the street) and along y (its front)."""
    half = extent(kind, variant).box.half_extent
    return 2.0 * half[0], 2.0 * half[1]


def facing(outward: Array) -> float:
    """Yaw in degrees of a thing that looks back at the road."""
    return float(np.degrees(np.arctan2(-outward[1], -outward[0])))


def keep_clear(roadway: BaseGeometry, crossings: list[shapely.Polygon]) -> BaseGeometry:
    """The area that nothing may stand on: the roadway without a hair's breadth at its edge, and crosswalks with some room.

    Small holes are rounding between lanes, not islands, and are filled: nothing may be moved into one.
    """
    grown = [area.buffer(2.5, quad_segs=2) for area in crossings]
    whole = closed(roadway, gap_m=0.4, largest_hole_m2=8.0).buffer(-0.02, quad_segs=1)
    area = shapely.union_all([whole, *grown])
    shapely.prepare(area)
    return area
