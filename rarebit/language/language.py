"""The scenario language: every key a spec can have, what it means, its unit and range.

Checking and the JSON Schema both come from these definitions.
"""

from __future__ import annotations

from functools import cache

from rarebit.core.errors import Fault
from rarebit.families import populate_families, road_families
from rarebit.families.family import Parameter
from rarebit.language.parameters import DistributionShape
from rarebit.language.presets import PRESETS
from rarebit.language.records import Field, Headed, Named, Record, Tagged, quantity
from rarebit.language.shapes import Checked, Flag, Json, Many, Number, Shape, Span, Word
from rarebit.packs import Pack, in_use
from rarebit.reading.entries import Entry
from rarebit.reading.units import PLAIN, UNITS, Unit, unit_of
from rarebit.scenario import Value

NAME = r"[a-z][a-z0-9_]{0,59}"
MODEL = r"(?:vehicle|walker|static\.prop|carlite)\.[A-Za-z0-9_ .-]+"
LANE = r"same|(?:left|right|opposite)_[1-9]|(?:shoulder|parking|sidewalk|biking)_(?:left|right)"
LANES = (
    *("same", "left_1", "right_1", "opposite_1"),
    *(f"{kind}_{side}" for kind in ("shoulder", "parking", "sidewalk") for side in ("left", "right")),
)
LIGHTS = (  # carla.VehicleLightState
    *("Position", "LowBeam", "HighBeam", "Brake", "RightBlinker", "LeftBlinker"),
    *("Reverse", "Fog", "Interior", "Special1", "Special2"),
)
ROLES = ("hazard", "occluder", "traffic", "parked", "static")
SIDES = ("left", "right", "both", "any")


def _actor(name: str, about: str, *, required: bool = False, default: str | None = None) -> Field:
    return Field(name, Word(pattern=NAME, example="van", about=about, formula=False), required, default)


_NAME_WORD = Word(pattern=NAME, example="child_from_behind_van", about="name of the scenario", formula=False)
_MODEL_WORD = Word(
    pattern=MODEL,
    example="vehicle.mercedes.sprinter",
    about="CARLA blueprint, or walker.child, walker.adult for any such figure",
)
_LIGHT_LIST = Many(Word(choices=LIGHTS), about="lights of a vehicle")
_PLACE = Record(
    (
        Field("lane", Word(choices=LANES, pattern=LANE, example="left_1", about="lane as seen from ego (or from `from`)")),
        quantity("ahead_m", -2000, 5000, "along the road, negative behind"),
        quantity("lateral_m", -50, 50, "from the lane's centre, positive to the left"),
        quantity("heading_deg", -360, 360, "turned to the left, relative to the lane's direction of travel"),
        _actor("from", "actor that ahead_m and lane are counted from; ego unless given"),
        _actor("behind", "actor that hides this one from ego"),
        quantity("gap_m", 0, 100, "clear distance to that actor"),
        quantity("height_m", 0, 100, "above the ground"),
    ),
    about="where it starts",
)
_ACTOR = Record(
    (
        Field("model", _MODEL_WORD, required=True),
        Field("at", _PLACE, required=True),
        quantity("speed_mps", 0, 90, "at the start; vehicles hold it along their lane"),
        Field("role", Word(choices=ROLES, about="hazard unless given", formula=False)),
        Field("lights", _LIGHT_LIST),
    ),
    about="a vehicle, person or thing",
)
_EGO = Record(
    (
        Field("model", _MODEL_WORD, default="vehicle.lincoln.mkz_2020"),
        quantity("speed_mps", 0, 90, "speed that it holds until the story says otherwise", required=True),
        Field("lane", Word(choices=("rightmost", "leftmost", "middle"), about="rightmost unless given"), default="rightmost"),
        Field("lights", _LIGHT_LIST),
    ),
    about="the recording vehicle",
)


def _condition() -> Headed:
    who = _actor("actor", "ego unless given", default="ego")
    simple = (
        Record((quantity("at_time_s", 0, 3600, "from this time on", required=True),)),
        Record(
            (
                _actor("time_to_reach", "actor", required=True),
                quantity("below_s", 0, 60, "at its speed", required=True),
                quantity("crossing_mps", 0.1, 20, "adds the time that the actor needs at this speed to the middle of the path"),
                who,
            )
        ),
        Record(
            (_actor("distance_to", "actor", required=True), quantity("below_m", 0, 1000, "straight line", required=True), who)
        ),
        Record((_actor("gap_to", "actor ahead", required=True), quantity("below_m", 0, 1000, "bumpers", required=True), who)),
        Record((quantity("faster_than_mps", 0, 90, "speed", required=True), who)),
        Record((_actor("after", "rule", required=True), quantity("delay_s", 0, 600, "after it fired"))),
    )
    inner = Headed(simple, "a condition")
    several = Many(inner, low=1, high=20)
    groups = tuple(Record((Field(name, several, required=True),)) for name in ("all_of", "any_of"))
    return Headed((*simple, *groups), "a condition", about="when the rule fires (once)")


