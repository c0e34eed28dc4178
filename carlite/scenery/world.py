"""From a road network to the whole static world."""

from __future__ import annotations

from pathlib import Path

from carlite.mesh import StaticWorld
from carlite.opendrive import LEVEL, Generation, RoadNetwork, entry_points, parse, spawn_points
from carlite.scenery import store
from carlite.scenery.drape import Draper
from carlite.scenery.ground import build_ground
from carlite.scenery.marks import lane_ribbons, lay
from carlite.scenery.paint import line_ribbons, painted_areas
from carlite.scenery.placing import lamps_of, realise
from carlite.scenery.populate import populate
from carlite.scenery.shapes import joined


def build(network: RoadNetwork, *, seed: int, generation: Generation | None = None) -> StaticWorld:
    """The static world of ``network``; the same arguments give the same bytes.

    Args:
        network: the map.
        seed: of everything random along the roads.
        generation: what a client asked for that had the world generated; None for a map of the server's own.
    """
    return _realised(_built(network, seed, generation), generation)


def load(
    text: str,
    *,
    seed: int,
    cache_dir: Path | str | None = None,
    network: RoadNetwork | None = None,
    generation: Generation | None = None,
) -> StaticWorld:
    """The static world of an OpenDRIVE text, from ``cache_dir`` if it was built before.

    The cache is keyed by the text, the seed and the code, so a stale entry is never used; a damaged one is built anew.

    Args:
        text: OpenDRIVE.
        seed: of everything random along the roads.
        cache_dir: None builds without looking or keeping.
        network: of ``text`` where the caller has read it already.
        generation: as of ``build``.

    Raises:
        MapError: a text that is not OpenDRIVE or has faulty values.
    """
    if cache_dir is None:
        return build(network or parse(text), seed=seed, generation=generation)
    folder = Path(cache_dir)
    built = store.kept(folder, text, (seed, generation), lambda: _built(network or parse(text), seed, generation))
    return _realised(built, generation)


def _built(network: RoadNetwork, seed: int, generation: Generation | None) -> store.Built:
    wanted = generation or LEVEL
    ground = build_ground(network, seed=seed, generation=wanted)
    with Draper(list(ground.meshes.values())) as draper:
        painted = joined([*lay([*lane_ribbons(network), *line_ribbons(network)], draper), *painted_areas(network, draper)])
        placements = populate(network, ground, draper, seed=seed, generation=wanted)
    meshes = [*ground.meshes.values(), *([painted] if painted is not None else [])]
    points = spawn_points(network) if generation is None else entry_points(network)
    return store.Built(ground=tuple(meshes), placements=placements, spawn_points=points)


def _realised(built: store.Built, generation: Generation | None) -> StaticWorld:
    return StaticWorld(
        ground=built.ground,
        objects=realise(built.placements),
        lamps=lamps_of(built.placements),
        spawn_points=built.spawn_points,
        roads_visible=generation is None or generation.mesh_visible,
    )
