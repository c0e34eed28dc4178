"""Road works, debris and lost loads. Makers take a builder and the (x, y, z) size in metres; origin on the ground."""

from __future__ import annotations

import numpy as np

from carlite.mesh import Material
from carlite.models.build import Colour, MeshBuilder
from carlite.models.letters import rectangles
from carlite.models.plants import add_leaves
from carlite.models.props_parts import add_side_text
from carlite.models.shapes import Points, box, grid, lathe, loft, moved, rounded_box, sphere, tube, turn_x, turn_y, turn_z
from carlite.models.wheels import add_car_wheel
from carlite.tags import Tag

_ORANGE: Colour = (0.78, 0.13, 0.01)
_WHITE: Colour = (0.80, 0.80, 0.79)
_RED: Colour = (0.52, 0.012, 0.012)
_YELLOW: Colour = (0.78, 0.50, 0.02)
_BLACK: Colour = (0.02, 0.02, 0.021)
_STEEL: Colour = (0.34, 0.35, 0.36)
_CARD: Colour = (0.38, 0.24, 0.12)
_WOOD: Colour = (0.36, 0.22, 0.10)


def cone(builder: MeshBuilder, size: Points) -> None:
    """Traffic cone: orange with white bands on a square foot."""
    x, _, z = size
    r = 0.40 * x
    builder.add(
        rounded_box((-0.5 * x, -0.5 * x, 0.0), (0.5 * x, 0.5 * x, 0.05 * z), 0.02 * x), (0.55, 0.09, 0.01), Material.RUBBER
    )
    edges = np.array([0.04, 0.28, 0.46, 0.60, 0.78, 1.0])
    for k in range(5):
        lower, upper = (r * (1.0 - 0.84 * t) for t in edges[k : k + 2])
        band = lathe([(lower, edges[k] * z), (upper, edges[k + 1] * z)], segments=24, closed=k == 4)
        builder.add(band, _WHITE if k in (1, 3) else _ORANGE, Material.PLASTIC)


def tall_cone(builder: MeshBuilder, size: Points) -> None:
    """Slim delineator post with a heavy foot."""
    x, y, z = size
    builder.add(rounded_box((-0.5 * x, -0.5 * y, 0.0), (0.5 * x, 0.5 * y, 0.08 * z), 0.02), _BLACK, Material.RUBBER)
    edges = np.linspace(0.08, 0.95, 7)
    for k in range(6):
        builder.add(
            lathe([(0.16 * x, edges[k] * z), (0.15 * x, edges[k + 1] * z)], segments=16),
            _WHITE if k % 2 else _ORANGE,
            Material.PLASTIC,
        )
    builder.add(sphere((0.15 * x, 0.15 * x, 0.05 * z), rings=6, segments=16), _ORANGE, Material.PLASTIC, at=(0, 0, 0.95 * z))


def _stripes(
    builder: MeshBuilder, x0: float, x1: float, y0: float, y1: float, z0: float, z1: float, a: Colour, b: Colour, n: int = 8
) -> None:
    """A board with upright bands of two colours along x."""
    edges = np.linspace(x0, x1, n + 1)
    for k in range(n):
        builder.add(box((edges[k], y0, z0), (edges[k + 1], y1, z1)), a if k % 2 else b, Material.PLASTIC)


def barrier(builder: MeshBuilder, size: Points) -> None:
    """Red and white board on two A-shaped feet."""
    x, y, z = size
    _stripes(builder, -0.5 * x, 0.5 * x, -0.04, 0.04, 0.72 * z, z, _RED, _WHITE)
    _stripes(builder, -0.5 * x, 0.5 * x, -0.03, 0.03, 0.38 * z, 0.52 * z, _RED, _WHITE)
    for side in (-0.4, 0.4):
        for end in (-0.5, 0.5):
            builder.add(
                tube([(side * x, end * y, 0.0), (side * x, 0.0, 0.85 * z)], 0.025, segments=6), _WHITE, Material.PLASTIC
            )


