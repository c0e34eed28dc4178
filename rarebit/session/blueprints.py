"""Models of scenarios to blueprints of the server at hand, and how large they are."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

import carla
import numpy as np
from numpy.typing import NDArray

from rarebit.core.errors import MissingBlueprintError
from rarebit.core.rng import stream
from rarebit.session import convert
from rarebit.session.server import CarlaServer

# A family names blueprints by what they are, so that a spec does not depend on one release's library.
_FAMILIES: dict[str, tuple[str, str, str]] = {
    "walker.child": ("walker.pedestrian.", "age", "child"),
    "walker.teenager": ("walker.pedestrian.", "age", "teenager"),
    "walker.adult": ("walker.pedestrian.", "age", "adult"),
    "walker.elderly": ("walker.pedestrian.", "age", "elderly"),
    "vehicle.car": ("vehicle.", "base_type", "car"),
    "vehicle.truck": ("vehicle.", "base_type", "truck"),
    "vehicle.van": ("vehicle.", "base_type", "van"),
    "vehicle.bus": ("vehicle.", "base_type", "bus"),
    "vehicle.motorcycle": ("vehicle.", "base_type", "motorcycle"),
    "vehicle.bicycle": ("vehicle.", "base_type", "bicycle"),
    "vehicle.emergency": ("vehicle.", "special_type", "emergency"),
    "vehicle.taxi": ("vehicle.", "special_type", "taxi"),
}
_PROBE_HEIGHT_M = 300.0
_PROBE_SPACING_M = 30.0


class Library:
    """The blueprints of a server, read once: what is asked of them for every actor of every draw is looked up here.

    Attributes:
        handle: the client's own.
        ids: sorted.
    """

    def __init__(self, handle: carla.BlueprintLibrary) -> None:
        self.handle = handle
        self.ids: tuple[str, ...] = tuple(sorted(blueprint.id for blueprint in handle))
        self._known = frozenset(self.ids)
        self._families: dict[str, tuple[str, ...]] = {}

    def __contains__(self, type_id: str) -> bool:
        return type_id in self._known

    def family(self, model: str) -> tuple[str, ...]:
        """The ids that ``model`` stands for: a family, or the beginning of ids."""
        if model not in self._families:
            if model in _FAMILIES:
                prefix, attribute, value = _FAMILIES[model]
                found = (i for i in self.ids if i.startswith(prefix) and _attribute(self.handle.find(i), attribute) == value)
            else:
                found = (i for i in self.ids if i.startswith(model.rstrip(".") + "."))
            self._families[model] = tuple(found)
        return self._families[model]


def resolve(library: Library, model: str, rng: np.random.Generator) -> str:
    """The blueprint id of ``model``: the id itself, or one drawn from the family or from the ids that begin with it.

    Raises:
        MissingBlueprintError: the server has nothing of that name; the message names the nearest that it has.
    """
    if model in library:
        return model
    matches = library.family(model)
    if not matches:
        raise MissingBlueprintError(f"this server has no {model}; nearest it has: {', '.join(nearest(model, library.ids))}")
    return str(matches[int(rng.integers(len(matches)))])


def nearest(model: str, ids: Iterable[str], count: int = 3) -> list[str]:
    """The ``count`` names most like ``model``, those of the same kind (first word) before all others."""
    known = sorted({*ids, *_FAMILIES})
    same_kind = [i for i in known if i.split(".")[0] == model.split(".")[0]]
    found = difflib.get_close_matches(model, same_kind, n=count, cutoff=0.0)
    # ties and leftovers: every name of another kind ranks behind
    return (found + difflib.get_close_matches(model, [i for i in known if i not in same_kind], n=count, cutoff=0.0))[:count]


def prepare(library: carla.BlueprintLibrary, type_id: str, *, role_name: str, seed: tuple[int, str]) -> carla.ActorBlueprint:
    """The blueprint ready to spawn: its role's name, and a colour drawn from those it recommends.

    Args:
        seed: random seed and the actor's name; the same pair gives the same colour.
    """
    blueprint = library.find(type_id)
    if blueprint.has_attribute("role_name"):
        blueprint.set_attribute("role_name", role_name)
    if blueprint.has_attribute("color"):
        colours = list(blueprint.get_attribute("color").recommended_values)
        if colours:
            rng = stream(seed[0], "colour", seed[1])
            blueprint.set_attribute("color", colours[int(rng.integers(len(colours)))])
    if blueprint.has_attribute("is_invincible"):
        blueprint.set_attribute("is_invincible", "true")  # a walker that is touched keeps its box instead of falling
    return blueprint


def boxes(
    server: CarlaServer, world: carla.World, library: Library, type_ids: Iterable[str]
) -> Mapping[str, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """``actor_from_box`` (4, 4) and full sizes (3,) of blueprints, from probes that live in the air and before any tick.

    Raises:
        MissingBlueprintError: the server has no such blueprint.
        ServerError: a probe could not be spawned.
    """
    wanted = sorted(set(type_ids))
    for row, type_id in enumerate(t for t in wanted if t not in server.boxes):
        if type_id not in library:
            raise MissingBlueprintError(
                f"this server has no {type_id}; nearest it has: {', '.join(nearest(type_id, library.ids))}"
            )
        where = carla.Transform(carla.Location(row * _PROBE_SPACING_M, 0.0, _PROBE_HEIGHT_M))
        with server.asking(f"measuring {type_id}"):
            probe = world.spawn_actor(library.handle.find(type_id), where)
            try:
                server.boxes[type_id] = convert.box(probe.bounding_box)
            finally:
                probe.destroy()
    return {t: server.boxes[t] for t in wanted}


def _attribute(blueprint: carla.ActorBlueprint, name: str) -> str:
    return str(blueprint.get_attribute(name).as_str()) if blueprint.has_attribute(name) else ""
