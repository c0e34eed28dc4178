"""Vehicles that are part of the map: they stand there in every run, and carry boxes like spawned ones."""

from __future__ import annotations

from dataclasses import dataclass

import carla
import numpy as np
from numpy.typing import NDArray

from rarebit.session import convert

# Semantic tag (as the server reports it in instance images) and base type of each label that stands for a vehicle.
_LABELS: dict[str, tuple[int, str]] = {
    "Car": (14, "car"),
    "Truck": (15, "truck"),
    "Bus": (16, "bus"),
    "Motorcycle": (18, "motorcycle"),
    "Bicycle": (19, "bicycle"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MapObject:
    """One parked vehicle of the map.

    Attributes:
        object_id: CARLA's environment object id.
        name: the server's name of it.
        tag: semantic tag. base_type: as vehicles' blueprints say it.
        world_from_box: (4, 4). size_lwh_m: (3,) full sizes.
    """

    object_id: int
    name: str
    tag: int
    base_type: str
    world_from_box: NDArray[np.float64]
    size_lwh_m: NDArray[np.float64]


def parked_vehicles(world: carla.World) -> tuple[MapObject, ...]:
    """All of them, in order of id; their boxes are in world coordinates already."""
    result = []
    for label, (tag, base_type) in _LABELS.items():
        for thing in world.get_environment_objects(getattr(carla.CityObjectLabel, label)):
            world_from_box, size = convert.box(thing.bounding_box)
            if not size.all():  # a mesh without volume is a part of another one
                continue
            result.append(
                MapObject(
                    object_id=thing.id,
                    name=thing.name,
                    tag=tag,
                    base_type=base_type,
                    world_from_box=world_from_box,
                    size_lwh_m=size,
                )
            )
    return tuple(sorted(result, key=lambda o: o.object_id))
