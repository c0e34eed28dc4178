"""A spec as a whole: its blocks.

A new block is a field here, with a default so that specs may leave it out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from rarebit.language.blocks.accept import AcceptShape
from rarebit.language.blocks.actor import Actor
from rarebit.language.blocks.ego import Ego
from rarebit.language.blocks.environment import Environment
from rarebit.language.blocks.populate import PopulateShape
from rarebit.language.blocks.road import RoadShape, Town
from rarebit.language.blocks.rule import RuleBlock
from rarebit.language.blocks.signals import RedFor, Shown, SignalShape
from rarebit.language.constraints import ConstraintShape
from rarebit.language.construct import Construct
from rarebit.language.criteria.collision import Collision
from rarebit.language.kinds import Criterion, Distribution
from rarebit.language.parameters import ParameterShape
from rarebit.language.road_family import RoadFamily
from rarebit.language.words import ScenarioName, Tag, Text
from rarebit.reading.marks import Count, Names, Within


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """A logical scenario.

    Attributes:
        scenario: name of the scenario.
        summary: what happens, in a sentence.
        tags: by which it is found.
        road: the road: a template or a town.
        parameters: what is drawn anew for each scene.
        constraints: comparisons that every draw satisfies.
        environment: weather and light.
        ego: the recording vehicle.
        actors: who takes part.
        populate: company that the story does not name.
        signals: what the traffic lights of the junction's arms show; facing arms alike, red where nothing is said. Without
            this block they run by themselves.
        story: rules: when something becomes true, actors do something.
        accept: what a draw must show to be recorded; others are redrawn.
        duration_s: length of the scene.
    """

    scenario: ScenarioName
    summary: Text
    tags: tuple[Tag, ...] = ()
    road: Annotated[RoadFamily | Town, RoadShape()]
    parameters: Annotated[Mapping[str, Annotated[Distribution, ParameterShape()]], Names("parameter")] = field(
        default_factory=dict
    )
    constraints: Annotated[tuple[Annotated[Any, ConstraintShape()], ...], Count(0, 100)] = ()
    environment: Environment = field(default_factory=Environment)
    ego: Ego
    actors: Annotated[Mapping[str, Actor], Names("actor", reserved=("ego",))] = field(default_factory=dict)
    populate: Annotated[Mapping[str, tuple[Construct, ...]], PopulateShape()] = field(default_factory=dict)
    signals: Annotated[
        Mapping[str, Annotated[Shown | RedFor, SignalShape()]],
        Names("arm", pattern="near|right|opposite|left", rule="use near, right, opposite or left"),
    ] = field(default_factory=dict)
    story: Annotated[Mapping[str, RuleBlock], Names("rule")] = field(default_factory=dict)
    accept: Annotated[tuple[Criterion, ...], AcceptShape()] = (Collision(),)
    duration_s: Annotated[float, Within(0.1, 600)]
