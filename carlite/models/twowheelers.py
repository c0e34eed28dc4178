"""Bicycles, motorcycles and scooters with their riders."""

from __future__ import annotations

import numpy as np

from carlite.library import Blueprint
from carlite.mesh import ActorModel, Joint, Material, Part
from carlite.models.build import Colour, MeshBuilder
from carlite.models.carbody import DARK, TRIM, WHITE
from carlite.models.cardetails import CHROME, LAMP_AMBER, LAMP_CLEAR, LAMP_RED
from carlite.models.people import Figure, add_seated
from carlite.models.shapes import Points, box, cylinder, grid, loft, moved, off, rounded_box, sphere, tube, turn_x, turn_y
from carlite.models.wheels import car_wheel, spoked_wheel
from carlite.tags import Tag

_STEEL: Colour = (0.18, 0.18, 0.19)
_SEAT: Colour = (0.02, 0.018, 0.016)
_FRAMES: dict[str, Colour] = {
    "vehicle.bh.crossbike": (0.45, 0.30, 0.02),
    "vehicle.diamondback.century": (0.02, 0.12, 0.40),
    "vehicle.gazelle.omafiets": (0.02, 0.02, 0.022),
}
_KITS = (  # top, trousers, helmet of the drivers
    ((0.50, 0.04, 0.03), (0.03, 0.04, 0.08), (0.60, 0.60, 0.58)),
    ((0.03, 0.22, 0.34), (0.02, 0.02, 0.022), (0.03, 0.03, 0.035)),
    ((0.55, 0.42, 0.04), (0.08, 0.08, 0.09), (0.45, 0.03, 0.03)),
)


def _rider(blueprint: Blueprint, driver: int, *, motor: bool) -> Figure:
    pick = (sum(blueprint.id.encode()) + driver) % len(_KITS)
    top, trousers, helmet = _KITS[pick]
    return Figure(
        height=1.74,
        child=False,
        skin=(0.50, 0.29, 0.19),
        hair=(0.05, 0.03, 0.02),
        top=(0.02, 0.02, 0.024) if motor and pick == 1 else top,
        trousers=trousers,
        shoes=(0.02, 0.02, 0.02),
        helmet=helmet if motor or blueprint.id != "vehicle.gazelle.omafiets" else None,
        long_hair=True,
    )


def _lights(builder: MeshBuilder, front: Points, rear: Points, size: float) -> None:
    """Round head lamp, rear lamp and four indicators."""
    builder.add(sphere((0.5 * size, size, size), rings=8, segments=12), LAMP_CLEAR, Material.LAMP_HEAD, at=front)
    builder.add(
        sphere((0.9 * size, 1.08 * size, 1.08 * size), rings=8, segments=12),
        CHROME,
        Material.METAL,
        at=off(front, -0.55 * size, 0, 0),
    )
    builder.add(rounded_box(off(rear, -0.02, -0.06, -0.03), off(rear, 0.02, 0.06, 0.03), 0.015), LAMP_RED, Material.LAMP_REAR)
    for side, material in ((-1.0, Material.LAMP_LEFT), (1.0, Material.LAMP_RIGHT)):
        for place in (off(front, -0.05, 0, -0.02), rear):
            at = place + np.array([0.0, side * (size + 0.07), 0.0])
            builder.add(sphere(0.028, rings=5, segments=8), LAMP_AMBER, material, at=at)
            builder.add(tube([place, at], 0.008, segments=5), DARK, Material.PLASTIC)


