"""The blueprint library against what a 0.9.16 server lists."""

from __future__ import annotations

import pytest

from carlite.actors import Kind
from carlite.library import AttributeType, Blueprint, blueprints, find, find_uid, number, paint

_PARSERS = {AttributeType.INT: int, AttributeType.FLOAT: number}


def test_counts_of_carla_0_9_16() -> None:
    carla = [b for b in blueprints() if not b.id.startswith("carlite.")]
    count = {kind: sum(b.kind == kind for b in carla) for kind in Kind}
    assert count[Kind.VEHICLE] == 41
    assert count[Kind.WALKER] == 52
    assert count[Kind.SENSOR] == 19
    assert (count[Kind.CONTROLLER], count[Kind.TRIGGER], count[Kind.OTHER]) == (1, 1, 1)
    assert find("static.prop.bike helmet") is not None
    assert find("vehicle.no.such") is None


def test_uids_count_from_one_and_extensions_come_last() -> None:
    assert [b.uid for b in blueprints()] == list(range(1, len(blueprints()) + 1))
    assert all(find_uid(b.uid) is b for b in blueprints())
    assert find_uid(0) is None
    assert find_uid(len(blueprints()) + 1) is None
    own = [b.id.startswith("carlite.") for b in blueprints()]
    assert own == sorted(own)
    assert len({b.id for b in blueprints()}) == len(blueprints())


@pytest.mark.parametrize("blueprint", blueprints(), ids=lambda b: b.id)
def test_attributes_parse_and_obey_the_rules(blueprint: Blueprint) -> None:
    names = [a.id for a in blueprint.attributes]
    assert len(set(names)) == len(names)
    assert "role_name" in names
    assert blueprint.tags == blueprint.id.replace(".", ",")
    modifiable = [a.modifiable for a in blueprint.attributes]
    assert modifiable == sorted(modifiable, reverse=True), "variations come before fixed attributes"
    for attribute in blueprint.attributes:
        assert bool(attribute.recommended) == attribute.modifiable
        if attribute.modifiable:
            assert attribute.value in attribute.recommended
        for value in filter(None, (attribute.value, *attribute.recommended)):
            if attribute.type in _PARSERS:
                _PARSERS[attribute.type](value)
            if attribute.type == AttributeType.BOOL:
                assert value in ("true", "false")
            if attribute.type == AttributeType.RGB_COLOR:
                assert all(0 <= int(channel) <= 255 for channel in value.split(","))


def test_known_vehicle_data() -> None:
    car = find("vehicle.tesla.model3")
    assert car is not None
    assert car.preset is not None
    assert (car.half_extent, car.centre) == ((2.3959, 1.0817, 0.7438), (0.029, 0.0, 0.736))
    assert car.preset.mass_kg == 1845.0
    assert {"17,37,103", "180,44,44"} <= set(next(a for a in car.attributes if a.id == "color").recommended)
    for hidden in ("vehicle.bmw.grandtourer", "vehicle.mini.cooper_s"):
        blueprint = find(hidden)
        assert blueprint is not None
        assert blueprint.defaults()["base_type"] == ""


def test_wheels_lie_inside_the_box() -> None:
    for blueprint in blueprints():
        if blueprint.kind != Kind.VEHICLE or blueprint.preset is None:
            continue
        assert len(blueprint.wheels) == int(blueprint.defaults()["number_of_wheels"])
        low = blueprint.centre[0] - blueprint.half_extent[0]
        high = blueprint.centre[0] + blueprint.half_extent[0]
        for wheel in blueprint.wheels:
            assert low - 1e-3 <= wheel.centre[0] - wheel.radius_m, blueprint.id
            assert wheel.centre[0] + wheel.radius_m <= high + 1e-3, blueprint.id
            assert wheel.centre[2] == wheel.radius_m
        assert blueprint.wheels[0].centre[0] - blueprint.wheels[-1].centre[0] == pytest.approx(blueprint.preset.wheelbase_m)


def test_walkers_recommend_three_rising_speeds() -> None:
    for blueprint in blueprints():
        if blueprint.kind == Kind.WALKER:
            speeds = [float(v) for v in next(a for a in blueprint.attributes if a.id == "speed").recommended]
            assert len(speeds) == 3
            assert speeds == sorted(speeds)


def test_paint_decodes_srgb() -> None:
    assert paint({"color": "255,0,255"}) == (1.0, 0.0, 1.0)
    assert paint({"color": "188,188,188"})[0] == pytest.approx(0.5029, abs=1e-3)
    assert paint({}) == paint({"color": "red"}) == paint({"color": "1,2"}) == (1.0, 1.0, 1.0)
