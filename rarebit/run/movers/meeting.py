"""How a driver times himself so as to meet another where their paths cross."""

from __future__ import annotations

from rarebit.motions import MeetAt
from rarebit.roads.conflict import conflict
from rarebit.roads.timing import Pace, pace
from rarebit.world_view import WorldView

ACCEL_MPS2 = 2.0
"""The acceleration of somebody who hurries or dawdles a little (IDM's comfortable values, parameter_sources 6)."""

_SLOWEST, _FASTEST = 0.4, 1.4  # times the speed at the beginning
_STANDS_MPS = 0.5
_EVERY_TICKS = 4
_FREE = 0.9  # who is slower than this share of what the curves allow has chosen so


class Meeting:
    """One vehicle's way to a meeting.

    Raises:
        ValueError: the other has no path, or the paths do not cross.
    """

    def __init__(self, name: str, motion: MeetAt, world: WorldView) -> None:
        if motion.other not in world.paths:
            raise ValueError(f"{motion.other} has no path to be met on")
        bodies = world.bodies
        own, other = world.paths[name], world.paths[motion.other]
        widths = [float(bodies.size_lwh_m[bodies.rows[who], 1]) for who in (name, motion.other)]
        found = conflict(own.points_m, widths[0], other.points_m, widths[1])
        if found is None:
            raise ValueError(f"its way does not cross that of {motion.other}")
        x, y = found.point_m.tolist()
        self._name, self._motion = name, motion
        self._own_m, self._other_m = own.locate(x, y)[0], other.locate(x, y)[0]
        self._own_pace, self._other_pace = pace(own), pace(other)
        speed = world.speed_mps[name]
        self._between_mps = (_SLOWEST * speed, _FASTEST * speed)
        self._cruise_mps = world.speed_mps[motion.other]
        self._tick = 0
        self._held = False

    def goal_mps(self, world: WorldView) -> float | None:
        """The speed to go for now; None to keep the one of before."""
        self._tick += 1
        self._note_cruise(world)
        if self._held or self._tick % _EVERY_TICKS != 1:
            return None
        own_m, other_m = world.station_m[self._name], world.station_m[self._motion.other]
        theirs_s = self._other_pace.travel_s(other_m, self._other_m, max(self._cruise_mps, _STANDS_MPS))
        wanted_s = theirs_s + self._motion.after_s
        if min(theirs_s, wanted_s) < self._motion.hold_s:
            self._held = True
            return None
        return self._own_pace.cruise_for(own_m, self._own_m, wanted_s, self._between_mps)

    def _note_cruise(self, world: WorldView) -> None:
        """How fast the other goes where no curve slows it."""
        speed, station = world.speed_mps[self._motion.other], world.station_m[self._motion.other]
        if speed < _FREE * _limit(self._other_pace, station):
            self._cruise_mps = speed
        else:
            self._cruise_mps = max(self._cruise_mps, speed)


def _limit(pace_: Pace, station_m: float) -> float:
    index = min(max(round(station_m / pace_.step_m), 0), len(pace_.limits_mps) - 1)
    return float(pace_.limits_mps[index])