def _bicycle(builder: MeshBuilder, blueprint: Blueprint, bar: float) -> tuple[Points, Points]:
    """Frame, saddle, handlebar, cranks; returns hip and hands."""
    front, back = (np.array(wheel.centre) for wheel in blueprint.wheels)
    r = blueprint.wheels[0].radius_m
    upright = blueprint.id == "vehicle.gazelle.omafiets"
    racing = blueprint.id == "vehicle.diamondback.century"
    colour = _FRAMES[blueprint.id]
    crank = np.array([back[0] + 0.44, 0.0, 0.28])
    saddle = np.array([crank[0] - 0.20, 0.0, 0.90])
    head = np.array([front[0] - 0.20, 0.0, r + (0.50 if not racing else 0.46)])
    low_head = off(head, 0.05, 0.0, -0.16)
    grip_x, grip_z = (head[0] - 0.16, 1.10) if upright else (head[0] + (0.10 if racing else 0.02), 0.98 if racing else 1.02)
    pipe = 0.019
    seat_cluster = crank + 0.78 * (saddle - crank)
    tubes = [
        (crank, saddle),
        (crank, low_head),
        (seat_cluster, head) if not upright else (crank + 0.35 * (saddle - crank), head),
    ]
    for a, b in tubes:
        builder.add(tube([a, b], pipe, segments=8), colour, Material.PLASTIC)
    builder.add(tube([low_head, off(head, -0.03, 0, 0.08)], pipe * 1.25, segments=8), colour, Material.PLASTIC)
    stem = np.array([grip_x - 0.04, 0.0, grip_z])
    builder.add(tube([head, stem], pipe, segments=8), CHROME, Material.METAL)
    for side in (-1.0, 1.0):
        y = side * 0.055
        builder.add(tube([off(low_head, 0, y * 0.4, 0), off(front, 0, y, 0)], 0.012, segments=6), colour, Material.PLASTIC)
        for top in (crank, seat_cluster):
            builder.add(tube([off(top, 0, y * 0.5, 0), off(back, 0, y, 0)], 0.010, segments=6), colour, Material.PLASTIC)
        ends = [stem, (stem[0], side * 0.7 * bar, stem[2]), (grip_x - (0.12 if upright else 0.02), side * bar, grip_z)]
        builder.add(tube(ends, 0.013, segments=6), CHROME, Material.METAL)
        builder.add(tube([ends[1], ends[2]], 0.019, segments=8), DARK, Material.RUBBER)
        foot = off(crank, side * 0.12, 0.0, side * 0.12)
        builder.add(
            tube([off(crank, 0, side * 0.05, 0), off(foot, 0, side * 0.06, 0)], 0.012, segments=6), _STEEL, Material.METAL
        )
        builder.add(
            box(off(foot, -0.05, side * 0.13 - 0.045, -0.012), off(foot, 0.05, side * 0.13 + 0.045, 0.012)),
            DARK,
            Material.PLASTIC,
        )
    ring = moved(cylinder(0.095, 0.008, segments=20), turn=turn_x(90.0))
    builder.add(ring, _STEEL, Material.METAL, at=off(crank, 0.0, 0.05, 0.0))
    for dz in (0.085, -0.085):
        builder.add(tube([off(crank, 0, 0.048, dz), off(back, 0, 0.048, dz * 0.4)], 0.006, segments=4), DARK, Material.METAL)
    builder.add(rounded_box(off(saddle, -0.14, -0.08, -0.03), off(saddle, 0.13, 0.08, 0.03), 0.03), _SEAT, Material.PLASTIC)
    _bicycle_extras(builder, front, back, saddle, stem, full=upright)
    return off(saddle, 0.0, 0.0, 0.10), np.array([(grip_x, -0.92 * bar, grip_z + 0.03), (grip_x, 0.92 * bar, grip_z + 0.03)])


def _bicycle_extras(builder: MeshBuilder, front: Points, back: Points, saddle: Points, stem: Points, *, full: bool) -> None:
    """Lamps; mudguards, carrier and chain case of a city bicycle."""
    builder.add(sphere(0.04, rings=6, segments=10), LAMP_CLEAR, Material.LAMP_HEAD, at=off(stem, 0.10, 0, -0.10))
    builder.add(
        sphere((0.025, 0.04, 0.03), rings=6, segments=8), LAMP_RED, Material.LAMP_REAR, at=off(saddle, -0.15, 0.0, -0.10)
    )
    if not full:
        return
    r = float(back[2])
    for centre, start, end in ((front, 22.0, 110.0), (back, 20.0, 158.0)):
        a = np.radians(np.linspace(start, end, 14))
        ring = centre + (r + 0.02) * np.stack([np.cos(a), 0 * a, np.sin(a)], -1)
        builder.add(tube(ring, 0.018, segments=6), DARK, Material.PLASTIC)
    z = back[2] + r + 0.10
    builder.add(box((back[0] - 0.22, -0.08, z), (back[0] + 0.18, 0.08, z + 0.025)), _STEEL, Material.METAL)


