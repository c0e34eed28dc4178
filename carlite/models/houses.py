"""Buildings: apartment blocks, offices, brick houses with gable roofs, warehouses. The front looks along x, y is the street."""

from __future__ import annotations

import numpy as np

from carlite.mesh import Material
from carlite.models.build import Colour, MeshBuilder
from carlite.models.materials import LOOKS
from carlite.models.shapes import Points, box, grid, quad, rounded_box
from carlite.models.textures import STOREYS_PER_REPEAT

_STOREY_M = LOOKS[Material.FACADE].metres_per_repeat / STOREYS_PER_REPEAT
_STUCCO: tuple[Colour, ...] = (
    (0.55, 0.47, 0.34),
    (0.58, 0.55, 0.50),
    (0.46, 0.30, 0.20),
    (0.52, 0.42, 0.22),
    (0.40, 0.43, 0.46),
    (0.60, 0.50, 0.42),
    (0.36, 0.40, 0.33),
)
_BRICKS: tuple[Colour, ...] = ((0.30, 0.115, 0.075), (0.36, 0.20, 0.12), (0.24, 0.10, 0.08), (0.42, 0.33, 0.24))
_AWNINGS: tuple[Colour, ...] = ((0.45, 0.03, 0.03), (0.03, 0.20, 0.10), (0.05, 0.10, 0.32), (0.55, 0.38, 0.05))
_GLASS: Colour = (0.03, 0.04, 0.048)
_CONCRETE: Colour = (0.42, 0.41, 0.39)
_DARK: Colour = (0.05, 0.05, 0.055)
_WHITE: Colour = (0.72, 0.71, 0.68)


def _wall(
    builder: MeshBuilder, a: Points, b: Points, low: float, high: float, colour: Colour, material: Material, *, v0: float = 0.0
) -> None:
    """An upright wall from a to b (x, y) with texture coordinates that start at a and at height ``v0``."""
    repeat = LOOKS[material].metres_per_repeat
    length = float(np.hypot(*(b - a)))
    corners = np.array([(*a, low), (*b, low), (*b, high), (*a, high)])
    uv = np.array([(0.0, low - v0), (length, low - v0), (length, high - v0), (0.0, high - v0)]) / repeat
    builder.add((corners, np.array([[0, 1, 2], [0, 2, 3]])), colour, material, uvs=uv)


def _shell(builder: MeshBuilder, x: float, y: float, low: float, high: float, colour: Colour, material: Material) -> None:
    """Four walls of a block with half sizes x and y."""
    corners = np.array([(x, y), (x, -y), (-x, -y), (-x, y)])
    for k in range(4):
        _wall(builder, corners[k], corners[(k + 1) % 4], low, high, colour, material, v0=low)


def _window_trim(
    builder: MeshBuilder, x: float, y: float, ground: float, storeys: int, colour: Colour, *, sides: bool = True
) -> None:
    """Sills and lintels that stand out at the painted windows of the front (and back)."""
    columns = round(2.0 * y / _STOREY_M)
    for front in (1.0, -1.0) if sides else (1.0,):
        for i in range(storeys):
            z = ground + i * _STOREY_M
            for k in range(columns):
                # the texture starts at +y on the front and at -y on the back: both are symmetric in a window's cell
                middle = y - (k + 0.5) * _STOREY_M
                a, b = sorted((front * x, front * (x + 0.13)))
                builder.add(box((a, middle - 0.98, z + 0.50), (b, middle + 0.98, z + 0.60)), colour, Material.CONCRETE)
                a, b = sorted((front * x, front * (x + 0.07)))
                builder.add(box((a, middle - 0.92, z + 2.46), (b, middle + 0.92, z + 2.60)), colour, Material.CONCRETE)


