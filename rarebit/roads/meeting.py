"""Two who meet where their paths cross: when each gets there, and the speed that brings one there at the right time."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from rarebit.roads.conflict import Conflict, conflict
from rarebit.roads.path import Path
from rarebit.roads.timing import Pace, pace

_SLOWER, _FASTER = 0.75, 1.25  # shares of the cruising speed within which a meeting is sought
_STANDING_MPS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A crossing of two paths with the stations of its point on both.

    Attributes:
        conflict: where the swept strips overlap.
        own_m, other_m: stations of the point where the paths cross.
        own_pace, other_pace: how fast the two take their curves.
    """

    conflict: Conflict
    own_m: float
    other_m: float
    own_pace: Pace
    other_pace: Pace

    def cruise_mps(
        self,
        *,
        after_s: float,
        hold_s: float,
        cruise_mps: float,
        own_station_m: float,
        other_station_m: float,
        other_mps: float,
    ) -> float | None:
        """The speed that brings the first to the point ``after_s`` after the other; None once it is to be held.

        Args:
            after_s: negative for before the other.
            hold_s: it is held from so long before the earlier of the two gets there, and when the other stands.
            cruise_mps: that it would drive without a meeting; the result differs by a quarter of it at most.
            own_station_m, other_station_m: of the two now.
            other_mps: its speed now, which it keeps but for curves.
        """
        if other_mps < _STANDING_MPS:
            return None
        other_s = self.other_pace.travel_s(other_station_m, self.other_m, other_mps)
        bounds = _SLOWER * cruise_mps, _FASTER * cruise_mps
        if min(other_s, other_s + after_s) < hold_s or own_station_m >= self.own_m:
            return None
        return self.own_pace.cruise_for(own_station_m, self.own_m, other_s + after_s, bounds)


@dataclass(slots=True)
class Crossings:
    """Where the paths of a scene cross each other, looked up once a pair.

    Attributes:
        paths, widths_m: of everybody who has a path, by name.
    """

    paths: Mapping[str, Path] = field(default_factory=dict)
    widths_m: Mapping[str, float] = field(default_factory=dict)
    _known: dict[tuple[str, str], Meeting | None] = field(default_factory=dict)

    def of(self, own: str, other: str) -> Meeting | None:
        """The first crossing of two paths; None if they do not cross or one of the two has none."""
        if (own, other) not in self._known:
            self._known[own, other] = self._find(own, other)
        return self._known[own, other]

    def _find(self, own: str, other: str) -> Meeting | None:
        if own not in self.paths or other not in self.paths:
            return None
        mine, theirs = self.paths[own], self.paths[other]
        found = conflict(mine.points_m, self.widths_m[own], theirs.points_m, self.widths_m[other])
        if found is None:
            return None
        x, y = (float(value) for value in found.point_m)
        return Meeting(
            conflict=found,
            own_m=mine.locate(x, y)[0],
            other_m=theirs.locate(x, y)[0],
            own_pace=pace(mine),
            other_pace=pace(theirs),
        )


def time_to_point_s(meeting: Meeting, station_m: float, speed_mps: float) -> float:
    """How long until the first is at the point at its present speed, slower in curves; inf if it stands, negative behind it."""
    if station_m >= meeting.own_m:
        return (meeting.own_m - station_m) / max(speed_mps, _STANDING_MPS)
    return math.inf if speed_mps < _STANDING_MPS else meeting.own_pace.travel_s(station_m, meeting.own_m, speed_mps)
