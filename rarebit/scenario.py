"""A concrete scenario: every value drawn, nothing resolved on a map yet. SI units, radians, right-handed.

What ``rarebit.generate.concretise`` gives and ``rarebit.layout`` and ``rarebit.run`` consume. Plain data and constructs of the
language, JSON both ways (``rarebit.scenario_json``), named by the hash of its content.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from rarebit.language.kinds import Condition, Criterion, Maneuver, Place
from rarebit.reading.expressions import Scalar
from rarebit.roads.route import Turn

Value: TypeAlias = Scalar

# ------------------------------------------------------------------------------------------------ where things stand


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateRoad:
    """A generated road: the complete OpenDRIVE text that a road family made of its drawn parameters."""

    template: str
    parameters: dict[str, Value]
    opendrive: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TownRoad:
    """A stretch of an existing map, found by ``query`` when the map is at hand.

    Attributes:
        town: name the server knows ("Town10HD").
        query: conditions on the stretch, such as {"sidewalk": "right", "straight_m": 80.0, "lanes_min": 2}.
        draw: uniform in [0, 1); picks one of the matches.
        site: conditions on the junction where it takes place, such as {"junction": "signalised", "arms_min": 3}; for
            scenarios that speak of arms.
    """

    town: str
    query: dict[str, Value]
    draw: float
    site: dict[str, Value] = field(default_factory=dict)


Road: TypeAlias = TemplateRoad | TownRoad


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorPlan:
    """One actor before anything moves.

    Attributes:
        name: unique in the scenario; "ego" is the ego.
        model: blueprint id, or a family such as "walker.child" that the session resolves on the server's library.
        place: where it starts.
        speed_mps: at the start; vehicles hold it along their lane.
        role: "ego", "hazard" (takes part in the story), "occluder", "traffic" (drives along), "parked", "static".
        lights: names of CARLA light flags that are on.
        route: its turn at the junction ahead.
    """

    name: str
    model: str
    place: Place
    speed_mps: float = 0.0
    role: Literal["ego", "hazard", "occluder", "traffic", "parked", "static"] = "hazard"
    lights: tuple[str, ...] = ()
    route: Turn = "straight"


# ------------------------------------------------------------------------------------------------ traffic lights

LightState: TypeAlias = Literal["red", "yellow", "green", "off"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmLights:
    """What the traffic lights of one arm show.

    Attributes:
        arm: as ego sees it.
        state: at the start, or (with ``for_s``) when the story's traffic from this arm comes to its stop line.
        for_s: how long it has shown ``state`` by then: red comes after 3 s of yellow, yellow after green, green after red.
        changes: (seconds since the start, state) from then on.
    """

    arm: str
    state: LightState
    for_s: float | None = None
    changes: tuple[tuple[float, LightState], ...] = ()


# ------------------------------------------------------------------------------------------------ what happens


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When ``when`` becomes true the first time, each actor starts its maneuver. ``name`` is the event's name."""

    name: str
    when: Condition
    do: tuple[tuple[str, Maneuver], ...]


# ------------------------------------------------------------------------------------------------ the whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """CARLA's weather parameters in its own units (percent and degrees), as the wire has them.

    ``sun_azimuth_deg`` may be given relative to ego's heading at the start (``sun_relative``): 0 is straight ahead.
    """

    cloudiness: float = 5.0
    precipitation: float = 0.0
    precipitation_deposits: float = 0.0
    wind_intensity: float = 10.0
    sun_azimuth_deg: float = 45.0
    sun_altitude_deg: float = 45.0
    fog_density: float = 2.0
    fog_distance: float = 0.75
    fog_falloff: float = 0.1
    wetness: float = 0.0
    scattering_intensity: float = 1.0
    mie_scattering_scale: float = 0.03
    rayleigh_scattering_scale: float = 0.0331
    dust_storm: float = 0.0
    sun_relative: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcreteScenario:
    """Everything one scene needs, drawn.

    Attributes:
        scenario: the spec's name. summary, tags: from the spec.
        spec_hash: content hash of the logical scenario.
        seed, index, attempt: which draw this is; attempt counts redraws of rejected ones.
        values: each parameter's drawn value, in the unit its name says.
        ego: the plan called "ego".
        hazards: actors whose first sight is reported.
        signals: what traffic lights show; () leaves them to the server.
    """

    scenario: str
    summary: str
    tags: tuple[str, ...]
    spec_hash: str
    seed: int
    index: int
    attempt: int
    values: dict[str, Value]
    road: Road
    weather: Weather
    ego: ActorPlan
    actors: tuple[ActorPlan, ...]
    story: tuple[Rule, ...]
    accept: tuple[Criterion, ...]
    duration_s: float
    hazards: tuple[str, ...] = field(default=())
    signals: tuple[ArmLights, ...] = field(default=())
