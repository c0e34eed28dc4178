"""How long a vehicle takes along its path: at its cruising speed, slower where curves ask for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rarebit.roads.path import Path

MAX_LATERAL_MPS2, CURVE_DECEL_MPS2 = 3.5, 3.5
"""The sideways acceleration that a driver takes in a curve, and the braking towards it."""

_LEAST_MPS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The fastest speeds along a path.

    Attributes:
        step_m: between the entries of ``limits_mps``.
        limits_mps: (n,) from station 0 on.
    """

    step_m: float
    limits_mps: NDArray[np.float64]

    def travel_s(self, from_m: float, to_m: float, cruise_mps: float) -> float:
        """Time from one station to another, 0 if it is behind; at the cruising speed off both ends."""
        if to_m <= from_m:
            return 0.0
        stations = self.step_m * np.arange(len(self.limits_mps))
        inside = stations[(stations > from_m) & (stations < to_m)]
        knots = np.concatenate([[from_m], inside, [to_m]])
        middle = (knots[1:] + knots[:-1]) / 2.0
        return float((np.diff(knots) / self._speeds(middle, cruise_mps)).sum())

    def start_for(self, to_m: float, time_s: float, cruise_mps: float) -> float:
        """The station (negative: before the path) from which ``to_m`` is reached in ``time_s``."""
        within = self.travel_s(0.0, to_m, cruise_mps)
        if within <= time_s:
            return min(0.0, to_m) - (time_s - within) * cruise_mps
        low, high = 0.0, to_m
        for _ in range(40):
            middle = (low + high) / 2.0
            low, high = (middle, high) if self.travel_s(middle, to_m, cruise_mps) > time_s else (low, middle)
        return (low + high) / 2.0

    def cruise_for(self, from_m: float, to_m: float, time_s: float, between_mps: tuple[float, float]) -> float:
        """The cruising speed that takes ``time_s`` from one station to another, within bounds."""
        low, high = between_mps
        for _ in range(20):
            middle = (low + high) / 2.0
            low, high = (middle, high) if self.travel_s(from_m, to_m, middle) > time_s else (low, middle)
        return (low + high) / 2.0

    def _speeds(self, stations_m: NDArray[np.float64], cruise_mps: float) -> NDArray[np.float64]:
        limits = self.limits_mps[np.clip(np.rint(stations_m / self.step_m).astype(np.intp), 0, len(self.limits_mps) - 1)]
        outside = (stations_m < 0.0) | (stations_m > self.step_m * (len(self.limits_mps) - 1))
        return np.maximum(np.minimum(np.where(outside, np.inf, limits), cruise_mps), _LEAST_MPS)


def pace(path: Path) -> Pace:
    """How fast a driver takes the curves of a path."""
    step_m, limits = path.speed_limits(MAX_LATERAL_MPS2, CURVE_DECEL_MPS2)
    return Pace(step_m=step_m, limits_mps=np.asarray(limits))
