"""Classes and attributes of CARLA's blueprints."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rarebit.labels.classes import attribute_of, category_of, lidarseg_of_actor, lidarseg_of_tag
from rarebit.labels.vocabulary import BOX_CATEGORIES, INDEX, LIDARSEG_NAMES
from rarebit.snapshot import ActorState


def actor(type_id: str, *, base_type: str = "", tag: int = 0, height_m: float = 1.5, **attributes: str) -> ActorState:
    return ActorState(
        actor_id=1,
        instance_id=1,
        name="a",
        type_id=type_id,
        base_type=base_type,
        special_type="",
        tag=tag,
        world_from_box=np.eye(4),
        size_lwh_m=np.array([1.0, 1.0, height_m]),
        velocity_mps=np.zeros(3),
        angular_velocity_radps=np.zeros(3),
        attributes=attributes,
    )


@pytest.mark.parametrize(
    ("thing", "category"),
    [
        (actor("vehicle.tesla.model3", base_type="car", tag=14), "vehicle.car"),
        (actor("vehicle.mercedes.sprinter", base_type="van", tag=14), "vehicle.car"),
        (actor("vehicle.carlamotors.carlacola", base_type="truck", tag=15), "vehicle.truck"),
        (actor("vehicle.carlamotors.firetruck", base_type="truck", tag=15), "vehicle.truck"),
        (actor("vehicle.mitsubishi.fusorosa", base_type="bus", tag=16), "vehicle.bus.rigid"),
        (actor("vehicle.ford.ambulance", base_type="van", tag=14), "vehicle.emergency.ambulance"),
        (actor("vehicle.dodge.charger_police_2020", base_type="car", tag=14), "vehicle.emergency.police"),
        # 0.9.16 reports no base type for these two.
        (actor("vehicle.mini.cooper_s", tag=14, number_of_wheels="4"), "vehicle.car"),
        (actor("vehicle.bmw.grandtourer", tag=0, number_of_wheels="4"), "vehicle.car"),
        (actor("vehicle.yamaha.yzf", base_type="motorcycle", tag=18), "vehicle.motorcycle"),
        (actor("vehicle.gazelle.omafiets", base_type="bicycle", tag=19), "vehicle.bicycle"),
        (actor("walker.pedestrian.0001", age="adult", height_m=1.86), "human.pedestrian.adult"),
        (actor("walker.pedestrian.0009", age="child", height_m=1.1), "human.pedestrian.child"),
        (actor("walker.pedestrian.0012", age="teenager", height_m=1.3), "human.pedestrian.child"),
        (actor("walker.pedestrian.0030", age="adult"), "human.pedestrian.police_officer"),
        (actor("walker.pedestrian.0002", age="adult", use_wheelchair="true"), "human.pedestrian.wheelchair"),
        (actor("carlite.animal.deer", tag=21), "animal"),
        (actor("carlite.prop.wheel", tag=21), "movable_object.debris"),
        (actor("static.prop.constructioncone", tag=21), "movable_object.trafficcone"),
        (actor("static.prop.streetbarrier", tag=21), "movable_object.barrier"),
        (actor("static.prop.shoppingcart", tag=21), "movable_object.pushable_pullable"),
        (actor("static.prop.bin", tag=21), "movable_object.pushable_pullable"),
        (actor("static.prop.box01", tag=21), "movable_object.debris"),
        (actor("static.prop.swingcouch", tag=21), "movable_object.debris"),
        (actor("static.prop.bench01", tag=20), None),
        (actor("static.prop.busstoplb", tag=20), None),
        (actor("static.prop.streetsign04", tag=20), None),
        (actor("Vh_Car_AudiTT", tag=14), "vehicle.car"),
        (actor("SM_House_12", tag=3), None),
    ],
    ids=lambda value: value.type_id if isinstance(value, ActorState) else "",
)
def test_category(thing: ActorState, category: str | None) -> None:
    assert category_of(thing) == category
    assert category is None or category in BOX_CATEGORIES
    assert lidarseg_of_actor(thing) == (None if category is None else INDEX[category])


def test_indices_that_trainers_hard_code() -> None:
    expected = {"vehicle.car": 17, "flat.driveable_surface": 24, "static.vegetation": 30, "vehicle.ego": 31, "noise": 0}
    assert {name: INDEX[name] for name in expected} == expected
    assert (len(LIDARSEG_NAMES), len(BOX_CATEGORIES)) == (32, 23)


def test_tags_of_scenery() -> None:
    names = [LIDARSEG_NAMES[i] for i in lidarseg_of_tag(np.array([1, 24, 2, 10, 9, 3, 28, 25, 0, 200], np.uint8))]
    assert names == [
        *("flat.driveable_surface", "flat.driveable_surface", "flat.sidewalk", "flat.terrain", "static.vegetation"),
        *("static.manmade", "static.manmade", "flat.other", "noise", "static.other"),
    ]


def test_ego_has_its_own_class() -> None:
    assert lidarseg_of_actor(replace(actor("vehicle.tesla.model3", base_type="car"), is_ego=True)) == 31


@pytest.mark.parametrize(
    ("category", "moving", "changes", "attribute"),
    [
        ("vehicle.car", True, {"is_parked": True}, "vehicle.moving"),
        ("vehicle.car", False, {"is_parked": True}, "vehicle.parked"),
        ("vehicle.bus.rigid", False, {}, "vehicle.stopped"),
        ("vehicle.bicycle", True, {"has_rider": True}, "cycle.with_rider"),
        ("vehicle.motorcycle", False, {}, "cycle.without_rider"),
        ("human.pedestrian.child", True, {}, "pedestrian.moving"),
        ("human.pedestrian.adult", False, {}, "pedestrian.standing"),
        ("movable_object.trafficcone", True, {}, ""),
        ("animal", True, {}, ""),
    ],
)
def test_attribute(category: str, moving: bool, changes: dict[str, bool], attribute: str) -> None:
    assert attribute_of(category, replace(actor("x"), **changes), moving) == attribute


def test_a_fallen_walker_lies() -> None:
    fallen = np.eye(4)
    fallen[:3, :3] = [[0, 0, 1], [0, 1, 0], [-1, 0, 0]]
    assert attribute_of("human.pedestrian.adult", replace(actor("x"), world_from_box=fallen), False).endswith("lying_down")
