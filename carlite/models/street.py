"""Street furniture: lamps, signals, signs, rails, benches, shelters. x looks at the street, y runs along it."""

from __future__ import annotations

import numpy as np

from carlite.mesh import Material
from carlite.models.build import Colour, MeshBuilder
from carlite.models.letters import rectangles
from carlite.models.shapes import Points, Shape, box, cylinder, grid, lathe, loft, rounded_box, sphere, tube
from carlite.tags import Tag

GALVANISED: Colour = (0.36, 0.37, 0.38)
BLACK: Colour = (0.015, 0.015, 0.016)
WOOD: Colour = (0.22, 0.115, 0.05)
_WHITE: Colour = (0.80, 0.80, 0.80)
_RED: Colour = (0.55, 0.010, 0.012)
_GREEN: Colour = (0.02, 0.09, 0.05)


def add_post(
    builder: MeshBuilder, height: float, radius: float, colour: Colour = GALVANISED, *, at: Points | None = None
) -> None:
    """A round post with a base plate."""
    place = np.zeros(3) if at is None else at
    shape = lathe([(1.6 * radius, 0.0), (1.5 * radius, 0.10), (radius, 0.16), (0.85 * radius, height)], segments=12)
    builder.add(shape, colour, Material.METAL, tag=Tag.POLE, at=place)


def add_street_lamp(builder: MeshBuilder, variant: int) -> None:
    """0: tall road lamp with an arm; 1: modern mast with a flat head; 2: old-fashioned lantern."""
    style = variant % 3
    if style == 2:
        green = (0.015, 0.045, 0.03)
        add_post(builder, 3.6, 0.07, green)
        glass = lathe([(0.12, 3.6), (0.20, 4.05)], segments=8)
        builder.add(glass, (0.75, 0.70, 0.58), Material.LAMP_STREET, tag=Tag.POLE)
        builder.add(lathe([(0.24, 4.05), (0.10, 4.22), (0.02, 4.40)], segments=8), green, Material.METAL, tag=Tag.POLE)
        return
    height, reach = (8.0, 1.9) if style == 0 else (7.0, 1.0)
    add_post(builder, height - 0.5 if style == 0 else height, 0.085)
    if style == 0:
        arm = [(0, 0, height - 0.55), (0.15, 0, height - 0.15), (0.7, 0, height), (reach, 0, height + 0.05)]
        builder.add(tube(arm, 0.045, segments=8), GALVANISED, Material.METAL, tag=Tag.POLE)
    else:
        builder.add(
            tube([(0, 0, height - 0.05), (reach, 0, height - 0.02)], 0.04, segments=8), GALVANISED, Material.METAL, tag=Tag.POLE
        )
    z = height + (0.03 if style == 0 else -0.02)
    builder.add(
        rounded_box((reach - 0.10, -0.14, z - 0.04), (reach + 0.62, 0.14, z + 0.07), 0.05),
        (0.2, 0.2, 0.21),
        Material.METAL,
        tag=Tag.POLE,
    )
    builder.add(
        box((reach, -0.11, z - 0.055), (reach + 0.55, 0.11, z - 0.038)), (0.7, 0.68, 0.6), Material.LAMP_STREET, tag=Tag.POLE
    )


def add_signal_head(builder: MeshBuilder, x: float, y: float, z: float) -> None:
    """Housing with three lamps that look along x; z is the middle."""
    builder.add(
        rounded_box((x - 0.10, y - 0.17, z - 0.50), (x + 0.10, y + 0.17, z + 0.50), 0.04),
        BLACK,
        Material.PLASTIC,
        tag=Tag.TRAFFIC_LIGHT,
    )
    builder.add(
        box((x - 0.015, y - 0.26, z - 0.60), (x + 0.0, y + 0.26, z + 0.60)), BLACK, Material.PLASTIC, tag=Tag.TRAFFIC_LIGHT
    )
    lamps = (
        (0.30, (0.30, 0.01, 0.01), Material.SIGNAL_RED),
        (0.0, (0.32, 0.20, 0.01), Material.SIGNAL_YELLOW),
        (-0.30, (0.01, 0.22, 0.10), Material.SIGNAL_GREEN),
    )
    for dz, colour, material in lamps:
        lens = sphere((0.035, 0.105, 0.105), rings=6, segments=14)
        builder.add(lens, colour, material, tag=Tag.TRAFFIC_LIGHT, at=(x + 0.10, y, z + dz))
        a = np.radians(np.linspace(-10, 190, 12))
        ring = np.stack([0 * a, 0.125 * np.cos(a), 0.125 * np.sin(a)], -1)
        visor = np.stack([ring, ring + np.array([0.17, 0.0, 0.0])])
        builder.add(grid(visor), BLACK, Material.PLASTIC, tag=Tag.TRAFFIC_LIGHT, at=(x + 0.10, y, z + dz))


