"""Lane markings as thin strips just above the road."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carlite.mesh import Mesh
from carlite.opendrive import LaneSection, Road, RoadMark, RoadNetwork
from carlite.scenery.drape import Draper
from carlite.scenery.lanes import lane_look
from carlite.scenery.shapes import ASPHALT, BIKE_LANE, BLUE, RED, WHITE, YELLOW, Look, mesh, quads
from carlite.scenery.strips import samples
from carlite.tags import Tag

Array = NDArray[np.float64]
LIFT_M = 0.006
_COLOURS = {"yellow": YELLOW, "orange": YELLOW, "blue": BLUE, "red": RED}
_LINES = ("solid", "broken", "botts")
_FAST_MPS = 22.0
_FAST_DASH_M = (6.0, 9.0)
_PARKING_BAY_M = 6.0
_STEP_IN_JUNCTION_M = 1.0


@dataclass(frozen=True, slots=True)
class Ribbon:
    """A painted polyline before it is laid on the ground: (n, 3) left and right border."""

    left: Array
    right: Array
    look: Look


def lane_ribbons(network: RoadNetwork) -> list[Ribbon]:
    """The ribbons of all lane markings that the map has, and the lines between parking bays."""
    ribbons = []
    for road in network.roads.values():
        for section in road.sections:
            if section.end_m - section.start_m < 0.05 or not section.lanes:
                continue
            s = samples(road, section)
            if road.junction != -1:
                count = max(2, int(np.ceil((section.end_m - section.start_m) / _STEP_IN_JUNCTION_M)) + 1)
                s = np.linspace(section.start_m, section.end_m, count)
            borders = road.borders(section, s)
            for column, mark, start, end in _marks(section):
                shift = _inward(section, column, mark.width_m)
                ribbons += _painted(road, mark, s, borders[:, column] + shift, start, end)
            ribbons += _bays(road, section)
    return ribbons


def lay(ribbons: list[Ribbon], draper: Draper) -> list[Mesh]:
    """Meshes of the ribbons on the asphalt; what would lie on a sidewalk or beside the road is left out."""
    meshes = []
    for look in (WHITE, YELLOW, BLUE, RED):
        of = [ribbon for ribbon in ribbons if ribbon.look is look]
        if not of:
            continue
        left, right = np.concatenate([r.left for r in of]), np.concatenate([r.right for r in of])
        piece = np.repeat(np.arange(len(of)), [len(r.left) for r in of])
        (left, left_tags), (right, right_tags) = draper.lay(left), draper.lay(right)
        on_road = (left_tags == Tag.ROADS) & (right_tags == Tag.ROADS)
        level = (np.abs(np.diff(left[:, 2])) < 0.5) & (np.abs(np.diff(right[:, 2])) < 0.5)
        keep = np.flatnonzero((piece[1:] == piece[:-1]) & on_road[1:] & on_road[:-1] & level)
        corners = np.stack([left[keep], right[keep], right[keep + 1], left[keep + 1]], 1).reshape(-1, 3)
        normals = np.repeat(_up(left, right)[keep], 4, axis=0)
        meshes.append(mesh(corners + np.array([0.0, 0.0, LIFT_M]), quads(len(keep)), normals, look))
    return meshes


def ribbon_along(points: Array, width_m: float, look: Look) -> Ribbon:
    """A ribbon of constant width around a polyline (n, 3)."""
    along = np.gradient(points[:, :2], axis=0)
    across = np.stack([-along[:, 1], along[:, 0]], -1)
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-9)
    side = np.concatenate([0.5 * width_m * across, np.zeros((len(points), 1))], 1)
    return Ribbon(points + side, points - side, look)


def _marks(section: LaneSection) -> Iterator[tuple[int, RoadMark, float, float]]:
    """(border column, mark, start, end) of every painted stretch; s along the road."""
    bordered = [(len(section.left), section.centre_marks)]
    for column, lane in enumerate(section.lanes):
        bordered.append((column if lane.id > 0 else column + 1, lane.marks))
    for column, marks in bordered:
        for mark, following in itertools.zip_longest(marks, marks[1:]):
            if mark.type.split(" ")[0] not in _LINES:
                continue
            end = section.end_m if following is None else min(section.end_m, section.start_m + following.start_m)
            yield column, mark, section.start_m + mark.start_m, end


def _inward(section: LaneSection, column: int, width_m: float) -> float:
    """How far to move a line off a border whose other side is not asphalt, in t."""
    lanes = section.lanes
    soft = [
        not 0 <= at < len(lanes) or lane_look(section, lanes[at]).look not in (ASPHALT, BIKE_LANE)
        for at in (column - 1, column)
    ]
    margin = 0.5 * width_m + 0.06
    return {(True, False): -margin, (False, True): margin}.get((soft[0], soft[1]), 0.0)


def _painted(road: Road, mark: RoadMark, s: Array, t: Array, start: float, end: float) -> list[Ribbon]:
    if end - start < 0.05:
        return []
    look = _COLOURS.get(mark.colour, WHITE)
    words = [word for word in mark.type.split(" ") if word in _LINES]
    width = float(np.clip(mark.width_m, 0.08, 0.5))
    stretches, centres = [], []
    for number, word in enumerate(words):
        side = 0.0 if len(words) == 1 else (1.0 - 2.0 * number) * (0.5 * width + 0.06)
        for a, b in _dashes(road, mark, start, end) if word != "solid" else [(start, end)]:
            first, last = np.searchsorted(s, (a + 1e-6, b - 1e-6))
            at = np.concatenate([[a], s[first:last], [b]])
            stretches.append(at)
            centres.append(np.interp(at, s, t) + side)
    if not stretches:
        return []
    # One evaluation for all dashes: a map has tens of thousands of them.
    along, across = np.concatenate(stretches), np.concatenate(centres)
    both = road.surface(np.tile(along, 2), np.concatenate([across + 0.5 * width, across - 0.5 * width]))
    breaks = np.cumsum([len(at) for at in stretches])[:-1]
    left, right = np.split(both[: len(along)], breaks), np.split(both[len(along) :], breaks)
    return [Ribbon(a, b, look) for a, b in zip(left, right, strict=True)]


def _dashes(road: Road, mark: RoadMark, start: float, end: float) -> list[tuple[float, float]]:
    """(start, end) of dashes, longer ones where the road's limit is high."""
    cuts = [start, *(s for s, _ in road.speeds_mps if start < s < end), end]
    dashes = []
    for first, last in itertools.pairwise(cuts):
        length, gap = mark.dash_m
        limit = next((limit for s, limit in reversed(road.speeds_mps) if s <= first + 1e-9), None)
        if limit is not None and limit > _FAST_MPS and (length, gap) == (3.0, 6.0):
            length, gap = _FAST_DASH_M
        firsts = np.arange(first, last, max(length + gap, 0.5))
        dashes += [(float(a), float(min(a + length, last))) for a in firsts if min(a + length, last) - a > 0.2]
    return dashes


def _bays(road: Road, section: LaneSection) -> list[Ribbon]:
    ribbons = []
    for lane in section.lanes:
        if lane.type != "parking":
            continue
        at = np.arange(section.start_m + 0.5, section.end_m, _PARKING_BAY_M)
        inner, outer = road.lane_borders(section, lane.id, at)
        for s, a, b in zip(at, inner, outer, strict=True):
            ends = np.linspace(a, b, 3)
            ribbons.append(Ribbon(road.surface(s - 0.05, ends), road.surface(s + 0.05, ends), WHITE))
        whole = samples(road, section)
        border, _ = road.lane_borders(section, lane.id, whole)
        ribbons.append(Ribbon(road.surface(whole, border + 0.05), road.surface(whole, border - 0.05), WHITE))
    return ribbons


def _up(left: Array, right: Array) -> Array:
    """Unit normals (n, 3) of the ribbon at each pair."""
    along = np.gradient(left, axis=0)
    normals = np.cross(along, left - right)
    normals *= np.where(normals[:, 2:] < 0.0, -1.0, 1.0)
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    return np.where(length > 1e-9, normals / np.maximum(length, 1e-9), np.array([0.0, 0.0, 1.0]))
