"""A junction of three or four arms in a town: traffic lights or priority, turn lanes, cycle lanes, crosswalks, sidewalks."""

from __future__ import annotations

import math
from collections.abc import Mapping

from rarebit.families.family import TRAFFIC, Parameter, RoadFamily, number, traffic_side
from rarebit.roads.opendrive.arms import Arm, Control
from rarebit.roads.opendrive.crossing import crossing
from rarebit.roads.opendrive.mirror import mirrored
from rarebit.roads.opendrive.write import write
from rarebit.roads.profile import BOTH, NEITHER, RoadProfile
from rarebit.scenario import Value

_NAMES = ("near", "opposite", "right", "left")
_MAIN = ("near", "opposite")


def build(values: Mapping[str, Value]) -> str:
    """OpenDRIVE text of the junction; ego comes eastwards on the arm "near"."""
    traffic = traffic_side(values)
    network = crossing("junction", [_arm(name, values) for name in arm_names(values)], number(values, "corner_radius_m"))
    return write(mirrored(network) if traffic == "left" else network)


def profile(values: Mapping[str, Value]) -> RoadProfile:
    """The arm that ego comes on, and the junction's other arms."""
    lanes = int(number(values, "lanes"))
    return RoadProfile(
        traffic=traffic_side(values),
        length_m=2.0 * number(values, "arm_length_m"),
        lanes=lanes,
        opposite_lanes=lanes,
        sidewalks=BOTH if values["sidewalks"] else NEITHER,
        cycle_lanes=BOTH if values["cycle_lanes"] else NEITHER,
        arms=arm_names(values),
        signalised=bool(values["signals"]),
    )


def arm_names(values: Mapping[str, Value]) -> tuple[str, ...]:
    """The arms that there are, as ego sees them on the arm "near"."""
    return tuple(name for name in _NAMES if number(values, "arms") > 3 or name != values["without"])


def _arm(name: str, values: Mapping[str, Value]) -> Arm:
    main = name in _MAIN
    traffic = traffic_side(values)
    # What is built here keeps right and is mirrored for traffic on the left, and right and left with it.
    seen = {"right": "left", "left": "right"}.get(name, name) if traffic == "left" else name
    skew = number(values, "skew_rad") * (-1.0 if traffic == "left" else 1.0)
    bearing = {"near": math.pi, "opposite": 0.0, "right": -math.pi / 2 + skew, "left": math.pi / 2 + skew}[seen]
    existing = arm_names(values)
    return Arm(
        id=_NAMES.index(name) + 1,
        name=name,
        bearing_rad=bearing,
        lanes=int(number(values, "lanes" if main else "side_lanes")),
        lane_width_m=number(values, "lane_width_m"),
        turn_lane=values["turn_lanes"] in (("main", "all") if main else ("all",)),
        turns_left=_on_the_inside(name, traffic) in existing,
        biking_m=number(values, "cycle_lane_m") if values["cycle_lanes"] else 0.0,
        sidewalk_m=number(values, "sidewalk_width_m") if values["sidewalks"] else 0.0,
        length_m=number(values, "arm_length_m"),
        speed_mps=number(values, "speed_limit_mps"),
        crosswalk=bool(values["crosswalks"]),
        control=_control(main, values),
    )


def _on_the_inside(name: str, traffic: str) -> str:
    """The arm that traffic from ``name`` reaches by the turn across the oncoming traffic."""
    left_of = {"near": "left", "left": "opposite", "opposite": "right", "right": "near"}
    if traffic == "right":
        return left_of[name]
    return next(other for other, left in left_of.items() if left == name)


def _control(main: bool, values: Mapping[str, Value]) -> Control:
    if values["signals"]:
        return "lights"
    if main:
        return "none"
    signs: dict[Value, Control] = {"yield": "yield", "stop": "stop"}
    return signs.get(values["side_sign"], "none")


FAMILY = RoadFamily(
    name="junction",
    about="a junction of three or four arms with traffic lights or priority, crosswalks and sidewalks",
    parameters=(
        Parameter(name="arms", default=4, low=3, high=4, about="number of arms"),
        Parameter(
            name="without",
            default="opposite",
            choices=("opposite", "left", "right"),
            about="the arm that a junction of three lacks",
        ),
        Parameter(name="signals", default=True, about="whether it has traffic lights; else the side arms give way"),
        Parameter(
            name="side_sign", default="yield", choices=("yield", "stop", "none"), about="sign on the side arms without lights"
        ),
        Parameter(name="lanes", default=1, low=1, high=2, about="driving lanes in each direction on ego's road"),
        Parameter(name="side_lanes", default=1, low=1, high=2, about="driving lanes in each direction on the crossing road"),
        Parameter(
            name="turn_lanes", default="none", choices=("none", "main", "all"), about="arms with a lane for turning across"
        ),
        Parameter(name="crosswalks", default=True, about="a crosswalk on every arm"),
        Parameter(name="sidewalks", default=True, about="raised sidewalks along all arms and around the corners"),
        Parameter(name="cycle_lanes", default=False, about="cycle lanes along all arms, led on straight and to the kerb side"),
        Parameter(name="speed_limit_mps", default=50 / 3.6, low=3.0, high=40.0, about="speed limit of every lane"),
        Parameter(name="arm_length_m", default=250.0, low=80.0, high=2000.0, about="length of each arm"),
        Parameter(name="skew_rad", default=0.0, low=-0.7, high=0.7, about="turn of the crossing road, counter-clockwise"),
        Parameter(name="lane_width_m", default=3.5, low=2.75, high=5.0, about="width of a driving lane"),
        Parameter(name="cycle_lane_m", default=1.6, low=1.0, high=3.0, about="width of a cycle lane"),
        Parameter(name="sidewalk_width_m", default=2.8, low=1.0, high=10.0, about="width of a sidewalk"),
        Parameter(name="corner_radius_m", default=8.0, low=4.0, high=20.0, about="radius of the kerbs at the corners"),
        TRAFFIC,
    ),
    build=build,
    profile=profile,
)