def add_traffic_light(builder: MeshBuilder, variant: int) -> None:
    """A post with a head at eye height, and for odd variants a mast arm with a second head over the lane."""
    if variant % 2 == 0:
        add_post(builder, 3.4, 0.06)
        add_signal_head(builder, 0.16, 0.0, 2.85)
        return
    add_post(builder, 5.6, 0.10)
    builder.add(
        tube([(0, 0, 5.45), (0, -2.0, 5.65), (0, -4.6, 5.70)], np.array([0.085, 0.07, 0.05]), segments=8),
        GALVANISED,
        Material.METAL,
        tag=Tag.POLE,
    )
    add_signal_head(builder, 0.16, -4.3, 5.45)
    add_signal_head(builder, 0.20, 0.0, 2.85)


def _plate(outline: Points, depth: float = 0.02) -> Shape:
    """A flat convex plate in the y-z plane, (n, 2) outline, thin along x."""
    front = np.stack([np.full(len(outline), 0.5 * depth), outline[:, 0], outline[:, 1]], -1)
    back = front - np.array([depth, 0.0, 0.0])
    return loft(np.stack([back, front]))


def _polygon(n: int, radius: float, start_deg: float) -> Points:
    a = np.radians(start_deg + np.arange(n) * 360.0 / n)
    return np.stack([radius * np.cos(a), radius * np.sin(a)], -1)


def _write(builder: MeshBuilder, text: str, height: float, x: float, z: float, colour: Colour) -> None:
    for u0, u1, v0, v1 in rectangles(text, height):
        # who faces a plate that looks along x reads towards -y
        builder.add(box((x, -u1, z + v0), (x + 0.006, -u0, z + v1)), colour, Material.MARKING, tag=Tag.TRAFFIC_SIGN)


def add_sign(builder: MeshBuilder, variant: int) -> None:
    """A post with a plate by number: 5..130 speed limit in km/h, 205 yield, 206 stop, 301/306 priority, else a warning."""
    add_post(builder, 2.75, 0.035)
    x, z = 0.06, 2.45

    def put(outline: Points, colour: Colour, dx: float) -> None:
        builder.add(_plate(outline), colour, Material.MARKING, tag=Tag.TRAFFIC_SIGN, at=(x + dx, 0.0, z))

    if 5 <= variant <= 130:
        put(_polygon(28, 0.34, 0.0), _RED, 0.0)
        put(_polygon(28, 0.265, 0.0), _WHITE, 0.006)
        _write(builder, str(variant), 0.24, x + 0.018, z, BLACK)
    elif variant == 206:
        put(_polygon(8, 0.42, 22.5), _WHITE, 0.0)
        put(_polygon(8, 0.385, 22.5), _RED, 0.006)
        _write(builder, "STOP", 0.20, x + 0.018, z, _WHITE)
    elif variant == 205:
        put(_polygon(3, 0.50, -90.0), _RED, 0.0)
        put(_polygon(3, 0.32, -90.0), _WHITE, 0.006)
    elif variant in (301, 306):
        put(_polygon(4, 0.44, 0.0), _WHITE, 0.0)
        put(_polygon(4, 0.36, 0.0), (0.75, 0.52, 0.02), 0.006)
    else:
        put(_polygon(3, 0.50, 90.0), _RED, 0.0)
        put(_polygon(3, 0.32, 90.0), _WHITE, 0.006)
        builder.add(
            box((x + 0.018, -0.025, z - 0.02), (x + 0.024, 0.025, z + 0.17)), BLACK, Material.MARKING, tag=Tag.TRAFFIC_SIGN
        )
        builder.add(
            box((x + 0.018, -0.025, z - 0.10), (x + 0.024, 0.025, z - 0.05)), BLACK, Material.MARKING, tag=Tag.TRAFFIC_SIGN
        )


