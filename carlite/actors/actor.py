"""Actors: what the client spawned and what the map brought along."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from carlite.mesh import ActorModel, Box

_SHOWN_IDS = (1 << 15) - 1  # instance images have 16 bits, and what belongs to the map counts from there on


class Kind(IntEnum):
    """Which family of calls an actor answers to."""

    VEHICLE = 0
    WALKER = 1
    PROP = 2
    SENSOR = 3
    TRAFFIC_LIGHT = 4
    TRAFFIC_SIGN = 5
    CONTROLLER = 6
    SPECTATOR = 7
    TRIGGER = 8
    OTHER = 9


@dataclass(slots=True, eq=False, kw_only=True)
class Actor:
    """One actor; its moving state is row ``row`` of the world's ActorStates.

    Attributes:
        id: unique; counts up over all episodes.
        type_id: blueprint id such as "vehicle.tesla.model3".
        attributes: every blueprint attribute with its value as text.
        box: in the actor's frame; the trigger volume for lights and signs.
        tags: semantic tags of its meshes.
        model: its looks; None for sensors, controllers, spectator, and until something looks at it.
        tint: paint, linear 0..1.
        parent: the actor it is attached to.
        parent_id: of the actor that it was attached to last, whether that still exists or not; 0 for none.
        parent_from_actor: (3, 4) float64 for attached actors.
        stream_id: of a sensor's data stream, 0 for all others.
        light_state: CARLA vehicle light bits.
        open_doors: of a vehicle, bit by bit: front left, front right, rear left, rear right, bonnet, boot.
        custom_pose: (bones, 3, 4) of a walker relative to the parent bones, None until a client sets one.
        pose_blend: how much of the custom pose shows, 0..1; the rest is the gait.
    """

    id: int
    kind: Kind
    type_id: str
    attributes: dict[str, str]
    row: int
    box: Box
    tags: bytes = b""
    model: ActorModel | None = None
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    parent: Actor | None = None
    parent_id: int = 0
    parent_from_actor: NDArray[np.float64] | None = None
    stream_id: int = 0
    light_state: int = 0
    open_doors: int = 0
    custom_pose: NDArray[np.float64] | None = None
    pose_blend: float = 0.0
    simulate_physics: bool = True
    collisions: bool = True
    gravity: bool = True
    children: list[Actor] = field(default_factory=list)

    @property
    def shown_id(self) -> int:
        """What instance images show, 1..32767: the id itself until there have been more actors than that."""
        return (self.id - 1) % _SHOWN_IDS + 1
