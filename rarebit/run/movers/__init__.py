"""Movers: whatever moves in a run, behind one protocol; one kind a file."""

from __future__ import annotations

from rarebit.run.movers.animal import AnimalMover
from rarebit.run.movers.mover import LAUNCH_TICKS, RUN_UP_TICKS, GroundHeight, Mover, Part, Pose
from rarebit.run.movers.parked import ParkedMover
from rarebit.run.movers.thing import ThingMover
from rarebit.run.movers.vehicle import VehicleMover
from rarebit.run.movers.walker import WalkerMover

__all__ = ["LAUNCH_TICKS", "RUN_UP_TICKS", "GroundHeight", "Mover", "Part", "Pose", "mover_of"]

_ANIMALS = "carlite.animal."


def mover_of(part: Part) -> Mover:
    """The mover for an actor, by what was spawned for it and whether it has a way to go."""
    cast, path = part.cast, part.placed.path_m
    if cast.kind == "walker":
        return WalkerMover(part)
    if cast.kind == "vehicle":
        return VehicleMover(part) if path is not None and len(path) > 1 and cast.vehicle is not None else ParkedMover(part)
    return AnimalMover(part) if cast.type_id.startswith(_ANIMALS) else ThingMover(part)
