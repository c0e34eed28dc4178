"""Things of pavements, gardens and playgrounds. Makers take a builder and the (x, y, z) size in m; origin on the ground."""

from __future__ import annotations

import numpy as np

from carlite.mesh import Material
from carlite.models.build import Colour, MeshBuilder
from carlite.models.letters import rectangles
from carlite.models.plants import add_bush
from carlite.models.shapes import Points, box, grid, lathe, loft, moved, rounded_box, sphere, tube, turn_x, turn_y, turn_z

_BLACK: Colour = (0.02, 0.02, 0.021)
_STEEL: Colour = (0.36, 0.37, 0.38)
_WHITE: Colour = (0.76, 0.76, 0.74)
_RED: Colour = (0.50, 0.015, 0.015)
_GREEN: Colour = (0.03, 0.14, 0.06)
_BLUE: Colour = (0.03, 0.10, 0.34)
_YELLOW: Colour = (0.72, 0.48, 0.03)
_WOOD: Colour = (0.26, 0.14, 0.06)
_CLAY: Colour = (0.38, 0.14, 0.07)
_STONE: Colour = (0.40, 0.39, 0.36)
_GLASS: Colour = (0.03, 0.04, 0.045)
_LEAF: Colour = (0.05, 0.115, 0.025)


def _block(
    builder: MeshBuilder,
    size: Points,
    low: Points | tuple[float, ...],
    high: Points | tuple[float, ...],
    colour: Colour,
    material: Material = Material.PLASTIC,
    *,
    r: float = 0.0,
) -> None:
    """A box given in fractions of the size: x and y from -0.5 to 0.5, z from 0 to 1."""
    a, b = np.asarray(low) * size, np.asarray(high) * size
    builder.add(rounded_box(a, b, r) if r else box(a, b), colour, material)


def _rod(
    builder: MeshBuilder,
    size: Points,
    path: list[tuple[float, float, float]],
    r: float,
    colour: Colour,
    material: Material = Material.METAL,
) -> None:
    """A tube through points in fractions of the size."""
    builder.add(tube(np.asarray(path) * size, r, segments=7), colour, material)


def add_side_text(builder: MeshBuilder, text: str, height: float, y: float, x: float, z: float, colour: Colour) -> None:
    """Lettering on the faces at y and -y, readable from both sides."""
    for side in (-1.0, 1.0):
        for u0, u1, v0, v1 in rectangles(text, height):
            a, b = sorted((x + side * u0, x + side * u1))
            y0, y1 = sorted((side * y, side * (y + 0.008)))
            builder.add(box((a, y0, z + v0), (b, y1, z + v1)), colour, Material.MARKING)


def advertisement(builder: MeshBuilder, size: Points) -> None:
    """A lit poster case on two feet."""
    _block(builder, size, (-0.5, -0.42, 0.16), (0.5, 0.42, 1.0), (0.10, 0.105, 0.11), Material.METAL, r=0.05)
    for side in (-1.0, 1.0):
        a, b = sorted((side * 0.42, side * 0.5))
        _block(builder, size, (-0.42, a, 0.22), (0.42, b, 0.96), (0.55, 0.16, 0.05), Material.MARKING)
        builder.add(
            sphere((0.30, 0.02, 0.30), rings=8, segments=18),
            (0.75, 0.62, 0.10),
            Material.MARKING,
            at=(0.0, side * 0.46 * size[1], 0.68 * size[2]),
        )
    add_side_text(builder, "SALE", 0.24, 0.5 * size[1], 0.0, 0.36 * size[2], _WHITE)
    for dx in (-0.36, 0.36):
        _block(builder, size, (dx - 0.05, -0.5, 0.0), (dx + 0.05, 0.5, 0.18), _BLACK, Material.METAL)


def atm(builder: MeshBuilder, size: Points) -> None:
    """A cash machine that looks along x."""
    _block(builder, size, (-0.5, -0.5, 0), (0.44, 0.5, 1), _BLUE, r=0.04)
    _block(builder, size, (0.42, -0.36, 0.62), (0.47, 0.36, 0.80), _GLASS, Material.GLASS)
    _block(builder, size, (0.40, -0.36, 0.46), (0.5, 0.36, 0.52), _STEEL, Material.METAL)
    _block(builder, size, (0.42, -0.42, 0.86), (0.48, 0.42, 0.97), _WHITE, Material.MARKING)


