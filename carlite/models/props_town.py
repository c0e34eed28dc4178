"""Things of pavements. Makers take a builder and the (x, y, z) size in m; origin on the ground."""

from __future__ import annotations

import numpy as np

from carlite.mesh import Material
from carlite.models.build import Colour, MeshBuilder
from carlite.models.props_parts import (
    BLACK,
    BLUE,
    GLASS,
    GREEN,
    RED,
    STEEL,
    STONE,
    WHITE,
    WOOD,
    YELLOW,
    add_side_text,
    block,
    rod,
)
from carlite.models.shapes import Points, box, lathe, loft, moved, sphere, turn_x, turn_y, turn_z


def advertisement(builder: MeshBuilder, size: Points) -> None:
    """A lit poster case on two feet."""
    block(builder, size, (-0.5, -0.42, 0.16), (0.5, 0.42, 1.0), (0.10, 0.105, 0.11), Material.METAL, r=0.05)
    for side in (-1.0, 1.0):
        a, b = sorted((side * 0.42, side * 0.5))
        block(builder, size, (-0.42, a, 0.22), (0.42, b, 0.96), (0.55, 0.16, 0.05), Material.MARKING)
        builder.add(
            sphere((0.30, 0.02, 0.30), rings=8, segments=18),
            (0.75, 0.62, 0.10),
            Material.MARKING,
            at=(0.0, side * 0.46 * size[1], 0.68 * size[2]),
        )
    add_side_text(builder, "SALE", 0.24, 0.5 * size[1], 0.0, 0.36 * size[2], WHITE)
    for dx in (-0.36, 0.36):
        block(builder, size, (dx - 0.05, -0.5, 0.0), (dx + 0.05, 0.5, 0.18), BLACK, Material.METAL)


def atm(builder: MeshBuilder, size: Points) -> None:
    """A cash machine that looks along x."""
    block(builder, size, (-0.5, -0.5, 0), (0.44, 0.5, 1), BLUE, r=0.04)
    block(builder, size, (0.42, -0.36, 0.62), (0.47, 0.36, 0.80), GLASS, Material.GLASS)
    block(builder, size, (0.40, -0.36, 0.46), (0.5, 0.36, 0.52), STEEL, Material.METAL)
    block(builder, size, (0.42, -0.42, 0.86), (0.48, 0.42, 0.97), WHITE, Material.MARKING)


def backless_bench(builder: MeshBuilder, size: Points) -> None:
    """Planks on two stone blocks."""
    for k in range(4):
        block(builder, size, (-0.5, -0.5 + 0.255 * k, 0.82), (0.5, -0.27 + 0.255 * k, 1.0), WOOD, Material.MATTE)
    for dx in (-0.36, 0.30):
        block(builder, size, (dx, -0.42, 0), (dx + 0.08, 0.42, 0.82), STONE, Material.CONCRETE)


def helmet(builder: MeshBuilder, size: Points) -> None:
    """A helmet on the ground."""
    x, y, z = size
    points, triangles = sphere(1.0, rings=14, segments=20)
    shell = np.maximum(points, [-9.0, -9.0, -0.55])
    builder.add((shell * [0.5 * x, 0.5 * y, 0.62 * z], triangles), RED, Material.PLASTIC, at=(0, 0, 0.36 * z))
    builder.add(sphere((0.28 * x, 0.42 * y, 0.22 * z), rings=8, segments=14), GLASS, Material.GLASS, at=(0.27 * x, 0, 0.42 * z))


