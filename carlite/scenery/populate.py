"""Puts everything on the ground, from the things that must be somewhere to those that fill what is left."""

from __future__ import annotations

import numpy as np

from carlite.opendrive import RoadNetwork
from carlite.scenery.buildings import place_buildings
from carlite.scenery.drape import Draper
from carlite.scenery.furniture import place_furniture
from carlite.scenery.ground import Ground
from carlite.scenery.nature import place_nature
from carlite.scenery.paint import crosswalk_areas
from carlite.scenery.parked import place_parked_cars
from carlite.scenery.placement import Placement
from carlite.scenery.roadside import sides
from carlite.scenery.signals import place_map_objects, place_signals
from carlite.scenery.site import Site, keep_clear


def populate(network: RoadNetwork, ground: Ground, draper: Draper, *, seed: int) -> tuple[Placement, ...]:
    """All things beside the roads of ``network``.

    Every family draws from a stream of its own, so that a change to one leaves the others where they are.
    """
    site = Site(
        covered=ground.covered,
        off_street=keep_clear(ground.roadway, [area for area, _, _ in crosswalk_areas(network)]),
        sides=sides(ground.strips),
        urban=ground.urban,
        bounds=ground.terrain.bounds,
        draper=draper,
    )
    place_signals(site, network)
    place_map_objects(site, network)
    for number, place in enumerate((place_parked_cars, place_furniture, place_buildings, place_nature), start=10):
        place(site, np.random.default_rng([seed, number]))
    return tuple(site.placements)