def barbecue(builder: MeshBuilder, size: Points) -> None:
    """A kettle grill on legs with a shelf."""
    x, y, z = size
    builder.add(
        sphere((0.30 * x, 0.5 * y, 0.20 * z), rings=10, segments=20), _BLACK, Material.METAL, at=(-0.1 * x, 0, 0.78 * z)
    )
    for a in (90.0, 210.0, 330.0):
        c, s = np.cos(np.radians(a)), np.sin(np.radians(a))
        _rod(builder, size, [(-0.1 + 0.1 * c, 0.2 * s, 0.7), (-0.1 + 0.28 * c, 0.45 * s, 0.0)], 0.015, _STEEL)
    _block(builder, size, (0.18, -0.35, 0.70), (0.5, 0.35, 0.73), _WOOD, Material.MATTE)
    _block(builder, size, (-0.14, -0.06, 0.97), (-0.06, 0.06, 1.0), _WOOD)


def backless_bench(builder: MeshBuilder, size: Points) -> None:
    """Planks on two stone blocks."""
    for k in range(4):
        _block(builder, size, (-0.5, -0.5 + 0.255 * k, 0.82), (0.5, -0.27 + 0.255 * k, 1.0), _WOOD, Material.MATTE)
    for dx in (-0.36, 0.30):
        _block(builder, size, (dx, -0.42, 0), (dx + 0.08, 0.42, 0.82), _STONE, Material.CONCRETE)


def helmet(builder: MeshBuilder, size: Points) -> None:
    """A helmet on the ground."""
    x, y, z = size
    points, triangles = sphere(1.0, rings=14, segments=20)
    shell = np.maximum(points, [-9.0, -9.0, -0.55])
    builder.add((shell * [0.5 * x, 0.5 * y, 0.62 * z], triangles), _RED, Material.PLASTIC, at=(0, 0, 0.36 * z))
    builder.add(
        sphere((0.28 * x, 0.42 * y, 0.22 * z), rings=8, segments=14), _GLASS, Material.GLASS, at=(0.27 * x, 0, 0.42 * z)
    )


def _wheeled(builder: MeshBuilder, size: Points, at_x: float, r: float) -> None:
    for side in (-0.40, 0.40):
        wheel = moved(lathe([(r, -0.025), (r, 0.025)], segments=16), turn=turn_x(90.0))
        builder.add(wheel, _BLACK, Material.RUBBER, at=(at_x * size[0], side * size[1], r))


def wheelie_bin(builder: MeshBuilder, size: Points) -> None:
    """Household bin on two wheels."""
    _bin(builder, size, (0.05, 0.055, 0.06))


def _bin(builder: MeshBuilder, size: Points, colour: Colour) -> None:
    section = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)])
    rows = [
        np.stack([section[:, 0] * s * size[0], section[:, 1] * s * size[1], np.full(4, h * size[2])], -1)
        for h, s in ((0.06, 0.74), (0.88, 0.94))
    ]
    builder.add(loft(np.asarray(rows)), colour, Material.PLASTIC)
    _block(builder, size, (-0.5, -0.5, 0.87), (0.5, 0.5, 0.98), colour, r=0.03)
    _rod(builder, size, [(-0.5, -0.36, 0.93), (-0.5, 0.36, 0.93)], 0.02, _BLACK, Material.PLASTIC)
    _wheeled(builder, size, -0.30, 0.10)


def trash_can(builder: MeshBuilder, size: Points, number: int) -> None:
    """Public bins: a drum, a post basket, wheelie bins of several colours."""
    x, _, z = size
    if number == 2:
        builder.add(
            lathe([(0.40 * x, 0), (0.44 * x, 0.05 * z), (0.48 * x, 0.8 * z), (0.5 * x, 0.86 * z), (0.3 * x, z)], segments=20),
            (0.06, 0.065, 0.07),
            Material.METAL,
        )
        for k in range(20):
            slat = box((0.45 * x, -0.02, 0.08 * z), (0.5 * x, 0.02, 0.78 * z))
            builder.add(slat, _WOOD, Material.MATTE, turn=turn_z(18.0 * k))
        return
    _bin(builder, size, (_GREEN, _GREEN, _BLUE, (0.05, 0.055, 0.06), _YELLOW)[number - 1])


def case(builder: MeshBuilder, size: Points) -> None:
    """A briefcase, upright."""
    _block(builder, size, (-0.5, -0.5, 0), (0.5, 0.5, 0.84), (0.10, 0.045, 0.02), r=0.02)
    _rod(builder, size, [(-0.16, 0, 0.84), (-0.13, 0, 0.97), (0.13, 0, 0.97), (0.16, 0, 0.84)], 0.012, _BLACK)
    for dx in (-0.3, 0.3):
        _block(builder, size, (dx - 0.04, -0.505, 0.68), (dx + 0.04, 0.505, 0.78), (0.6, 0.5, 0.2), Material.METAL)


