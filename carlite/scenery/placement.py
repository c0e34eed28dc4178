"""A thing of the map as plain data, before its model is made."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """One thing of the map, before its model is made.

    Attributes:
        kind: of ``scenery_model``, or a vehicle's blueprint id.
        variant: of the kind.
        location: where its origin stands, world, metres.
        rotation_deg: pitch, yaw, roll.
        name: a name of its own such as a signal's; "" for a numbered one.
    """

    kind: str
    variant: int
    location: tuple[float, float, float]
    rotation_deg: tuple[float, float, float]
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    name: str = ""
