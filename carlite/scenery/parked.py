"""Parked cars along the kerbs of towns.

Lanes that a map calls "parking" stay empty: their bays are where clients spawn parked vehicles of their own, as on a real
server, which puts nothing into a world made from OpenDRIVE.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from carlite.library import Blueprint, blueprints, paint
from carlite.scenery.placement import Placement
from carlite.scenery.placing import footprint
from carlite.scenery.roadside import Side
from carlite.scenery.site import Site
from carlite.scenery.strips import LaneStrip

Array = NDArray[np.float64]
_SLOT_M = 6.2
_SHARE = 0.35
_LEAST_WIDTH_M = 1.9
_FROM_JUNCTION_M, _FROM_END_M = 12.0, 4.0
_FROM_LANE_M = 0.1
_FAST_MPS = 23.0


def place_parked_cars(site: Site, rng: np.random.Generator) -> None:
    """Cars on wide shoulders beside the sidewalks of a town, clear of junctions and crosswalks."""
    for side in site.sides:
        for strip in side.strips:
            if strip.lane.type == "shoulder" and _is_kerbside(site, side, strip):
                _fill(site, side, strip, rng)


def _is_kerbside(site: Site, side: Side, strip: LaneStrip) -> bool:
    if side.walk is None or not site.urban or side.speed_mps > _FAST_MPS or float(np.median(strip.width_m)) < _LEAST_WIDTH_M:
        return False
    at = side.strips.index(strip)
    # Between the traffic and the kerb, not in a median.
    return at > 0 and side.strips[at - 1].lane.type == "driving"


def _fill(site: Site, side: Side, strip: LaneStrip, rng: np.random.Generator) -> None:
    middle = 0.5 * (strip.inner + strip.outer)
    width = strip.width_m
    walked = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(middle[:, :2], axis=0), axis=1))])
    first, last = (_FROM_JUNCTION_M if at_junction else _FROM_END_M for at_junction in side.ends_in_junction)
    gutter = _beyond(side, strip)
    for at in np.arange(first + 0.5 * _SLOT_M, walked[-1] - last - 0.5 * _SLOT_M, _SLOT_M):
        if rng.random() > _SHARE:
            continue
        room = float(np.interp(at, walked, width))
        fitting = [car for car in _cars() if 2.0 * car.half_extent[1] <= room + gutter - _FROM_LANE_M]
        if not fitting or room < _LEAST_WIDTH_M:
            continue
        car = fitting[int(rng.integers(len(fitting)))]
        tint = _tint(car, rng)
        jitter = float(rng.uniform(-0.3, 0.3))
        point = np.array([np.interp(at + jitter, walked, column) for column in middle.T])
        outward = np.array([np.interp(at, walked, column) for column in (strip.outer - strip.inner)[:, :2].T])
        outward /= max(float(np.linalg.norm(outward)), 1e-9)
        # As far out as the kerb allows.
        spare = 0.5 * room + gutter - car.half_extent[1] - 0.15
        point[:2] += outward * min(max(spare, 0.0), 0.35)
        nearest = int(np.searchsorted(walked, at).clip(0, len(walked) - 1))
        yaw = float(side.yaw_deg[min(nearest, len(side.yaw_deg) - 1)]) + float(rng.normal(0.0, 0.7))
        _park(site, car, point, yaw, tint)


def _park(site: Site, car: Blueprint, point: Array, yaw: float, tint: tuple[float, float, float]) -> None:
    plot = footprint(car.id, 0, float(point[0]), float(point[1]), yaw)
    if site.off_street.intersects(plot) or not site.plots.take(plot):
        return
    ahead = np.array([np.cos(np.radians(yaw)), np.sin(np.radians(yaw)), 0.0])
    axle = 0.3 * 2.0 * car.half_extent[0]
    front, back, here = site.ground_z(np.stack([point + axle * ahead, point - axle * ahead, point]))
    pitch = float(np.degrees(np.arctan2(front - back, 2.0 * axle)))
    location = (float(point[0]), float(point[1]), float(max(here, 0.5 * (front + back))))
    site.placements.append(Placement(kind=car.id, variant=0, location=location, rotation_deg=(pitch, yaw, 0.0), tint=tint))


def _beyond(side: Side, strip: LaneStrip) -> float:
    """Width of the flat gutter between a strip and the kerb, metres."""
    at = side.strips.index(strip) + 1
    if at < len(side.strips) and not side.strips[at].look.is_raised and side.strips[at].lane.type == "shoulder":
        return float(np.median(side.strips[at].width_m))
    return 0.0


@cache
def _cars() -> tuple[Blueprint, ...]:
    """Everyday four-wheelers, in the library's order."""
    return tuple(
        blueprint
        for blueprint in blueprints()
        if blueprint.base_type in ("car", "van")
        and len(blueprint.wheels) == 4
        and "police" not in blueprint.id
        and blueprint.half_extent[0] < 2.9
    )


def _tint(car: Blueprint, rng: np.random.Generator) -> tuple[float, float, float]:
    colours = next((attribute.recommended for attribute in car.attributes if attribute.id == "color"), ())
    chosen = colours[int(rng.integers(len(colours)))] if colours else ""
    return paint({"color": chosen}) if chosen else (1.0, 1.0, 1.0)