def trolley(builder: MeshBuilder, size: Points) -> None:
    """A wheeled suitcase with its handle out."""
    _block(builder, size, (-0.5, -0.5, 0.05), (0.5, 0.5, 0.66), _BLUE, r=0.05)
    for k in range(5):
        dx = -0.36 + 0.18 * k
        _block(builder, size, (dx - 0.03, -0.515, 0.08), (dx + 0.03, 0.515, 0.62), (0.02, 0.07, 0.25))
    _rod(builder, size, [(-0.25, -0.3, 0.66), (-0.25, -0.3, 0.98), (0.25, -0.3, 0.98), (0.25, -0.3, 0.66)], 0.012, _STEEL)
    _wheeled(builder, size, 0.36, 0.05)


def crate(builder: MeshBuilder, size: Points) -> None:
    """A flat calibration board with a chequer pattern."""
    _block(builder, size, (-0.5, -0.5, 0), (0.5, 0.5, 0.9), _WHITE, Material.MARKING)
    for i in range(8):
        for j in range(4):
            if (i + j) % 2:
                _block(
                    builder,
                    size,
                    (-0.5 + i / 8, -0.5 + j / 4, 0.9),
                    (-0.5 + (i + 1) / 8, -0.5 + (j + 1) / 4, 1.0),
                    _BLACK,
                    Material.MARKING,
                )


def cloth_container(builder: MeshBuilder, size: Points) -> None:
    """Collection box for clothes with a flap, looking along x."""
    _block(builder, size, (-0.5, -0.5, 0), (0.46, 0.5, 0.98), _YELLOW, Material.METAL, r=0.08)
    _block(builder, size, (0.44, -0.32, 0.66), (0.5, 0.32, 0.86), (0.40, 0.26, 0.02), Material.METAL)
    _block(builder, size, (0.46, -0.36, 0.3), (0.475, 0.36, 0.5), _WHITE, Material.MARKING)


def glass_container(builder: MeshBuilder, size: Points) -> None:
    """Bottle bank: a green dome with round holes."""
    x, _, z = size
    profile = [(0.44, 0.0), (0.5, 0.05), (0.5, 0.62), (0.44, 0.82), (0.30, 0.95), (0.10, 1.0)]
    builder.add(lathe([(r * x, h * z) for r, h in profile], segments=28), _GREEN, Material.PLASTIC)
    for a in range(0, 360, 90):
        hole = moved(lathe([(0.10, 0.0), (0.10, 0.06)], segments=16), turn=turn_y(90.0))
        builder.add(hole, _BLACK, Material.RUBBER, at=turn_z(a) @ np.array([0.47 * x, 0, 0.70 * z]), turn=turn_z(a))


def clothesline(builder: MeshBuilder, size: Points) -> None:
    """Two posts, lines and washing."""
    for dx in (-0.49, 0.49):
        _rod(builder, size, [(dx, 0, 0), (dx, 0, 1)], 0.03, _STEEL)
        _rod(builder, size, [(dx, -0.5, 0.98), (dx, 0.5, 0.98)], 0.02, _STEEL)
    for dy in (-0.45, 0.0, 0.45):
        _rod(builder, size, [(-0.49, dy, 0.98), (0.0, dy, 0.94), (0.49, dy, 0.98)], 0.006, _WHITE)
    for k, colour in enumerate((_WHITE, _RED, _BLUE, (0.6, 0.5, 0.3), _GREEN, _WHITE)):
        x0 = -0.42 + 0.14 * k
        _block(
            builder,
            size,
            (x0, (k % 3 - 1) * 0.45 - 0.01, 0.45 + 0.05 * (k % 2)),
            (x0 + 0.11, (k % 3 - 1) * 0.45 + 0.01, 0.95),
            colour,
            Material.CLOTH,
        )


def palm(builder: MeshBuilder, size: Points) -> None:
    """A coconut palm."""
    rng = np.random.default_rng(137)
    x, _, z = size
    trunk = [(0, 0, 0), (0.01 * x, 0, 0.3 * z), (0.03 * x, 0, 0.6 * z), (0.02 * x, 0, 0.86 * z)]
    builder.add(tube(np.asarray(trunk), np.array([0.30, 0.20, 0.16, 0.14]), segments=10), (0.22, 0.17, 0.12), Material.BARK)
    crown = np.array(trunk[-1])
    for k in range(26):
        a, lift = 2.4 * k, float(rng.uniform(-0.3, 1.0))
        direction = np.array([np.cos(a), np.sin(a), 0.0])
        t = np.linspace(0, 1, 9)[:, None]
        spine = crown + direction * (0.44 * x * t) + np.array([0, 0, 1]) * (z * (0.13 * lift * t - 0.15 * t**2))
        aside = np.cross(direction, [0, 0, 1]) * 0.05 * x
        width = np.sin(np.pi * (0.08 + 0.9 * t)) * aside
        droop = np.array([0, 0, -0.012 * z]) * np.ones_like(t)
        builder.add(grid(np.stack([spine - width + droop, spine, spine + width + droop])), (0.06, 0.13, 0.03), Material.LEAVES)
    for k in range(5):
        nut = crown + np.array([0.3 * np.cos(1.3 * k), 0.3 * np.sin(1.3 * k), -0.2])
        builder.add(sphere(0.15, rings=6, segments=8), (0.12, 0.10, 0.03), Material.MATTE, at=nut)