def add_bench(builder: MeshBuilder, variant: int, *, length: float = 1.7) -> None:
    """Slatted bench with a back; sits looking along x."""
    del variant
    for k in range(4):
        y = 0.5 * length
        builder.add(rounded_box((-0.22 + 0.12 * k, -y, 0.42), (-0.13 + 0.12 * k, y, 0.46), 0.012), WOOD, Material.MATTE)
    for k in range(3):
        z = 0.56 + 0.12 * k
        builder.add(
            rounded_box((-0.30 - 0.03 * k, -0.5 * length, z), (-0.26 - 0.03 * k, 0.5 * length, z + 0.09), 0.012),
            WOOD,
            Material.MATTE,
        )
    for y in (-0.38 * length, 0.38 * length):
        builder.add(
            tube([(0.20, y, 0.0), (0.20, y, 0.42), (-0.24, y, 0.42), (-0.36, y, 0.86)], 0.022, segments=6),
            BLACK,
            Material.METAL,
        )
        builder.add(tube([(-0.24, y, 0.42), (-0.26, y, 0.0)], 0.022, segments=6), BLACK, Material.METAL)


def add_bin(builder: MeshBuilder, variant: int) -> None:
    """A round litter bin on a foot."""
    colour = ((0.02, 0.09, 0.05), (0.06, 0.065, 0.07), (0.05, 0.09, 0.20))[variant % 3]
    builder.add(
        lathe([(0.20, 0.0), (0.22, 0.12), (0.25, 0.75), (0.26, 0.80), (0.22, 0.84), (0.10, 0.90)], segments=18),
        colour,
        Material.PLASTIC,
    )
    builder.add(box((0.19, -0.13, 0.60), (0.255, 0.13, 0.71)), BLACK, Material.PLASTIC)


def add_hydrant(builder: MeshBuilder, variant: int) -> None:
    """A red pillar hydrant."""
    del variant
    shape = lathe(
        [(0.16, 0.0), (0.16, 0.05), (0.10, 0.08), (0.10, 0.50), (0.14, 0.52), (0.13, 0.58), (0.07, 0.70), (0.03, 0.75)],
        segments=16,
    )
    builder.add(shape, _RED, Material.PLASTIC)
    for a, b in (((-0.16, 0, 0.42), (0.16, 0, 0.42)), ((0, -0.16, 0.38), (0, 0.16, 0.38))):
        builder.add(tube([a, b], 0.045, segments=10), _RED, Material.PLASTIC)


def add_guard_rail(builder: MeshBuilder, variant: int) -> None:
    """4 m of W-beam on two posts; the beam looks along x."""
    del variant
    profile = np.array(
        [
            (0.0, 0.44),
            (0.06, 0.48),
            (0.08, 0.53),
            (0.04, 0.575),
            (0.0, 0.595),
            (0.04, 0.615),
            (0.08, 0.66),
            (0.06, 0.71),
            (0.0, 0.75),
        ]
    )
    rows = [np.stack([profile[:, 0] + 0.02, np.full(len(profile), y), profile[:, 1]], -1) for y in (-2.0, 2.0)]
    builder.add(grid(np.stack(rows)), GALVANISED, Material.METAL, crease_deg=60.0)
    for y in (-1.0, 1.0):
        builder.add(box((-0.10, y - 0.05, 0.0), (0.02, y + 0.05, 0.72)), GALVANISED, Material.METAL)


