"""Boxes on the ground: whether two overlap."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something of the map that stands where it stands: its outline on the ground and the heights it reaches (metres)."""

    outline: Footprint
    bottom_m: float
    top_m: float


@dataclass(frozen=True, slots=True)
class Footprint:
    """A rectangle: centre, heading, half length, half width, in metres and radians."""

    x: float
    y: float
    yaw_rad: float
    half_length: float
    half_width: float

    def grown(self, margin_m: float) -> Footprint:
        """The same with a margin on every side."""
        return Footprint(self.x, self.y, self.yaw_rad, self.half_length + margin_m, self.half_width + margin_m)

    def overlaps(self, other: Footprint) -> bool:
        """Whether the rectangles overlap (separating axes)."""
        dx, dy = other.x - self.x, other.y - self.y
        if math.hypot(dx, dy) > self._radius() + other._radius():
            return False
        for yaw in (self.yaw_rad, other.yaw_rad):
            for angle in (yaw, yaw + math.pi / 2):
                ax, ay = math.cos(angle), math.sin(angle)
                if abs(dx * ax + dy * ay) > self._reach(ax, ay) + other._reach(ax, ay):
                    return False
        return True

    def _radius(self) -> float:
        return math.hypot(self.half_length, self.half_width)

    def _reach(self, ax: float, ay: float) -> float:
        c, s = math.cos(self.yaw_rad), math.sin(self.yaw_rad)
        return self.half_length * abs(c * ax + s * ay) + self.half_width * abs(-s * ax + c * ay)