def bollard(builder: MeshBuilder, size: Points) -> None:
    """Post on a round foot."""
    x, _, z = size
    builder.add(
        lathe([(0.5 * x, 0.0), (0.48 * x, 0.05 * z), (0.14 * x, 0.09 * z), (0.12 * x, 0.9 * z)], segments=20),
        _RED,
        Material.PLASTIC,
    )
    builder.add(lathe([(0.13 * x, 0.62 * z), (0.13 * x, 0.78 * z)], segments=20), _WHITE, Material.PLASTIC)
    builder.add(sphere((0.17 * x, 0.17 * x, 0.09 * z), rings=8, segments=16), _RED, Material.PLASTIC, at=(0, 0, 0.91 * z))


def chain_barrier(builder: MeshBuilder, size: Points) -> None:
    """Two posts with a sagging chain."""
    x, y, z = size
    for side in (-1.0, 1.0):
        post = MeshBuilder(builder.tag)
        bollard(post, np.array([y, y, z]))
        builder.absorb(post, at=(side * (0.5 * x - 0.5 * y), 0.0, 0.0))
    s = np.linspace(-1.0, 1.0, 25)
    chain = np.stack([s * (0.5 * x - 0.5 * y), 0 * s, (0.55 + 0.27 * s**2) * z], -1)
    for k in range(24):
        builder.add(tube(chain[k : k + 2], 0.016, segments=6), _RED if k % 2 else _WHITE, Material.PLASTIC)


def _triangle_sign(builder: MeshBuilder, x: float, z: float, mark: str) -> None:
    """A warning triangle that looks along -x (towards traffic behind the works) and x."""
    outer = np.array([(-0.5, 0.0), (0.5, 0.0), (0.0, 0.87)])
    for scale, colour, thick in ((1.0, _RED, 0.02), (0.70, _YELLOW, 0.028)):
        flat = (outer - [0.0, 0.29]) * scale * x
        points = np.concatenate([np.stack([np.full(3, dx), flat[:, 0], flat[:, 1] + z], -1) for dx in (-thick, thick)])
        triangles = np.array([(0, 1, 2), (3, 4, 5), (0, 1, 4), (0, 4, 3), (1, 2, 5), (1, 5, 4), (2, 0, 3), (2, 3, 5)])
        builder.add((points, triangles), colour, Material.MARKING, tag=Tag.TRAFFIC_SIGN)
    for u0, u1, v0, v1 in rectangles(mark, 0.30 * x):
        builder.add(
            box((-0.034, u0, z + v0 - 0.03), (0.034, u1, z + v1 - 0.03)), _BLACK, Material.MARKING, tag=Tag.TRAFFIC_SIGN
        )


def _warning(builder: MeshBuilder, size: Points, mark: str, board: Colour) -> None:
    x, y, z = size
    for dx in (-0.45, 0.45):
        for dy in (-0.45, 0.45):
            builder.add(tube([(dx * x, dy * y, 0.0), (0.0, dy * y * 0.7, 0.55 * z)], 0.025, segments=6), _STEEL, Material.METAL)
    builder.add(box((-0.02, -0.5 * y, 0.22 * z), (0.02, 0.5 * y, 0.46 * z)), board, Material.MARKING, tag=Tag.TRAFFIC_SIGN)
    for u0, u1, v0, v1 in rectangles("SLOW", 0.14 * z):
        builder.add(box((-0.03, u0, 0.34 * z + v0), (0.03, u1, 0.34 * z + v1)), _BLACK, Material.MARKING, tag=Tag.TRAFFIC_SIGN)
    _triangle_sign(builder, 0.98 * y, 0.68 * z, mark)


def warning_construction(builder: MeshBuilder, size: Points) -> None:
    """Road works: a triangle on a folding stand."""
    _warning(builder, size, "A", _ORANGE)


