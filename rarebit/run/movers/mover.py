"""What every mover is: the protocol, and what movers are made from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rarebit.layout import Placed
from rarebit.motions import Motion
from rarebit.roads.path import Path
from rarebit.run.carrying import Carrier
from rarebit.scenario import ActorPlan
from rarebit.session.state import Cast, Command
from rarebit.world_view import WorldView

RUN_UP_TICKS = 6
"""Ticks between the launch of what moves at the start and time 0: wheels, gears and controllers settle in them."""

LAUNCH_TICKS = 3
"""The first ticks of the run-up, in which a vehicle is given its speed."""

GroundHeight = Callable[[NDArray[np.float64]], float | None]
"""Height of the ground below a point (3,), None where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One actor of a run, as its mover takes it over.

    Attributes:
        cast: what was spawned.
        plan: what the scenario wants of it.
        placed: where it is at time 0.
        step_s: length of a tick.
        grip: friction coefficient of the road.
        ground_z: see ``GroundHeight``.
        carrier: what carries it at the start; None if it stands on the ground, moves by itself or hangs.
    """

    cast: Cast
    plan: ActorPlan
    placed: Placed
    step_s: float
    grip: float
    ground_z: GroundHeight
    carrier: Carrier | None = None


@dataclass(frozen=True, slots=True)
class Pose:
    """Where something is that its mover puts there itself: ``world_from_box`` (4, 4) and velocity (3,)."""

    world_from_box: NDArray[np.float64]
    velocity_mps: NDArray[np.float64]


class Mover(Protocol):
    """Moves one actor; the run knows no more of it than this."""

    @property
    def path(self) -> Path | None:
        """What it goes along, if it has one."""

    @property
    def station_m(self) -> float:
        """Along its path, NaN without one."""

    @property
    def pose(self) -> Pose | None:
        """Its exact pose where its mover decides it; None where the server's physics does."""

    def launch(self, number: int, world: WorldView) -> Sequence[Command]:
        """Commands of tick ``number`` of the run-up, 0 to ``RUN_UP_TICKS - 1``; after the last one it is time 0."""

    def begin(self, motion: Motion, world: WorldView) -> None:
        """Starts ``motion`` now; a later one of the same kind replaces it.

        Raises:
            ValueError: it cannot do that.
        """

    def step(self, world: WorldView) -> Sequence[Command]:
        """Commands for the next tick."""


def cannot(part: Part, motion: Motion) -> ValueError:
    """The error for a motion that a kind of actor does not know."""
    return ValueError(f"a {part.cast.kind} like {part.cast.type_id} cannot do that ({type(motion).__name__})")
