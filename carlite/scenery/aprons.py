"""Asphalt that the map does not tell: before roads that end in the open, and beside lanes that a client wants wider.

A vehicle that stands where a road begins has its rear axle before that; it must not drop off the end of the world.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from carlite.mesh import Mesh
from carlite.scenery.shapes import ASPHALT, grid, wall
from carlite.scenery.strips import LaneStrip, by_section, outer_edges
from carlite.scenery.verges import outward_normals

Array = NDArray[np.float64]
_LENGTH_M = 6.0
_PROBE_M = 0.5
_SKIRT_M = 0.8
_UP = np.array([0.0, 0.0, 1.0])


def end_aprons(strips: list[LaneStrip], covered: BaseGeometry) -> tuple[list[Mesh], list[BaseGeometry]]:
    """Every lane of one road some metres longer where the road ends without a neighbour; meshes and their ground.

    Args:
        strips: of one road.
        covered: prepared area of all roads: an end that runs into one is left alone.
    """
    meshes: list[Mesh] = []
    areas: list[BaseGeometry] = []
    if not strips:
        return meshes, areas
    road = strips[0].road
    sections = by_section(strips)
    for link, of, end, inner in ((road.predecessor, sections[0], 0, 1), (road.successor, sections[-1], -1, -2)):
        if link is not None:
            continue
        (left, right), *_ = outer_edges(of)
        ahead = 0.5 * (left[end] + right[end] - left[inner] - right[inner])
        ahead /= max(float(np.linalg.norm(ahead[:2])), 1e-9)
        probe = 0.5 * (left[end] + right[end]) + _PROBE_M * ahead
        if shapely.contains_xy(covered, probe[0], probe[1]):
            continue
        for strip in of:
            near = np.stack([strip.inner[end], strip.outer[end]])
            meshes.append(grid(np.stack([near, near + _LENGTH_M * ahead]), strip.look.look))
        corners = np.stack([left[end], left[end] + _LENGTH_M * ahead, right[end] + _LENGTH_M * ahead, right[end]])
        meshes.append(wall(corners, corners - _SKIRT_M * _UP, ASPHALT))
        areas.append(shapely.Polygon(corners[:, :2]).buffer(0.0))
    return meshes, areas


def extra_width(strips: list[LaneStrip], width_m: float) -> tuple[list[Mesh], list[BaseGeometry]]:
    """Asphalt of ``width_m`` beyond each side of one road whose outermost lane is for driving; meshes and their ground."""
    meshes: list[Mesh] = []
    areas: list[BaseGeometry] = []
    if width_m <= 0.0:
        return meshes, areas
    for of, (left, right) in zip(by_section(strips), outer_edges(strips), strict=True):
        for strip, edge, inside in ((of[0], left, right), (of[-1], right, left)):
            if strip.lane.type != "driving":
                continue
            out = edge + width_m * np.concatenate([outward_normals(edge, inside), np.zeros((len(edge), 1))], 1)
            meshes += [grid(np.stack([edge, out], 1), ASPHALT), wall(out, out - _SKIRT_M * _UP, ASPHALT)]
            areas.append(shapely.make_valid(shapely.Polygon(np.concatenate([edge[:, :2], out[::-1, :2]]))))
    return meshes, areas