def warning_accident(builder: MeshBuilder, size: Points) -> None:
    """Accident: a triangle on a folding stand."""
    _warning(builder, size, "I", _YELLOW)


def warning_trailer(builder: MeshBuilder, size: Points) -> None:
    """Trailer with a large striped board, an arrow of lamps and a beacon."""
    x, y, z = size
    builder.add(rounded_box((-0.45 * x, -0.36 * y, 0.14 * z), (0.30 * x, 0.36 * y, 0.22 * z), 0.04), _STEEL, Material.METAL)
    builder.add(tube([(0.30 * x, 0, 0.18 * z), (0.5 * x, 0, 0.15 * z)], 0.05, segments=8), _STEEL, Material.METAL)
    for side in (-1.0, 1.0):
        wheel = MeshBuilder(builder.tag)
        add_car_wheel(wheel, 0.085 * z, 0.18, outwards=side)
        builder.absorb(wheel, at=(-0.1 * x, side * 0.42 * y, 0.085 * z))
    builder.add(box((-0.30 * x, -0.5 * y, 0.26 * z), (-0.24 * x, 0.5 * y, 0.97 * z)), _WHITE, Material.MARKING)
    for k in range(-6, 7):
        bar = box((-0.315 * x, -0.07 * y, -0.13 * z), (-0.30 * x, 0.07 * y, 0.13 * z))
        at = (0.0, k * 0.072 * y, 0.34 * z)
        if k % 2 == 0:
            builder.add((bar[0] * [1, 0.52, 0.55], bar[1]), _RED, Material.MARKING, at=at)
    builder.add(box((-0.31 * x, -0.44 * y, 0.46 * z), (-0.30 * x, 0.44 * y, 0.94 * z)), _BLACK, Material.PLASTIC)
    arrow = [(k * 0.08 - 0.32, 0.70) for k in range(9)] + [(-0.24, 0.76), (-0.16, 0.82), (-0.24, 0.64), (-0.16, 0.58)]
    for u, v in arrow:
        lamp = sphere((0.02, 0.055, 0.055), rings=5, segments=10)
        builder.add(lamp, (0.75, 0.42, 0.02), Material.LAMP_LEFT, at=(-0.315 * x, u * y, v * z))
    for side in (-0.4, 0.4):
        builder.add(
            lathe([(0.07, 0.97 * z), (0.06, z)], segments=12),
            (0.75, 0.35, 0.02),
            Material.LAMP_RIGHT,
            at=(-0.27 * x, side * y, 0.0),
        )


def street_sign(builder: MeshBuilder, size: Points) -> None:
    """A name board on two posts."""
    x, y, z = size
    for side in (-0.42, 0.42):
        builder.add(tube([(side * x, 0, 0), (side * x, 0, z)], 0.30 * y, segments=8), _STEEL, Material.METAL, tag=Tag.POLE)
    builder.add(box((-0.5 * x, -0.5 * y, 0.66 * z), (0.5 * x, 0.5 * y, 0.96 * z)), (0.02, 0.07, 0.30), Material.MARKING)
    add_side_text(builder, "TOWN", 0.13 * z, 0.5 * y, 0.0, 0.81 * z, _WHITE)


def big_sign(builder: MeshBuilder, size: Points) -> None:
    """A direction board on two posts."""
    x, y, z = size
    for side in (-0.38, 0.38):
        builder.add(
            tube([(side * x, 0, 0), (side * x, 0, 0.98 * z)], 0.3 * y, segments=10), _STEEL, Material.METAL, tag=Tag.POLE
        )
    builder.add(
        rounded_box((-0.5 * x, -0.42 * y, 0.55 * z), (0.5 * x, 0.42 * y, z), 0.04), (0.01, 0.13, 0.06), Material.MARKING
    )
    for text, at in (("NORTH", 0.88), ("CITY", 0.70)):
        add_side_text(builder, text, 0.09 * z, 0.42 * y, 0.0, at * z, _WHITE)


