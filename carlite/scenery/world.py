"""From a road network to the whole static world."""

from __future__ import annotations

from pathlib import Path

from carlite.mesh import StaticWorld
from carlite.opendrive import RoadNetwork, parse, spawn_points
from carlite.scenery import store
from carlite.scenery.drape import Draper
from carlite.scenery.ground import build_ground
from carlite.scenery.marks import lane_ribbons, lay
from carlite.scenery.paint import line_ribbons, painted_areas
from carlite.scenery.placing import lamps_of, realise
from carlite.scenery.populate import populate
from carlite.scenery.shapes import joined


def build(network: RoadNetwork, *, seed: int) -> StaticWorld:
    """The static world of ``network``; the same network and seed give the same bytes."""
    return _realised(_built(network, seed))


def load(text: str, *, seed: int, cache_dir: Path | str | None = None, network: RoadNetwork | None = None) -> StaticWorld:
    """The static world of an OpenDRIVE text, from ``cache_dir`` if it was built before.

    The cache is keyed by the text, the seed and the code, so a stale entry is never used; a damaged one is built anew.

    Args:
        text: OpenDRIVE.
        seed: of everything random along the roads.
        cache_dir: None builds without looking or keeping.
        network: of ``text`` where the caller has read it already.

    Raises:
        MapError: a text that is not OpenDRIVE or has faulty values.
    """
    if cache_dir is None:
        return build(network or parse(text), seed=seed)
    return _realised(store.kept(Path(cache_dir), text, seed, lambda: _built(network or parse(text), seed)))


def _built(network: RoadNetwork, seed: int) -> store.Built:
    ground = build_ground(network, seed=seed)
    with Draper(list(ground.meshes.values())) as draper:
        painted = joined([*lay([*lane_ribbons(network), *line_ribbons(network)], draper), *painted_areas(network, draper)])
        placements = populate(network, ground, draper, seed=seed)
    meshes = [*ground.meshes.values(), *([painted] if painted is not None else [])]
    return store.Built(ground=tuple(meshes), placements=placements, spawn_points=spawn_points(network))


def _realised(built: store.Built) -> StaticWorld:
    return StaticWorld(
        ground=built.ground,
        objects=realise(built.placements),
        lamps=lamps_of(built.placements),
        spawn_points=built.spawn_points,
    )