def _maneuver() -> Headed:
    road = Word(choices=("road",), about="straight across the road", formula=False)
    accel = quantity("accel_mps2", 0.1, 30, "how fast the speed changes")
    crossing = (
        quantity("speed_mps", 0.1, 20, "speed", required=True),
        accel,
        quantity("angle_deg", -80, 80, "from straight across, towards ego's direction of travel"),
        quantity("distance_m", 0.1, 200, "where to stop; on to the far side unless given"),
    )
    return Headed(
        (
            Record((quantity("reach_speed_mps", 0, 90, "new speed along its path", required=True), accel)),
            Record(
                (
                    quantity("brake_mps2", 0.1, 15, "deceleration", required=True),
                    quantity("to_speed_mps", 0, 90, "0 unless given"),
                )
            ),
            Record(
                (
                    Field("change_lane", Word(choices=("left", "right"), about="to this side"), required=True),
                    quantity("within_s", 0.3, 30, "duration", required=True),
                    Field("lanes", Number(1, 5, whole=True, about="how many lanes; 1 unless given")),
                    Field("indicate", Flag("indicator on; true unless given")),
                )
            ),
            Record((Field("run_across", road, required=True), *crossing)),
            Record((Field("walk_across", road, required=True), *crossing)),
            Record(
                (
                    Field("roll", Word(choices=("across", "along"), about="across the road or along it"), required=True),
                    quantity("speed_mps", 0.1, 40, "at first", required=True),
                    quantity("slowing_mps2", 0, 10, "how it slows down"),
                    quantity("heading_deg", -180, 180, "turned to the left of that direction"),
                )
            ),
            Record((Field("lights_on", _LIGHT_LIST, required=True), Field("lights_off", _LIGHT_LIST))),
            Record((Field("lights_off", _LIGHT_LIST, required=True),)),
        ),
        "a maneuver",
    )


def _accept() -> Record:
    between = Many(Word(pattern=NAME, example="ego", formula=False), low=1, high=2, about="ego and the actor")

    def band(name: str, about: str) -> Field:
        unit = UNITS[unit_of(name).suffix]
        inside = Field("in", Span(Number(0, 1e6, unit)), required=True)
        actors = Field("between" if name != "ego_speed_at_event_mps" else "of", between)
        return Field(name, Many(Record((inside, actors), about=about), single=True, low=1, high=20))

    hidden = Record(
        (
            _actor("actor", "who is hidden", required=True),
            _actor("until", "rule", required=True),
            Field("visible", Number(0, 1, about="share that may be visible, 0.1 unless given")),
        ),
        about="the front camera cannot see the actor before the rule fires",
    )
    seen = Record(
        (
            _actor("actor", "who is seen", required=True),
            Field("visible", Number(0, 1, about="share that must be visible"), required=True),
            quantity("within_s", 0, 600, "after the first rule fired", required=True),
        ),
        about="the front camera sees the actor in time",
    )
    return Record(
        (
            band("min_ttc_s", "smallest time to collision"),
            band("min_distance_m", "smallest distance between the boxes"),
            band("max_required_decel_mps2", "largest deceleration that braking in time asked of ego"),
            band("post_encroachment_s", "time between one leaving the conflict area and the other entering it"),
            band("ego_speed_at_event_mps", "ego's speed when the first rule fired"),
            Field("hidden", Many(hidden, single=True, low=1, high=20)),
            Field("seen", Many(seen, single=True, low=1, high=20)),
            Field(
                "collision", Word(choices=("forbidden", "allowed", "required"), about="forbidden unless given", formula=False)
            ),
        ),
        about="what a draw must show to be recorded; others are redrawn",
    )


def _environment() -> Record:
    percent = {
        "cloudiness": "clouds",
        "precipitation": "rain",
        "precipitation_deposits": "puddles",
        "wind_intensity": "wind",
        "fog_density": "fog",
        "wetness": "wet look of the road",
        "dust_storm": "dust",
    }
    sun = Record(
        (
            quantity("ahead_deg", -360, 360, "clockwise from ego's heading at the start: 0 is straight ahead"),
            quantity("azimuth_deg", 0, 360, "absolute, CARLA's"),
            quantity("altitude_deg", -90, 90, "above the horizon"),
        ),
        about="where the sun stands",
    )
    return Record(
        (
            Field("weather", Word(choices=tuple(PRESETS), about="CARLA's preset"), default="ClearNoon"),
            *(quantity(f"{name}_percent", 0, 100, about) for name, about in percent.items()),
            quantity("fog_distance_m", 0, 10000, "where fog begins"),
            Field("fog_falloff", Number(0, 100, about="0 fills the whole height, above 5 lies on the ground")),
            Field("sun", sun),
        ),
        about="weather and light: a preset, single values on top",
    )