def barrel(builder: MeshBuilder, size: Points) -> None:
    """Steel drum with ribs."""
    x, _, z = size
    r = 0.5 * x
    profile = [(0.96 * r, 0.0), (r, 0.02 * z), (0.95 * r, 0.04 * z), (0.95 * r, 0.32 * z), (r, 0.34 * z), (0.95 * r, 0.36 * z)]
    profile += [(0.95 * r, 0.64 * z), (r, 0.66 * z), (0.95 * r, 0.68 * z), (0.95 * r, 0.96 * z), (r, 0.98 * z), (0.96 * r, z)]
    builder.add(lathe(profile, segments=24), (0.03, 0.12, 0.34), Material.METAL)


def skip(builder: MeshBuilder, size: Points) -> None:
    """Large rubbish container on castors with a sloping lid."""
    x, y, z = size
    green = (0.03, 0.14, 0.06)
    section = np.array([(-0.5, -0.42), (0.5, -0.42), (0.5, 0.42), (-0.5, 0.42)])
    rows = [
        np.stack([section[:, 0] * x * s, section[:, 1] * y * s, np.full(4, h * z)], -1) for h, s in ((0.12, 0.88), (0.70, 1.0))
    ]
    builder.add(loft(rows), green, Material.PLASTIC)
    builder.add(box((-0.5 * x, -0.5 * y, 0.68 * z), (0.5 * x, 0.5 * y, 0.74 * z)), green, Material.PLASTIC)
    edge = np.array([(-0.48 * y, 0.74 * z), (0.48 * y, 0.74 * z), (0.30 * y, 0.98 * z), (-0.30 * y, 0.98 * z)])
    lid = [np.stack([np.full(4, end * x), edge[:, 0], edge[:, 1]], -1) for end in (-0.5, 0.5)]
    builder.add(loft(np.asarray(lid)), (0.02, 0.10, 0.045), Material.PLASTIC)
    builder.add(rounded_box((-0.3 * x, -0.3 * y, 0.97 * z), (0.3 * x, 0.3 * y, z), 0.02), _BLACK, Material.PLASTIC)
    for dx in (-0.4, 0.4):
        for dy in (-0.32, 0.32):
            wheel = moved(lathe([(0.06 * z, -0.03), (0.06 * z, 0.03)], segments=14), turn=turn_x(90.0))
            builder.add(wheel, _BLACK, Material.RUBBER, at=(dx * x, dy * y, 0.06 * z))


def carton(builder: MeshBuilder, size: Points, number: int) -> None:
    """Cardboard box: taped shut, open, or of wood."""
    x, y, z = size
    if number == 2:
        builder.add(box((-0.5 * x, -0.5 * y, 0), (0.5 * x, 0.5 * y, z)), _WOOD, Material.MATTE)
        for k in range(5):
            for dy in (-0.505, 0.495):
                builder.add(
                    box((-0.5 * x, dy * y, (0.05 + 0.2 * k) * z), (0.5 * x, (dy + 0.01) * y, (0.20 + 0.2 * k) * z)),
                    (0.28, 0.17, 0.08),
                    Material.MATTE,
                )
        return
    builder.add(rounded_box((-0.5 * x, -0.5 * y, 0), (0.5 * x, 0.5 * y, 0.96 * z), 0.015), _CARD, Material.MATTE)
    builder.add(box((-0.5 * x, -0.05 * y, 0.5 * z), (0.5 * x, 0.05 * y, 0.965 * z)), (0.48, 0.36, 0.22), Material.PLASTIC)
    if number == 3:
        for side in (-1.0, 1.0):
            flap = box((-0.48 * x, -0.01, 0.0), (0.48 * x, 0.01, 0.36 * y))
            builder.add(flap, _CARD, Material.MATTE, turn=turn_x(-side * 62.0), at=(0, side * 0.3 * y, 0.90 * z))


