"""Things of gardens and playgrounds. Makers take a builder and the (x, y, z) size in m; origin on the ground."""

from __future__ import annotations

import numpy as np

from carlite.mesh import Material
from carlite.models.build import MeshBuilder
from carlite.models.plants import add_bush
from carlite.models.props_parts import (
    BLACK,
    BLUE,
    CLAY,
    GREEN,
    LEAF,
    RED,
    STEEL,
    STONE,
    WHITE,
    WOOD,
    YELLOW,
    block,
    rod,
)
from carlite.models.shapes import Points, grid, lathe, loft, sphere, tube


def barbecue(builder: MeshBuilder, size: Points) -> None:
    """A kettle grill on legs with a shelf."""
    x, y, z = size
    builder.add(sphere((0.30 * x, 0.5 * y, 0.20 * z), rings=10, segments=20), BLACK, Material.METAL, at=(-0.1 * x, 0, 0.78 * z))
    for a in (90.0, 210.0, 330.0):
        c, s = np.cos(np.radians(a)), np.sin(np.radians(a))
        rod(builder, size, [(-0.1 + 0.1 * c, 0.2 * s, 0.7), (-0.1 + 0.28 * c, 0.45 * s, 0.0)], 0.015, STEEL)
    block(builder, size, (0.18, -0.35, 0.70), (0.5, 0.35, 0.73), WOOD, Material.MATTE)
    block(builder, size, (-0.14, -0.06, 0.97), (-0.06, 0.06, 1.0), WOOD)


def clothesline(builder: MeshBuilder, size: Points) -> None:
    """Two posts, lines and washing."""
    for dx in (-0.49, 0.49):
        rod(builder, size, [(dx, 0, 0), (dx, 0, 1)], 0.03, STEEL)
        rod(builder, size, [(dx, -0.5, 0.98), (dx, 0.5, 0.98)], 0.02, STEEL)
    for dy in (-0.45, 0.0, 0.45):
        rod(builder, size, [(-0.49, dy, 0.98), (0.0, dy, 0.94), (0.49, dy, 0.98)], 0.006, WHITE)
    for k, colour in enumerate((WHITE, RED, BLUE, (0.6, 0.5, 0.3), GREEN, WHITE)):
        x0 = -0.42 + 0.14 * k
        block(
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


def doghouse(builder: MeshBuilder, size: Points) -> None:
    """A kennel with a gable roof, its door along x."""
    block(builder, size, (-0.42, -0.40, 0), (0.42, 0.40, 0.55), WOOD, Material.MATTE)
    profile = np.array([(-0.5, 0.52), (0.5, 0.52), (0.0, 1.0)]) * [size[1], size[2]]
    rows = [np.stack([np.full(3, dx * size[0]), profile[:, 0], profile[:, 1]], -1) for dx in (-0.5, 0.5)]
    builder.add(loft(np.asarray(rows)), RED, Material.MATTE)
    block(builder, size, (0.42, -0.18, 0.02), (0.43, 0.18, 0.42), BLACK)


def fountain(builder: MeshBuilder, size: Points) -> None:
    """A basin with two bowls and water."""
    x, _, z = size
    basin = [(0.5, 0.0), (0.5, 0.12), (0.47, 0.13), (0.46, 0.09)]
    builder.add(lathe([(r * x, h * z) for r, h in basin], segments=40), STONE, Material.CONCRETE)
    builder.add(lathe([(0.46 * x, 0.10 * z), (0.45 * x, 0.102 * z)], segments=40), (0.05, 0.12, 0.14), Material.WATER)
    column = [(0.09, 0.0), (0.07, 0.15), (0.05, 0.3), (0.07, 0.40), (0.26, 0.46), (0.27, 0.49), (0.05, 0.48), (0.035, 0.62)]
    column += [(0.05, 0.70), (0.14, 0.74), (0.145, 0.76), (0.03, 0.76), (0.025, 0.9), (0.0, 0.94)]
    builder.add(lathe([(r * x, h * z) for r, h in column], segments=32), STONE, Material.CONCRETE)
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
        BLACK,
        Material.METAL,
    )
    builder.add(lathe([(0.32 * x, 0.6 * z), (0.40 * x, 0.85 * z)], segments=14), (0.7, 0.65, 0.5), Material.LAMP_STREET)
    builder.add(lathe([(0.5 * x, 0.85 * z), (0.05 * x, z)], segments=14), BLACK, Material.METAL)


def gnome(builder: MeshBuilder, size: Points) -> None:
    """A garden gnome."""
    x, y, z = size
    builder.add(
        lathe([(0.42 * x, 0), (0.5 * x, 0.15 * z), (0.42 * x, 0.42 * z), (0.24 * x, 0.52 * z)], segments=18),
        BLUE,
        Material.PLASTIC,
    )
    builder.add(
        sphere((0.26 * x, 0.26 * y, 0.13 * z), rings=8, segments=14), (0.6, 0.38, 0.28), Material.SKIN, at=(0, 0, 0.60 * z)
    )
    builder.add(sphere((0.22 * x, 0.24 * y, 0.16 * z), rings=8, segments=12), WHITE, Material.MATTE, at=(0.12 * x, 0, 0.50 * z))
    builder.add(lathe([(0.30 * x, 0.66 * z), (0.16 * x, 0.84 * z), (0.01 * x, z)], segments=16), RED, Material.PLASTIC)