def _shops(builder: MeshBuilder, rng: np.random.Generator, x: float, y: float, height: float) -> None:
    """Ground floor: glazed shop fronts with posts, fascia, awnings and a door."""
    bays = max(round(2.0 * y / 4.2), 2)
    width = 2.0 * y / bays
    for k in range(bays):
        a, b = -y + k * width, -y + (k + 1) * width
        door = k == bays // 2
        builder.add(
            box((x - 0.25, a + 0.25, 0.05 if door else 0.45), (x - 0.18, b - 0.25, height - 0.75)), _GLASS, Material.GLASS
        )
        builder.add(box((x - 0.2, a - 0.2, 0.0), (x + 0.04, a + 0.2, height - 0.6)), _CONCRETE, Material.CONCRETE)
        if not door:
            builder.add(box((x - 0.3, a + 0.2, 0.0), (x + 0.02, b - 0.2, 0.45)), _DARK, Material.CONCRETE)
        for y0 in np.linspace(a + 0.25, b - 0.25, 4):
            builder.add(box((x - 0.20, y0 - 0.03, 0.05), (x - 0.12, y0 + 0.03, height - 0.75)), _DARK, Material.METAL)
        colour = _AWNINGS[int(rng.integers(len(_AWNINGS)))]
        builder.add(box((x - 0.02, a + 0.22, height - 0.72), (x + 0.10, b - 0.22, height - 0.18)), colour, Material.PLASTIC)
        if rng.random() < 0.5:
            cloth = [
                (x + 0.10, a + 0.3, height - 0.75),
                (x + 0.10, b - 0.3, height - 0.75),
                (x + 1.1, b - 0.3, height - 1.15),
                (x + 1.1, a + 0.3, height - 1.15),
            ]
            builder.add(quad(cloth), colour, Material.CLOTH)
            hem = [
                (x + 1.1, a + 0.3, height - 1.15),
                (x + 1.1, b - 0.3, height - 1.15),
                (x + 1.1, b - 0.3, height - 1.35),
                (x + 1.1, a + 0.3, height - 1.35),
            ]
            builder.add(quad(hem), _WHITE, Material.CLOTH)
    builder.add(box((x - 0.2, y - 0.2, 0.0), (x + 0.04, y, height - 0.6)), _CONCRETE, Material.CONCRETE)


def _balconies(builder: MeshBuilder, rng: np.random.Generator, x: float, y: float, ground: float, storeys: int) -> None:
    """Balconies with railings in one or two columns of windows."""
    columns = round(2.0 * y / _STOREY_M)
    for k in sorted(rng.choice(columns, min(2, columns), replace=False)):
        middle = y - (k + 0.5) * _STOREY_M
        for i in range(1, storeys):
            z = ground + i * _STOREY_M
            builder.add(box((x, middle - 1.3, z + 0.02), (x + 1.1, middle + 1.3, z + 0.16)), _CONCRETE, Material.CONCRETE)
            for y0 in np.linspace(middle - 1.27, middle + 1.27, 13):
                builder.add(box((x + 1.05, y0 - 0.012, z + 0.16), (x + 1.08, y0 + 0.012, z + 1.05)), _DARK, Material.METAL)
            builder.add(box((x + 1.03, middle - 1.3, z + 1.02), (x + 1.10, middle + 1.3, z + 1.08)), _DARK, Material.METAL)
            for side in (-1.29, 1.27):
                builder.add(
                    box((x, middle + side, z + 0.30), (x + 1.08, middle + side + 0.02, z + 1.05)), _DARK, Material.METAL
                )


def _flat_roof(builder: MeshBuilder, rng: np.random.Generator, x: float, y: float, z: float, colour: Colour) -> None:
    """Cornice, parapet, gravel roof and a few things on it."""
    builder.add(box((-x - 0.25, -y - 0.02, z - 0.25), (x + 0.28, y + 0.02, z + 0.08)), colour, Material.CONCRETE)
    for a, b in (((-x, -y), (x, -y + 0.25)), ((-x, y - 0.25), (x, y)), ((-x, -y), (-x + 0.25, y)), ((x - 0.25, -y), (x, y))):
        builder.add(box((*a, z), (*b, z + 0.75)), colour, Material.CONCRETE)
    for _ in range(int(rng.integers(1, 4))):
        at = rng.uniform(-0.6, 0.6, 2) * (x, y)
        size = rng.uniform(0.6, 1.4, 2)
        builder.add(
            rounded_box((*(at - size), z), (*(at + size), z + float(rng.uniform(0.9, 2.2))), 0.08),
            (0.40, 0.41, 0.42),
            Material.METAL,
        )


def _apartments(builder: MeshBuilder, rng: np.random.Generator) -> None:
    columns, deep, storeys = int(rng.integers(4, 8)), int(rng.integers(3, 5)), int(rng.integers(2, 6))
    y, x, ground = 0.5 * columns * _STOREY_M, 0.5 * deep * _STOREY_M, 3.9
    colour = _STUCCO[int(rng.integers(len(_STUCCO)))]
    top = ground + storeys * _STOREY_M
    _shell(builder, x, y, ground, top, colour, Material.FACADE)
    builder.add(box((-x, -y, -0.5), (x - 0.30, y, ground)), (0.30, 0.29, 0.28), Material.CONCRETE)
    builder.add(box((-x - 0.04, -y, ground - 0.20), (x + 0.10, y, ground + 0.02)), _CONCRETE, Material.CONCRETE)
    _shops(builder, rng, x, y, ground)
    _window_trim(builder, x, y, ground, storeys, _WHITE)
    if rng.random() < 0.7:
        _balconies(builder, rng, x, y, ground, storeys)
    _flat_roof(builder, rng, x, y, top, colour)


