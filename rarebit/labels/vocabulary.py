"""nuScenes' class and attribute names, in the order that its lidarseg indices give."""

from __future__ import annotations

LIDARSEG_NAMES = (
    "noise",
    "animal",
    "human.pedestrian.adult",
    "human.pedestrian.child",
    "human.pedestrian.construction_worker",
    "human.pedestrian.personal_mobility",
    "human.pedestrian.police_officer",
    "human.pedestrian.stroller",
    "human.pedestrian.wheelchair",
    "movable_object.barrier",
    "movable_object.debris",
    "movable_object.pushable_pullable",
    "movable_object.trafficcone",
    "static_object.bicycle_rack",
    "vehicle.bicycle",
    "vehicle.bus.bendy",
    "vehicle.bus.rigid",
    "vehicle.car",
    "vehicle.construction",
    "vehicle.emergency.ambulance",
    "vehicle.emergency.police",
    "vehicle.motorcycle",
    "vehicle.trailer",
    "vehicle.truck",
    "flat.driveable_surface",
    "flat.other",
    "flat.sidewalk",
    "flat.terrain",
    "static.manmade",
    "static.other",
    "static.vegetation",
    "vehicle.ego",
)
"""All 32 names; the position is the index. Trainers hard-code the indices, so the order is binding."""

INDEX = {name: index for index, name in enumerate(LIDARSEG_NAMES)}

BOX_CATEGORIES = LIDARSEG_NAMES[1:24]
"""The 23 categories that a box can have."""

ATTRIBUTES = {
    "vehicle.moving": "Vehicle is moving.",
    "vehicle.stopped": "Vehicle, with a driver in it, is stationary but has an intent to move.",
    "vehicle.parked": "Vehicle is stationary and without an intent to move.",
    "cycle.with_rider": "There is a rider on the bicycle or motorcycle.",
    "cycle.without_rider": "There is no rider on the bicycle or motorcycle.",
    "pedestrian.moving": "The human is moving.",
    "pedestrian.standing": "The human is standing.",
    "pedestrian.sitting_lying_down": "The human is sitting or lying down.",
}

VISIBILITY_LEVELS = {
    "1": ("v0-40", "0 to 40 %"),
    "2": ("v40-60", "40 to 60 %"),
    "3": ("v60-80", "60 to 80 %"),
    "4": ("v80-100", "80 to 100 %"),
}
