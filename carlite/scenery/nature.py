"""Trees and bushes beside the roads and on the land around."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from carlite.scenery.furniture import BUSHES, TREES
from carlite.scenery.site import Site, pick

Array = NDArray[np.float64]
_EVERY_M = {True: 14.0, False: 6.0}
_LAND_M2 = {True: 900.0, False: 1100.0}
_MAX_ROADSIDE, _MAX_LAND = 3000, 1500
_CLEAR_M, _LAND_CLEAR_M = 3.5, 12.0
_NEAR_M, _SPREAD_M = 5.0, 26.0
_GROVE_M, _GROVE = 16.0, 8


def place_nature(site: Site, rng: np.random.Generator) -> None:
    """Clumps of trees and bushes along the roads, sparser in towns, and groves on the land around."""
    for points, clear_m, tree_share in ((_roadside(site, rng), _CLEAR_M, 0.6), (_land(site, rng), _LAND_CLEAR_M, 0.85)):
        if not len(points):
            continue
        near = shapely.dwithin(site.covered, shapely.points(points[:, :2]), clear_m)
        for point in points[~near]:
            is_tree = rng.random() < tree_share
            kind, count = ("tree", TREES) if is_tree else ("bush", BUSHES)
            site.put(kind, pick(rng, count), point, float(rng.uniform(0.0, 360.0)), thin=True, off=site.covered)


def _roadside(site: Site, rng: np.random.Generator) -> Array:
    total = sum(side.length_m for side in site.sides)
    every = max(_EVERY_M[site.urban], total / _MAX_ROADSIDE)
    points = []
    for side in site.sides:
        count = int(side.length_m / every)
        if not count:
            continue
        # Positions drawn around a few centres stand in clumps.
        centres = rng.uniform(0.0, side.length_m, max(1, count // 6))
        walked = np.clip(rng.choice(centres, count) + rng.normal(0.0, 14.0, count), 0.0, side.length_m)
        out = _NEAR_M + rng.exponential(_SPREAD_M, count)
        points += [side.at(float(w), float(o))[0] for w, o in zip(walked, out, strict=True)]
    return np.array(points).reshape(-1, 3)


def _land(site: Site, rng: np.random.Generator) -> Array:
    """Groves spread over all patches of the land, each within one of them."""
    lands = np.array(site.lands)
    area = np.prod(lands[:, 2:] - lands[:, :2], axis=1)
    count = max(int(min(area.sum() / _LAND_M2[site.urban], _MAX_LAND)) // _GROVE, 1)
    of = lands[rng.choice(len(lands), count, p=area / area.sum())] if len(lands) > 1 else np.repeat(lands, count, axis=0)
    centres = rng.uniform(of[:, :2] + 8.0, of[:, 2:] - 8.0)
    points = np.repeat(centres, _GROVE, axis=0) + rng.normal(0.0, _GROVE_M, (len(centres) * _GROVE, 2))
    edge = np.repeat(of, _GROVE, axis=0)
    inside = np.all((points > edge[:, :2] + 4.0) & (points < edge[:, 2:] - 4.0), axis=1)
    # High enough that the way down meets any hill first.
    return np.concatenate([points[inside], np.full((int(inside.sum()), 1), 60.0)], 1)
