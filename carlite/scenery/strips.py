"""Road surfaces outside junctions: one strip a lane, with kerbs where heights differ and skirts at the outer edges."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carlite.mesh import Mesh
from carlite.opendrive import Lane, LaneSection, Road
from carlite.scenery.lanes import LaneLook, lane_heights, lane_look
from carlite.scenery.shapes import DECK, KERB, Look, grid, wall

Array = NDArray[np.float64]
STEP_M = 2.0
_LAP_M = 0.004
_SAGITTA_M = 0.01
_SKIRT_M = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneStrip:
    """The surface of one lane over one section.

    Attributes:
        s: (n,) samples along the road.
        inner, outer: (n, 3) world points of the lane's borders, kerb height included.
    """

    road: Road
    section: LaneSection
    lane: Lane
    look: LaneLook
    s: Array
    inner: Array
    outer: Array

    @property
    def width_m(self) -> Array:
        """(n,) horizontal width."""
        return np.asarray(np.linalg.norm((self.outer - self.inner)[:, :2], axis=1))


def samples(road: Road, section: LaneSection, step_m: float = STEP_M) -> Array:
    """Values of s from the section's start to its end, at most ``step_m`` apart and denser where the road bends."""
    length = section.end_m - section.start_m
    coarse = np.linspace(section.start_m, section.end_m, max(2, int(np.ceil(length / STEP_M)) + 1))
    half_width = float(np.max(np.abs(road.borders(section, coarse)), initial=0.0))
    # The outermost border bends most: its radius is that of the reference line less the offset.
    bend = np.max(np.abs(road.plan.curvature(coarse)), initial=0.0)
    radius = max(1.0 / max(bend, 1e-9) - half_width, 1.0)
    step = min(float(np.clip(np.sqrt(8.0 * _SAGITTA_M * radius), 0.5, max(step_m, 0.5))), step_m)
    return np.linspace(section.start_m, section.end_m, max(2, int(np.ceil(length / step)) + 1))


def lane_strips(road: Road, step_m: float = STEP_M) -> list[LaneStrip]:
    """The strips of all lanes of a road that have any width, from left to right, section after section."""
    strips = []
    for section in road.sections:
        if section.end_m - section.start_m < 1e-3 or not section.lanes:
            continue
        s = samples(road, section, step_m)
        borders = road.borders(section, s)
        # A lane's widths belong to its own section; s at the very end must not read the next one's.
        surface = road.surface(np.repeat(s, borders.shape[1]), borders.ravel()).reshape(*borders.shape, 3)
        for column, lane in enumerate(section.lanes):
            left, right = surface[:, column], surface[:, column + 1]
            inner, outer = (right, left) if lane.id > 0 else (left, right)
            look = lane_look(section, lane)
            up_inner, up_outer = lane_heights(lane, look, s - section.start_m)
            strip = LaneStrip(
                road=road,
                section=section,
                lane=lane,
                look=look,
                s=s,
                inner=inner + up_inner[:, None] * [0.0, 0.0, 1.0],
                outer=outer + up_outer[:, None] * [0.0, 0.0, 1.0],
            )
            if np.max(strip.width_m) > 1e-3:
                strips.append(strip)
    return strips


def strip_meshes(strips: list[LaneStrip]) -> list[Mesh]:
    """Surfaces, kerb faces and skirts of the strips of one road."""
    meshes = []
    for strip in strips:
        meshes.append(grid(_lapped(np.stack([strip.inner, strip.outer], 1)), strip.look.look))
        if strip.look.is_raised:
            for end in (0, -1):
                meshes.append(_cap(strip, end))
    for first, second in itertools.pairwise(strips):
        if first.section is second.section:
            meshes += _kerb(_right(first), _left(second))
    for of in by_section(strips):
        for edge, strip in ((_left(of[0]), of[0]), (_right(of[-1]), of[-1])):
            meshes.append(wall(edge, edge - [0.0, 0.0, _SKIRT_M], _skirt_look(strip)))
    return meshes


def _lapped(points: Array) -> Array:
    """The sheet (n, 2, 3) a few millimetres longer at both ends, so that no ray finds the seam to the next one."""
    ends = []
    for end, inner in ((0, 1), (-1, -2)):
        ahead = points[end] - points[inner]
        length = np.linalg.norm(ahead, axis=1, keepdims=True)
        ends.append(points[end] + ahead / np.maximum(length, 1e-9) * np.minimum(length, _LAP_M))
    return np.concatenate([ends[0][None], points[1:-1], ends[1][None]])


def outer_edges(strips: list[LaneStrip]) -> list[tuple[Array, Array]]:
    """The leftmost and the rightmost border (n, 3) of each section of roads whose strips follow each other."""
    return [(_left(of[0]), _right(of[-1])) for of in by_section(strips)]


def by_section(strips: list[LaneStrip]) -> list[list[LaneStrip]]:
    """The strips of each section of a road, in order; strips of one section follow each other."""
    return [list(of) for _, of in itertools.groupby(strips, key=lambda strip: id(strip.section))]


def _left(strip: LaneStrip) -> Array:
    return strip.outer if strip.lane.id > 0 else strip.inner


def _right(strip: LaneStrip) -> Array:
    return strip.inner if strip.lane.id > 0 else strip.outer


def _skirt_look(strip: LaneStrip) -> Look:
    return KERB if strip.look.is_raised else DECK if strip.road.bridges else strip.look.look


def _kerb(a: Array, b: Array) -> list[Mesh]:
    if np.max(np.abs(a[:, 2] - b[:, 2])) < 1e-3:
        return []
    return [wall(np.where(a[:, 2:] > b[:, 2:], a, b), np.where(a[:, 2:] > b[:, 2:], b, a), KERB)]


def _cap(strip: LaneStrip, end: int) -> Mesh:
    top = np.stack([strip.inner[end], strip.outer[end]])
    return wall(top, top - [0.0, 0.0, strip.look.raise_m + 0.05], KERB)