def _office(builder: MeshBuilder, rng: np.random.Generator) -> None:
    storeys = int(rng.integers(4, 9))
    y, x, step = 0.5 * float(rng.integers(5, 9)) * 3.0, 0.5 * float(rng.integers(4, 6)) * 3.0, 3.5
    colour = ((0.45, 0.46, 0.47), (0.20, 0.22, 0.25), (0.55, 0.53, 0.48))[int(rng.integers(3))]
    top = 4.2 + storeys * step
    builder.add(box((-x + 0.08, -y + 0.08, 0.0), (x - 0.08, y - 0.08, top)), (0.035, 0.05, 0.06), Material.GLASS)
    builder.add(box((-x + 0.05, -y + 0.05, -0.5), (x - 0.05, y - 0.05, 0.35)), _DARK, Material.CONCRETE)
    for i in range(storeys + 1):
        z = 4.2 + i * step
        builder.add(box((-x, -y, z - 0.75), (x, y, z)), colour, Material.CONCRETE)
    fins_y, fins_x = np.arange(-y + 1.5, y - 0.5, 1.5), np.arange(-x + 1.5, x - 0.5, 1.5)
    for fin in fins_y:
        for side in (1.0, -1.0):
            a, b = sorted((side * (x - 0.10), side * (x + 0.06)))
            builder.add(box((a, fin - 0.04, 3.4), (b, fin + 0.04, top)), _DARK, Material.METAL)
    for fin in fins_x:
        for side in (1.0, -1.0):
            a, b = sorted((side * (y - 0.10), side * (y + 0.02)))
            builder.add(box((fin - 0.04, a, 3.4), (fin + 0.04, b, top)), _DARK, Material.METAL)
    for sy in (-1.0, 1.0):
        for sx in (-1.0, 1.0):
            x0, x1 = sorted((sx * (x - 0.45), sx * x))
            y0, y1 = sorted((sy * (y - 0.45), sy * y))
            builder.add(box((x0, y0, -0.5), (x1, y1, top)), colour, Material.CONCRETE)
    builder.add(rounded_box((x - 0.2, -2.2, 3.0), (x + 1.4, 2.2, 3.25), 0.06), _DARK, Material.METAL)
    _flat_roof(builder, rng, x, y, top, colour)


def _warehouse(builder: MeshBuilder, rng: np.random.Generator) -> None:
    y, x, top = float(rng.uniform(9.0, 15.0)), float(rng.uniform(7.0, 9.0)), float(rng.uniform(5.5, 7.5))
    colour = ((0.34, 0.38, 0.42), (0.42, 0.40, 0.35), (0.20, 0.28, 0.36))[int(rng.integers(3))]
    ribs = np.arange(-y, y + 0.01, 0.25)
    depth = np.tile([0.0, 0.06], len(ribs))[: len(ribs)]
    for side in (1.0, -1.0):
        rows = [np.stack([side * (x + depth), ribs, np.full(len(ribs), z)], -1) for z in (0.8, top)]
        builder.add(grid(np.stack(rows)), colour, Material.METAL, crease_deg=10.0)
    for side in (1.0, -1.0):
        builder.add(
            box((-x, min(side * y, side * (y - 0.1)), 0.0), (x, max(side * y, side * (y - 0.1)), top)), colour, Material.METAL
        )
    builder.add(box((-x, -y, -0.5), (x, y, 0.8)), _CONCRETE, Material.CONCRETE)
    builder.add(box((-x - 0.1, -y - 0.05, top), (x + 0.12, y + 0.05, top + 0.3)), (0.25, 0.26, 0.27), Material.METAL)
    for k in range(3):
        middle = -0.62 * y + 0.62 * y * k
        builder.add(box((x, middle - 2.0, 0.0), (x + 0.09, middle + 2.0, 4.2)), (0.50, 0.51, 0.52), Material.METAL)
        for z in np.arange(0.3, 4.1, 0.3):
            builder.add(
                box((x + 0.09, middle - 1.95, z), (x + 0.105, middle + 1.95, z + 0.03)), (0.30, 0.31, 0.32), Material.METAL
            )
        builder.add(box((x + 0.07, middle - 1.8, top - 1.3), (x + 0.10, middle + 1.8, top - 0.6)), _GLASS, Material.GLASS)


def _house_window(builder: MeshBuilder, x: float, y: float, z: float, width: float, height: float, side: float) -> None:
    """A framed window on the wall at x that looks along ``side`` x."""
    a, b = sorted((side * x, side * (x + 0.05)))
    builder.add(
        box((a, y - 0.5 * width - 0.08, z - 0.08), (b, y + 0.5 * width + 0.08, z + height + 0.08)), _WHITE, Material.PLASTIC
    )
    a, b = sorted((side * x, side * (x + 0.058)))
    for k in (-1.0, 1.0):
        builder.add(
            box((a, y + k * 0.25 * width - 0.22 * width, z), (b, y + k * 0.25 * width + 0.22 * width, z + height)),
            _GLASS,
            Material.GLASS,
        )
    a, b = sorted((side * x, side * (x + 0.14)))
    builder.add(box((a, y - 0.5 * width - 0.14, z - 0.15), (b, y + 0.5 * width + 0.14, z - 0.07)), _CONCRETE, Material.CONCRETE)


