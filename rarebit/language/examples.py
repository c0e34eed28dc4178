"""Minimal scenarios around the examples of constructs, for the reference and for tests."""

from __future__ import annotations

from typing import Any

_MODELS = {
    "vehicle": "vehicle.seat.leon",
    "walker": "walker.child",
    "animal": "carlite.animal.deer",
    "prop": "carlite.prop.wheel",
}
_SCENARIO = """\
scenario: example
summary: shows one construct.
road: {{template: {road}}}
{parameters}ego: {{speed_kph: {speed}, {start}}}
actors:
  lead: {{model: vehicle.seat.leon, speed_kph: 30, at: {{ahead_m: 30}}}}
  van: {{model: vehicle.mercedes.sprinter, role: occluder, at: {{lane: {van}, ahead_m: 45}}}}
  child: {{model: walker.child, at: {{behind: van, gap_m: 0.7, heading_deg: 90}}}}
  subject: {{model: {model}, at: {place}}}
story:
  lead_brakes: {{when: {{at_time_s: 0.5}}, do: {{lead: {{brake_mps2: 3}}}}}}
  event: {{when: {condition}, do: {{subject: {maneuver}}}}}
  go: {{when: {{after: lead_brakes}}, do: {{child: {{run_across: road, speed_mps: 2.5}}}}}}
accept: {{{accept}}}
duration_s: 6
"""


_ROAD = """\
scenario: example
summary: shows one road.
road: {road}
ego: {{speed_kph: 30}}
actors:
  lead: {{model: vehicle.seat.leon, speed_kph: 30, at: {{ahead_m: 30}}}}
{populate}duration_s: 6
"""


def scenario_with(make: type[Any], example: str) -> str:
    """YAML text of a scenario that holds ``example`` of a construct.

    A distribution is that of the parameter "drawn_kph", ego's speed; a place is where the actor "subject" starts; condition and
    maneuver are those of the rule "event" about that actor. A road is that of the scenario, company populates a street.
    """
    kind, name = make.kind, make.registered.name
    if kind == "road":
        return _ROAD.format(road=example, populate="")
    if kind == "company":
        street = "{template: urban_street, lanes: 2, parking: both}"
        return _ROAD.format(road=street, populate=f"populate: {{{name}: {example}}}\n")
    able = make.by[0] if kind == "maneuver" else "vehicle"
    drawn = kind == "distribution"
    word = drawn and name in ("choice",)
    junction = kind == "place" and name == "arm"
    return _SCENARIO.format(
        road="junction" if junction else "urban_street, lanes: 2, parking: both",
        start="at: {arm: near, before_m: 60}" if junction else "lane: rightmost",
        van="sidewalk_right" if junction else "parking_right",
        parameters=f"parameters: {{drawn{'' if word else '_kph'}: {example}}}\n" if drawn else "",
        speed="20" if word else "abs($drawn_kph)" if drawn else "30",
        model="$drawn" if word else _MODELS[able],
        place=example if kind == "place" else "{lane: left_1, ahead_m: 25}",
        condition=example if kind == "condition" else "{at_time_s: 1}",
        maneuver=example if kind == "maneuver" else "{brake_mps2: 2}",
        accept=f"{name}: {example}" if kind in ("measure", "criterion") else "collision: allowed",
    )
