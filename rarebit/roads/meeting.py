"""Where the paths of two movers cross, with the stations of the point on both and the time to it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from rarebit.roads.conflict import Conflict, conflict
from rarebit.roads.path import Path
from rarebit.roads.timing import Pace, pace

_STANDING_MPS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """A crossing of two paths.

    Attributes:
        conflict: where the swept strips overlap.
        own_m, other_m: stations of the point where the paths cross.
        own_pace: how fast the first takes its curves.
    """

    conflict: Conflict
    own_m: float
    other_m: float
    own_pace: Pace

    def time_s(self, station_m: float, speed_mps: float) -> float:
        """How long until the first is at the point at its present speed, slower in curves.

        inf if it stands before the point; negative once it is past it.
        """
        if station_m >= self.own_m:
            return (self.own_m - station_m) / max(speed_mps, _STANDING_MPS)
        return math.inf if speed_mps < _STANDING_MPS else self.own_pace.travel_s(station_m, self.own_m, speed_mps)


@lru_cache(maxsize=64)  # asked every tick of a run, for the same few paths
def crossing(own: Path, own_width_m: float, other: Path, other_width_m: float) -> Crossing | None:
    """The first crossing of two paths; None if they do not cross."""
    found = conflict(own.points_m, own_width_m, other.points_m, other_width_m)
    if found is None:
        return None
    x, y = (float(value) for value in found.point_m)
    return Crossing(conflict=found, own_m=own.locate(x, y)[0], other_m=other.locate(x, y)[0], own_pace=pace(own))