def _wheeled(builder: MeshBuilder, size: Points, at_x: float, r: float) -> None:
    for side in (-0.40, 0.40):
        wheel = moved(lathe([(r, -0.025), (r, 0.025)], segments=16), turn=turn_x(90.0))
        builder.add(wheel, BLACK, Material.RUBBER, at=(at_x * size[0], side * size[1], r))


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
    block(builder, size, (-0.5, -0.5, 0.87), (0.5, 0.5, 0.98), colour, r=0.03)
    rod(builder, size, [(-0.5, -0.36, 0.93), (-0.5, 0.36, 0.93)], 0.02, BLACK, Material.PLASTIC)
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
            builder.add(slat, WOOD, Material.MATTE, turn=turn_z(18.0 * k))
        return
    _bin(builder, size, (GREEN, GREEN, BLUE, (0.05, 0.055, 0.06), YELLOW)[number - 1])


def case(builder: MeshBuilder, size: Points) -> None:
    """A briefcase, upright."""
    block(builder, size, (-0.5, -0.5, 0), (0.5, 0.5, 0.84), (0.10, 0.045, 0.02), r=0.02)
    rod(builder, size, [(-0.16, 0, 0.84), (-0.13, 0, 0.97), (0.13, 0, 0.97), (0.16, 0, 0.84)], 0.012, BLACK)
    for dx in (-0.3, 0.3):
        block(builder, size, (dx - 0.04, -0.505, 0.68), (dx + 0.04, 0.505, 0.78), (0.6, 0.5, 0.2), Material.METAL)


def trolley(builder: MeshBuilder, size: Points) -> None:
    """A wheeled suitcase with its handle out."""
    block(builder, size, (-0.5, -0.5, 0.05), (0.5, 0.5, 0.66), BLUE, r=0.05)
    for k in range(5):
        dx = -0.36 + 0.18 * k
        block(builder, size, (dx - 0.03, -0.515, 0.08), (dx + 0.03, 0.515, 0.62), (0.02, 0.07, 0.25))
    rod(builder, size, [(-0.25, -0.3, 0.66), (-0.25, -0.3, 0.98), (0.25, -0.3, 0.98), (0.25, -0.3, 0.66)], 0.012, STEEL)
    _wheeled(builder, size, 0.36, 0.05)


def crate(builder: MeshBuilder, size: Points) -> None:
    """A flat calibration board with a chequer pattern."""
    block(builder, size, (-0.5, -0.5, 0), (0.5, 0.5, 0.9), WHITE, Material.MARKING)
    for i in range(8):
        for j in range(4):
            if (i + j) % 2:
                block(
                    builder,
                    size,
                    (-0.5 + i / 8, -0.5 + j / 4, 0.9),
                    (-0.5 + (i + 1) / 8, -0.5 + (j + 1) / 4, 1.0),
                    BLACK,
                    Material.MARKING,
                )


def cloth_container(builder: MeshBuilder, size: Points) -> None:
    """Collection box for clothes with a flap, looking along x."""
    block(builder, size, (-0.5, -0.5, 0), (0.46, 0.5, 0.98), YELLOW, Material.METAL, r=0.08)
    block(builder, size, (0.44, -0.32, 0.66), (0.5, 0.32, 0.86), (0.40, 0.26, 0.02), Material.METAL)
    block(builder, size, (0.46, -0.36, 0.3), (0.475, 0.36, 0.5), WHITE, Material.MARKING)


def glass_container(builder: MeshBuilder, size: Points) -> None:
    """Bottle bank: a green dome with round holes."""
    x, _, z = size
    profile = [(0.44, 0.0), (0.5, 0.05), (0.5, 0.62), (0.44, 0.82), (0.30, 0.95), (0.10, 1.0)]
    builder.add(lathe([(r * x, h * z) for r, h in profile], segments=28), GREEN, Material.PLASTIC)
    for a in range(0, 360, 90):
        hole = moved(lathe([(0.10, 0.0), (0.10, 0.06)], segments=16), turn=turn_y(90.0))
        builder.add(hole, BLACK, Material.RUBBER, at=turn_z(a) @ np.array([0.47 * x, 0, 0.70 * z]), turn=turn_z(a))


