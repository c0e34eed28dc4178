"""Box truck, long-haul truck, fire truck and ambulance: a lofted cab and what it carries."""

from __future__ import annotations

import numpy as np

from carlite.library import Blueprint
from carlite.mesh import ActorModel, Material, Part
from carlite.models.build import Colour, MeshBuilder
from carlite.models.carbody import DARK, TRIM, Body, Frame
from carlite.models.cardetails import LAMP_AMBER, LAMP_CLEAR, LAMP_RED, add_light_bar, add_mirrors, add_side_details
from carlite.models.cars import TAG_OF_BASE, add_front, face, wheel_parts
from carlite.models.carstyles import style
from carlite.models.letters import rectangles
from carlite.models.shapes import box, cylinder, grid, rounded_box, tube, turn_y
from carlite.tags import Tag

_RED: Colour = (0.42, 0.012, 0.012)
_COLA_RED: Colour = (0.46, 0.010, 0.014)
_WHITE: Colour = (0.80, 0.80, 0.79)
_ALUMINIUM: Colour = (0.50, 0.51, 0.52)


def _side_letters(builder: MeshBuilder, text: str, x: float, y: float, z: float, height: float, colour: Colour) -> None:
    """Lettering on the flat sides at y and -y."""
    for side in (-1.0, 1.0):
        for u0, u1, v0, v1 in rectangles(text, height):
            a, b = sorted((x + side * u0, x + side * u1))
            y0, y1 = sorted((side * y, side * (y + 0.008)))
            builder.add(box((a, y0, z + v0), (b, y1, z + v1)), colour, Material.PLASTIC)


def _back_lamps(builder: MeshBuilder, x: float, half_width: float, z: float) -> None:
    """Lamp clusters on a flat back end at x, and a plate."""
    for side, material in ((-1.0, Material.LAMP_LEFT), (1.0, Material.LAMP_RIGHT)):
        lamps = ((LAMP_RED, Material.LAMP_REAR), (LAMP_AMBER, material), (LAMP_CLEAR, Material.LAMP_REVERSE))
        for k, (colour, kind) in enumerate(lamps):
            y0, y1 = sorted((side * (half_width - 0.04 - 0.13 * k), side * (half_width - 0.16 - 0.13 * k)))
            builder.add(rounded_box((x - 0.02, y0, z), (x + 0.02, y1, z + 0.13), 0.015), colour, kind)
    builder.add(box((x - 0.012, -0.26, z), (x, 0.26, z + 0.11)), (0.72, 0.72, 0.68), Material.PLASTIC)


def _chassis(builder: MeshBuilder, frame: Frame, x0: float, x1: float) -> None:
    """Rails, axles, tank and mudguards between x0 (back) and x1."""
    r = frame.wheels[0].radius_m
    for side in (-1.0, 1.0):
        a, b = sorted((side * 0.30, side * 0.46))
        builder.add(box((x0, a, 1.15 * r), (x1, b, 1.15 * r + 0.24)), DARK, Material.METAL)
    for wheel in (frame.wheels[0], frame.wheels[-1]):
        y = frame.half_width - 0.25
        builder.add(tube([(wheel.centre[0], -y, r), (wheel.centre[0], y, r)], 0.09, segments=8), DARK, Material.METAL)
    back = frame.wheels[-1].centre[0]
    y = frame.half_width
    middle = 0.5 * (frame.wheels[0].centre[0] + back)
    for side in (-1.0, 1.0):
        tank = tube([(middle - 0.6, side * (y - 0.36), 0.62), (middle + 0.5, side * (y - 0.36), 0.62)], 0.27, segments=16)
        builder.add(tank, _ALUMINIUM, Material.METAL)


def _cab(builder: MeshBuilder, frame: Frame, paint: Colour) -> tuple[tuple[float, float, float], ...]:
    """Lofted cab with its face and doors; returns where its lamps are."""
    body, look = Body(style("cab"), frame), face("cab")
    body.add_to(builder, paint)
    lamps = add_front(builder, body, look)
    add_side_details(builder, body, handle=TRIM)
    return lamps