def _gable_house(builder: MeshBuilder, rng: np.random.Generator) -> None:
    y, x, wall = float(rng.uniform(4.6, 6.4)), float(rng.uniform(4.0, 5.0)), float(rng.choice([3.1, 5.6]))
    brick = rng.random() < 0.65
    colour = _BRICKS[int(rng.integers(len(_BRICKS)))] if brick else _STUCCO[int(rng.integers(len(_STUCCO)))]
    material = Material.BRICK if brick else Material.CONCRETE
    _shell(builder, x, y, -0.5, wall, colour, material)
    rise = x * float(rng.uniform(0.75, 1.0))
    for side in (1.0, -1.0):
        gable = np.array([(-x, side * y, wall), (x, side * y, wall), (0.0, side * y, wall + rise)])
        uv = np.stack([gable[:, 0], gable[:, 2]], -1) / LOOKS[material].metres_per_repeat
        builder.add((gable, np.array([[0, 1, 2]])), colour, material, uvs=uv)
    over, thick, tile = 0.45, 0.16, ((0.24, 0.07, 0.04), (0.10, 0.09, 0.09), (0.30, 0.12, 0.06))[int(rng.integers(3))]
    slope = rise / x
    for side in (1.0, -1.0):
        eave = np.array([side * (x + over), wall - over * slope])
        ridge = np.array([0.0, wall + rise])
        length = float(np.hypot(*(ridge - eave))) / LOOKS[Material.ROOF].metres_per_repeat
        width = 2.0 * (y + 0.3) / LOOKS[Material.ROOF].metres_per_repeat
        for dz in (thick, 0.0):
            corners = [
                (eave[0], -y - 0.3, eave[1] + dz),
                (eave[0], y + 0.3, eave[1] + dz),
                (0, y + 0.3, ridge[1] + dz),
                (0, -y - 0.3, ridge[1] + dz),
            ]
            uv = np.array([(0, 0), (width, 0), (width, length), (0, length)])
            shape = quad(corners)
            builder.add(shape, tile if dz else _WHITE, Material.ROOF if dz else Material.MATTE, uvs=uv)
        for end in (-y - 0.3, y + 0.3):
            rim = [(eave[0], end, eave[1]), (0, end, ridge[1]), (0, end, ridge[1] + thick), (eave[0], end, eave[1] + thick)]
            builder.add(quad(rim), _WHITE, Material.MATTE)
        gutter = [
            (eave[0], -y - 0.3, eave[1]),
            (eave[0], y + 0.3, eave[1]),
            (eave[0], y + 0.3, eave[1] + thick),
            (eave[0], -y - 0.3, eave[1] + thick),
        ]
        builder.add(quad(gutter), _DARK, Material.METAL)
    chimney = 0.4 * y
    builder.add(box((-1.3, chimney - 0.35, wall), (-0.6, chimney + 0.35, wall + rise + 0.7)), _BRICKS[0], Material.BRICK)
    for storey in range(2 if wall > 4.0 else 1):
        z = 1.0 + 2.6 * storey
        for k, place in enumerate((-0.62, 0.0, 0.62)):
            if not (storey == 0 and k == 1):
                _house_window(builder, x, place * y, z, 1.5, 1.3, 1.0)
            _house_window(builder, x, place * y, z, 1.3, 1.3, -1.0)
    door = ((0.25, 0.03, 0.03), (0.03, 0.10, 0.16), (0.16, 0.09, 0.04))[int(rng.integers(3))]
    builder.add(box((x, -0.55, 0.0), (x + 0.07, 0.55, 2.1)), door, Material.PLASTIC)
    builder.add(box((x, -0.9, -0.3), (x + 0.9, 0.9, 0.12)), _CONCRETE, Material.CONCRETE)
    builder.add(box((x, -1.0, 2.3), (x + 0.9, 1.0, 2.42)), tile, Material.METAL)


_STYLES = (_apartments, _apartments, _office, _apartments, _warehouse, _apartments)


def add_building(builder: MeshBuilder, variant: int) -> None:
    """A town building; every third or so is an office or a warehouse."""
    rng = np.random.default_rng([31, variant])
    _STYLES[variant % len(_STYLES)](builder, rng)


def add_house(builder: MeshBuilder, variant: int) -> None:
    """A detached house with a gable roof."""
    _gable_house(builder, np.random.default_rng([37, variant]))
