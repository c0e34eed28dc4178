"""A level: everything that is built once for a map and does not change while it is loaded."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from pathlib import Path

from carlite import opendrive, scenery
from carlite.mesh import StaticWorld
from carlite.navigation import NavigationFile
from carlite.opendrive import RoadNetwork
from carlite.rays import RayScene
from carlite.world.maps import MapSource
from carlite.world.speed_limits import SpeedLimits

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A map in all its forms.

    Attributes:
        source: name and OpenDRIVE text as it came.
        opendrive: the text for clients, out of which their own parser reads what ``network`` holds.
        network: roads and lanes.
        static_world: what stands along the roads.
        rays: the scene that cameras and lidars look at.
        speed_limits: of the lanes.
        navigation: the mesh of the client's walker AI, built when a client asks for it.
    """

    source: MapSource
    opendrive: str
    network: RoadNetwork
    static_world: StaticWorld
    rays: RayScene
    speed_limits: SpeedLimits
    navigation: NavigationFile


def build_level(source: MapSource, *, seed: int, threads: int | None = None, cache_dir: Path | None = None) -> Level:
    """Builds a map; takes seconds. Raises MapError when the text cannot be read or built.

    Args:
        source: the map.
        seed: of the scenery along the roads; the same seed gives the same world.
        threads: for rays; None takes all.
        cache_dir: where built scenery is kept and found again; None builds it anew.
    """
    started_s = time.monotonic()
    reading = opendrive.read(source.opendrive)
    for note in reading.notes:
        _log.warning("map %s: %s", source.name, note)
    text, network = reading.text, reading.network
    static_world = scenery.load(text, seed=seed, cache_dir=cache_dir, network=network, generation=source.generation)
    rays = RayScene(static_world, threads=threads)
    level = Level(
        source=source,
        opendrive=text,
        network=network,
        static_world=static_world,
        rays=rays,
        speed_limits=SpeedLimits(network),
        navigation=NavigationFile(
            source.name,
            text,
            network,
            lambda points: rays.ground_below(points).height_m,
            cache_dir,
            wanted=source.generation is None or source.generation.pedestrian_navigation,
        ),
    )
    _log.info("map %s: %d roads, built in %.1f s", source.name, len(network.roads), time.monotonic() - started_s)
    return level
