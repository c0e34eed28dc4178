"""Where the body of an actor ends, as the server's rays find it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rarebit.core.frames import apply
from rarebit.session import convert
from rarebit.session.server import CarlaServer

_BEYOND_M = 0.5  # how far outside its box the look at a body begins
_MARGIN_M = 0.05  # bodies may stick out of their boxes by this


def way_out(
    server: CarlaServer,
    world: Any,
    place_m: NDArray[np.float64],
    direction: NDArray[np.float64],
    box_from_world: NDArray[np.float64],
    size_lwh_m: NDArray[np.float64],
) -> float | None:
    """How far along ``direction`` the body's outermost surface lies from ``place_m``.

    Args:
        server, world: to cast rays in.
        place_m: (3,) world. direction: (3,) unit.
        box_from_world: (4, 4) of the body's box. size_lwh_m: (3,) its full sizes.

    Returns:
        Metres above 0; None where the place is outside the box, or nothing of the body lies that way.
    """
    half = size_lwh_m / 2.0
    inside, way = apply(box_from_world, place_m[None])[0], box_from_world[:3, :3] @ direction
    if (np.abs(inside) > half).any():
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        leaves_m = float(np.min(np.where(way == 0.0, np.inf, (np.sign(way) * half - inside) / way)))
    outside = place_m + direction * (leaves_m + _BEYOND_M)
    with server.asking("looking for the surface of a body"):
        hits = world.cast_ray(convert.location(outside), convert.location(place_m))
    if not hits:
        return None
    points = convert.vectors([hit.location for hit in hits])
    own = (np.abs(apply(box_from_world, points)) <= half + _MARGIN_M).all(axis=1)
    along = (points[own] - place_m) @ direction
    return float(along.max()) if len(along) and along.max() > 0.0 else None