def can(builder: MeshBuilder, size: Points) -> None:
    """A drink can."""
    x, _, z = size
    builder.add(
        lathe([(0.4 * x, 0), (0.5 * x, 0.06 * z), (0.5 * x, 0.92 * z), (0.4 * x, z)], segments=18), _RED, Material.METAL
    )


def doghouse(builder: MeshBuilder, size: Points) -> None:
    """A kennel with a gable roof, its door along x."""
    _block(builder, size, (-0.42, -0.40, 0), (0.42, 0.40, 0.55), _WOOD, Material.MATTE)
    profile = np.array([(-0.5, 0.52), (0.5, 0.52), (0.0, 1.0)]) * [size[1], size[2]]
    rows = [np.stack([np.full(3, dx * size[0]), profile[:, 0], profile[:, 1]], -1) for dx in (-0.5, 0.5)]
    builder.add(loft(np.asarray(rows)), _RED, Material.MATTE)
    _block(builder, size, (0.42, -0.18, 0.02), (0.43, 0.18, 0.42), _BLACK)


def food_cart(builder: MeshBuilder, size: Points) -> None:
    """A street-food trailer with a striped roof; its length runs along y."""
    _block(builder, size, (-0.40, -0.42, 0.14), (0.40, 0.42, 0.36), _RED, r=0.06)
    _block(builder, size, (-0.44, -0.44, 0.36), (0.48, 0.44, 0.385), _STEEL, Material.METAL)
    for dx in (-0.38, 0.38):
        for dy in (-0.40, 0.40):
            _rod(builder, size, [(dx, dy, 0.38), (dx, dy, 0.80)], 0.03, _WHITE)
    for k in range(10):
        y0 = -0.5 + 0.1 * k
        section = np.array([(-0.5, 0.76), (0.5, 0.76), (0.3, 0.86), (-0.3, 0.86)]) * [size[0], size[2]]
        rows = [np.stack([section[:, 0], np.full(4, y * size[1]), section[:, 1]], -1) for y in (y0, y0 + 0.1)]
        builder.add(loft(np.asarray(rows)), _RED if k % 2 else _WHITE, Material.CLOTH)
    _block(builder, size, (-0.05, -0.30, 0.86), (0.05, 0.30, 1.0), _YELLOW)
    _block(builder, size, (-0.36, -0.38, 0.385), (-0.30, 0.38, 0.62), _GLASS, Material.GLASS)
    for side in (-1.0, 1.0):
        wheel = moved(lathe([(0.25, -0.08), (0.25, 0.08)], segments=18), turn=turn_y(90.0))
        builder.add(wheel, _BLACK, Material.RUBBER, at=(side * 0.42 * size[0], 0, 0.25))
    _rod(builder, size, [(0, 0.42, 0.16), (0, 0.5, 0.12), (0, 0.5, 0.0)], 0.04, _STEEL)


def fountain(builder: MeshBuilder, size: Points) -> None:
    """A basin with two bowls and water."""
    x, _, z = size
    basin = [(0.5, 0.0), (0.5, 0.12), (0.47, 0.13), (0.46, 0.09)]
    builder.add(lathe([(r * x, h * z) for r, h in basin], segments=40), _STONE, Material.CONCRETE)
    builder.add(lathe([(0.46 * x, 0.10 * z), (0.45 * x, 0.102 * z)], segments=40), (0.05, 0.12, 0.14), Material.WATER)
    column = [(0.09, 0.0), (0.07, 0.15), (0.05, 0.3), (0.07, 0.40), (0.26, 0.46), (0.27, 0.49), (0.05, 0.48), (0.035, 0.62)]
    column += [(0.05, 0.70), (0.14, 0.74), (0.145, 0.76), (0.03, 0.76), (0.025, 0.9), (0.0, 0.94)]
    builder.add(lathe([(r * x, h * z) for r, h in column], segments=32), _STONE, Material.CONCRETE)
    for k in range(16):
        a = 2 * np.pi * k / 16
        t = np.linspace(0, 1, 7)[:, None]
        path = np.array([np.cos(a), np.sin(a), 0]) * (0.02 + 0.20 * t) * x + np.array([0, 0, z]) * (
            0.93 + 0.28 * t - 0.72 * t**2
        )
        builder.add(tube(path, 0.035, segments=5), (0.55, 0.62, 0.66), Material.WATER)


