"""What stands on sidewalks and verges: lamps, trees in rows, benches, bins, guard rails."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from carlite.scenery.along import moved_out, rail
from carlite.scenery.placing import low_reach_m
from carlite.scenery.roadside import Side
from carlite.scenery.site import Site, depth_and_front, facing, pick

Array = NDArray[np.float64]
TREES, BUSHES, LAMPS = 8, 4, 3
_LAMP_EVERY_M, _RURAL_LAMP_EVERY_M = 28.0, 45.0
_TREE_EVERY_M = 14.0
_FROM_KERB_M = 0.7
_ITEMS = (("bench", 3.0), ("bin", 4.0), ("hydrant", 1.5), ("bus_stop", 0.6))
_FAST_MPS = 20.0
_MEDIAN_M = 2.0
_RAIL_OUT_M, _APART_M = 0.6, 0.18
_RAIL_BEND_PM, _RAIL_BEFORE_BEND_M = 1.0 / 400.0, 15.0
_CLEARANCE_M = 4.5  # over lanes: a lorry's height and some
_ROOM_M = 0.3
_HEAD_M = 2.2  # under a crown, for those who walk
_STREET_TREE = 2  # its crown begins high


def place_furniture(site: Site, rng: np.random.Generator) -> None:
    """Everything along the roads but buildings, signals and parked cars."""
    for number, side in enumerate(site.sides):
        if side.speed_mps > _FAST_MPS:
            _median_barrier(site, side)
        if side.road.tunnels and side.walk is None:
            continue
        if side.walk is not None:
            _sidewalk(site, side, rng, stagger=0.5 * (number % 2))
        elif side.speed_mps > _FAST_MPS:
            _roadside_rails(site, side)
            _roadside_lamps(site, side)


def _roadside_rails(site: Site, side: Side) -> None:
    """Along all of a road with several lanes in a direction; else only where a bend would carry a car off: on its outside."""
    line = moved_out(side.edge, side.strips[0].inner, _RAIL_OUT_M)
    lanes = sum(strip.lane.type == "driving" for strip in side.strips)
    for start, end in [(0, len(line))] if lanes > 1 else _outside_of_bends(side):
        rail(site, "guard_rail", line[start:end], side.strips[0].inner[start:end])


def _outside_of_bends(side: Side) -> list[tuple[int, int]]:
    """(start, end) of the points of the edge on the outside of sharp bends, and a little before and behind."""
    step = np.diff(side.edge[:, :2], axis=0)
    heading = np.unwrap(np.arctan2(step[:, 1], step[:, 0]))
    apart = 0.5 * (np.diff(side.walked)[1:] + np.diff(side.walked)[:-1])
    tangent = step[1:] / np.linalg.norm(step[1:], axis=1, keepdims=True)
    across = np.stack([-tangent[:, 1], tangent[:, 0]], -1)
    bends = -np.diff(heading) / apart * np.sign(np.sum(across * side.outward[1:-1], 1))
    sharp = side.walked[1:-1][bends > _RAIL_BEND_PM]
    if not len(sharp):
        return []
    near = np.abs(side.walked[:, None] - sharp[None, :]).min(1) < _RAIL_BEFORE_BEND_M
    changes = np.flatnonzero(np.diff(np.concatenate([[False], near, [False]]).astype(np.int8)))
    return [(int(start), int(end)) for start, end in changes.reshape(-1, 2) if end - start >= 2]


def _sidewalk(site: Site, side: Side, rng: np.random.Generator, *, stagger: float) -> None:
    walk = side.walk
    if walk is None:
        return
    width = float(np.median(walk.width_m))
    kerb = -width + _FROM_KERB_M
    for walked in np.arange(4.0 + stagger * _LAMP_EVERY_M, side.length_m - 2.0, _LAMP_EVERY_M):
        point, outward, _ = side.at(float(walked), kerb)
        if side.is_in_tunnel(float(walked)):
            continue
        site.put("street_lamp", pick(rng, LAMPS), point, facing(outward), off=site.off_street, thin=True)
    if width < 2.4:
        return
    if width >= 3.5:
        for walked in np.arange(9.0, side.length_m - 6.0, _TREE_EVERY_M):
            point, _, _ = side.at(float(walked + rng.uniform(-1.0, 1.0)), kerb + 0.3)
            tree = _street_tree(site, point, pick(rng, TREES))
            turn = float(rng.uniform(0.0, 360.0))
            if not side.is_in_tunnel(float(walked)):
                site.put("tree", tree, point, turn, off=site.off_street, thin=True)
    weights = np.array([weight for _, weight in _ITEMS])
    for walked in np.arange(6.0, side.length_m - 5.0, 17.0):
        if rng.random() < 0.45:
            continue
        kind = _ITEMS[int(rng.choice(len(_ITEMS), p=weights / weights.sum()))][0]
        depth, _ = depth_and_front(kind, 0)
        at = kerb if kind in ("bin", "hydrant") else -0.5 * depth - 0.4
        point, outward, _ = side.at(float(walked + rng.uniform(-2.0, 2.0)), at)
        site.put(kind, 0, point, facing(outward), off=site.off_street)


def _street_tree(site: Site, point: Array, variant: int) -> int:
    """The tree wanted at a point, or one with a high crown where the wanted one would reach into a lane or over the walk."""
    reach = low_reach_m("tree", variant, _CLEARANCE_M)
    if low_reach_m("tree", variant, _HEAD_M) < _ROOM_M + 0.3 and not site.is_road_at(
        shapely.Point(point[:2]).buffer(reach + _ROOM_M, quad_segs=4), float(point[2])
    ):
        return variant
    return _STREET_TREE


def _roadside_lamps(site: Site, side: Side) -> None:
    for walked in np.arange(10.0, side.length_m - 2.0, _RURAL_LAMP_EVERY_M):
        point, outward, _ = side.at(float(walked), 2.2)
        site.put("street_lamp", 0, point, facing(outward), off=site.covered, thin=True)


def _median_barrier(site: Site, side: Side) -> None:
    """Two rails back to back along the middle of a wide median, where the map has no railing of its own."""
    inner = []
    for strip in side.strips:
        if strip.lane.type == "driving":
            break
        inner.append(strip)
    has_own = any(item.repeats for item in side.road.objects)
    two_way = bool(side.strips[0].section.left) and bool(side.strips[0].section.right)
    if not inner or has_own or not two_way:
        return
    middle = 0.5 * (inner[0].inner + inner[-1].outer)
    if float(np.min(np.linalg.norm((inner[-1].outer - inner[0].inner)[:, :2], axis=1))) < _MEDIAN_M:
        return
    for border in (inner[0].inner, inner[-1].outer):
        rail(site, "guard_rail", moved_out(middle, border, -_APART_M), border)
