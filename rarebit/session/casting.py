"""Who plays what: the models of a scenario as blueprints of the server at hand, and their boxes, asked once a draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import carla
import numpy as np
from numpy.typing import NDArray

from rarebit.core.rng import stream
from rarebit.scenario import ConcreteScenario
from rarebit.session import blueprints
from rarebit.session.server import CarlaServer


@dataclass(frozen=True, slots=True, kw_only=True)
class Casting:
    """The casting of one draw.

    Attributes:
        library: of the server.
        type_ids: blueprint id by model.
        boxes: ``actor_from_box`` (4, 4) and full sizes (3,) by blueprint id.
    """

    library: blueprints.Library
    type_ids: Mapping[str, str]
    boxes: Mapping[str, tuple[NDArray[np.float64], NDArray[np.float64]]]

    def size_lwh_m(self, model: str) -> NDArray[np.float64]:
        """(3,) full sizes of a model's box."""
        return self.boxes[self.type_ids[model]][1]


def cast(server: CarlaServer, world: carla.World, scenario: ConcreteScenario) -> Casting:
    """Casts ``scenario``; families are drawn from its seed and index.

    Raises:
        MissingBlueprintError: the server lacks a model.
        ServerError: the server failed.
    """
    if server.library is None:
        with server.asking("reading the blueprint library"):
            server.library = blueprints.Library(world.get_blueprint_library())
    library = server.library
    draw = scenario.seed, "model", scenario.scenario, scenario.index
    models = sorted({plan.model for plan in (scenario.ego, *scenario.actors)})
    type_ids = {model: blueprints.resolve(library, model, stream(*draw, model)) for model in models}
    return Casting(library=library, type_ids=type_ids, boxes=blueprints.boxes(server, world, library, type_ids.values()))