def pergola(builder: MeshBuilder, size: Points) -> None:
    """Four posts and a lattice roof."""
    for dx in (-0.44, 0.40):
        for dy in (-0.44, 0.40):
            block(builder, size, (dx, dy, 0), (dx + 0.04, dy + 0.04, 0.94), WOOD, Material.MATTE)
    for k in range(11):
        at = -0.5 + 0.1 * k - 0.012 * (k > 9)
        block(builder, size, (at, -0.5, 0.97), (at + 0.012, 0.5, 1.0), WOOD, Material.MATTE)
    for dy in (-0.44, 0.40):
        block(builder, size, (-0.5, dy, 0.93), (0.5, dy + 0.04, 0.97), WOOD, Material.MATTE)


def chair(builder: MeshBuilder, size: Points) -> None:
    """A plastic garden chair that looks along x."""
    block(builder, size, (-0.4, -0.42, 0.34), (0.42, 0.42, 0.38), WHITE, r=0.02)
    block(builder, size, (-0.46, -0.42, 0.38), (-0.36, 0.42, 1.0), WHITE, r=0.03)
    for dy in (-0.46, 0.40):
        block(builder, size, (-0.42, dy, 0.56), (0.40, dy + 0.07, 0.60), WHITE, r=0.01)
        for dx in (-0.46, 0.36):
            rod(builder, size, [(dx + 0.04, dy + 0.03, 0), (dx + 0.04, dy + 0.03, 0.57)], 0.025, WHITE, Material.PLASTIC)


def parasol_table(builder: MeshBuilder, size: Points) -> None:
    """A round table under a parasol."""
    x, _, z = size
    builder.add(lathe([(0.30 * x, 0.30 * z), (0.31 * x, 0.32 * z)], segments=28), WHITE, Material.PLASTIC)
    builder.add(
        lathe([(0.16 * x, 0), (0.16 * x, 0.03 * z), (0.03 * x, 0.05 * z), (0.015 * x, z)], segments=14),
        WHITE,
        Material.PLASTIC,
    )
    for k in range(8):
        a0, a1 = 2 * np.pi * k / 8, 2 * np.pi * (k + 1) / 8
        rim = [(0.5 * x * np.cos(a), 0.5 * x * np.sin(a), 0.80 * z) for a in (a0, a1)]
        points = np.array([*rim, (0, 0, 0.98 * z)])
        builder.add((points, np.array([[0, 1, 2]])), RED if k % 2 else WHITE, Material.CLOTH)


def slide(builder: MeshBuilder, size: Points) -> None:
    """A playground slide along y with steps."""
    path = np.array([(0, 0.30, 0.72), (0, 0.2, 0.70), (0, -0.15, 0.35), (0, -0.38, 0.12), (0, -0.5, 0.08)])
    for dx, up in ((-0.34, 0.10), (0.34, 0.10)):
        rows = [path + np.array([dx, 0, 0]), path + np.array([dx, 0, up])]
        builder.add(grid(np.stack(rows) * size), RED, Material.PLASTIC)
    builder.add(grid(np.stack([path - np.array([0.34, 0, 0]), path + np.array([0.34, 0, 0])]) * size), YELLOW, Material.METAL)
    for dx in (-0.42, 0.42):
        rod(builder, size, [(dx, 0.5, 0), (dx, 0.32, 0.72), (dx, 0.30, 1.0), (dx, 0.18, 0.98)], 0.03, BLUE)
        rod(builder, size, [(dx, -0.1, 0), (dx, -0.05, 0.45)], 0.025, BLUE)
    for k in range(6):
        t = (k + 0.5) / 6
        rod(builder, size, [(-0.42, 0.5 - 0.18 * t, 0.72 * t), (0.42, 0.5 - 0.18 * t, 0.72 * t)], 0.02, BLUE)


def swing(builder: MeshBuilder, size: Points) -> None:
    """A frame with two seats on chains."""
    for dx in (-0.47, 0.47):
        for dy in (-0.5, 0.5):
            rod(builder, size, [(dx, dy, 0), (dx, 0, 0.98)], 0.05, RED)
    rod(builder, size, [(-0.5, 0, 0.97), (0.5, 0, 0.97)], 0.05, BLUE)
    for x0 in (-0.26, 0.10):
        for dx in (0.0, 0.12):
            rod(builder, size, [(x0 + dx, 0, 0.97), (x0 + dx, 0, 0.20)], 0.012, STEEL)
        block(builder, size, (x0 - 0.01, -0.08, 0.18), (x0 + 0.13, 0.08, 0.20), BLACK)