def can(builder: MeshBuilder, size: Points) -> None:
    """A drink can."""
    x, _, z = size
    builder.add(lathe([(0.4 * x, 0), (0.5 * x, 0.06 * z), (0.5 * x, 0.92 * z), (0.4 * x, z)], segments=18), RED, Material.METAL)


def food_cart(builder: MeshBuilder, size: Points) -> None:
    """A street-food trailer with a striped roof; its length runs along y."""
    block(builder, size, (-0.40, -0.42, 0.14), (0.40, 0.42, 0.36), RED, r=0.06)
    block(builder, size, (-0.44, -0.44, 0.36), (0.48, 0.44, 0.385), STEEL, Material.METAL)
    for dx in (-0.38, 0.38):
        for dy in (-0.40, 0.40):
            rod(builder, size, [(dx, dy, 0.38), (dx, dy, 0.80)], 0.03, WHITE)
    for k in range(10):
        y0 = -0.5 + 0.1 * k
        section = np.array([(-0.5, 0.76), (0.5, 0.76), (0.3, 0.86), (-0.3, 0.86)]) * [size[0], size[2]]
        rows = [np.stack([section[:, 0], np.full(4, y * size[1]), section[:, 1]], -1) for y in (y0, y0 + 0.1)]
        builder.add(loft(np.asarray(rows)), RED if k % 2 else WHITE, Material.CLOTH)
    block(builder, size, (-0.05, -0.30, 0.86), (0.05, 0.30, 1.0), YELLOW)
    block(builder, size, (-0.36, -0.38, 0.385), (-0.30, 0.38, 0.62), GLASS, Material.GLASS)
    for side in (-1.0, 1.0):
        wheel = moved(lathe([(0.25, -0.08), (0.25, 0.08)], segments=18), turn=turn_y(90.0))
        builder.add(wheel, BLACK, Material.RUBBER, at=(side * 0.42 * size[0], 0, 0.25))
    rod(builder, size, [(0, 0.42, 0.16), (0, 0.5, 0.12), (0, 0.5, 0.0)], 0.04, STEEL)


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
    builder.add(loft(np.asarray(rows)), BLACK, Material.PLASTIC)


