"""Reads the data files beside this module into blueprints."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from carlite.actors import Kind
from carlite.library.blueprint import Attribute, AttributeType, Blueprint, VehiclePreset
from carlite.mesh import Wheel
from carlite.tags import Tag

_FOLDER = Path(__file__).parent
_TYPES = {"Bool": AttributeType.BOOL, "Int": AttributeType.INT, "Float": AttributeType.FLOAT, "String": AttributeType.STRING}
_GEARS = {  # CARLA's usual combustion car; the others by their kind
    "car": (3.73, 2.05, 1.39, 1.03, 0.82),
    "truck": (6.2, 3.9, 2.5, 1.7, 1.2, 0.9),
    "motorcycle": (3.1, 2.1, 1.6, 1.3, 1.1, 0.95),
    "electric": (2.0,),
    "bicycle": (2.0, 1.5, 1.2),
}
_VEHICLE_TAGS = {
    "car": (Tag.CAR,),
    "van": (Tag.CAR,),
    "truck": (Tag.TRUCK,),
    "bus": (Tag.BUS,),
    "motorcycle": (Tag.MOTORCYCLE, Tag.RIDER),
    "bicycle": (Tag.BICYCLE, Tag.RIDER),
}
_WALKER_SPEEDS = {"adult": ("0.0", "1.4", "3.2"), "child": ("0.0", "1.2", "3.0"), "elderly": ("0.0", "0.9", "2.0")}


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (_FOLDER / name).open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def _fixed(name: str, kind: AttributeType, value: str) -> Attribute:
    return Attribute(id=name, type=kind, value=value, modifiable=False)


def _names(identifier: str, *roles: str) -> tuple[Attribute, Attribute]:
    """What every blueprint has: a role, and a name for ROS 2."""
    return (
        Attribute(id="role_name", type=AttributeType.STRING, value=roles[0], recommended=roles),
        Attribute(id="ros_name", type=AttributeType.STRING, value=identifier, recommended=(identifier,)),
    )


def _tags_of(identifier: str) -> str:
    return identifier.replace(".", ",")


def _vector(row: dict[str, str], *names: str) -> tuple[float, float, float]:
    x, y, z = (float(row[name]) for name in names)
    return (x, y, z)


def read_others() -> Iterator[Blueprint]:
    """Controller, sensors, mesh prop, trigger and empty actor."""
    groups: dict[str, list[Attribute]] = {}
    for row in _rows("attributes.csv"):
        choices = tuple(row["choices"].split(";")) if row["choices"] else ()
        attribute = Attribute(
            id=row["attribute"],
            type=_TYPES[row["type"]],
            value=row["value"],
            recommended=choices or (row["value"],),
            restricted=bool(choices),
        )
        groups.setdefault(row["group"], []).append(attribute)
    for row in _rows("others.csv"):
        attributes = [*_names(row["id"], *row["role_names"].split(";"))]
        for group in filter(None, row["groups"].split(";")):
            attributes += groups[group]
        if row["ticks"] == "true":
            attributes.append(Attribute(id="sensor_tick", type=AttributeType.FLOAT, value="0.0", recommended=("0.0",)))
        yield Blueprint(uid=0, id=row["id"], kind=Kind[row["kind"]], attributes=tuple(attributes), tags=_tags_of(row["id"]))


def _vehicle_attributes(row: dict[str, str]) -> Iterator[Attribute]:
    yield from _names(row["id"], "autopilot", "scenario", "ego_vehicle")
    if row["colours"]:
        colours = tuple(row["colours"].split(";"))
        yield Attribute(id="color", type=AttributeType.RGB_COLOR, value=colours[0], recommended=colours)
    if row["driver_ids"]:
        drivers = tuple(row["driver_ids"].split(";"))
        yield Attribute(id="driver_id", type=AttributeType.INT, value=drivers[0], recommended=drivers, restricted=True)
    yield Attribute(id="sticky_control", type=AttributeType.BOOL, value="true", recommended=("true",))
    yield Attribute(id="terramechanics", type=AttributeType.BOOL, value="false", recommended=("false",))
    yield _fixed("object_type", AttributeType.STRING, "")
    yield _fixed("base_type", AttributeType.STRING, row["base_type"])
    yield _fixed("special_type", AttributeType.STRING, row["special_type"])
    yield _fixed("number_of_wheels", AttributeType.INT, row["number_of_wheels"])
    yield _fixed("generation", AttributeType.INT, row["generation"])
    yield _fixed("has_dynamic_doors", AttributeType.BOOL, row["has_dynamic_doors"])
    yield _fixed("has_lights", AttributeType.BOOL, row["has_lights"])


def tyre_width_m(radius_m: float) -> float:
    """Width of a four-wheeler's tyre of that radius."""
    return 0.10 + 0.36 * radius_m


