"""Speed plans of vehicles: accelerations that grow no faster than a foot moves and brakes that never ask for more than grip."""

from __future__ import annotations

import math

JERK_MPS3 = 12.65
"""How fast deceleration is built up: the competent, careful driver of UN R157 (``ec-jrc/JRC-FSM``, parameter_sources 2.2)."""

GRAVITY_MPS2 = 9.81


class SpeedPlan:
    """The speed that a vehicle should have, tick by tick.

    Attributes:
        now_mps: at the present tick.
        accel_mps2: with which it is changing.
        goal_mps: where it goes.
    """

    def __init__(self, speed_mps: float, grip: float, step_s: float) -> None:
        """``grip`` is the friction coefficient of the road: no plan brakes or accelerates harder than ``grip * g``."""
        self.now_mps = self.goal_mps = speed_mps
        self.accel_mps2 = 0.0
        self._limit_mps2, self._step_s = grip * GRAVITY_MPS2, step_s
        self._rate_mps2 = min(2.5, self._limit_mps2)

    def change(self, from_mps: float, goal_mps: float, rate_mps2: float) -> None:
        """Goes from the present speed to ``goal_mps`` at ``rate_mps2`` (positive), or as hard as the road allows."""
        self.now_mps, self.goal_mps = from_mps, goal_mps
        self._rate_mps2 = min(rate_mps2, self._limit_mps2)

    def step(self) -> float:
        """Advances a tick and gives the acceleration in it.

        It grows and fades at ``JERK_MPS3``; a vehicle that stops keeps its deceleration to the end, as a braking one does.
        """
        left = self.goal_mps - self.now_mps
        sign, gap = math.copysign(1.0, left), abs(left)
        wanted = self._rate_mps2
        if self.goal_mps > 0.0:
            wanted = min(wanted, math.sqrt(2.0 * JERK_MPS3 * gap))
        change = JERK_MPS3 * self._step_s
        accel = self.accel_mps2 + min(max(sign * wanted - self.accel_mps2, -change), change)
        way = (self.accel_mps2 + accel) / 2.0 * self._step_s
        if way * sign >= gap:
            way, accel = left, 0.0
        planned = way / self._step_s
        self.now_mps += way
        self.accel_mps2 = accel
        return planned
