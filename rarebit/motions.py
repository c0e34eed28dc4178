"""Motions: what a mover can be told to do. Maneuvers of the language come down to these.

SI units, radians, right-handed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSpeed:
    """Change to ``speed_mps`` at ``accel_mps2`` (positive number; used for both directions) along the present path."""

    speed_mps: float
    accel_mps2: float = 2.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Brake:
    """Brake at ``decel_mps2`` down to ``to_mps``."""

    decel_mps2: float
    to_mps: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLane:
    """Move ``lanes`` lanes to ``side`` in ``duration_s`` (quintic offset), indicator on if ``indicate``."""

    side: Literal["left", "right"]
    duration_s: float
    lanes: int = 1
    indicate: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Cross:
    """Walkers, animals, props: go straight across the road.

    Attributes:
        speed_mps: reached at ``accel_mps2``.
        angle_rad: from the perpendicular of the road towards its direction of travel.
        distance_m: where to stop; None goes on to the far side's end and beyond.
    """

    speed_mps: float
    accel_mps2: float = 4.0
    angle_rad: float = 0.0
    distance_m: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll:
    """A wheel or ball rolls off, slowing at ``decel_mps2``; ``heading_rad`` is relative to the road's direction.

    ``towards`` is "road" (across, away from the side it stands on) or a number in ``heading_rad`` if None.
    """

    speed_mps: float
    decel_mps2: float = 0.3
    heading_rad: float = 0.0
    towards: Literal["road"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLights:
    """Switch CARLA light flags by name."""

    on: tuple[str, ...] = ()
    off: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetAt:
    """Vehicles: choose the speed so as to reach the point where the own path crosses that of ``other`` ``after_s`` after it.

    Attributes:
        other: actor whose path is crossed.
        after_s: between the two boxes' middles at the point; negative: before the other.
        hold_s: from so long before the earlier of the two gets there the speed is held.
    """

    other: str
    after_s: float
    hold_s: float = 1.5


Motion: TypeAlias = SetSpeed | Brake | ChangeLane | Cross | Roll | SetLights | MeetAt