def truck_model(blueprint: Blueprint, half: tuple[float, float, float], centre: tuple[float, float, float]) -> ActorModel:
    """A truck or ambulance by its preset's body family; wheels stand on z = 0."""
    preset = blueprint.preset
    if preset is None:
        raise ValueError(f"{blueprint.id}: got no vehicle preset, expected a vehicle's blueprint")
    tag = TAG_OF_BASE.get(blueprint.base_type, Tag.CAR)
    builder = MeshBuilder(tag)
    nose, tail = centre[0] + half[0] - 0.012, centre[0] - half[0] + 0.02
    roof = centre[2] + half[2]
    makers = {"cola": _cola, "hgv": _hgv, "firetruck": _firetruck, "ambulance": _ambulance}
    frame, lamps = makers[preset.body](builder, blueprint, nose, tail, roof)
    body = Body(style("van" if preset.body == "ambulance" else "cab"), frame)
    reach = (half[1] - centre[1], half[1] + centre[1])
    add_mirrors(builder, body, reach, TRIM, t=0.155 if preset.body != "ambulance" else None, size=1.9)
    part = Part(mesh=builder.mesh())
    wheels = wheel_parts(blueprint, tag, steel=True)
    return ActorModel(parts=(part, *wheels), wheels=blueprint.wheels, head_lamps=lamps)


_Built = tuple[Frame, tuple[tuple[float, float, float], ...]]


def _frame(blueprint: Blueprint, nose: float, tail: float, height: float, half_width: float) -> Frame:
    return Frame(nose=nose, tail=tail, half_width=half_width, height=height, wheels=blueprint.wheels)


def _width(blueprint: Blueprint) -> float:
    assert blueprint.preset is not None
    return blueprint.preset.body_half_width_m


def _cola(builder: MeshBuilder, blueprint: Blueprint, nose: float, tail: float, roof: float) -> _Built:
    """Soft-drink delivery truck: red, with rolling shutters between white ribs."""
    w = _width(blueprint)
    frame = _frame(blueprint, nose, nose - 1.75, 0.87 * roof, w)
    lamps = _cab(builder, frame, _COLA_RED)
    front = nose - 1.85
    _chassis(builder, frame, tail, front + 0.4)
    low = 0.30 * roof
    builder.add(rounded_box((tail, -w, low), (front, w, roof), 0.06), _COLA_RED, Material.PAINT)
    length = front - tail
    arch = frame.wheels[-1].centre[0], frame.wheels[0].radius_m * 1.15
    for side in (-1.0, 1.0):
        for a, b in ((tail + 0.05, arch[0] - arch[1]), (arch[0] + arch[1], front - 0.05)):
            y0, y1 = sorted((side * (w - 0.05), side * (w - 0.005)))
            builder.add(box((a, y0, 0.16 * roof), (b, y1, low + 0.02)), _COLA_RED, Material.PAINT)
        for k in range(4):
            x = tail + 0.10 + k * (length - 0.2) / 3
            y0, y1 = sorted((side * w, side * (w + 0.012)))
            builder.add(box((x - 0.025, y0, low + 0.05), (x + 0.025, y1, roof - 0.12)), _WHITE, Material.PLASTIC)
        wave_x = np.linspace(tail + 0.1, front - 0.1, 30)
        wave = 0.48 * roof + 0.07 * np.sin(2.4 * (wave_x - tail))
        edges = [np.stack([wave_x, 0 * wave_x + side * (w + 0.014), wave + d], -1) for d in (-0.06, 0.06)]
        builder.add(grid(np.stack(edges)), _WHITE, Material.PLASTIC)
    _side_letters(builder, "CARLA COLA", 0.5 * (tail + front), w + 0.012, 0.72 * roof, 0.36, _WHITE)
    _back_lamps(builder, tail - 0.0, w, low + 0.06)
    builder.add(box((tail - 0.008, -0.006, low + 0.25), (tail, 0.006, roof - 0.1)), DARK, Material.PLASTIC)
    return frame, lamps


