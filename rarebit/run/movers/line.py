"""Straight ways of those who leave their path or have none, and speeds that change at a given rate."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rarebit.layout import Placed
from rarebit.motions import Cross, Roll

_BEYOND_M = 4.0  # a crossing without a given length ends this far behind the far edge


@dataclass(frozen=True, slots=True)
class Line:
    """A straight way: where it began (3,), its heading, how far it goes."""

    start_m: NDArray[np.float64]
    yaw_rad: float
    length_m: float


class Speed:
    """A speed that changes at a given rate."""

    def __init__(self, speed_mps: float) -> None:
        self.now_mps = self.goal_mps = speed_mps
        self.rate_mps2 = 2.5

    def change(self, goal_mps: float, rate_mps2: float) -> None:
        """From now on goes towards ``goal_mps``."""
        self.goal_mps, self.rate_mps2 = goal_mps, rate_mps2

    def step(self, step_s: float) -> float:
        """The speed after the next tick."""
        change = self.rate_mps2 * step_s
        self.now_mps += min(max(self.goal_mps - self.now_mps, -change), change)
        return self.now_mps


def crossing_yaw_rad(placed: Placed, angle_rad: float) -> float:
    """Heading of somebody who crosses: square to the road away from the side he stands on, turned towards its direction."""
    if placed.side == "left":
        return placed.road_yaw_rad - math.pi / 2.0 + angle_rad
    return placed.road_yaw_rad + math.pi / 2.0 - angle_rad


def crossing(motion: Cross, placed: Placed, at_m: NDArray[np.float64]) -> Line:
    """The way across the road from where somebody is now."""
    far = placed.to_far_edge_m / max(math.cos(motion.angle_rad), 0.2) + _BEYOND_M
    yaw = crossing_yaw_rad(placed, motion.angle_rad)
    return Line(at_m.copy(), yaw, far if motion.distance_m is None else motion.distance_m)


def rolling(motion: Roll, placed: Placed, at_m: NDArray[np.float64]) -> Line:
    """The way of something that rolls off from where it is now."""
    yaw = crossing_yaw_rad(placed, 0.0) if motion.towards == "road" else placed.road_yaw_rad + motion.heading_rad
    return Line(at_m.copy(), yaw, math.inf)
