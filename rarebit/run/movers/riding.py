"""A load on what carries it: where it will be after the next tick."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rarebit.core.frames import inverse, rotation_from_rpy, transform, yaw_of
from rarebit.layout import Placed
from rarebit.run.carrying import Carrier
from rarebit.run.movers.mover import LAUNCH_TICKS
from rarebit.world_view import Bodies


class Riding:
    """Where a load stays on its carrier."""

    def __init__(self, carrier: Carrier, placed: Placed, step_s: float) -> None:
        """``placed`` is the load's own place at time 0."""
        self._carrier, self._step_s = carrier, step_s
        here = transform(placed.position_m, rotation_from_rpy(0.0, 0.0, placed.yaw_rad))
        there = transform(carrier.placed.position_m, rotation_from_rpy(0.0, 0.0, carrier.placed.yaw_rad))
        self._carrier_from_load = inverse(there) @ here
        self._launched = False
        self._before_mps: NDArray[np.float64] | None = None

    def launch(self, number: int) -> None:
        """It is tick ``number`` of the run-up: in the first ones the carrier is given its speed."""
        self._launched = number < LAUNCH_TICKS

    def next(self, bodies: Bodies) -> tuple[NDArray[np.float64], float]:
        """Middle of the underside (3,) and heading of the load after the next tick, the carrier's acceleration going on."""
        row = bodies.rows[self._carrier.name]
        box, actor = bodies.world_from_box[row], bodies.world_from_actor[row]
        load = box @ transform((0.0, 0.0, -bodies.size_lwh_m[row, 2] / 2.0)) @ self._carrier_from_load
        spin = bodies.angular_velocity_radps[row]
        if self._launched:
            velocity, self._launched = self._carrier.speed_mps * box[:3, 0], False
            change = np.zeros(3)
        else:
            velocity = bodies.velocity_mps[row] + np.cross(spin, load[:3, 3] - actor[:3, 3])
            change = np.zeros(3) if self._before_mps is None else velocity - self._before_mps
            self._before_mps = velocity
        base = load[:3, 3] + (velocity + change) * self._step_s
        return np.asarray(base), yaw_of(load) + float(spin[2]) * self._step_s

    def bed_m(self, bodies: Bodies) -> float:
        """Height of where the load stood."""
        row = bodies.rows[self._carrier.name]
        base = bodies.world_from_box[row] @ transform((0.0, 0.0, -bodies.size_lwh_m[row, 2] / 2.0)) @ self._carrier_from_load
        return float(base[2, 3])

    def outline(self, bodies: Bodies) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The carrier's box: ``world_from_box`` (4, 4) and full sizes (3,)."""
        row = bodies.rows[self._carrier.name]
        return bodies.world_from_box[row], bodies.size_lwh_m[row]