def _hgv(builder: MeshBuilder, blueprint: Blueprint, nose: float, tail: float, roof: float) -> _Built:
    """European cab-over truck with a box body, side guards and a wind deflector."""
    w = _width(blueprint)
    frame = _frame(blueprint, nose, nose - 2.25, 0.93 * roof, w)
    lamps = _cab(builder, frame, (0.03, 0.09, 0.26))
    front = nose - 2.55
    _chassis(builder, frame, tail, front + 0.6)
    low = 0.33 * roof
    builder.add(rounded_box((tail, -w, low), (front, w, roof), 0.03), (0.72, 0.73, 0.73), Material.PLASTIC)
    for side in (-1.0, 1.0):
        for k in range(1, 8):
            x = tail + k * (front - tail) / 8
            y0, y1 = sorted((side * w, side * (w + 0.010)))
            builder.add(box((x - 0.012, y0, low + 0.04), (x + 0.012, y1, roof - 0.05)), (0.45, 0.46, 0.47), Material.METAL)
        y0, y1 = sorted((side * (w - 0.06), side * (w - 0.02)))
        x0, x1 = frame.wheels[-1].centre[0] + 0.75, frame.wheels[0].centre[0] - 0.85
        for z in (0.45, 0.75):
            builder.add(box((x0, y0, z), (x1, y1, z + 0.12)), _ALUMINIUM, Material.METAL)
        x0, x1 = tail, frame.wheels[-1].centre[0] - 0.65
        builder.add(box((x0, y0, 0.62), (x1, y1, 0.74)), _ALUMINIUM, Material.METAL)
    builder.add(box((tail + 0.02, -w + 0.1, 0.50), (tail + 0.12, w - 0.1, 0.64)), DARK, Material.METAL)
    _side_letters(builder, "EURO CARGO", 0.5 * (tail + front), w + 0.008, 0.68 * roof, 0.48, (0.03, 0.09, 0.26))
    for y in (-0.5, 0.5):
        builder.add(
            box((tail - 0.012, y * w - 0.02, low + 0.06), (tail, y * w + 0.02, roof - 0.08)), _ALUMINIUM, Material.METAL
        )
    builder.add(box((tail - 0.008, -0.008, low + 0.06), (tail, 0.008, roof - 0.08)), DARK, Material.PLASTIC)
    _back_lamps(builder, tail, w, 0.86)
    return frame, lamps


def _firetruck(builder: MeshBuilder, blueprint: Blueprint, nose: float, tail: float, roof: float) -> _Built:
    """Red crew cab, roller shutters, yellow and white bands, ladder on the roof."""
    w = _width(blueprint)
    top = 0.84 * roof
    frame = _frame(blueprint, nose, nose - 3.1, top, w)
    lamps = _cab(builder, frame, _RED)
    front = nose - 3.1
    _chassis(builder, frame, tail, front + 0.6)
    r = frame.wheels[0].radius_m
    low = 0.36 * roof
    builder.add(rounded_box((tail, -w, low), (front, w, top), 0.05), _RED, Material.PAINT)
    arch = frame.wheels[-1].centre[0], r * 1.22
    for side in (-1.0, 1.0):
        y0, y1 = sorted((side * (w - 0.45), side * w))
        for a, b in ((tail, arch[0] - arch[1]), (arch[0] + arch[1], front)):
            builder.add(box((a, y0, 0.50), (b, y1, low + 0.02)), _RED, Material.PAINT)
        bays = 4
        for k in range(bays):
            a = tail + 0.15 + k * (front - tail - 0.2) / bays
            b = a + (front - tail - 0.2) / bays - 0.10
            bottom = 0.60 if b < arch[0] - arch[1] or a > arch[0] + arch[1] else low + 0.06
            y0, y1 = sorted((side * w, side * (w + 0.008)))
            builder.add(box((a, y0, bottom), (b, y1, top - 0.22)), _ALUMINIUM, Material.METAL)
            for z in np.arange(bottom + 0.08, top - 0.25, 0.10):
                y0, y1 = sorted((side * w, side * (w + 0.010)))
                builder.add(box((a, y0, z), (b, y1, z + 0.012)), (0.28, 0.28, 0.29), Material.METAL)
        y0, y1 = sorted((side * (w - 0.01), side * (w + 0.014)))
        builder.add(box((tail, y0, low - 0.12), (nose - 1.0, y1, low - 0.02)), (0.75, 0.62, 0.03), Material.PLASTIC)
    _side_letters(builder, "FIRE", nose - 2.35, w + 0.02, 0.46 * roof, 0.26, _WHITE)
    _ladder(builder, tail + 0.2, nose - 1.2, top + 0.08, roof - 0.02)
    add_light_bar(builder, nose - 0.95, top + 0.30, 0.95, 0.28, red=False)
    _back_lamps(builder, tail, w, 0.86)
    builder.add(box((tail - 0.01, -0.7, low + 0.2), (tail, 0.7, top - 0.3)), _ALUMINIUM, Material.METAL)
    return frame, lamps