def add_fence(builder: MeshBuilder, variant: int) -> None:
    """3 m of fence: 0 wire mesh panels, 1 wooden pickets."""
    if variant % 2:
        for y in np.arange(-1.44, 1.46, 0.16):
            builder.add(box((-0.012, y - 0.045, 0.05), (0.012, y + 0.045, 1.05)), WOOD, Material.MATTE)
        for z in (0.25, 0.85):
            builder.add(box((-0.05, -1.5, z), (-0.012, 1.5, z + 0.08)), WOOD, Material.MATTE)
        return
    for y in (-1.5, 1.5):
        builder.add(tube([(0, y, 0), (0, y, 1.8)], 0.03, segments=8), (0.05, 0.12, 0.07), Material.METAL)
    for z in np.arange(0.1, 1.76, 0.2):
        builder.add(box((-0.004, -1.5, z), (0.004, 1.5, z + 0.008)), (0.05, 0.12, 0.07), Material.METAL)
    for y in np.arange(-1.45, 1.46, 0.10):
        builder.add(box((-0.004, y, 0.05), (0.004, y + 0.006, 1.75)), (0.05, 0.12, 0.07), Material.METAL)


def add_wall(builder: MeshBuilder, variant: int) -> None:
    """4 m of wall: 0 concrete noise wall, 1 brick."""
    height, material, colour = ((3.0, Material.CONCRETE, (0.34, 0.33, 0.31)), (1.6, Material.BRICK, (0.30, 0.12, 0.08)))[
        variant % 2
    ]
    builder.add(box((-0.12, -2.0, 0.0), (0.12, 2.0, height)), colour, material)
    builder.add(box((-0.17, -2.0, height), (0.17, 2.0, height + 0.10)), (0.40, 0.39, 0.37), Material.CONCRETE)


def add_bus_stop(builder: MeshBuilder, variant: int) -> None:
    """A glass shelter with a bench, open towards x."""
    del variant
    dark = (0.05, 0.055, 0.06)
    for x, y in ((-0.65, -1.8), (-0.65, 1.8), (0.55, -1.8), (0.55, 1.8)):
        builder.add(box((x - 0.035, y - 0.035, 0.0), (x + 0.035, y + 0.035, 2.45)), dark, Material.METAL)
    builder.add(rounded_box((-0.80, -2.0, 2.42), (0.85, 2.0, 2.56), 0.05), dark, Material.METAL)
    builder.add(box((-0.665, -1.76, 0.25), (-0.645, 1.76, 2.25)), (0.05, 0.07, 0.075), Material.GLASS)
    builder.add(box((-0.60, -1.81, 0.25), (0.10, -1.79, 2.25)), (0.05, 0.07, 0.075), Material.GLASS)
    builder.add(rounded_box((-0.60, 1.72, 0.25), (0.50, 1.86, 2.25), 0.03), dark, Material.METAL)
    builder.add(box((-0.52, 1.715, 0.35), (0.42, 1.72, 2.15)), (0.55, 0.10, 0.30), Material.MARKING)
    builder.add(rounded_box((-0.55, -1.2, 0.42), (-0.20, 1.2, 0.47), 0.02), WOOD, Material.MATTE)
    builder.add(box((0.80, -0.6, 2.56), (0.84, 0.6, 2.76)), (0.02, 0.07, 0.30), Material.MARKING)
    for u0, u1, v0, v1 in rectangles("BUS", 0.14):
        builder.add(box((0.84, -u1, 2.66 + v0), (0.846, -u0, 2.66 + v1)), _WHITE, Material.MARKING)