def _motorcycle(builder: MeshBuilder, blueprint: Blueprint, bar: float, top: float) -> tuple[Points, Points, Points]:
    """Sports bike or cruiser; returns hips, hands and feet."""
    front, back = (np.array(wheel.centre) for wheel in blueprint.wheels)
    r = blueprint.wheels[0].radius_m
    cruiser = "harley" in blueprint.id
    middle = 0.5 * (front[0] + back[0])
    seat_z = 0.70 if cruiser else 0.80
    head = np.array([front[0] - (0.42 if cruiser else 0.26), 0.0, 0.86 if cruiser else 0.88])
    for side in (-1.0, 1.0):
        y = side * 0.11
        builder.add(tube([off(head, 0, y, 0.05), off(front, 0, y, 0)], 0.026, segments=10), CHROME, Material.METAL)
        builder.add(tube([(middle - 0.15, y, 0.42), off(back, 0, y, 0)], 0.030, segments=8), _STEEL, Material.METAL)
        pipe_end = np.array([back[0] - 0.30, side * 0.17, r * (0.9 if cruiser else 1.35)])
        pipe = [(middle + 0.15, y, 0.40), (middle, side * 0.16, 0.27), (back[0] + 0.25, side * 0.17, r * 0.95), pipe_end]
        if side > 0:
            builder.add(tube(pipe, np.array([0.03, 0.035, 0.05, 0.055]), segments=10), CHROME, Material.METAL)
    engine = rounded_box((middle - 0.20, -0.15, 0.22), (middle + 0.24, 0.15, 0.60), 0.06)
    builder.add(engine, _STEEL, Material.METAL)
    for k in range(5):
        fin = box((middle + 0.02, -0.17, 0.44 + 0.03 * k), (middle + 0.22, 0.17, 0.45 + 0.03 * k))
        builder.add(fin, (0.3, 0.3, 0.31), Material.METAL)
    tank_x = middle + 0.14
    tank = sphere((0.30, 0.155, 0.15), rings=10, segments=16)
    builder.add(tank, WHITE, Material.PAINT, at=(tank_x, 0.0, seat_z + 0.10), turn=turn_y(8.0))
    seat_rows = [(middle - 0.55, 0.10, 0.05), (middle - 0.35, 0.14, 0.06), (middle - 0.1, 0.12, 0.06), (middle, 0.08, 0.05)]
    angle = np.linspace(0, 2 * np.pi, 14, endpoint=False)
    rings = [np.stack([0 * angle + x, w * np.cos(angle), seat_z + h * np.sin(angle)], -1) for x, w, h in seat_rows]
    builder.add(loft(rings), _SEAT, Material.PLASTIC)
    _guards(builder, front, back, r, cruiser=cruiser)
    if cruiser:
        grip = np.array([head[0] - 0.18, bar, 1.08])
        lamp = off(head, 0.14, 0, 0.04)
    else:
        _fairing(builder, front, head, middle, r)
        grip = np.array([head[0] - 0.06, bar, 0.96])
        lamp = off(head, 0.30, 0, 0.02)
    for side in (-1.0, 1.0):
        handle = [off(head, 0, 0, 0.08), (grip[0] + 0.08, side * 0.6 * bar, grip[2]), (grip[0], side * bar, grip[2])]
        builder.add(tube(handle, 0.015, segments=6), CHROME, Material.METAL)
        builder.add(tube([handle[1], handle[2]], 0.021, segments=8), DARK, Material.RUBBER)
        mirror = np.array([grip[0] + 0.08, side * bar * 0.75, min(grip[2] + 0.18, top)])
        builder.add(tube([handle[1], mirror], 0.007, segments=5), DARK, Material.METAL)
        builder.add(sphere((0.02, 0.07, 0.045), rings=6, segments=10), TRIM, Material.PLASTIC, at=mirror)
    _lights(builder, lamp, off(back, -0.28, 0.0, 0.33 if cruiser else 0.58), 0.09 if cruiser else 0.06)
    hips = np.array([middle - 0.26, 0.0, seat_z + 0.13])
    hands = np.array([(grip[0] + 0.03, -0.92 * bar, grip[2] + 0.03), (grip[0] + 0.03, 0.92 * bar, grip[2] + 0.03)])
    foot_x = middle + 0.30 if cruiser else middle - 0.18
    feet = np.array([(foot_x, -0.22, 0.36), (foot_x, 0.22, 0.36)])
    return hips, hands, feet


def _guards(builder: MeshBuilder, front: Points, back: Points, r: float, *, cruiser: bool) -> None:
    """Mudguards as bands over the wheels."""
    for centre, start, end, w in (
        (front, 40.0, 130.0, 0.085),
        (back, 50.0 if cruiser else 70.0, 165.0 if cruiser else 148.0, 0.10),
    ):
        a = np.radians(np.linspace(start, end, 12))
        rows = [
            centre + np.stack([(r + 0.04 - dz) * np.cos(a), 0 * a + y, (r + 0.04 - dz) * np.sin(a)], -1)
            for y, dz in ((-w, 0.035), (-0.7 * w, 0.0), (0.7 * w, 0.0), (w, 0.035))
        ]
        builder.add(grid(np.stack(rows, 1)), WHITE, Material.PAINT)


