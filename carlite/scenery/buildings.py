"""Buildings along the streets."""

from __future__ import annotations

import numpy as np

from carlite.scenery.placing import extent
from carlite.scenery.roadside import Side
from carlite.scenery.site import Site, depth_and_front, facing, pick

BUILDINGS, HOUSES = 12, 6
_CLEAR_M = 0.4
_ROWS_M = ((0.0, 1.0), (26.0, 8.0), (55.0, 14.0))  # (start beyond the first row's setback, spread)
_HOUSE_EVERY_M = (35.0, 160.0)


def place_buildings(site: Site, rng: np.random.Generator) -> None:
    """Street fronts behind the sidewalks of a town with taller rows behind them; scattered houses elsewhere."""
    for row, (start, spread) in enumerate(_ROWS_M):
        for side in site.sides:
            if side.walk is not None and site.urban:
                _front(site, side, rng, start=start, spread=spread, row=row)
    for side in site.sides:
        if side.walk is None or not site.urban:
            _houses(site, side, rng)


def _front(site: Site, side: Side, rng: np.random.Generator, *, start: float, spread: float, row: int) -> None:
    walked = 0.0
    while walked < side.length_m:
        variant = pick(rng, BUILDINGS)
        depth, front = depth_and_front("building", variant)
        setback = _CLEAR_M + start + float(rng.uniform(0.0, spread))
        point, outward, _ = side.at(min(walked + 0.5 * front, side.length_m), 0.0)
        centre = extent("building", variant).box.centre
        yaw = facing(outward)
        # The box's middle lies half a depth behind the setback.
        point[:2] += (setback + 0.5 * depth + centre[0]) * outward
        placed = site.put("building", variant, point, yaw, margin_m=0.05, off=site.covered)
        gap = float(rng.uniform(5.0, 9.0)) if rng.random() < 0.12 else float(rng.uniform(0.1, 0.4))
        walked += front + gap + (10.0 * row) if placed else 4.0


def _houses(site: Site, side: Side, rng: np.random.Generator) -> None:
    if side.speed_mps > 25.0:
        return
    walked = float(rng.uniform(0.0, _HOUSE_EVERY_M[1]))
    while walked < side.length_m:
        variant = pick(rng, HOUSES)
        depth, _ = depth_and_front("house", variant)
        point, outward, _ = side.at(walked, 0.0)
        point[:2] += (float(rng.uniform(9.0, 22.0)) + 0.5 * depth) * outward
        site.put("house", variant, point, facing(outward) + float(rng.normal(0.0, 4.0)), margin_m=2.0, off=site.covered)
        walked += float(rng.uniform(*_HOUSE_EVERY_M))
