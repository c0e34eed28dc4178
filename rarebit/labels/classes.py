"""From CARLA's blueprints and semantic tags to nuScenes' classes and attributes.

What CARLA tells finer than nuScenes stays available as the annotation's ``fine_class``. Street furniture that nobody moves
(benches, bus stops, trees in pots) belongs to none of the 23 box categories and gets no box; its points are background.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rarebit.labels.vocabulary import INDEX
from rarebit.snapshot import ActorState

_VEHICLE_BY_BASE_TYPE = {
    "car": "vehicle.car",
    "van": "vehicle.car",
    "truck": "vehicle.truck",
    "bus": "vehicle.bus.rigid",
    "motorcycle": "vehicle.motorcycle",
    "bicycle": "vehicle.bicycle",
}
# CARLA 0.9.16 tags of things; the tag decides where a blueprint says nothing, as for objects of the map.
_BOX_BY_TAG = {
    12: "human.pedestrian.adult",
    13: "vehicle.bicycle",
    14: "vehicle.car",
    15: "vehicle.truck",
    16: "vehicle.bus.rigid",
    18: "vehicle.motorcycle",
    19: "vehicle.bicycle",
    21: "movable_object.pushable_pullable",
}
# The first fragment found in the blueprint's last part decides.
_PROP_BY_FRAGMENT = (
    ("trafficcone", "movable_object.trafficcone"),
    ("constructioncone", "movable_object.trafficcone"),
    ("streetbarrier", "movable_object.barrier"),
    ("chainbarrier", "movable_object.barrier"),
    ("warningconstruction", "movable_object.barrier"),
    ("warningaccident", "movable_object.barrier"),
    ("trafficwarning", "movable_object.barrier"),
    ("stroller", "human.pedestrian.stroller"),
    ("shoppingcart", "movable_object.pushable_pullable"),
    ("shoppingtrolley", "movable_object.pushable_pullable"),
    ("foodcart", "movable_object.pushable_pullable"),
    ("trashcan", "movable_object.pushable_pullable"),
    ("travelcase", "movable_object.pushable_pullable"),
    ("clothcontainer", "movable_object.pushable_pullable"),
    ("glasscontainer", "movable_object.pushable_pullable"),
    ("container", "movable_object.pushable_pullable"),
    ("bikerack", "static_object.bicycle_rack"),
    ("bicycle_rack", "static_object.bicycle_rack"),
)
_FURNITURE = (
    *("advertisement", "atm", "bench", "busstop", "calibrator", "clothesline", "doghouse", "fountain", "gardenlamp", "kiosk"),
    *("mailbox", "maptable", "pergola", "plantpot", "slide", "streetfountain", "streetsign", "swing", "trampoline"),
    *("vendingmachine", "palm", "tree"),
)
_POLICE_WALKERS = frozenset({"walker.pedestrian.0030", "walker.pedestrian.0032"})
_TALLEST_CHILD_M = 1.5

_LIDARSEG_BY_TAG = np.full(256, INDEX["static.other"], np.uint8)
for _tag, _name in {
    0: "noise",
    1: "flat.driveable_surface",
    2: "flat.sidewalk",
    3: "static.manmade",
    4: "static.manmade",
    5: "static.manmade",
    6: "static.manmade",
    7: "static.manmade",
    8: "static.manmade",
    9: "static.vegetation",
    10: "flat.terrain",
    11: "noise",
    17: "static.other",
    20: "static.manmade",
    22: "static.other",
    23: "flat.other",
    24: "flat.driveable_surface",
    25: "flat.other",
    26: "static.manmade",
    27: "flat.other",
    28: "static.manmade",
    **_BOX_BY_TAG,
}.items():
    _LIDARSEG_BY_TAG[_tag] = INDEX[_name]


def category_of(actor: ActorState) -> str | None:
    """The box category, None for what gets no box: street furniture, and map objects that are no things."""
    if actor.type_id.startswith("walker."):
        return _walker(actor)
    if "animal" in actor.type_id:
        return "animal"
    if actor.type_id.startswith("vehicle.") or ".vehicle." in actor.type_id:
        return _vehicle(actor)
    if actor.type_id.startswith("static.") or actor.type_id.startswith("carlite."):
        return _prop(actor.type_id.rsplit(".", 1)[-1])
    return _BOX_BY_TAG.get(actor.tag)


def lidarseg_of_tag(tag: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(n,) lidarseg indices of points by CARLA tag alone."""
    return _LIDARSEG_BY_TAG[tag]


def lidarseg_of_actor(actor: ActorState) -> int | None:
    """The lidarseg index of all points on an actor; None if the tag has to decide."""
    if actor.is_ego:
        return INDEX["vehicle.ego"]
    category = category_of(actor)
    return None if category is None else INDEX[category]


def attribute_of(category: str, actor: ActorState, moving: bool) -> str:
    """The attribute that fits the category, "" for categories that have none."""
    if category in ("vehicle.bicycle", "vehicle.motorcycle"):
        return "cycle.with_rider" if actor.has_rider else "cycle.without_rider"
    if category.startswith("vehicle."):
        return "vehicle.moving" if moving else "vehicle.parked" if actor.is_parked else "vehicle.stopped"
    if category.startswith("human."):
        if category == "human.pedestrian.wheelchair":
            return "pedestrian.moving" if moving else "pedestrian.sitting_lying_down"
        lying = abs(actor.world_from_box[2, 2]) < 0.5
        return "pedestrian.moving" if moving else "pedestrian.sitting_lying_down" if lying else "pedestrian.standing"
    return ""


def _walker(actor: ActorState) -> str:
    if actor.attributes.get("use_wheelchair") == "true":
        return "human.pedestrian.wheelchair"
    if actor.type_id in _POLICE_WALKERS:
        return "human.pedestrian.police_officer"
    age = actor.attributes.get("age", "adult")
    # CARLA's teenagers are as small as children; nuScenes goes by what one sees.
    if age == "child" or (age == "teenager" and actor.size_lwh_m[2] < _TALLEST_CHILD_M):
        return "human.pedestrian.child"
    return "human.pedestrian.adult"


def _vehicle(actor: ActorState) -> str:
    if "ambulance" in actor.type_id:
        return "vehicle.emergency.ambulance"
    if "police" in actor.type_id:
        return "vehicle.emergency.police"
    if "trailer" in actor.type_id:
        return "vehicle.trailer"
    if any(fragment in actor.type_id for fragment in ("excavator", "bulldozer", "construction")):
        return "vehicle.construction"
    # Some servers report no base type for a few cars (known defect of 0.9.15 and 0.9.16).
    by_tag = _BOX_BY_TAG.get(actor.tag, "vehicle.car")
    by_wheels = "vehicle.bicycle" if actor.attributes.get("number_of_wheels") == "2" else "vehicle.car"
    return _VEHICLE_BY_BASE_TYPE.get(actor.base_type, by_tag if by_tag.startswith("vehicle.") else by_wheels)


def _prop(name: str) -> str | None:
    for fragment, category in _PROP_BY_FRAGMENT:
        if fragment in name:
            return category
    if name == "bin":
        return "movable_object.pushable_pullable"
    # A couch falls off trailers; the playground's swing does not.
    if name != "swingcouch" and any(fragment in name for fragment in _FURNITURE):
        return None
    return "movable_object.debris"
