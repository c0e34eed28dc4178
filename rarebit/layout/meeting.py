"""Where somebody starts who is to meet another at the point where their paths cross."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rarebit.layout.errors import NoRoomError
from rarebit.layout.placed import Placed
from rarebit.motions import MeetAt
from rarebit.roads.conflict import conflict
from rarebit.roads.path import Path
from rarebit.roads.timing import pace


def start_station(
    points_m: NDArray[np.float64],
    crossing_from: int,
    width_m: float,
    speed_mps: float,
    meet: MeetAt,
    other: Placed,
    other_width_m: float,
    other_mps: float,
) -> float:
    """The station along ``points_m`` (n, 3) from which the meeting comes about at constant speeds, slower in curves.

    Args:
        points_m: the way, from far before the junction on.
        crossing_from: index of the point behind which the paths' crossing counts; a long way may cross the other's before.
        width_m, speed_mps: of who is to be placed.
        meet: what it shall do.
        other, other_width_m, other_mps: who is to be met.

    Raises:
        NoRoomError: the paths do not cross, or the way is too short for it.
    """
    if other.path_m is None:
        raise NoRoomError(f"{other.name} has no path to be met on")
    found = conflict(points_m[crossing_from:], width_m, other.path_m, other_width_m)
    if found is None:
        raise NoRoomError(f"its way does not cross that of {other.name}")
    x, y = (float(value) for value in found.point_m)
    own_path, other_path = Path(points_m), Path(other.path_m)
    time_s = pace(other_path).travel_s(0.0, other_path.locate(x, y)[0], other_mps) + meet.after_s
    if time_s <= 0.0:
        raise NoRoomError(f"it would have to pass {-time_s:.1f} s before the scene begins; let {other.name} start farther away")
    start = pace(own_path).start_for(own_path.locate(x, y)[0], time_s, speed_mps)
    if start < 0.0:
        raise NoRoomError(f"its arm is {-start:.0f} m too short to meet {other.name} at {speed_mps * 3.6:.0f} km/h")
    return start