def flat_carton(builder: MeshBuilder, size: Points, number: int) -> None:
    """Crushed cardboard."""
    rng = np.random.default_rng([89, number])
    x, y, z = size
    for k in range(3):
        slab = rounded_box((-0.46 * x, -0.46 * y, 0.0), (0.46 * x, 0.46 * y, 0.28 * z), 0.1 * z)
        tilt = turn_z(float(rng.uniform(-9, 9))) @ turn_x(float(rng.uniform(-2, 2)))
        builder.add(slab, np.asarray(_CARD) * rng.uniform(0.8, 1.2), Material.MATTE, turn=tilt, at=(0, 0, 0.33 * k * z))


def dirt(builder: MeshBuilder, size: Points, number: int) -> None:
    """A heap of earth and stones."""
    rng = np.random.default_rng([97, number])
    x, y, z = size
    u, v = np.meshgrid(np.linspace(-1, 1, 25), np.linspace(-1, 1, 25), indexing="ij")
    height = np.maximum(1.0 - (u**2 + v**2), 0.0) ** 0.8
    bumps = np.zeros_like(u)
    for f in (3, 5, 9, 13):
        bumps += rng.uniform(0.1, 0.3) * np.sin(f * u + rng.uniform(0, 6)) * np.sin(f * v + rng.uniform(0, 6))
    surface = np.stack([0.5 * x * u, 0.5 * y * v, z * 0.8 * height * (1.0 + bumps).clip(0.1)], -1)
    heap, triangles = grid(surface)
    inside = ((u**2 + v**2).ravel()[triangles] <= 1.0).any(1)
    builder.add((heap, triangles[inside]), (0.15, 0.095, 0.055), Material.SOIL)
    for _ in range(40):
        a, r = rng.uniform(0, 2 * np.pi), np.sqrt(rng.random()) * 0.9
        stone = sphere(rng.uniform(0.15, 0.40, 3) * z, rings=4, segments=6)
        builder.add(
            stone,
            np.array([0.22, 0.19, 0.15]) * rng.uniform(0.6, 1.3),
            Material.MATTE,
            at=(0.5 * x * r * np.cos(a), 0.5 * y * r * np.sin(a), 0.5 * z * (1 - r)),
        )


def tile(builder: MeshBuilder, size: Points, number: int) -> None:
    """A shard of roof tile."""
    rng = np.random.default_rng([101, number])
    angle = np.sort(rng.uniform(0, 2 * np.pi, 6))
    ring = np.stack([np.cos(angle), np.sin(angle), 0 * angle], -1) * rng.uniform(0.7, 1.0, (6, 1)) * 0.5 * size
    builder.add(loft(np.stack([ring, ring + np.array([0.0, 0.0, size[2]])])), (0.34, 0.11, 0.06), Material.MATTE)


def litter(builder: MeshBuilder, size: Points, number: int) -> None:
    """Cans, cups, paper."""
    x, _, z = size
    if number in (1, 3, 4):
        colour = ((0.5, 0.02, 0.02), (0.7, 0.7, 0.68), (0.05, 0.25, 0.10))[number % 3]
        builder.add(
            lathe([(0.38 * x, 0.0), (0.5 * x, 0.06 * z), (0.5 * x, 0.92 * z), (0.4 * x, z)], segments=14),
            colour,
            Material.METAL,
        )
        return
    flat_carton(builder, size, number)


def trash_bag(builder: MeshBuilder, size: Points) -> None:
    """A full black bag, tied."""
    _bag(builder, size, (0.018, 0.018, 0.020), 103)


def plastic_bag(builder: MeshBuilder, size: Points) -> None:
    """A crumpled white carrier bag."""
    _bag(builder, size, (0.70, 0.71, 0.72), 107)