def garden_lamp(builder: MeshBuilder, size: Points) -> None:
    """A low lantern."""
    x, _, z = size
    builder.add(
        lathe([(0.3 * x, 0), (0.12 * x, 0.1 * z), (0.12 * x, 0.55 * z), (0.3 * x, 0.6 * z)], segments=14),
        _BLACK,
        Material.METAL,
    )
    builder.add(lathe([(0.32 * x, 0.6 * z), (0.40 * x, 0.85 * z)], segments=14), (0.7, 0.65, 0.5), Material.LAMP_STREET)
    builder.add(lathe([(0.5 * x, 0.85 * z), (0.05 * x, z)], segments=14), _BLACK, Material.METAL)


def gnome(builder: MeshBuilder, size: Points) -> None:
    """A garden gnome."""
    x, y, z = size
    builder.add(
        lathe([(0.42 * x, 0), (0.5 * x, 0.15 * z), (0.42 * x, 0.42 * z), (0.24 * x, 0.52 * z)], segments=18),
        _BLUE,
        Material.PLASTIC,
    )
    builder.add(
        sphere((0.26 * x, 0.26 * y, 0.13 * z), rings=8, segments=14), (0.6, 0.38, 0.28), Material.SKIN, at=(0, 0, 0.60 * z)
    )
    builder.add(
        sphere((0.22 * x, 0.24 * y, 0.16 * z), rings=8, segments=12), _WHITE, Material.MATTE, at=(0.12 * x, 0, 0.50 * z)
    )
    builder.add(lathe([(0.30 * x, 0.66 * z), (0.16 * x, 0.84 * z), (0.01 * x, z)], segments=16), _RED, Material.PLASTIC)


def guitar_case(builder: MeshBuilder, size: Points) -> None:
    """A guitar case on its side."""
    x, y, z = size
    t = np.linspace(0, 1, 24)
    half = np.interp(t, [0, 0.12, 0.25, 0.38, 0.5, 0.58, 0.85, 1.0], [0.30, 0.5, 0.46, 0.34, 0.38, 0.16, 0.13, 0.16])
    ring = np.array([(-0.5, -1), (0.5, -1), (0.5, 1), (-0.5, 1)])
    rows = [
        np.stack([np.full(4, (a - 0.5) * x), ring[:, 0] * y, 0.5 * z + ring[:, 1] * h * z], -1)
        for a, h in zip(t, half, strict=True)
    ]
    builder.add(loft(np.asarray(rows)), _BLACK, Material.PLASTIC)


def kiosk(builder: MeshBuilder, size: Points) -> None:
    """A newspaper kiosk with an awning, counter along x."""
    _block(builder, size, (-0.42, -0.42, 0), (0.34, 0.42, 0.82), _GREEN, r=0.04)
    _block(builder, size, (0.33, -0.34, 0.34), (0.36, 0.34, 0.62), _GLASS, Material.GLASS)
    _block(builder, size, (0.34, -0.38, 0.30), (0.48, 0.38, 0.33), _WOOD, Material.MATTE)
    _block(builder, size, (-0.5, -0.5, 0.80), (0.5, 0.5, 0.86), (0.02, 0.08, 0.04), r=0.04)
    builder.add(
        lathe([(0.46 * size[0], 0.86 * size[2]), (0.20 * size[0], 0.96 * size[2]), (0.02, size[2])], segments=8),
        _GREEN,
        Material.METAL,
    )
    for k in range(4):
        _block(
            builder,
            size,
            (-0.30 + 0.15 * k, 0.42, 0.30),
            (-0.19 + 0.15 * k, 0.435, 0.55),
            (_RED, _YELLOW, _WHITE, _BLUE)[k],
            Material.MARKING,
        )


def mailbox(builder: MeshBuilder, size: Points) -> None:
    """A letter box with a rounded top."""
    x, y, z = size
    a = np.radians(np.linspace(0, 180, 13))
    outline = np.concatenate(
        [[(-0.5 * y, 0.18 * z), (0.5 * y, 0.18 * z)], np.stack([0.5 * y * np.cos(a), 0.78 * z + 0.22 * z * np.sin(a)], -1)]
    )
    rows = [np.stack([np.full(len(outline), dx * x), outline[:, 0], outline[:, 1]], -1) for dx in (-0.5, 0.46)]
    builder.add(loft(np.asarray(rows)), _BLUE, Material.METAL)
    _block(builder, size, (0.44, -0.32, 0.76), (0.5, 0.32, 0.82), _BLACK)
    _block(builder, size, (0.46, -0.30, 0.42), (0.47, 0.30, 0.56), _WHITE, Material.MARKING)
    for dx in (-0.4, 0.3):
        for dy in (-0.4, 0.3):
            _block(builder, size, (dx, dy, 0), (dx + 0.1, dy + 0.1, 0.2), _BLACK, Material.METAL)