def _fairing(builder: MeshBuilder, front: Points, head: Points, middle: float, r: float) -> None:
    """Nose, windshield, belly pan and tail of a sports bike."""
    angle = np.linspace(0, 2 * np.pi, 18, endpoint=False)
    nose = [
        (head[0] + 0.36, 0.05, 0.05, 0.86),
        (head[0] + 0.28, 0.13, 0.10, 0.88),
        (head[0] + 0.10, 0.19, 0.16, 0.88),
        (head[0] - 0.05, 0.21, 0.2, 0.82),
    ]
    rings = [np.stack([0 * angle + x, w * np.cos(angle), z + h * np.sin(angle)], -1) for x, w, h, z in nose]
    builder.add(loft(rings, caps=True), WHITE, Material.PAINT)
    belly = [
        (front[0] - r - 0.06, 0.12, 0.22, 0.52),
        (middle + 0.2, 0.20, 0.28, 0.50),
        (middle - 0.1, 0.18, 0.20, 0.40),
        (middle - 0.28, 0.10, 0.08, 0.30),
    ]
    rings = [np.stack([0 * angle + x, w * np.cos(angle), z + h * np.sin(angle)], -1) for x, w, h, z in belly]
    builder.add(loft(rings), WHITE, Material.PAINT)
    tail = [(middle - 0.45, 0.13, 0.07, 0.84), (middle - 0.65, 0.11, 0.06, 0.90), (middle - 0.85, 0.05, 0.03, 0.95)]
    rings = [np.stack([0 * angle + x, w * np.cos(angle), z + h * np.sin(angle)], -1) for x, w, h, z in tail]
    builder.add(loft(rings), WHITE, Material.PAINT)
    shield = sphere((0.20, 0.16, 0.16), rings=8, segments=14)
    keep = shield[1][shield[0][shield[1]].mean(1)[:, 2] > 0.02]
    builder.add((shield[0], keep), (0.03, 0.035, 0.04), Material.GLASS, at=(head[0] + 0.10, 0.0, 0.96), turn=turn_y(18.0))


def _scooter(builder: MeshBuilder, blueprint: Blueprint, bar: float, top: float) -> tuple[Points, Points, Points]:
    """A classic scooter: leg shield, step-through floor, round tail."""
    front, back = (np.array(wheel.centre) for wheel in blueprint.wheels)
    angle = np.linspace(0, 2 * np.pi, 18, endpoint=False)
    shield = [
        (front[0] - 0.34, 0.20, 0.30),
        (front[0] - 0.26, 0.24, 0.50),
        (front[0] - 0.30, 0.20, 0.75),
        (front[0] - 0.33, 0.08, 0.90),
    ]
    rings = [np.stack([x + 0.05 * np.cos(angle), w * np.sin(angle), 0 * angle + z], -1) for x, w, z in shield]
    builder.add(loft(rings), WHITE, Material.PAINT)
    floor = rounded_box((back[0] + 0.40, -0.19, 0.24), (front[0] - 0.28, 0.19, 0.31), 0.03)
    builder.add(floor, WHITE, Material.PAINT)
    body = [
        (back[0] + 0.48, 0.12, 0.10, 0.42),
        (back[0] + 0.30, 0.19, 0.20, 0.50),
        (back[0], 0.22, 0.22, 0.53),
        (back[0] - 0.25, 0.14, 0.15, 0.55),
        (back[0] - 0.36, 0.04, 0.05, 0.54),
    ]
    rings = [np.stack([0 * angle + x, w * np.cos(angle), z + h * np.sin(angle)], -1) for x, w, h, z in body]
    builder.add(loft(rings), WHITE, Material.PAINT)
    builder.add(rounded_box((back[0] - 0.26, -0.14, 0.70), (back[0] + 0.44, 0.14, 0.80), 0.05), _SEAT, Material.PLASTIC)
    head = np.array([front[0] - 0.30, 0.0, 0.92])
    builder.add(tube([head, off(front, 0, 0.06, 0)], 0.03, segments=8), _STEEL, Material.METAL)
    builder.add(sphere((0.24, 0.11, 0.14), rings=8, segments=14), WHITE, Material.PAINT, at=off(front, 0.0, 0, 0.17))
    builder.add(sphere((0.12, 0.13, 0.09), rings=8, segments=14), WHITE, Material.PAINT, at=off(head, 0.03, 0, 0.08))
    grip = np.array([head[0] - 0.06, bar, 1.02])
    for side in (-1.0, 1.0):
        builder.add(tube([off(head, 0, 0, 0.08), (grip[0], side * bar, grip[2])], 0.02, segments=8), CHROME, Material.METAL)
        builder.add(
            tube([(grip[0], side * 0.65 * bar, 1.0), (grip[0], side * bar, grip[2])], 0.026, segments=8), DARK, Material.RUBBER
        )
        mirror = np.array([grip[0] + 0.05, side * bar * 0.85, 1.25])
        builder.add(tube([(grip[0], side * bar * 0.5, 0.99), mirror], 0.008, segments=5), CHROME, Material.METAL)
        builder.add(sphere((0.015, 0.06, 0.06), rings=6, segments=10), CHROME, Material.METAL, at=mirror)
    _lights(builder, off(head, 0.13, 0, 0.09), off(back, -0.34, 0, 0.35), 0.065)
    hips = np.array([back[0] + 0.18, 0.0, 0.90])
    hands = np.array([(grip[0] + 0.03, -0.92 * bar, 1.05), (grip[0] + 0.03, 0.92 * bar, 1.05)])
    feet = np.array([(front[0] - 0.48, -0.12, 0.37), (front[0] - 0.48, 0.12, 0.37)])
    return hips, hands, feet


