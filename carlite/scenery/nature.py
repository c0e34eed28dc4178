"""Trees and bushes beside the roads and on the land around."""

from __future__ import annotations

import numpy as np
import shapely

from carlite.scenery.furniture import BUSHES, TREES
from carlite.scenery.site import Site, pick

_EVERY_M = {True: 22.0, False: 7.0}
_MAX_PLANTS = 4000
_CLEAR_M = 3.5
_NEAR_M, _SPREAD_M = 5.0, 28.0


def place_nature(site: Site, rng: np.random.Generator) -> None:
    """Scattered trees and bushes: sparse in towns, in clumps along open roads."""
    total = sum(side.length_m for side in site.sides)
    every = max(_EVERY_M[site.urban], total / _MAX_PLANTS)
    points = []
    for side in site.sides:
        count = int(side.length_m / every)
        if not count or (site.urban and side.walk is None):
            continue
        # Clumps: positions drawn around a few centres.
        centres = rng.uniform(0.0, side.length_m, max(1, count // 6))
        walked = np.clip(rng.choice(centres, count) + rng.normal(0.0, 14.0, count), 0.0, side.length_m)
        out = _NEAR_M + rng.exponential(_SPREAD_M, count)
        points += [side.at(float(w), float(o))[0] for w, o in zip(walked, out, strict=True)]
    if not points:
        return
    where = np.array(points)
    near = shapely.dwithin(site.covered, shapely.points(where[:, :2]), _CLEAR_M)
    for point in where[~near]:
        is_tree = rng.random() < 0.65
        kind, count = ("tree", TREES) if is_tree else ("bush", BUSHES)
        site.put(kind, pick(rng, count), point, float(rng.uniform(0.0, 360.0)), thin=True, off=site.covered)