def map_table(builder: MeshBuilder, size: Points) -> None:
    """A slanted board with a map on two legs."""
    x, y, z = size
    board = box((-0.5 * x, -0.5 * y, -0.03), (0.5 * x, 0.5 * y, 0.03))
    builder.add(board, _WOOD, Material.MATTE, turn=turn_x(30.0), at=(0, 0, 0.82 * z))
    paper = box((-0.45 * x, -0.42 * y, 0.03), (0.45 * x, 0.42 * y, 0.04))
    builder.add(paper, (0.55, 0.60, 0.42), Material.MARKING, turn=turn_x(30.0), at=(0, 0, 0.82 * z))
    for dx in (-0.4, 0.4):
        _rod(builder, size, [(dx, 0, 0), (dx, 0, 0.8)], 0.05, _WOOD, Material.MATTE)


def phone(builder: MeshBuilder, size: Points) -> None:
    """A mobile phone, upright."""
    _block(builder, size, (-0.5, -0.5, 0), (0.5, 0.4, 1), _BLACK, r=0.004)
    _block(builder, size, (-0.44, 0.4, 0.06), (0.44, 0.5, 0.94), _GLASS, Material.GLASS)


def pergola(builder: MeshBuilder, size: Points) -> None:
    """Four posts and a lattice roof."""
    for dx in (-0.44, 0.40):
        for dy in (-0.44, 0.40):
            _block(builder, size, (dx, dy, 0), (dx + 0.04, dy + 0.04, 0.94), _WOOD, Material.MATTE)
    for k in range(11):
        at = -0.5 + 0.1 * k - 0.012 * (k > 9)
        _block(builder, size, (at, -0.5, 0.97), (at + 0.012, 0.5, 1.0), _WOOD, Material.MATTE)
    for dy in (-0.44, 0.40):
        _block(builder, size, (-0.5, dy, 0.93), (0.5, dy + 0.04, 0.97), _WOOD, Material.MATTE)


def chair(builder: MeshBuilder, size: Points) -> None:
    """A plastic garden chair that looks along x."""
    _block(builder, size, (-0.4, -0.42, 0.34), (0.42, 0.42, 0.38), _WHITE, r=0.02)
    _block(builder, size, (-0.46, -0.42, 0.38), (-0.36, 0.42, 1.0), _WHITE, r=0.03)
    for dy in (-0.46, 0.40):
        _block(builder, size, (-0.42, dy, 0.56), (0.40, dy + 0.07, 0.60), _WHITE, r=0.01)
        for dx in (-0.46, 0.36):
            _rod(builder, size, [(dx + 0.04, dy + 0.03, 0), (dx + 0.04, dy + 0.03, 0.57)], 0.025, _WHITE, Material.PLASTIC)


def parasol_table(builder: MeshBuilder, size: Points) -> None:
    """A round table under a parasol."""
    x, _, z = size
    builder.add(lathe([(0.30 * x, 0.30 * z), (0.31 * x, 0.32 * z)], segments=28), _WHITE, Material.PLASTIC)
    builder.add(
        lathe([(0.16 * x, 0), (0.16 * x, 0.03 * z), (0.03 * x, 0.05 * z), (0.015 * x, z)], segments=14),
        _WHITE,
        Material.PLASTIC,
    )
    for k in range(8):
        a0, a1 = 2 * np.pi * k / 8, 2 * np.pi * (k + 1) / 8
        rim = [(0.5 * x * np.cos(a), 0.5 * x * np.sin(a), 0.80 * z) for a in (a0, a1)]
        points = np.array([*rim, (0, 0, 0.98 * z)])
        builder.add((points, np.array([[0, 1, 2]])), _RED if k % 2 else _WHITE, Material.CLOTH)


def handbag(builder: MeshBuilder, size: Points) -> None:
    """A bag with two handles."""
    _block(builder, size, (-0.5, -0.5, 0), (0.5, 0.5, 0.62), (0.35, 0.08, 0.16), r=0.04)
    for dx in (-0.25, 0.25):
        path = [(dx, -0.3, 0.62), (dx, -0.2, 0.92), (dx, 0.2, 0.92), (dx, 0.3, 0.62)]
        _rod(builder, size, path, 0.012, _BLACK, Material.PLASTIC)
    _block(builder, size, (-0.1, -0.1, 0.95), (0.1, 0.1, 1.0), _BLACK)


