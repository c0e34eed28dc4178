"""A logical scenario and a seed give a concrete one: pure, no simulator."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from rarebit import scenario as s
from rarebit.core.rng import stream
from rarebit.families.family import PopulateFamily, Surroundings
from rarebit.language.blocks.actor import Actor
from rarebit.language.blocks.road import Town
from rarebit.language.draw import draw_values
from rarebit.language.logical import LogicalScenario
from rarebit.language.places.in_lane import InLane
from rarebit.language.road_family import RoadFamily
from rarebit.language.spec import Spec


def concretise(spec: LogicalScenario, seed: int, index: int, attempt: int = 0) -> s.ConcreteScenario:
    """Draws every value of scene ``index`` of a batch; ``attempt`` counts redraws of rejected ones.

    Every random stream is named by what it draws for: a new parameter, family or scenario leaves the others' values unchanged.

    Raises:
        SpecError: constraints that no draw satisfies, or a formula whose value cannot stand where it is used.
    """
    if index < 0 or attempt < 0:
        raise ValueError(f"concretise: got index {index} and attempt {attempt}, expected 0 or more")
    values = draw_values(spec, seed, index, attempt)
    body = spec.evaluate(values)
    ego = s.ActorPlan(
        name="ego",
        model=body.ego.model,
        place=body.ego.at or InLane(lane=body.ego.lane, ahead_m=0.0),
        speed_mps=body.ego.speed_mps,
        role="ego",
        lights=body.ego.lights,
        route=body.ego.route,
    )
    named = tuple(_actor(name, block) for name, block in body.actors.items())
    return s.ConcreteScenario(
        scenario=spec.name,
        summary=spec.summary,
        tags=spec.tags,
        spec_hash=spec.content,
        seed=seed,
        index=index,
        attempt=attempt,
        values=dict(values),
        road=_road(body.road, float(stream(seed, spec.name, index, attempt, "stretch").random())),
        weather=s.Weather(**body.environment.values(), sun_relative=body.environment.sun_relative),
        ego=ego,
        actors=(*named, *_company(spec.name, body, (ego, *named), (seed, index, attempt))),
        story=tuple(_rules(body)),
        accept=body.accept,
        duration_s=body.duration_s,
        hazards=tuple(plan.name for plan in named if plan.role == "hazard"),
        signals=tuple(
            s.ArmLights(arm=arm, state=one.show, for_s=one.for_s, changes=tuple((c.at_s, c.show) for c in one.then))
            for arm, one in body.signals.items()
        ),
    )


def _road(road: RoadFamily | Town, draw: float) -> s.Road:
    if isinstance(road, RoadFamily):
        return s.TemplateRoad(template=road.registered.name, parameters=dataclasses.asdict(road), opendrive=road.opendrive())
    return s.TownRoad(
        town=road.town, query=road.where.query() if road.where else {}, draw=draw, site=road.site.query() if road.site else {}
    )


def _actor(name: str, block: Actor) -> s.ActorPlan:
    return s.ActorPlan(
        name=name,
        model=block.model,
        place=block.at,
        speed_mps=block.speed_mps,
        role=block.role,
        lights=block.lights,
        route=block.route,
    )


def _company(name: str, body: Spec, named: Sequence[s.ActorPlan], draw: tuple[int, int, int]) -> list[s.ActorPlan]:
    seed, index, attempt = draw
    profile = body.road.profile() if isinstance(body.road, RoadFamily) else None
    surroundings = Surroundings(named=tuple(named), road=profile, duration_s=body.duration_s)
    company: list[s.ActorPlan] = []
    for family, blocks in body.populate.items():
        for i, block in enumerate(blocks):
            rng = stream(seed, name, index, attempt, "populate", family, i)
            assert isinstance(block, PopulateFamily)
            made = block.fill(surroundings, rng)
            company += made if i == 0 else (dataclasses.replace(plan, name=f"{plan.name}_{i}") for plan in made)
    return company


def _rules(body: Spec) -> list[s.Rule]:
    return [
        s.Rule(name=name, when=rule.when, do=tuple((actor, one) for actor, several in rule.do.items() for one in several))
        for name, rule in body.story.items()
    ]
