"""Cars, vans and the bus: one lofted body with its details and four wheels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import yaml

from carlite.library import Blueprint
from carlite.library.tables import tyre_width_m
from carlite.mesh import ActorModel, Joint, Material, Part
from carlite.models.build import MeshBuilder
from carlite.models.carbody import DARK, GLASS, TRIM, WHITE, Body, Colour, Frame
from carlite.models.cardetails import (
    CHROME,
    LAMP_AMBER,
    LAMP_CLEAR,
    LAMP_RED,
    Drape,
    add_light_bar,
    add_mirrors,
    add_plate,
    add_roof_sign,
    add_side_details,
    rectangle,
    side_strip,
)
from carlite.models.carstyles import frozen, style
from carlite.models.letters import rectangles
from carlite.models.shapes import box, turn_z
from carlite.models.wheels import add_car_wheel, car_wheel
from carlite.tags import Tag

_Patch = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """Lamps and openings; y as fractions of the half width, z of the roof height.

    Attributes:
        head, tail: (inner y, outer y, low z, high z) of a lamp.
        grille, intake: (y, low z, high z), symmetric; None for none.
        plates: z of the front and the rear plate.
        round_lamps: radius of round head lamps, metres; 0 for patches.
        slant: how much the head lamps rise outwards.
        bar: whether thin light bars span the whole width.
        shiny: whether the grille has a chrome frame.
    """

    head: _Patch = (0.50, 0.93, 0.425, 0.490)
    tail: _Patch = (0.50, 0.93, 0.52, 0.60)
    grille: tuple[float, float, float] | None = (0.40, 0.33, 0.455)
    intake: tuple[float, float, float] | None = (0.62, 0.195, 0.275)
    plates: tuple[float, float] = (0.30, 0.44)
    round_lamps: float = 0.0
    slant: float = 0.015
    bar: bool = False
    shiny: bool = True


@cache
def _faces() -> dict[str, Face]:
    text = Path(__file__).with_name("carfaces.yaml").read_text(encoding="utf-8")
    return {name: Face(**frozen(fields)) for name, fields in yaml.safe_load(text).items()}


def face(body: str) -> Face:
    """Lamps and openings of a body family; KeyError where there is no such family."""
    return _faces()[body]


_SPOKES = {
    "sedan": 5,
    "coupe": 10,
    "muscle": 5,
    "suv": 6,
    "hatch": 7,
    "van": 8,
    "t2": 8,
    "classic": 5,
    "jeep": 8,
    "cybertruck": 7,
    "microcar": 6,
}
TAG_OF_BASE = {"truck": Tag.TRUCK, "bus": Tag.BUS}


def wheel_parts(blueprint: Blueprint, tag: Tag, *, steel: bool = False) -> list[Part]:
    """Four wheels, FL FR RL RR."""
    body = blueprint.preset.body if blueprint.preset else ""
    parts = []
    for index, wheel in enumerate(blueprint.wheels):
        mesh = car_wheel(wheel.radius_m, tyre_width_m(wheel.radius_m), tag, _SPOKES.get(body, 5), wheel.centre[1] > 0, steel)
        parts.append(Part(mesh=mesh, pivot=wheel.centre, joint=Joint.WHEEL, index=index))
    return parts


def add_front(builder: MeshBuilder, body: Body, face: Face, *, grille_bars: int = 5) -> tuple[tuple[float, float, float], ...]:
    """Head lamps, indicators, grille, intake and plate; returns where light comes from."""
    drape = Drape(builder, body, front=True)
    w, h = body.frame.half_width, body.frame.height
    y0, y1, z0, z1 = face.head[0] * w, face.head[1] * w, face.head[2] * h, face.head[3] * h
    if face.intake:
        iw, i0, i1 = face.intake[0] * w, face.intake[1] * h, face.intake[2] * h
        drape.patch(rectangle(-iw, iw, i0, i1), DARK, Material.PLASTIC, n=9)
    if face.grille:
        gw, g0, g1 = face.grille[0] * w, face.grille[1] * h, face.grille[2] * h
        if face.shiny:
            drape.patch(rectangle(-gw - 0.02, gw + 0.02, g0 - 0.018, g1 + 0.018), CHROME, Material.METAL, n=9, lift=0.004)
        drape.patch(rectangle(-gw, gw, g0, g1), DARK, Material.PLASTIC, n=9, lift=0.008)
        for k in range(grille_bars):
            z = g0 + (k + 0.5) * (g1 - g0) / grille_bars
            drape.patch(
                rectangle(-gw * 0.97, gw * 0.97, z - 0.006, z + 0.006), (0.10, 0.10, 0.105), Material.METAL, n=7, lift=0.014
            )
    if face.round_lamps:
        y, z = 0.5 * (y0 + y1), 0.5 * (z0 + z1)
        drape.disc(y, z, face.round_lamps * 1.18, CHROME, Material.METAL, lift=0.006)
        drape.disc(y, z, face.round_lamps, LAMP_CLEAR, Material.LAMP_HEAD, lift=0.014)
        inner, low, high = y1 + 0.02, z0 - 0.06 - face.round_lamps * 0.3, z0 - 0.02 - face.round_lamps * 0.3
        outer = inner + 0.10
        inner, outer = inner - 0.12, outer - 0.12
    elif face.bar:
        drape.patch(rectangle(-y1, y1, z0, z1), LAMP_CLEAR, Material.LAMP_HEAD, n=15)
        inner, outer, low, high = 0.75 * y1, y1, z0 - 0.045, z0 - 0.012
    else:
        slant = face.slant * h
        drape.patch(
            rectangle(y0 - 0.012, y1 + 0.008, z0 - 0.012, z1 + 0.012, slant=slant),
            DARK,
            Material.GLASS,
            both=True,
            n=9,
            lift=0.004,
        )
        cut = y0 + 0.78 * (y1 - y0)
        drape.patch(rectangle(y0, cut, z0, z1, slant=slant * 0.78), LAMP_CLEAR, Material.LAMP_HEAD, both=True, n=9, lift=0.010)
        inner, outer, low, high = cut + 0.012, y1, z0 + slant * 0.85, z1 + slant * 0.85
    for side, material in ((-1.0, Material.LAMP_LEFT), (1.0, Material.LAMP_RIGHT)):
        drape.patch(rectangle(side * inner, side * outer, low, high), LAMP_AMBER, material, n=5, lift=0.012)
    add_plate(drape, face.plates[0] * h)
    x = body.frame.nose - 0.02 * (body.frame.nose - body.frame.tail)
    y = 0.5 * (y0 + y1) if not face.bar else 0.7 * y1
    return ((x, -y, 0.5 * (z0 + z1)), (x, y, 0.5 * (z0 + z1)))


def add_rear(builder: MeshBuilder, body: Body, face: Face) -> None:
    """Rear lamps, indicators, reverse lamps, dark bumper and plate."""
    drape = Drape(builder, body, front=False)
    w, h = body.frame.half_width, body.frame.height
    y0, y1, z0, z1 = face.tail[0] * w, face.tail[1] * w, face.tail[2] * h, face.tail[3] * h
    low = body.style.bottom[-1][1] * h
    drape.patch(rectangle(-0.6 * w, 0.6 * w, low - 0.01, low + 0.07), DARK, Material.PLASTIC, n=9)
    if face.bar:
        drape.patch(rectangle(-y1, y1, z0, z1), LAMP_RED, Material.LAMP_REAR, n=15)
        for side, material in ((-1.0, Material.LAMP_LEFT), (1.0, Material.LAMP_RIGHT)):
            drape.patch(rectangle(side * 0.75 * y1, side * y1, z0 - 0.05, z0 - 0.012), LAMP_AMBER, material, n=5)
        drape.patch(rectangle(0.2 * y1, 0.4 * y1, z0 - 0.05, z0 - 0.012), LAMP_CLEAR, Material.LAMP_REVERSE, both=True, n=4)
    else:
        drape.patch(rectangle(y0, y1, z0, z1), LAMP_RED, Material.LAMP_REAR, both=True, n=9)
        upright = z1 - z0 > y1 - y0
        third = (z1 - z0) / 3 if upright else (y1 - y0) / 4
        for side, material in ((-1.0, Material.LAMP_LEFT), (1.0, Material.LAMP_RIGHT)):
            if upright:
                corners = rectangle(side * (y0 + 0.012), side * (y1 - 0.012), z0 + third * 0.8, z0 + third * 1.5)
            else:
                corners = rectangle(side * (y1 - third * 1.1), side * (y1 - 0.01), z0 + 0.012, z1 - 0.03)
            drape.patch(corners, LAMP_AMBER, material, n=5, lift=0.011)
        if upright:
            corners = rectangle(y0 + 0.012, y1 - 0.012, z0 + 0.015, z0 + third * 0.65)
        else:
            corners = rectangle(y0 + 0.02, y0 + third, z0 + 0.012, z0 + 0.5 * (z1 - z0))
        drape.patch(corners, LAMP_CLEAR, Material.LAMP_REVERSE, both=True, n=5, lift=0.011)
    add_plate(drape, face.plates[1] * h)


def add_letters(builder: MeshBuilder, body: Body, text: str, x: float, z: float, height: float, colour: Colour) -> None:
    """Lettering on both sides of the body, readable from each."""
    for side in (-1.0, 1.0):
        for u0, u1, v0, v1 in rectangles(text, height):
            # seen from the right of a car its nose points to the right: u grows with x there, against x on the left
            a, b = sorted((x + side * u0, x + side * u1))
            strip = side_strip(body, a, b, z + v0, z + v1, side, n=2, lift=0.011)
            builder.add(strip, colour, Material.PLASTIC)


def _add_police(builder: MeshBuilder, body: Body) -> None:
    frame, doors = body.frame, body.style.doors
    x0, x1 = frame.x(doors[-1]), frame.x(doors[0])
    sill = float(body.sill(np.array([0.5 * (x0 + x1)]))[0])
    deck = float(body.shoulder(np.array([0.5 * (x0 + x1)]))[0])
    x0, x1 = (
        max(x0, frame.wheels[-1].centre[0] + frame.wheels[0].radius_m * 1.25),
        min(x1, frame.wheels[0].centre[0] - frame.wheels[0].radius_m * 1.25),
    )
    for side in (-1.0, 1.0):
        builder.add(
            side_strip(body, x0, x1, sill + 0.03, deck - 0.01, side, n=14, lift=0.003), (0.85, 0.85, 0.85), Material.PAINT
        )
    add_letters(builder, body, "POLICE", 0.5 * (x0 + x1), 0.55 * (sill + deck), 0.20, (0.02, 0.03, 0.10))


def _add_jeep(builder: MeshBuilder, body: Body) -> None:
    drape = Drape(builder, body, front=True)
    w, h, frame = body.frame.half_width, body.frame.height, body.frame
    for k in range(-3, 4):
        y = 0.115 * k * w
        drape.patch(rectangle(y - 0.032 * w, y + 0.032 * w, 0.44 * h, 0.56 * h), DARK, Material.PLASTIC, n=4, lift=0.008)
    builder.add(box((frame.nose - 0.16, -0.8 * w, 0.235 * h), (frame.nose, 0.8 * w, 0.315 * h)), TRIM, Material.PLASTIC)
    spare = MeshBuilder(builder.tag)
    add_car_wheel(spare, frame.wheels[0].radius_m * 0.92, 0.18)
    # the spare's outer face looks backwards
    builder.absorb(spare, at=(frame.tail + 0.07, 0.0, 0.47 * h), turn=turn_z(90.0))


def _add_van(builder: MeshBuilder, body: Body) -> None:
    drape = Drape(builder, body, front=False)
    w, h = body.frame.half_width, body.frame.height
    drape.patch(rectangle(0.05 * w, 0.72 * w, 0.55 * h, 0.84 * h), GLASS, Material.GLASS, both=True)
    drape.patch(rectangle(-0.006, 0.006, 0.16 * h, 0.92 * h), DARK, Material.PLASTIC)
    for side in (-1.0, 1.0):
        x0, x1 = body.frame.x(0.37), body.frame.x(0.97)
        z = 0.40 * h
        builder.add(side_strip(body, x0, x1, z, z + 0.012, side, n=9), DARK, Material.PLASTIC)


def _add_t2(builder: MeshBuilder, body: Body) -> None:
    drape = Drape(builder, body, front=True)
    w, h = body.frame.half_width, body.frame.height
    white = (0.80, 0.79, 0.74)
    top, low = 0.53 * h, 0.27 * h
    for side in (-1.0, 1.0):
        v = np.array([(0.0, low), (side * 0.07 * w, low), (side * 0.62 * w, top), (side * 0.50 * w, top)])
        drape.patch(v, white, Material.PLASTIC, n=10, lift=0.004)
    drape.disc(0.0, 0.43 * h, 0.13, CHROME, Material.METAL, lift=0.012)
    drape.disc(0.0, 0.43 * h, 0.11, (0.05, 0.05, 0.06), Material.PLASTIC, lift=0.016)
    drape.patch(rectangle(-0.86 * w, 0.86 * w, 0.155 * h, 0.20 * h), CHROME, Material.METAL, n=15, lift=0.010)
    for side in (-1.0, 1.0):
        band = side_strip(body, body.frame.x(0.06), body.frame.x(0.96), 0.50 * h, 0.525 * h, side, n=16)
        builder.add(band, white, Material.PLASTIC)


def _add_bus(builder: MeshBuilder, body: Body) -> None:
    frame, h = body.frame, body.frame.height
    for side in (-1.0, 1.0):
        stripe = side_strip(body, frame.x(0.02), frame.x(0.985), 0.335 * h, 0.375 * h, side, n=24, lift=0.004)
        builder.add(stripe, (0.55, 0.05, 0.03), Material.PAINT)
        thin = side_strip(body, frame.x(0.02), frame.x(0.985), 0.31 * h, 0.32 * h, side, n=24, lift=0.004)
        builder.add(thin, (0.02, 0.06, 0.30), Material.PAINT)
    door = side_strip(body, frame.x(0.235), frame.x(0.17), 0.12 * h, 0.43 * h, 1.0, n=8)
    builder.add(door, GLASS, Material.GLASS)
    drape = Drape(builder, body, front=True)
    drape.patch(rectangle(-0.5 * frame.half_width, 0.5 * frame.half_width, 0.915 * h, 0.955 * h), DARK, Material.PLASTIC)


_EXTRAS: dict[str, Callable[[MeshBuilder, Body], None]] = {
    "jeep": _add_jeep,
    "van": _add_van,
    "t2": _add_t2,
    "bus": _add_bus,
    "police": _add_police,
}
_ROOF_KIT_M = {"police": 0.105, "taxi": 0.13}  # height of what stands on the roof
_FIXED_PAINT: dict[str, Colour] = {
    "police": (0.012, 0.012, 0.016),
    "bus": (0.72, 0.70, 0.62),
    "cybertruck": (0.42, 0.43, 0.44),
}


def car_model(blueprint: Blueprint, half: tuple[float, float, float], centre: tuple[float, float, float]) -> ActorModel:
    """A car, van or bus.

    Args:
        blueprint: with a preset.
        half, centre: bounding box, metres. The wheels stand on z = 0 even where the box reaches under the road.
    """
    preset = blueprint.preset
    if preset is None:
        raise ValueError(f"{blueprint.id}: got no vehicle preset, expected a vehicle's blueprint")
    tag = TAG_OF_BASE.get(blueprint.base_type, Tag.CAR)
    kit = _ROOF_KIT_M.get(preset.body, 0.0)
    roof = centre[2] + half[2]
    # draped lamps stand off the shell: leave them room
    frame = Frame(
        nose=centre[0] + half[0] - 0.012,
        tail=centre[0] - half[0] + 0.012,
        half_width=preset.body_half_width_m,
        height=roof - kit,
        wheels=blueprint.wheels,
    )
    body, look = Body(style(preset.body), frame), face(preset.body)
    builder = MeshBuilder(tag)
    body.add_to(builder, _FIXED_PAINT.get(preset.body, WHITE))
    lamps = add_front(builder, body, look)
    add_rear(builder, body, look)
    add_side_details(builder, body, handle=TRIM if preset.body == "cybertruck" else CHROME)
    extra = _EXTRAS.get(preset.body)
    if extra:
        extra(builder, body)
    if preset.body == "police":
        add_light_bar(builder, frame.x(0.535), roof, 0.58, kit + 0.02)
    if preset.body == "taxi":
        add_roof_sign(builder, frame.x(0.52), roof, kit + 0.02)
    reach = (half[1] - centre[1], half[1] + centre[1])
    trim = TRIM if preset.body in ("van", "bus", "jeep", "police", "cybertruck") else WHITE
    size = {"bus": 2.0, "van": 1.5}.get(preset.body, 1.0)
    add_mirrors(builder, body, reach, trim, t=0.055 if preset.body == "bus" else None, size=size)
    part = Part(mesh=builder.mesh())
    return ActorModel(parts=(part, *wheel_parts(blueprint, tag)), wheels=blueprint.wheels, head_lamps=lamps)
