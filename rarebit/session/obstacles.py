"""What stands on a town's map, for layout."""

from __future__ import annotations

import carla

from rarebit.core.frames import yaw_of
from rarebit.layout.boxes import Footprint, Obstacle
from rarebit.scenario import ConcreteScenario, TownRoad
from rarebit.session import convert
from rarebit.session.session import Session

_TRUNK_M = 0.6
_STANDING = ("Buildings", "Poles", "Static", "GuardRail", "TrafficLight", "TrafficSigns", "Fences", "Walls", "Vegetation")
_STANDING_VEHICLES = ("Car", "Truck", "Bus", "Motorcycle", "Bicycle")


def obstacles(session: Session, scenario: ConcreteScenario) -> list[Obstacle]:
    """What stands on a town's map; trees and lamps with arms count as their stems. A generated road asks for nothing.

    Raises:
        ServerError: the server failed.
    """
    if not isinstance(scenario.road, TownRoad):
        return []
    with session.server.asking("reading the map's objects"):
        things = session.world.get_environment_objects(carla.CityObjectLabel.Any)
    found = []
    for thing in things:
        kind = str(thing.type)
        world_from_box, size = convert.box(thing.bounding_box)
        if kind not in (*_STANDING, *_STANDING_VEHICLES) or not size.all():
            continue
        length, width, height = size.tolist()
        if kind in ("Vegetation", "Poles", "TrafficLight"):
            length = width = min(length, width, _TRUNK_M)
        x, y, z = world_from_box[:3, 3].tolist()
        outline = Footprint(x, y, yaw_of(world_from_box), length / 2.0, width / 2.0)
        found.append(Obstacle(outline, z - height / 2.0, z + height / 2.0))
    return found