def _ladder(builder: MeshBuilder, x0: float, x1: float, low: float, high: float) -> None:
    """A ladder that lies on the roof, on brackets."""
    for y in (-0.38, 0.38):
        builder.add(tube([(x0, y, high - 0.05), (x1, y, high - 0.12)], 0.045, segments=6), _ALUMINIUM, Material.METAL)
        builder.add(tube([(x0, y, low + 0.08), (x1, y, low + 0.05)], 0.04, segments=6), _ALUMINIUM, Material.METAL)
        for x in np.linspace(x0 + 0.1, x1 - 0.1, 9):
            builder.add(tube([(x, y, low), (x + 0.3, y, high - 0.08)], 0.02, segments=5), _ALUMINIUM, Material.METAL)
    for x in np.linspace(x0 + 0.1, x1 - 0.1, 18):
        builder.add(tube([(x, -0.38, high - 0.08), (x, 0.38, high - 0.08)], 0.02, segments=5), _ALUMINIUM, Material.METAL)
    builder.add(box((0.5 * (x0 + x1) - 0.5, -0.5, low - 0.1), (0.5 * (x0 + x1) + 0.5, 0.5, low + 0.05)), TRIM, Material.METAL)
    builder.add(box((x0, -0.3, high - 0.04), (x0 + 0.3, 0.3, high + 0.02)), _RED, Material.PLASTIC)


def _ambulance(builder: MeshBuilder, blueprint: Blueprint, nose: float, tail: float, roof: float) -> _Built:
    """Van cab and a wider treatment box, white with orange bands and blue crosses."""
    w = _width(blueprint)
    cab_width = w - 0.14
    frame = _frame(blueprint, nose, nose - 6.2, 0.94 * roof, cab_width)
    body = Body(style("van"), frame)
    body.add_to(builder, _WHITE)
    lamps = add_front(builder, body, face("van"))
    add_side_details(builder, body, handle=TRIM)
    front = nose - 2.15
    low, top = 0.30 * roof, roof - 0.10
    builder.add(rounded_box((tail, -w, low), (front, w, top), 0.07), _WHITE, Material.PAINT)
    arch = frame.wheels[-1].centre[0], frame.wheels[0].radius_m * 1.2
    orange, blue = (0.72, 0.16, 0.01), (0.02, 0.06, 0.34)
    for side in (-1.0, 1.0):
        y0, y1 = sorted((side * (w - 0.3), side * (w - 0.01)))
        for a, b in ((tail + 0.02, arch[0] - arch[1]), (arch[0] + arch[1], front)):
            builder.add(box((a, y0, 0.42), (b, y1, low + 0.03)), _WHITE, Material.PAINT)
        y0, y1 = sorted((side * (w - 0.01), side * (w + 0.008)))
        builder.add(box((tail + 0.02, y0, 0.43 * roof), (front - 0.03, y1, 0.51 * roof)), orange, Material.PLASTIC)
        builder.add(box((tail + 0.02, y0, 0.53 * roof), (front - 0.03, y1, 0.545 * roof)), blue, Material.PLASTIC)
        y0, y1 = sorted((side * w, side * (w + 0.010)))
        for k in range(3):
            bar = box((-0.045, y0, -0.19), (0.045, y1, 0.19))
            builder.add(bar, blue, Material.PLASTIC, turn=turn_y(60.0 * k), at=(front - 0.45, 0.0, 0.76 * roof))
        builder.add(box((tail + 0.5, y0, 0.62 * roof), (tail + 1.1, y1, 0.80 * roof)), (0.02, 0.025, 0.03), Material.GLASS)
    _side_letters(builder, "AMBULANCE", 0.5 * (tail + front) + 0.25, w + 0.008, 0.885 * roof, 0.16, (0.45, 0.01, 0.01))
    y = 0.9 * w
    builder.add(box((tail - 0.008, -y, 0.43 * roof), (tail, y, 0.51 * roof)), orange, Material.PLASTIC)
    for side in (-1.0, 1.0):
        a, b = sorted((side * 0.12, side * 0.8 * w))
        builder.add(box((tail - 0.010, a, 0.58 * roof), (tail, b, 0.80 * roof)), (0.02, 0.025, 0.03), Material.GLASS)
    builder.add(box((tail - 0.010, -0.008, low + 0.05), (tail, 0.008, top - 0.1)), DARK, Material.PLASTIC)
    _back_lamps(builder, tail, w, low + 0.06)
    add_light_bar(builder, front - 0.16, roof, 0.85, 0.14)
    for side in (-1.0, 1.0):
        for x in (tail + 0.15, front - 0.3):
            lens = cylinder(0.07, 0.09, segments=10)
            builder.add(lens, (0.01, 0.04, 0.45), Material.LAMP_BEACON, at=(x, side * (w - 0.15), top - 0.01))
    return frame, lamps
