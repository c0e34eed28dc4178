"""What physics needs from its neighbours and what it reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from carlite.physics.controls import Vector


class GroundBelow(Protocol):
    """What lies straight below each of n points (``carlite.rays.results.Ground`` is one)."""

    @property
    def height_m(self) -> NDArray[np.float64]:
        """(n,) world z, -inf where there is no ground."""

    @property
    def normal(self) -> NDArray[np.float64]:
        """(n, 3) unit, upwards."""


class GroundSource(Protocol):
    """The static world seen from above (``carlite.rays.RayScene`` is one)."""

    def ground_below(self, points: NDArray[np.float64]) -> GroundBelow:
        """Ground below (n, 3) world points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One actor's side of a touch in one tick; two actors that touch give two contacts.

    Attributes:
        actor_id: the actor that feels the impulse.
        other_id: the other actor, 0 for scenery.
        other_tag: semantic tag of the other.
        impulse_ns: on ``actor_id``, world frame, N s, summed over the tick; normal part only.
        point: world, metres.
    """

    actor_id: int
    other_id: int
    other_tag: int
    impulse_ns: Vector
    point: Vector