def _wheels(row: dict[str, str], half: tuple[float, float, float], centre: tuple[float, float, float]) -> tuple[Wheel, ...]:
    """Wheels stand on the origin's plane, tyres flush with the body's sides."""
    radius = float(row["wheel_radius_m"])
    overhang = radius if row["number_of_wheels"] == "2" else float(row["front_overhang_m"])
    front = centre[0] + half[0] - overhang
    back = front - float(row["wheelbase_m"])
    side = float(row["body_half_width_m"]) - 0.5 * tyre_width_m(radius) - 0.015
    if row["number_of_wheels"] == "2":
        places = [(front, 0.0, True), (back, 0.0, False)]
    else:
        places = [(front, -side, True), (front, side, True), (back, -side, False), (back, side, False)]
    return tuple(Wheel(centre=(x, y, radius), radius_m=radius, steers=steers) for x, y, steers in places)


def read_vehicles() -> Iterator[Blueprint]:
    """All vehicles with wheels and physical preset."""
    for row in _rows("vehicles.csv"):
        half = _vector(row, "half_x", "half_y", "half_z")
        centre = _vector(row, "centre_x", "centre_y", "centre_z")
        wheels = _wheels(row, half, centre)
        middle = 0.5 * (wheels[0].centre[0] + wheels[-1].centre[0])
        preset = VehiclePreset(
            body=row["body"],
            body_half_width_m=float(row["body_half_width_m"]),
            wheelbase_m=float(row["wheelbase_m"]),
            mass_kg=float(row["mass_kg"]),
            peak_torque_nm=float(row["peak_torque_nm"]),
            max_rpm=float(row["max_rpm"]),
            electric=row["gearbox"] == "electric",
            forward_gears=_GEARS[row["gearbox"]],
            final_ratio=4.0,
            drag_coefficient=float(row["drag_coefficient"]),
            max_steer_deg=float(row["max_steer_deg"]),
            centre_of_mass=(round(middle, 4), 0.0, round(0.36 * 2.0 * half[2], 4)),
        )
        # 0.9.16 leaves base_type empty for two cars; they carry the car's tag all the same
        tags = bytes(_VEHICLE_TAGS[row["base_type"] or "car"])
        yield Blueprint(
            uid=0,
            id=row["id"],
            kind=Kind.VEHICLE,
            attributes=tuple(_vehicle_attributes(row)),
            tags=_tags_of(row["id"]),
            half_extent=half,
            centre=centre,
            semantic_tags=tags,
            base_type=row["base_type"],
            mass_kg=preset.mass_kg,
            wheels=wheels,
            preset=preset,
        )


def read_walkers() -> Iterator[Blueprint]:
    """All pedestrians."""
    for row in _rows("walkers.csv"):
        wheelchair = ("false", "true") if row["can_use_wheelchair"] == "true" else ("false",)
        speeds = _WALKER_SPEEDS[row["age"]]
        attributes = (
            *_names(row["id"], "pedestrian"),
            Attribute(id="speed", type=AttributeType.FLOAT, value=speeds[1], recommended=speeds),
            Attribute(id="is_invincible", type=AttributeType.BOOL, value="true", recommended=("true",)),
            Attribute(id="use_wheelchair", type=AttributeType.BOOL, value="false", recommended=wheelchair, restricted=True),
            _fixed("gender", AttributeType.STRING, row["gender"]),
            _fixed("generation", AttributeType.INT, row["generation"]),
            _fixed("age", AttributeType.STRING, row["age"]),
            _fixed("can_use_wheelchair", AttributeType.BOOL, row["can_use_wheelchair"]),
        )
        yield Blueprint(
            uid=0,
            id=row["id"],
            kind=Kind.WALKER,
            attributes=attributes,
            tags=_tags_of(row["id"]),
            half_extent=_vector(row, "half_x", "half_y", "half_z"),
            semantic_tags=bytes([Tag.PEDESTRIAN]),
            mass_kg=float(row["mass_kg"]),
        )


def read_props() -> Iterator[Blueprint]:
    """CARLA's props, then carlite's own."""
    for row in _rows("props.csv"):
        half = tuple(0.5 * size for size in _vector(row, "length_m", "width_m", "height_m"))
        yield Blueprint(
            uid=0,
            id=row["id"],
            kind=Kind.PROP,
            attributes=(*_names(row["id"], "prop"), _fixed("size", AttributeType.STRING, row["size"])),
            tags=_tags_of(row["id"]),
            half_extent=(half[0], half[1], half[2]),
            centre=(0.0, 0.0, half[2]),
            semantic_tags=bytes([Tag[row["tag"]]]),
            mass_kg=float(row["mass_kg"]),
            motion=row["motion"],
        )


def read_all() -> tuple[Blueprint, ...]:
    """The whole library; carlite's extensions last, so that CARLA's uids do not depend on them."""
    found = [*read_others(), *read_props(), *read_vehicles(), *read_walkers()]
    found.sort(key=lambda blueprint: blueprint.id.startswith("carlite."))
    return tuple(replace(blueprint, uid=uid) for uid, blueprint in enumerate(found, start=1))
