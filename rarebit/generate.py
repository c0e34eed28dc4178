"""A logical scenario and a seed give a concrete one: pure, no simulator."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from rarebit import scenario as s
from rarebit.core.rng import stream
from rarebit.families import populate_families, road_families
from rarebit.families.family import Surroundings
from rarebit.language.draw import draw_values
from rarebit.language.logical import Block, LogicalScenario
from rarebit.language.presets import PRESETS
from rarebit.motions import Brake, ChangeLane, Cross, Roll, SetLights, SetSpeed

_BANDS = ("min_ttc_s", "min_distance_m", "max_required_decel_mps2", "post_encroachment_s", "ego_speed_at_event_mps")


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
    road = _road(body["road"], float(stream(seed, spec.name, index, attempt, "stretch").random()))
    ego = _ego(body["ego"])
    named = tuple(_actor(name, block) for name, block in (body.get("actors") or {}).items())
    duration_s = float(body["duration_s"])
    surroundings = Surroundings(
        named=(ego, *named), road=road.parameters if isinstance(road, s.TemplateRoad) else {}, duration_s=duration_s
    )
    company: list[s.ActorPlan] = []
    for family, blocks in (body.get("populate") or {}).items():
        for i, block in enumerate(blocks):
            rng = stream(seed, spec.name, index, attempt, "populate", family, i)
            made = populate_families()[family].fill(block, surroundings, rng)
            company += made if i == 0 else (_renamed(plan, f"{plan.name}_{i}") for plan in made)
    return s.ConcreteScenario(
        scenario=spec.name,
        summary=spec.summary,
        tags=spec.tags,
        spec_hash=spec.content,
        seed=seed,
        index=index,
        attempt=attempt,
        values=dict(values),
        road=road,
        weather=_weather(body.get("environment") or {}),
        ego=ego,
        actors=(*named, *company),
        story=tuple(_rule(name, block) for name, block in (body.get("story") or {}).items()),
        accept=_accept(body.get("accept") or {}),
        duration_s=duration_s,
        hazards=tuple(plan.name for plan in named if plan.role == "hazard"),
    )


def _road(block: Block, draw: float) -> s.Road:
    if block["is"] == "template":
        family = road_families()[block["template"]]
        parameters = {p.name: block["parameters"][p.name] for p in family.parameters}
        return s.TemplateRoad(template=family.name, parameters=parameters, opendrive=family.build(parameters))
    return s.TownRoad(town=block["town"], query=dict(block.get("where") or {}), draw=draw)


def _ego(block: Block) -> s.ActorPlan:
    return s.ActorPlan(
        name="ego",
        model=block["model"],
        place=s.Place(lane=block["lane"]),
        speed_mps=block["speed_mps"],
        role="ego",
        lights=block.get("lights", ()),
    )


def _actor(name: str, block: Block) -> s.ActorPlan:
    at = block["at"]
    place = s.Place(
        reference=at.get("from", "ego"),
        lane=at.get("lane", "same"),
        ahead_m=at.get("ahead_m", 0.0),
        lateral_m=at.get("lateral_m", 0.0),
        heading_rad=math.radians(at.get("heading_deg", 0.0)),
        behind=at.get("behind"),
        gap_m=at.get("gap_m", 0.0),
        height_m=at.get("height_m", 0.0),
    )
    return s.ActorPlan(
        name=name,
        model=block["model"],
        place=place,
        speed_mps=block.get("speed_mps", 0.0),
        role=block.get("role", "hazard"),
        lights=block.get("lights", ()),
    )


def _renamed(plan: s.ActorPlan, name: str) -> s.ActorPlan:
    return s.ActorPlan(
        name=name, model=plan.model, place=plan.place, speed_mps=plan.speed_mps, role=plan.role, lights=plan.lights
    )


def _weather(block: Block) -> s.Weather:
    """A preset, single values on top, the sun last; without a sun block it stands at the preset's altitude and 45 degrees."""
    values: dict[str, float] = {"sun_azimuth_deg": 45.0, **PRESETS[block.get("weather", "ClearNoon")]}
    for key, value in block.items():
        name = key.removesuffix("_percent").removesuffix("_m") if key != "fog_falloff" else key
        if name in values and name != "weather":
            values[name] = float(value)
    sun: Mapping[str, Any] = block.get("sun") or {}
    if "altitude_deg" in sun:
        values["sun_altitude_deg"] = sun["altitude_deg"]
    values["sun_azimuth_deg"] = sun.get("ahead_deg", sun.get("azimuth_deg", 45.0))
    return s.Weather(**values, sun_relative="ahead_deg" in sun)