def swing_couch(builder: MeshBuilder, size: Points) -> None:
    """A garden swing with a canopy that looks along x."""
    for dy in (-0.47, 0.47):
        for dx in (-0.5, 0.5):
            rod(builder, size, [(dx, dy, 0), (0, dy, 0.95)], 0.03, WHITE)
    block(builder, size, (-0.48, -0.5, 0.92), (0.48, 0.5, 1.0), GREEN, Material.CLOTH, r=0.04)
    block(builder, size, (-0.24, -0.40, 0.22), (0.26, 0.40, 0.30), GREEN, Material.CLOTH, r=0.05)
    block(builder, size, (-0.34, -0.40, 0.28), (-0.22, 0.40, 0.55), GREEN, Material.CLOTH, r=0.05)
    for dy in (-0.40, 0.40):
        rod(builder, size, [(0, dy, 0.95), (0, dy, 0.25)], 0.015, STEEL)


def picnic_table(builder: MeshBuilder, size: Points) -> None:
    """A table with two benches."""
    for k in range(5):
        block(builder, size, (-0.5, -0.19 + 0.078 * k, 0.94), (0.5, -0.12 + 0.078 * k, 1.0), WOOD, Material.MATTE)
    for side in (-1.0, 1.0):
        a, b = sorted((side * 0.36, side * 0.5))
        block(builder, size, (-0.5, a, 0.52), (0.5, b, 0.58), WOOD, Material.MATTE)
        for dx in (-0.36, 0.36):
            rod(builder, size, [(dx, side * 0.40, 0), (dx, side * 0.1, 0.94)], 0.04, WOOD, Material.MATTE)
            rod(builder, size, [(dx, -0.45, 0.5), (dx, 0.45, 0.5)], 0.035, WOOD, Material.MATTE)


def trampoline(builder: MeshBuilder, size: Points) -> None:
    """A trampoline with a safety net."""
    x, _, z = size
    builder.add(lathe([(0.42 * x, 0.30 * z), (0.43 * x, 0.302 * z)], segments=36), BLACK, Material.CLOTH)
    builder.add(
        lathe(
            [(0.43 * x, 0.29 * z), (0.49 * x, 0.29 * z), (0.49 * x, 0.32 * z), (0.43 * x, 0.32 * z)], segments=36, closed=False
        ),
        BLUE,
        Material.PLASTIC,
    )
    for k in range(8):
        a = 2 * np.pi * k / 8
        c, s = 0.49 * np.cos(a), 0.49 * np.sin(a)
        rod(builder, size, [(c, s, 0), (c, s, 1.0)], 0.03, STEEL)
    angle = np.linspace(0, 2 * np.pi, 41)
    for h in np.linspace(0.36, 0.98, 9):
        ring = np.stack([0.48 * x * np.cos(angle), 0.48 * x * np.sin(angle), np.full(41, h * z)], -1)
        builder.add(tube(ring, 0.008, segments=4), BLACK, Material.CLOTH)
    for a in angle[:-1]:
        rod(
            builder,
            size,
            [(0.48 * np.cos(a), 0.48 * np.sin(a), 0.32), (0.48 * np.cos(a), 0.48 * np.sin(a), 0.98)],
            0.006,
            BLACK,
        )


def plant_pot(builder: MeshBuilder, size: Points, number: int) -> None:
    """Pots and troughs with plants."""
    x, y, z = size
    rng = np.random.default_rng([139, number])
    long = x > 1.6 * y
    rim = 0.45 if number != 4 else 0.5
    if long or number == 6:
        block(builder, size, (-0.5, -0.5, 0), (0.5, 0.5, rim), CLAY if number < 4 else STONE, Material.CONCRETE, r=0.02)
    else:
        builder.add(
            lathe([(0.34 * x, 0), (0.5 * x, rim * z), (0.5 * x, (rim + 0.06) * z), (0.44 * x, (rim + 0.06) * z)], segments=20),
            CLAY,
            Material.MATTE,
        )
    colours = (((0.30, 0.06, 0.10) if number % 3 == 0 else (0.07, 0.13, 0.03)), LEAF)
    count = max(round(x / max(y, 0.3)), 1) if long else 1
    for k in range(count):
        bush = MeshBuilder(builder.tag)
        add_bush(bush, rng, 0.48 * y if long else 0.48 * min(x, y), (1.0 - rim) * z, colours[k % 2])
        builder.absorb(bush, at=((k + 0.5) / count * 0.9 * x - 0.45 * x, 0.0, rim * z))


def watering_can(builder: MeshBuilder, size: Points) -> None:
    """A watering can along y."""
    x, _, z = size
    builder.add(lathe([(0.5 * x, 0), (0.46 * x, 0.7 * z)], segments=16), GREEN, Material.METAL)
    rod(builder, size, [(0, 0.1, 0.15), (0, 0.5, 0.95)], 0.10 * x, GREEN)
    rod(builder, size, [(0, -0.2, 0.2), (0, -0.45, 0.6), (0, 0.0, 1.0), (0, 0.1, 0.7)], 0.07 * x, GREEN)