def _bag(builder: MeshBuilder, size: Points, colour: Colour, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y, z = size
    points, triangles = sphere(1.0, rings=18, segments=26)
    a, h = np.arctan2(points[:, 1], points[:, 0]), points[:, 2]
    crease = np.zeros_like(a)
    for k in (3, 5, 8, 11):
        crease += rng.uniform(0.02, 0.06) * np.sin(k * a + rng.uniform(0, 6) + 2.0 * h * rng.normal())
    body = points * (1.0 + crease)[:, None]
    body[:, 2] = np.maximum(body[:, 2], -0.72)
    narrow = np.where(body[:, 2] > 0.35, 1.0 - 0.75 * (body[:, 2] - 0.35) / 0.65, 1.0)
    body[:, :2] *= narrow[:, None]
    builder.add((body * [0.5 * x, 0.5 * y, 0.5 * z], triangles), colour, Material.PLASTIC, at=(0, 0, 0.38 * z), crease_deg=55.0)
    for k in range(5):
        t = 2 * np.pi * k / 5
        tip = (0.16 * x * np.cos(t), 0.16 * y * np.sin(t), z)
        builder.add(tube([(0, 0, 0.80 * z), tip], np.array([0.10, 0.03]) * x, segments=6), colour, Material.PLASTIC)


def hay_bale(builder: MeshBuilder, size: Points) -> None:
    """A round bale on its side."""
    _, y, z = size
    drum = lathe([(0.47 * z, -0.5 * y), (0.5 * z, -0.44 * y), (0.5 * z, 0.44 * y), (0.47 * z, 0.5 * y)], segments=30)
    builder.add(moved(drum, turn=turn_x(90.0)), (0.50, 0.36, 0.13), Material.FUR, at=(0, 0, 0.5 * z))
    for dy in (-0.3, 0.0, 0.3):
        ring = moved(
            lathe([(0.505 * z, dy * y - 0.01), (0.505 * z, dy * y + 0.01)], segments=30, closed=False), turn=turn_x(90.0)
        )
        builder.add(ring, (0.25, 0.18, 0.08), Material.MATTE, at=(0, 0, 0.5 * z))


def iron_plate(builder: MeshBuilder, size: Points) -> None:
    """A rusty steel plate."""
    x, y, z = size
    builder.add(box((-0.5 * x, -0.5 * y, 0), (0.5 * x, 0.5 * y, z)), (0.20, 0.105, 0.06), Material.METAL)


def shopping_cart(builder: MeshBuilder, size: Points) -> None:
    """A wire trolley; its length runs along y."""
    x, y, z = size

    def rod(points: list[tuple[float, float, float]], r: float = 0.009) -> None:
        builder.add(tube(np.asarray(points) * [x, y, z], r, segments=5), (0.45, 0.46, 0.47), Material.METAL)

    for k in np.linspace(0.0, 1.0, 9):
        front, back = -0.46 + 0.10 * (1 - k), 0.40
        h = 0.45 + 0.42 * k
        w = 0.30 + 0.14 * k
        rod([(-w, front, h), (w, front, h), (w, back, h), (-w, back, h), (-w, front, h)], 0.012 if k in (0.0, 1.0) else 0.005)
    for s in np.linspace(-1.0, 1.0, 9):
        rod([(0.30 * s, -0.36, 0.45), (0.44 * s, -0.46, 0.87)], 0.005)
        rod([(0.30 * s, 0.40, 0.45), (0.44 * s, 0.40, 0.87)], 0.005)
        rod([(0.30 * s, -0.36, 0.45), (0.30 * s, 0.40, 0.45)], 0.005)
    for side in (-1.0, 1.0):
        for t in np.linspace(0.0, 1.0, 11):
            rod([(0.30 * side, -0.36 + 0.76 * t, 0.45), (0.44 * side, -0.46 + 0.86 * t, 0.87)], 0.005)
        rod([(0.40 * side, -0.40, 0.12), (0.40 * side, 0.36, 0.14), (0.36 * side, 0.42, 0.45), (0.46 * side, 0.5, 0.98)], 0.014)
        for end in (-0.40, 0.36):
            wheel = moved(lathe([(0.058, -0.018), (0.058, 0.018)], segments=12), turn=turn_y(90.0))
            builder.add(wheel, _BLACK, Material.RUBBER, at=(0.42 * side * x, end * y, 0.06))
    builder.add(
        tube([(-0.46 * x, 0.485 * y, 0.98 * z), (0.46 * x, 0.485 * y, 0.98 * z)], 0.018, segments=8), _RED, Material.PLASTIC
    )


def rubbish_heap(builder: MeshBuilder, size: Points) -> None:
    """Boards, bags and boxes in a heap."""
    rng = np.random.default_rng(109)
    x, y, z = size
    for _ in range(16):
        half = rng.uniform([0.10, 0.06, 0.02], [0.8, 0.22, 0.07]) * [1.0, 1.0, 1.0]
        at = rng.uniform([-0.35 * x, -0.35 * y, 0.05], [0.35 * x, 0.35 * y, 0.7 * z])
        turn = turn_z(float(rng.uniform(0, 180))) @ turn_y(float(rng.uniform(-10, 10)))
        builder.add(box(-half, half), np.array(_WOOD) * rng.uniform(0.5, 1.3), Material.MATTE, turn=turn, at=at)
    for k in range(4):
        bag = MeshBuilder(builder.tag)
        _bag(bag, np.array([0.4, 0.4, 0.8 * z]), (0.02, 0.02, 0.022), 113 + k)
        builder.absorb(bag, at=(rng.uniform(-0.38, 0.38) * x, rng.uniform(-0.3, 0.3) * y, 0.0))


def tyre(builder: MeshBuilder, size: Points) -> None:
    """A tyre without rim that lies flat."""
    r, h = 0.5 * size[0], size[2]
    profile = [
        (0.62 * r, 0.10 * h),
        (0.80 * r, 0.0),
        (0.95 * r, 0.06 * h),
        (r, 0.2 * h),
        (r, 0.8 * h),
        (0.95 * r, 0.94 * h),
        (0.80 * r, h),
        (0.62 * r, 0.90 * h),
    ]
    builder.add(lathe(profile, segments=32, closed=False), (0.02, 0.02, 0.021), Material.RUBBER)
    builder.add(
        lathe([(0.62 * r, 0.90 * h), (0.74 * r, 0.5 * h), (0.62 * r, 0.10 * h)], segments=32, closed=False),
        (0.012, 0.012, 0.012),
        Material.RUBBER,
    )
    for k in range(36):
        lug = box((-0.02, 0.985 * r, 0.12 * h), (0.02, 1.0 * r, 0.88 * h))
        builder.add(lug, (0.02, 0.02, 0.021), Material.RUBBER, turn=turn_z(10.0 * k))


def mattress(builder: MeshBuilder, size: Points) -> None:
    """A quilted mattress."""
    x, y, z = size
    builder.add(
        rounded_box((-0.5 * x, -0.5 * y, 0.0), (0.5 * x, 0.5 * y, 0.94 * z), 0.35 * z), (0.66, 0.63, 0.56), Material.CLOTH
    )
    for dx in np.linspace(-0.38, 0.38, 6):
        for dy in np.linspace(-0.34, 0.34, 4):
            builder.add(
                sphere((0.13, 0.15, 0.03), rings=4, segments=10),
                (0.70, 0.68, 0.62),
                Material.CLOTH,
                at=(dx * x, dy * y, 0.92 * z),
            )
    for h in (0.2, 0.75):
        builder.add(
            rounded_box((-0.505 * x, -0.505 * y, h * z - 0.008), (0.505 * x, 0.505 * y, h * z + 0.008), 0.006),
            (0.10, 0.16, 0.34),
            Material.CLOTH,
        )


def ladder(builder: MeshBuilder, size: Points) -> None:
    """An aluminium ladder that lies flat."""
    x, y, z = size
    metal = (0.52, 0.53, 0.54)
    for side in (-1.0, 1.0):
        a, b = sorted((side * 0.5 * y, side * (0.5 * y - 0.03)))
        builder.add(box((-0.5 * x, a, 0), (0.5 * x, b, z)), metal, Material.METAL)
    for at in np.linspace(-0.46, 0.46, 11):
        builder.add(tube([(at * x, -0.48 * y, 0.5 * z), (at * x, 0.48 * y, 0.5 * z)], 0.016, segments=8), metal, Material.METAL)


def pallet(builder: MeshBuilder, size: Points) -> None:
    """A Euro pallet."""
    x, y, z = size
    for dy in (-0.41, -0.2, 0.0, 0.2, 0.41):
        builder.add(box((-0.5 * x, (dy - 0.085) * y, 0.85 * z), (0.5 * x, (dy + 0.085) * y, z)), _WOOD, Material.MATTE)
    for dy in (-0.41, 0.0, 0.41):
        builder.add(box((-0.5 * x, (dy - 0.09) * y, 0.0), (0.5 * x, (dy + 0.09) * y, 0.15 * z)), _WOOD, Material.MATTE)
        for dx in (-0.44, 0.0, 0.44):
            builder.add(
                box(((dx - 0.06) * x, (dy - 0.06) * y, 0.15 * z), ((dx + 0.06) * x, (dy + 0.06) * y, 0.7 * z)),
                (0.27, 0.16, 0.07),
                Material.MATTE,
            )
    for dx in (-0.44, 0.0, 0.44):
        builder.add(box(((dx - 0.06) * x, -0.5 * y, 0.7 * z), ((dx + 0.06) * x, 0.5 * y, 0.85 * z)), _WOOD, Material.MATTE)


def rock(builder: MeshBuilder, size: Points) -> None:
    """A boulder."""
    rng = np.random.default_rng(127)
    points, triangles = sphere(1.0, rings=14, segments=20)
    cuts = rng.normal(size=(14, 3))
    cuts /= np.linalg.norm(cuts, axis=1, keepdims=True)
    for cut in cuts:
        over = np.maximum(points @ cut - rng.uniform(0.62, 0.85), 0.0)
        points = points - 0.9 * over[:, None] * cut
    points[:, 2] = np.maximum(points[:, 2], -0.6)
    builder.add((points * 0.5 * size, triangles), (0.24, 0.22, 0.20), Material.CONCRETE, crease_deg=25.0)


def branch(builder: MeshBuilder, size: Points) -> None:
    """A broken branch with twigs and leaves."""
    rng = np.random.default_rng(131)
    x, y, z = size
    spine = np.array(
        [
            (-0.5 * x, 0.0, 0.10 * z),
            (-0.1 * x, 0.08 * y, 0.22 * z),
            (0.2 * x, -0.05 * y, 0.30 * z),
            (0.48 * x, 0.05 * y, 0.4 * z),
        ]
    )
    builder.add(tube(spine, np.array([0.055, 0.045, 0.03, 0.012]), segments=8), (0.11, 0.08, 0.055), Material.BARK)
    tips = []
    for _ in range(12):
        t = rng.uniform(0.25, 1.0)
        root = np.array([np.interp(t * 3, range(4), spine[:, k]) for k in range(3)])
        tip = root + rng.uniform([0.0, -0.4 * y, -0.2 * z], [0.25 * x, 0.4 * y, 0.6 * z])
        tip[2] = max(tip[2], 0.06)
        builder.add(tube([root, tip], np.array([0.018, 0.006]), segments=5), (0.11, 0.08, 0.055), Material.BARK)
        tips.append(tip)
    add_leaves(builder, rng, np.asarray(tips), np.full((len(tips), 3), 0.13), 420, 0.10, (0.05, 0.115, 0.025))