def add_billboard(builder: MeshBuilder, variant: int) -> None:
    """A large poster on two posts; 0 abstract, 1 a car, 2 a person: pictures that may fool a detector."""
    for y in (-1.6, 1.6):
        builder.add(tube([(-0.1, y, 0), (-0.1, y, 3.4)], 0.10, segments=10), GALVANISED, Material.METAL, tag=Tag.POLE)
    builder.add(rounded_box((-0.10, -2.6, 2.4), (0.10, 2.6, 5.2), 0.04), (0.08, 0.08, 0.085), Material.METAL)
    builder.add(
        box((0.10, -2.48, 2.52), (0.11, 2.48, 5.08)),
        ((0.10, 0.35, 0.50), (0.62, 0.55, 0.35), (0.35, 0.50, 0.30))[variant % 3],
        Material.MARKING,
    )
    if variant % 3 == 1:
        outline = np.array(
            [(-1.7, 2.95), (-1.75, 3.3), (-1.2, 3.5), (-0.7, 4.05), (0.5, 4.1), (1.2, 3.55), (1.8, 3.4), (1.8, 2.95)]
        )
        builder.add(_plate(outline), _RED, Material.MARKING, at=(0.11, 0, 0))
        for y in (-1.1, 1.1):
            builder.add(_plate(_polygon(20, 0.34, 0) + np.array([y, 2.98])), BLACK, Material.MARKING, at=(0.118, 0, 0))
    elif variant % 3 == 2:
        builder.add(
            _plate(_polygon(20, 0.27, 0) + np.array([0.0, 4.68])), (0.55, 0.33, 0.22), Material.MARKING, at=(0.11, 0, 0)
        )
        builder.add(
            _plate(np.array([(-0.4, 3.5), (0.4, 3.5), (0.5, 4.3), (-0.5, 4.3)])),
            (0.03, 0.08, 0.32),
            Material.MARKING,
            at=(0.11, 0, 0),
        )
        for y in (-0.22, 0.22):
            builder.add(box((0.11, y - 0.16, 2.56), (0.122, y + 0.16, 3.5)), BLACK, Material.MARKING)
    else:
        for u0, u1, v0, v1 in rectangles("NEW TEA", 0.6):
            builder.add(box((0.11, -u1, 3.8 + v0), (0.12, -u0, 3.8 + v1)), _WHITE, Material.MARKING)


def add_gantry(builder: MeshBuilder, variant: int) -> None:
    """Motorway sign gantry: post at the origin, beam along -y over three lanes, blue panels that look along x."""
    span = 12.5 + 3.5 * (variant % 3)
    for y in (0.0, -span):
        builder.add(box((-0.18, y - 0.18, 0.0), (0.18, y + 0.18, 7.0)), GALVANISED, Material.METAL, tag=Tag.POLE)
    for z in (6.2, 7.0):
        for x in (-0.3, 0.3):
            builder.add(tube([(x, 0, z), (x, -span, z)], 0.06, segments=8), GALVANISED, Material.METAL, tag=Tag.POLE)
    for y in np.arange(-span, 0.01, 1.0):
        builder.add(tube([(-0.3, y, 6.2), (0.3, y, 7.0)], 0.03, segments=5), GALVANISED, Material.METAL, tag=Tag.POLE)
    for k, text in enumerate(("CITY", "NORTH", "A 7")):
        y = -span * (0.18 + 0.31 * k)
        builder.add(box((0.36, y - 1.6, 5.7), (0.42, y + 1.6, 7.6)), (0.01, 0.05, 0.28), Material.MARKING, tag=Tag.TRAFFIC_SIGN)
        for u0, u1, v0, v1 in rectangles(text, 0.55):
            builder.add(box((0.42, y - u1, 6.8 + v0), (0.43, y - u0, 6.8 + v1)), _WHITE, Material.MARKING, tag=Tag.TRAFFIC_SIGN)
        builder.add(box((0.42, y - 0.08, 5.85), (0.43, y + 0.08, 6.35)), _WHITE, Material.MARKING, tag=Tag.TRAFFIC_SIGN)


def add_pole(builder: MeshBuilder, variant: int) -> None:
    """A wooden utility pole with a cross arm."""
    del variant
    builder.add(lathe([(0.16, 0.0), (0.11, 8.0)], segments=10), (0.16, 0.10, 0.06), Material.BARK, tag=Tag.POLE)
    builder.add(box((-0.06, -1.0, 7.2), (0.06, 1.0, 7.35)), (0.16, 0.10, 0.06), Material.BARK, tag=Tag.POLE)
    for y in (-0.9, -0.45, 0.45, 0.9):
        builder.add(cylinder(0.04, 0.15, segments=8), (0.30, 0.31, 0.30), Material.PLASTIC, tag=Tag.POLE, at=(0, y, 7.35))