def kiosk(builder: MeshBuilder, size: Points) -> None:
    """A newspaper kiosk with an awning, counter along x."""
    block(builder, size, (-0.42, -0.42, 0), (0.34, 0.42, 0.82), GREEN, r=0.04)
    block(builder, size, (0.33, -0.34, 0.34), (0.36, 0.34, 0.62), GLASS, Material.GLASS)
    block(builder, size, (0.34, -0.38, 0.30), (0.48, 0.38, 0.33), WOOD, Material.MATTE)
    block(builder, size, (-0.5, -0.5, 0.80), (0.5, 0.5, 0.86), (0.02, 0.08, 0.04), r=0.04)
    builder.add(
        lathe([(0.46 * size[0], 0.86 * size[2]), (0.20 * size[0], 0.96 * size[2]), (0.02, size[2])], segments=8),
        GREEN,
        Material.METAL,
    )
    for k in range(4):
        block(
            builder,
            size,
            (-0.30 + 0.15 * k, 0.42, 0.30),
            (-0.19 + 0.15 * k, 0.435, 0.55),
            (RED, YELLOW, WHITE, BLUE)[k],
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
    builder.add(loft(np.asarray(rows)), BLUE, Material.METAL)
    block(builder, size, (0.44, -0.32, 0.76), (0.5, 0.32, 0.82), BLACK)
    block(builder, size, (0.46, -0.30, 0.42), (0.47, 0.30, 0.56), WHITE, Material.MARKING)
    for dx in (-0.4, 0.3):
        for dy in (-0.4, 0.3):
            block(builder, size, (dx, dy, 0), (dx + 0.1, dy + 0.1, 0.2), BLACK, Material.METAL)


def map_table(builder: MeshBuilder, size: Points) -> None:
    """A slanted board with a map on two legs."""
    x, y, z = size
    board = box((-0.5 * x, -0.5 * y, -0.03), (0.5 * x, 0.5 * y, 0.03))
    builder.add(board, WOOD, Material.MATTE, turn=turn_x(30.0), at=(0, 0, 0.82 * z))
    paper = box((-0.45 * x, -0.42 * y, 0.03), (0.45 * x, 0.42 * y, 0.04))
    builder.add(paper, (0.55, 0.60, 0.42), Material.MARKING, turn=turn_x(30.0), at=(0, 0, 0.82 * z))
    for dx in (-0.4, 0.4):
        rod(builder, size, [(dx, 0, 0), (dx, 0, 0.8)], 0.05, WOOD, Material.MATTE)


def phone(builder: MeshBuilder, size: Points) -> None:
    """A mobile phone, upright."""
    block(builder, size, (-0.5, -0.5, 0), (0.5, 0.4, 1), BLACK, r=0.004)
    block(builder, size, (-0.44, 0.4, 0.06), (0.44, 0.5, 0.94), GLASS, Material.GLASS)


def handbag(builder: MeshBuilder, size: Points) -> None:
    """A bag with two handles."""
    block(builder, size, (-0.5, -0.5, 0), (0.5, 0.5, 0.62), (0.35, 0.08, 0.16), r=0.04)
    for dx in (-0.25, 0.25):
        path = [(dx, -0.3, 0.62), (dx, -0.2, 0.92), (dx, 0.2, 0.92), (dx, 0.3, 0.62)]
        rod(builder, size, path, 0.012, BLACK, Material.PLASTIC)
    block(builder, size, (-0.1, -0.1, 0.95), (0.1, 0.1, 1.0), BLACK)


def drinking_fountain(builder: MeshBuilder, size: Points) -> None:
    """An iron pillar with a basin along y."""
    x, y, z = size
    builder.add(
        lathe([(0.5 * x, 0), (0.4 * x, 0.1 * z), (0.36 * x, 0.85 * z), (0.45 * x, 0.9 * z), (0.1 * x, z)], segments=18),
        GREEN,
        Material.METAL,
        at=(0, 0.25 * y, 0),
    )
    builder.add(
        lathe([(0.2 * x, 0.38 * z), (0.45 * x, 0.46 * z), (0.5 * x, 0.48 * z), (0.35 * x, 0.45 * z)], segments=18),
        STONE,
        Material.CONCRETE,
        at=(0, -0.28 * y, 0),
    )
    rod(builder, size, [(0, 0.1, 0.7), (0, -0.2, 0.7), (0, -0.25, 0.62)], 0.02, STEEL)
    rod(builder, size, [(0, -0.28, 0.0), (0, -0.28, 0.4)], 0.05, GREEN)


def vending_machine(builder: MeshBuilder, size: Points) -> None:
    """A drinks machine with a lit front that looks along x."""
    block(builder, size, (-0.5, -0.5, 0), (0.44, 0.5, 1), RED, r=0.03)
    block(builder, size, (0.42, -0.44, 0.30), (0.46, 0.18, 0.95), (0.10, 0.13, 0.15), Material.GLASS)
    for row in range(5):
        for column in range(6):
            at = ((0.46) * size[0], (-0.40 + 0.105 * column) * size[1], (0.36 + 0.115 * row) * size[2])
            drink = lathe([(0.03, 0), (0.03, 0.13)], segments=8)
            builder.add(
                drink, ((0.6, 0.05, 0.05), (0.1, 0.4, 0.1), (0.6, 0.45, 0.05))[(row + column) % 3], Material.PLASTIC, at=at
            )
    block(builder, size, (0.44, 0.24, 0.45), (0.47, 0.44, 0.75), BLACK)
    block(builder, size, (0.44, -0.35, 0.10), (0.47, 0.15, 0.20), BLACK)