def slide(builder: MeshBuilder, size: Points) -> None:
    """A playground slide along y with steps."""
    path = np.array([(0, 0.30, 0.72), (0, 0.2, 0.70), (0, -0.15, 0.35), (0, -0.38, 0.12), (0, -0.5, 0.08)])
    for dx, up in ((-0.34, 0.10), (0.34, 0.10)):
        rows = [path + np.array([dx, 0, 0]), path + np.array([dx, 0, up])]
        builder.add(grid(np.stack(rows) * size), _RED, Material.PLASTIC)
    builder.add(grid(np.stack([path - np.array([0.34, 0, 0]), path + np.array([0.34, 0, 0])]) * size), _YELLOW, Material.METAL)
    for dx in (-0.42, 0.42):
        _rod(builder, size, [(dx, 0.5, 0), (dx, 0.32, 0.72), (dx, 0.30, 1.0), (dx, 0.18, 0.98)], 0.03, _BLUE)
        _rod(builder, size, [(dx, -0.1, 0), (dx, -0.05, 0.45)], 0.025, _BLUE)
    for k in range(6):
        t = (k + 0.5) / 6
        _rod(builder, size, [(-0.42, 0.5 - 0.18 * t, 0.72 * t), (0.42, 0.5 - 0.18 * t, 0.72 * t)], 0.02, _BLUE)


def drinking_fountain(builder: MeshBuilder, size: Points) -> None:
    """An iron pillar with a basin along y."""
    x, y, z = size
    builder.add(
        lathe([(0.5 * x, 0), (0.4 * x, 0.1 * z), (0.36 * x, 0.85 * z), (0.45 * x, 0.9 * z), (0.1 * x, z)], segments=18),
        _GREEN,
        Material.METAL,
        at=(0, 0.25 * y, 0),
    )
    builder.add(
        lathe([(0.2 * x, 0.38 * z), (0.45 * x, 0.46 * z), (0.5 * x, 0.48 * z), (0.35 * x, 0.45 * z)], segments=18),
        _STONE,
        Material.CONCRETE,
        at=(0, -0.28 * y, 0),
    )
    _rod(builder, size, [(0, 0.1, 0.7), (0, -0.2, 0.7), (0, -0.25, 0.62)], 0.02, _STEEL)
    _rod(builder, size, [(0, -0.28, 0.0), (0, -0.28, 0.4)], 0.05, _GREEN)


def swing(builder: MeshBuilder, size: Points) -> None:
    """A frame with two seats on chains."""
    for dx in (-0.47, 0.47):
        for dy in (-0.5, 0.5):
            _rod(builder, size, [(dx, dy, 0), (dx, 0, 0.98)], 0.05, _RED)
    _rod(builder, size, [(-0.5, 0, 0.97), (0.5, 0, 0.97)], 0.05, _BLUE)
    for x0 in (-0.26, 0.10):
        for dx in (0.0, 0.12):
            _rod(builder, size, [(x0 + dx, 0, 0.97), (x0 + dx, 0, 0.20)], 0.012, _STEEL)
        _block(builder, size, (x0 - 0.01, -0.08, 0.18), (x0 + 0.13, 0.08, 0.20), _BLACK)


def swing_couch(builder: MeshBuilder, size: Points) -> None:
    """A garden swing with a canopy that looks along x."""
    for dy in (-0.47, 0.47):
        for dx in (-0.5, 0.5):
            _rod(builder, size, [(dx, dy, 0), (0, dy, 0.95)], 0.03, _WHITE)
    _block(builder, size, (-0.48, -0.5, 0.92), (0.48, 0.5, 1.0), _GREEN, Material.CLOTH, r=0.04)
    _block(builder, size, (-0.24, -0.40, 0.22), (0.26, 0.40, 0.30), _GREEN, Material.CLOTH, r=0.05)
    _block(builder, size, (-0.34, -0.40, 0.28), (-0.22, 0.40, 0.55), _GREEN, Material.CLOTH, r=0.05)
    for dy in (-0.40, 0.40):
        _rod(builder, size, [(0, dy, 0.95), (0, dy, 0.25)], 0.015, _STEEL)


def picnic_table(builder: MeshBuilder, size: Points) -> None:
    """A table with two benches."""
    for k in range(5):
        _block(builder, size, (-0.5, -0.19 + 0.078 * k, 0.94), (0.5, -0.12 + 0.078 * k, 1.0), _WOOD, Material.MATTE)
    for side in (-1.0, 1.0):
        a, b = sorted((side * 0.36, side * 0.5))
        _block(builder, size, (-0.5, a, 0.52), (0.5, b, 0.58), _WOOD, Material.MATTE)
        for dx in (-0.36, 0.36):
            _rod(builder, size, [(dx, side * 0.40, 0), (dx, side * 0.1, 0.94)], 0.04, _WOOD, Material.MATTE)
            _rod(builder, size, [(dx, -0.45, 0.5), (dx, 0.45, 0.5)], 0.035, _WOOD, Material.MATTE)


