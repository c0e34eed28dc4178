"""Puts everything on the ground, from the things that must be somewhere to those that fill what is left."""

from __future__ import annotations

import numpy as np

from carlite.opendrive import Generation, RoadNetwork
from carlite.scenery.along import place_spans, place_walls
from carlite.scenery.buildings import place_buildings
from carlite.scenery.drape import Draper
from carlite.scenery.furniture import place_furniture
from carlite.scenery.ground import Ground
from carlite.scenery.lanes import DRIVABLE
from carlite.scenery.nature import place_nature
from carlite.scenery.paint import crosswalk_areas
from carlite.scenery.parked import place_parked_cars
from carlite.scenery.placement import Placement
from carlite.scenery.roadside import sides
from carlite.scenery.signals import place_map_objects, place_signals
from carlite.scenery.site import Site, keep_clear, lane_index


def populate(
    network: RoadNetwork, ground: Ground, draper: Draper, *, seed: int, generation: Generation
) -> tuple[Placement, ...]:
    """All things beside the roads of ``network``.

    Every family draws from a stream of its own, so that a change to one leaves the others where they are.
    """
    site = Site(
        covered=ground.covered,
        off_street=keep_clear(ground.roadway, [area for area, _, _ in crosswalk_areas(network)]),
        driven=lane_index([s for s in (*ground.strips, *ground.inside) if s.lane.type in DRIVABLE]),
        sides=sides(ground.strips),
        urban=ground.urban,
        lands=tuple(patch.bounds for patch in ground.terrain.patches),
        draper=draper,
    )
    place_signals(site, network)
    place_spans(site, ground.spans)
    place_walls(site, ground.strips, generation)
    place_map_objects(site, network)
    for number, place in enumerate((place_parked_cars, place_furniture, place_buildings, place_nature), start=10):
        place(site, np.random.default_rng([seed, number]))
    return tuple(site.placements)
