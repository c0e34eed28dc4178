"""Who drives a vehicle: closed-loop control of speed and steering along its path.

A speed plan is tracked by force feed-forward plus a PI term for what that misses; see ``steering`` for the other half.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rarebit.motions import Brake, ChangeLane, SetSpeed
from rarebit.roads.path import Path
from rarebit.roads.timing import CURVE_DECEL_MPS2, MAX_LATERAL_MPS2
from rarebit.run.movers.following import Lead, idm_mps2
from rarebit.run.movers.pedals import Pedals
from rarebit.run.movers.speed import GRAVITY_MPS2, JERK_MPS3, SpeedPlan
from rarebit.run.movers.steering import Steering
from rarebit.session.state import DriveCommand, VehicleData

_STAND_MPS = 0.3
_KP, _KI = 1.6, 0.8  # 1/s, 1/s^2
_MAX_INTEGRAL_MPS2 = 3.0
_HOLD_MPS2 = 4.0  # the brake of who stands, enough for any slope that is driven


class VehicleDriver:
    """Drives one vehicle.

    Attributes:
        path: what it drives along.
        keeps_gap: whether it slows behind what is ahead (traffic does; ego and story actors go by their plan).
    """

    def __init__(
        self,
        name: str,
        vehicle: VehicleData,
        size_lwh_m: NDArray[np.float64],
        box_x_m: float,
        path: Path,
        shifts_m: tuple[tuple[float, ...], tuple[float, ...]],
        speed_mps: float,
        *,
        keeps_gap: bool,
        step_s: float,
        grip: float,
    ) -> None:
        """Takes the vehicle's data, its box centre's x in the actor's frame, its path, offsets of the lanes beside it.

        ``grip`` is the friction coefficient of the road: nothing brakes harder than ``grip * g``.
        """
        self.name, self.path, self.keeps_gap = name, path, keeps_gap
        self._hardest_mps2, self._step_s = grip * GRAVITY_MPS2, step_s
        self._steering = Steering(vehicle, box_x_m, path, shifts_m, step_s, self._hardest_mps2)
        self._pedals = Pedals(vehicle, size_lwh_m)
        self._plan = SpeedPlan(speed_mps, grip, step_s)
        self._speed_integral = self._held_mps2 = 0.0
        # Bends on a slippery road are taken slower: they get at most half of the grip.
        lateral, slowing = min(MAX_LATERAL_MPS2, 0.5 * self._hardest_mps2), min(CURVE_DECEL_MPS2, 0.5 * self._hardest_mps2)
        self._curve_decel_mps2 = slowing
        self._curve_step_m, self._curve_mps = path.speed_limits(lateral, slowing)

    @property
    def station_m(self) -> float:
        """Of the box centre along the path, at the last step."""
        return self._steering.station_m

    @property
    def offset_m(self) -> float:
        """Of the box centre from its reference (path plus lane change), positive left, at the last step."""
        return self._steering.offset_m

    @property
    def blinker(self) -> str:
        """ "left", "right" or "" while a lane change with indicator goes on."""
        return self._steering.blinker

    def start(self, motion: SetSpeed | Brake | ChangeLane, time_s: float, speed_mps: float) -> None:
        """Begins ``motion`` now; a later one of the same kind replaces it.

        Raises:
            ValueError: a lane change to where there is no lane.
        """
        match motion:
            case SetSpeed():
                self._plan.change(speed_mps, motion.speed_mps, motion.accel_mps2)
            case Brake():
                self._plan.change(speed_mps, min(motion.to_mps, speed_mps), motion.decel_mps2)
                self._speed_integral = 0.0
            case ChangeLane():
                self._steering.change_lane(motion, time_s)

    def aim(self, goal_mps: float, accel_mps2: float) -> None:
        """Goes for another speed from where its plan is now."""
        self._plan.change(self._plan.now_mps, goal_mps, accel_mps2)

    def step(
        self,
        time_s: float,
        world_from_actor: NDArray[np.float64],
        velocity_mps: NDArray[np.float64],
        yaw_rate_radps: float,
        lead: Lead | None,
    ) -> DriveCommand:
        """The command for the next tick."""
        forward = world_from_actor[:3, 0]
        speed = float(forward @ velocity_mps)
        steer = self._steering.step(time_s, world_from_actor, velocity_mps, yaw_rate_radps)
        wanted = max(self._acceleration(speed, lead), -self._hardest_mps2)
        plan = self._plan
        if plan.now_mps < _STAND_MPS and plan.goal_mps < _STAND_MPS and speed < _STAND_MPS:
            wanted = -min(_HOLD_MPS2, self._hardest_mps2)
        throttle, brake = self._pedals.press(wanted, speed, float(forward[2]))
        return DriveCommand(name=self.name, throttle=throttle, brake=brake, steer=steer)

    def _acceleration(self, speed: float, lead: Lead | None) -> float:
        wanted_mps = self._plan.now_mps  # of this tick; the plan's step is what shall happen until the next
        planned = self._plan.step()
        limit = self._curve_limit()
        if limit < wanted_mps:
            wanted_mps, planned = limit, 0.0 if speed <= limit else -self._curve_decel_mps2
        error = wanted_mps - speed
        result = planned + _KP * error + self._speed_integral
        if lead is not None and self.keeps_gap:
            held = max(idm_mps2(speed, max(wanted_mps, 0.1), lead), self._held_mps2 - JERK_MPS3 * self._step_s)
            self._held_mps2 = min(held, 0.0)
            if held < result:
                return held  # the integral waits: the plan's speed is out of reach for now
        else:
            self._held_mps2 = 0.0
        if abs(error) < 2.0:
            grown = self._speed_integral + _KI * error * self._step_s
            self._speed_integral = min(max(grown, -_MAX_INTEGRAL_MPS2), _MAX_INTEGRAL_MPS2)
        return result

    def _curve_limit(self) -> float:
        index = round(max(self.station_m, 0.0) / self._curve_step_m)
        return self._curve_mps[min(index, len(self._curve_mps) - 1)]