def trampoline(builder: MeshBuilder, size: Points) -> None:
    """A trampoline with a safety net."""
    x, _, z = size
    builder.add(lathe([(0.42 * x, 0.30 * z), (0.43 * x, 0.302 * z)], segments=36), _BLACK, Material.CLOTH)
    builder.add(
        lathe(
            [(0.43 * x, 0.29 * z), (0.49 * x, 0.29 * z), (0.49 * x, 0.32 * z), (0.43 * x, 0.32 * z)], segments=36, closed=False
        ),
        _BLUE,
        Material.PLASTIC,
    )
    for k in range(8):
        a = 2 * np.pi * k / 8
        c, s = 0.49 * np.cos(a), 0.49 * np.sin(a)
        _rod(builder, size, [(c, s, 0), (c, s, 1.0)], 0.03, _STEEL)
    angle = np.linspace(0, 2 * np.pi, 41)
    for h in np.linspace(0.36, 0.98, 9):
        ring = np.stack([0.48 * x * np.cos(angle), 0.48 * x * np.sin(angle), np.full(41, h * z)], -1)
        builder.add(tube(ring, 0.008, segments=4), _BLACK, Material.CLOTH)
    for a in angle[:-1]:
        _rod(
            builder,
            size,
            [(0.48 * np.cos(a), 0.48 * np.sin(a), 0.32), (0.48 * np.cos(a), 0.48 * np.sin(a), 0.98)],
            0.006,
            _BLACK,
        )


def vending_machine(builder: MeshBuilder, size: Points) -> None:
    """A drinks machine with a lit front that looks along x."""
    _block(builder, size, (-0.5, -0.5, 0), (0.44, 0.5, 1), _RED, r=0.03)
    _block(builder, size, (0.42, -0.44, 0.30), (0.46, 0.18, 0.95), (0.10, 0.13, 0.15), Material.GLASS)
    for row in range(5):
        for column in range(6):
            at = ((0.46) * size[0], (-0.40 + 0.105 * column) * size[1], (0.36 + 0.115 * row) * size[2])
            drink = lathe([(0.03, 0), (0.03, 0.13)], segments=8)
            builder.add(
                drink, ((0.6, 0.05, 0.05), (0.1, 0.4, 0.1), (0.6, 0.45, 0.05))[(row + column) % 3], Material.PLASTIC, at=at
            )
    _block(builder, size, (0.44, 0.24, 0.45), (0.47, 0.44, 0.75), _BLACK)
    _block(builder, size, (0.44, -0.35, 0.10), (0.47, 0.15, 0.20), _BLACK)


def plant_pot(builder: MeshBuilder, size: Points, number: int) -> None:
    """Pots and troughs with plants."""
    x, y, z = size
    rng = np.random.default_rng([139, number])
    long = x > 1.6 * y
    rim = 0.45 if number != 4 else 0.5
    if long or number == 6:
        _block(builder, size, (-0.5, -0.5, 0), (0.5, 0.5, rim), _CLAY if number < 4 else _STONE, Material.CONCRETE, r=0.02)
    else:
        builder.add(
            lathe([(0.34 * x, 0), (0.5 * x, rim * z), (0.5 * x, (rim + 0.06) * z), (0.44 * x, (rim + 0.06) * z)], segments=20),
            _CLAY,
            Material.MATTE,
        )
    colours = (((0.30, 0.06, 0.10) if number % 3 == 0 else (0.07, 0.13, 0.03)), _LEAF)
    count = max(round(x / max(y, 0.3)), 1) if long else 1
    for k in range(count):
        bush = MeshBuilder(builder.tag)
        add_bush(bush, rng, 0.48 * y if long else 0.48 * min(x, y), (1.0 - rim) * z, colours[k % 2])
        builder.absorb(bush, at=((k + 0.5) / count * 0.9 * x - 0.45 * x, 0.0, rim * z))


def watering_can(builder: MeshBuilder, size: Points) -> None:
    """A watering can along y."""
    x, _, z = size
    builder.add(lathe([(0.5 * x, 0), (0.46 * x, 0.7 * z)], segments=16), _GREEN, Material.METAL)
    _rod(builder, size, [(0, 0.1, 0.15), (0, 0.5, 0.95)], 0.10 * x, _GREEN)
    _rod(builder, size, [(0, -0.2, 0.2), (0, -0.45, 0.6), (0, 0.0, 1.0), (0, 0.1, 0.7)], 0.07 * x, _GREEN)
