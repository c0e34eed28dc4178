"""What a rehearsal or recording leaves: every actor's motion tick by tick, and what happened when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One actor over all ticks; arrays have one row a tick, right-handed world frame.

    Attributes:
        name: from the scenario, or "background_<actor id>".
        type_id: CARLA blueprint id.
        position_m: (n, 3) of the centre of its box.
        yaw_rad: (n,).
        velocity_mps: (n, 3).
        size_lwh_m: (3,) full sizes.
        station_m: (n,) distance along its own planned path, NaN where it has none.
    """

    name: str
    type_id: str
    position_m: NDArray[np.float64]
    yaw_rad: NDArray[np.float64]
    velocity_mps: NDArray[np.float64]
    size_lwh_m: NDArray[np.float64]
    station_m: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened: a rule fired ("rule"), a touch ("collision", "ego/child"), a fault of the run ("artefact")."""

    time_us: int
    kind: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A whole run.

    Attributes:
        time_us: (n,) int64, tick * step.
        tracks: by name.
        events: in time order.
        visible_fraction: for each watched actor (n,) share of its box that the ego's front camera could see, NaN on ticks
            where it was not looked at.
    """

    time_us: NDArray[np.int64]
    tracks: dict[str, Track]
    events: tuple[Event, ...]
    visible_fraction: dict[str, NDArray[np.float64]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """A run as measures and criteria look at it.

    Attributes:
        history: the whole run.
        first: tick of the first event, 0 in a scenario without a story; None if nothing happened.
        touched: names of those whom ego touched.
        story: names of those who belong to the story: only these may be touched.
    """

    history: History
    first: int | None
    touched: tuple[str, ...]
    story: frozenset[str]

    @property
    def start(self) -> int:
        """The tick from which measures count."""
        return self.first or 0

    @property
    def step_s(self) -> float:
        """Length of a tick."""
        return float(self.history.time_us[1] - self.history.time_us[0]) * 1e-6

    def rule_us(self, rule: str) -> int | None:
        """When a rule fired; None if it did not."""
        return next((e.time_us for e in self.history.events if e.kind == "rule" and e.name == rule), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a draw counts.

    Attributes:
        accepted: all checks passed.
        reasons: one line a failed check, empty if accepted.
        measures: what was measured ("min_ttc_s", "min_distance_m", "max_required_decel_mps2", ...), NaN never: absent.
        first_event_us: when the first rule fired; None if none did.
    """

    accepted: bool
    reasons: tuple[str, ...]
    measures: dict[str, float]
    first_event_us: int | None
