"""A concrete scenario: every value drawn, nothing resolved on a map yet. SI units, radians, right-handed.

What ``rarebit.generate.concretise`` gives and ``rarebit.layout`` and ``rarebit.run`` consume. Plain data, JSON both ways
(``to_json`` / ``from_json``), named by the hash of its content.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from rarebit.motions import Brake, ChangeLane, Cross, MeetAt, Roll, SetLights, SetSpeed
from rarebit.roads.route import Turn

Value: TypeAlias = float | int | str | bool

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
class Place:
    """Where an actor starts, relative to ``reference`` (an actor's name or "ego") and to lanes.

    Attributes:
        reference: what ``ahead_m`` counts from, measured between reference points along the road.
        lane: "same", "left_1", "right_2" (lanes of ego's direction), "opposite_1" (first oncoming lane), "shoulder_right",
            "parking_right", "sidewalk_right" and the same with left. For the ego: "rightmost", "leftmost", "middle".
        ahead_m: along the reference's lane, negative behind.
        lateral_m: offset from the lane's centre, positive left of the direction of travel.
        heading_rad: relative to the direction of travel of the lane it stands on (ego's beside the road and on sidewalks),
            counter-clockwise.
        behind: an actor whose far end (seen from ego) hides this one; then ``gap_m`` is the clear distance to its box and
            ``lane`` and ``ahead_m`` do not count.
        gap_m: see ``behind``.
        height_m: above the ground, for things that fall.
        arm: of the junction, as ego sees it: "near" (ego's), "right", "opposite", "left"; then it stands on the lane that leads
            to the junction and takes its route, ``before_m`` before that lane's end, and ``lane`` counts from there.
        before_m: see ``arm``; None: as far back as its meeting with another actor asks for.
    """

    reference: str = "ego"
    lane: str = "same"
    ahead_m: float = 0.0
    lateral_m: float = 0.0
    heading_rad: float = 0.0
    behind: str | None = None
    gap_m: float = 0.0
    height_m: float = 0.0
    arm: str | None = None
    before_m: float | None = None


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
class AtTime:
    """True from ``time_s`` on."""

    time_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeToReach:
    """True when ``actor`` at its present speed reaches the station of ``target`` along its path within ``below_s``.

    With ``crossing_mps`` the time counts from when ``target``, setting off now at that speed square to the path of ``actor``,
    would be in the middle of it: then the two meet whatever the width of the road.
    """

    actor: str
    target: str
    below_s: float
    crossing_mps: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DistanceBelow:
    """True when the reference points of the two are closer than ``below_m`` (straight line, ground plane)."""

    actor: str
    target: str
    below_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GapBelow:
    """True when the bumper-to-bumper gap along ``actor``'s path to ``target`` ahead is below ``below_m``."""

    actor: str
    target: str
    below_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedAbove:
    """True while ``actor`` is faster than ``above_mps``."""

    actor: str
    above_mps: float


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """True ``delay_s`` after the rule called ``rule`` has fired."""

    rule: str
    delay_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf:
    """True while all are."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """True while one is."""

    conditions: tuple[Condition, ...]


Condition: TypeAlias = AtTime | TimeToReach | DistanceBelow | GapBelow | SpeedAbove | After | AllOf | AnyOf


Maneuver: TypeAlias = SetSpeed | Brake | ChangeLane | Cross | Roll | SetLights | MeetAt


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When ``when`` becomes true the first time, each actor starts its maneuver. ``name`` is the event's name."""

    name: str
    when: Condition
    do: tuple[tuple[str, Maneuver], ...]


# ------------------------------------------------------------------------------------------------ what counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """``low <= measure(a, b) <= high`` over the rehearsal after the first rule fired.

    Measures: "min_ttc_s", "min_distance_m" (box to box), "max_required_decel_mps2", "post_encroachment_s",
    "ego_speed_at_event_mps".
    """

    measure: str
    actors: tuple[str, ...]
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenUntil:
    """No ray from the ego's front camera reaches ``actor`` (visible fraction below ``max_fraction``) before ``event``."""

    actor: str
    event: str
    max_fraction: float = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """``actor`` is visible by at least ``fraction`` at some time within ``within_s`` after the first rule fired."""

    actor: str
    fraction: float
    within_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Collision:
    """Whether ego may (``allowed``) or must (``required``) touch something."""

    allowed: bool = False
    required: bool = False


Criterion: TypeAlias = Band | HiddenUntil | Seen | Collision


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