def two_wheeler_model(
    blueprint: Blueprint, half: tuple[float, float, float], centre: tuple[float, float, float], driver: int
) -> ActorModel:
    """Machine and rider, their heads at the top of the box and the handlebar as wide as the box."""
    preset = blueprint.preset
    if preset is None:
        raise ValueError(f"{blueprint.id}: got no vehicle preset, expected a vehicle's blueprint")
    pedals = preset.body == "bicycle"
    tag = Tag.BICYCLE if pedals else Tag.MOTORCYCLE
    top = centre[2] + half[2]
    bar = half[1] - 0.02
    machine, rider = MeshBuilder(tag), MeshBuilder(Tag.RIDER)
    if pedals:
        hips, hands = _bicycle(machine, blueprint, bar)
        crank_x = blueprint.wheels[1].centre[0] + 0.44
        feet = np.array([(crank_x - 0.13, -0.10, 0.24), (crank_x + 0.11, 0.10, 0.47)])
    elif preset.body == "scooter":
        hips, hands, feet = _scooter(machine, blueprint, bar, top)
    else:
        hips, hands, feet = _motorcycle(machine, blueprint, bar, top)
    figure = _rider(blueprint, driver, motor=not pedals)
    lean = _lean_deg(figure, float(hips[2]), top)
    add_seated(rider, figure, hips, lean, hands, feet)
    _fit(machine, rider, half, centre)
    radius = blueprint.wheels[0].radius_m
    width = 0.045 if pedals else 0.12
    parts = [Part(mesh=machine.mesh()), Part(mesh=rider.mesh())]
    for index, wheel in enumerate(blueprint.wheels):
        mesh = (
            spoked_wheel(radius, width, tag, 20, CHROME)
            if pedals or "harley" in blueprint.id
            else car_wheel(radius, width, tag, 5, True, False)
        )
        parts.append(Part(mesh=mesh, pivot=wheel.centre, joint=Joint.WHEEL, index=index))
    lamp = (blueprint.wheels[0].centre[0] - 0.1, 0.0, 0.95)
    return ActorModel(parts=tuple(parts), wheels=blueprint.wheels, head_lamps=(lamp,))


def _lean_deg(figure: Figure, hips_z: float, top: float) -> float:
    """Lean that brings the crown to the top of the box."""
    length = figure.height - figure.hip_z
    return float(np.degrees(np.arccos(np.clip((top - hips_z) / length, 0.2, 1.0))))


def _fit(
    machine: MeshBuilder, rider: MeshBuilder, half: tuple[float, float, float], centre: tuple[float, float, float]
) -> None:
    """Stretches machine and rider together to the box's width and top."""
    low_m, high_m = machine.bounds()
    low_r, high_r = rider.bounds()
    low, high = np.minimum(low_m, low_r), np.maximum(high_m, high_r)
    end = np.array([centre[0] + half[0], half[1], centre[2] + half[2]])
    factor = np.array([1.0, 2.0 * half[1] / (high[1] - low[1]), end[2] / high[2]])
    for builder, lo, hi in ((machine, low_m, high_m), (rider, low_r, high_r)):
        builder.fit(lo * factor, hi * factor)