def _rule(name: str, block: Block) -> s.Rule:
    moves = [(actor, _maneuver(move)) for actor, several in block["do"].items() for move in several]
    return s.Rule(name=name, when=_condition(block["when"]), do=tuple(moves))


def _condition(block: Block) -> s.Condition:
    kind = block["is"]
    if kind == "at_time_s":
        return s.AtTime(time_s=block["at_time_s"])
    if kind == "after":
        return s.After(rule=block["after"], delay_s=block.get("delay_s", 0.0))
    if kind == "faster_than_mps":
        return s.SpeedAbove(actor=block["actor"], above_mps=block["faster_than_mps"])
    if kind == "time_to_reach":
        crossing = block.get("crossing_mps")
        return s.TimeToReach(actor=block["actor"], target=block[kind], below_s=block["below_s"], crossing_mps=crossing)
    if kind == "distance_to":
        return s.DistanceBelow(actor=block["actor"], target=block[kind], below_m=block["below_m"])
    if kind == "gap_to":
        return s.GapBelow(actor=block["actor"], target=block[kind], below_m=block["below_m"])
    conditions = tuple(_condition(inner) for inner in block[kind])
    return s.AllOf(conditions=conditions) if kind == "all_of" else s.AnyOf(conditions=conditions)


def _maneuver(block: Block) -> s.Maneuver:
    kind = block["is"]
    if kind == "reach_speed_mps":
        return SetSpeed(speed_mps=block[kind], accel_mps2=block.get("accel_mps2", 2.5))
    if kind == "brake_mps2":
        return Brake(decel_mps2=block[kind], to_mps=block.get("to_speed_mps", 0.0))
    if kind == "change_lane":
        indicate = block.get("indicate", True)
        return ChangeLane(side=block[kind], duration_s=block["within_s"], lanes=block.get("lanes", 1), indicate=indicate)
    if kind == "roll":
        heading = math.radians(block.get("heading_deg", 0.0))
        across = block["roll"] == "across"
        slowing = block.get("slowing_mps2", 0.3)
        return Roll(speed_mps=block["speed_mps"], decel_mps2=slowing, heading_rad=heading, towards="road" if across else None)
    if kind in ("lights_on", "lights_off"):
        return SetLights(on=block.get("lights_on", ()), off=block.get("lights_off", ()))
    return Cross(
        speed_mps=block["speed_mps"],
        accel_mps2=block.get("accel_mps2", 4.0 if kind == "run_across" else 1.5),
        angle_rad=math.radians(block.get("angle_deg", 0.0)),
        distance_m=block.get("distance_m"),
    )


def _accept(block: Block) -> tuple[s.Criterion, ...]:
    found: list[s.Criterion] = []
    for measure in _BANDS:
        for band in block.get(measure, ()):
            low, high = band["in"]
            actors = band.get("between", band.get("of", ("ego",)))
            found.append(s.Band(measure=measure, actors=tuple(actors), low=low, high=high))
    for hidden in block.get("hidden", ()):
        found.append(s.HiddenUntil(actor=hidden["actor"], event=hidden["until"], max_fraction=hidden.get("visible", 0.1)))
    for seen in block.get("seen", ()):
        found.append(s.Seen(actor=seen["actor"], fraction=seen["visible"], within_s=seen["within_s"]))
    word = block.get("collision", "forbidden")
    found.append(s.Collision(allowed=word != "forbidden", required=word == "required"))
    return tuple(found)