def _parameter_field(parameter: Parameter) -> Field:
    shape: Shape
    default: Value = parameter.default
    about = f"{parameter.about} ({default:g} unless given)" if not isinstance(default, (bool, str)) else parameter.about
    if isinstance(default, bool):
        shape = Flag(about)
    elif isinstance(default, str):
        shape = Word(choices=parameter.choices, about=about)
    else:
        unit = UNITS.get(unit_of(parameter.name).suffix, PLAIN)
        shape = Number(parameter.low, parameter.high, unit, whole=isinstance(default, int), about=about)
    return Field(parameter.name, shape, default=default)


class _Road:
    """A template with its parameters, or a town."""

    def __init__(self) -> None:
        records = {f.name: Record(tuple(map(_parameter_field, f.parameters)), f.about) for f in road_families().values()}
        self.template = Tagged("template", records)
        side = Word(choices=SIDES, about="side as seen by ego")
        where = Record(
            (
                Field("sidewalk", side),
                Field("parking", side),
                Field("shoulder", side),
                quantity("straight_m", 1, 5000, "nearly straight road ahead of ego"),
                quantity("length_m", 1, 5000, "road ahead of ego, junctions crossed straight on"),
                Field("lanes_min", Number(1, 10, whole=True, about="lanes of ego's direction")),
                Field("lanes_max", Number(1, 10, whole=True, about="lanes of ego's direction")),
                quantity("speed_limit_min_mps", 0, 60, "speed limit"),
                quantity("speed_limit_max_mps", 0, 60, "speed limit"),
                quantity("junction_within_m", 0, 2000, "a junction begins this near ahead"),
                quantity("no_junction_within_m", 0, 2000, "no junction this near ahead"),
                Field("one_way", Flag("whether no lane beside ego's comes the other way")),
            ),
            about="conditions on the stretch of road",
        )
        town = Word(pattern=r"[A-Za-z0-9_./-]+", example="Town10HD", about="map that the server knows")
        self.town = Record((Field("town", town, required=True), Field("where", where)), about="a stretch of an existing map")
        self.either = Headed((Record((Field("template", Word(), required=True),)), self.town), "a road")

    def check(self, entry: Entry, unit: Unit, faults: list[Fault]) -> Checked:
        """See Shape."""
        if isinstance(entry.value, dict) and "template" in entry.value and "town" not in entry.value:
            return self.template.check(entry, unit, faults)
        return self.either.check(entry, unit, faults)

    def schema(self) -> Json:
        """See Shape."""
        return {
            "description": "the road: a template or a town",
            "anyOf": [*self.template.schema()["anyOf"], self.town.schema()],
        }


def language() -> Record:
    """The whole spec, with the families of the packs in use."""
    return _language(in_use())


@cache
def _language(_packs: tuple[Pack, ...]) -> Record:
    families = populate_families().values()
    populate = Record(
        tuple(
            Field(f.name, Many(Record(tuple(map(_parameter_field, f.parameters)), f.about), single=True, low=1, high=20))
            for f in families
        ),
        about="company that the story does not name",
    )
    rule = Record(
        (
            Field("when", _condition(), required=True),
            Field("do", Named(Many(_maneuver(), single=True, low=1, high=10), "actor"), required=True),
        )
    )
    return Record(
        (
            Field("scenario", _NAME_WORD, required=True),
            Field("summary", Word(about="what happens, in a sentence", formula=False), required=True),
            Field(
                "tags", Many(Word(pattern=r"[a-z0-9_]+(?:\.[a-z0-9_]+)*", example="vru.pedestrian", formula=False)), default=()
            ),
            Field("road", _Road(), required=True),
            Field("parameters", Named(DistributionShape(), "parameter", about="what is drawn anew for each scene")),
            Field("constraints", Many(Word(about="a comparison that every draw satisfies", example="$a_m > 2"), high=100)),
            Field("environment", _environment()),
            Field("ego", _EGO, required=True),
            Field("actors", Named(_ACTOR, "actor", about="who takes part", reserved=("ego",))),
            Field("populate", populate),
            Field("story", Named(rule, "rule", about="rules: when something becomes true, actors do something")),
            Field("accept", _accept()),
            quantity("duration_s", 0.1, 600, "length of the scene", required=True),
        ),
        about="A logical scenario",
    )
