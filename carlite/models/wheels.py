"""Wheels: tyre, rim with spokes so that spin is seen, brake disc. Axle along y, centre at the origin."""

from __future__ import annotations

from functools import cache

import numpy as np

from carlite.mesh import Material, Mesh
from carlite.models.build import MeshBuilder
from carlite.models.shapes import Shape, box, lathe, moved, tube, turn_x, turn_y
from carlite.tags import Tag

_RUBBER = (0.018, 0.018, 0.019)
_SILVER = (0.36, 0.365, 0.38)
_DISC = (0.14, 0.14, 0.145)
_TO_Y = turn_x(-90.0)  # a lathe about z becomes one about y


def _about_y(shape: Shape) -> Shape:
    return moved(shape, turn=_TO_Y)


def add_car_wheel(
    builder: MeshBuilder,
    radius: float,
    width: float,
    *,
    spokes: int = 5,
    rim: float = 0.66,
    outwards: float = 1.0,
    steel: bool = False,
) -> None:
    """Tyre and rim; ``outwards`` is the sign of y of the outer face; ``steel`` makes a plain truck wheel with bolts."""
    half = 0.5 * width
    inner = radius * rim
    tread = 0.93 * radius
    profile = [
        (inner, -half * 0.78),
        (inner * 1.06, -half * 0.96),
        (tread, -half),
        (radius * 0.985, -half * 0.82),
        (radius, -half * 0.6),
    ]
    tyre = profile + [(r, -y) for r, y in reversed(profile)]
    builder.add(_about_y(lathe(tyre, segments=28, closed=False)), _RUBBER, Material.RUBBER)
    well = [(inner, half * 0.80), (inner * 0.93, half * 0.70), (inner * 0.90, -half * 0.4), (0.0, -half * 0.4)]
    barrel = moved(lathe(well, segments=28, closed=False), scale=(1.0, 1.0, outwards))
    builder.add(_about_y(barrel), _DISC, Material.METAL)
    ring = lathe(
        [(inner * 1.01, half * 0.80), (inner * 1.0, half * 0.88), (inner * 0.90, half * 0.80), (inner * 0.90, half * 0.6)],
        segments=28,
        closed=False,
    )
    builder.add(_about_y(moved(ring, scale=(1.0, 1.0, outwards))), _SILVER, Material.METAL)
    if steel:
        dish = lathe(
            [(inner * 0.9, half * 0.55), (inner * 0.55, half * 0.2), (inner * 0.32, half * 0.65), (0.0, half * 0.75)],
            segments=24,
            closed=False,
        )
        builder.add(_about_y(moved(dish, scale=(1.0, 1.0, outwards))), (0.35, 0.35, 0.36), Material.METAL)
        for k in range(8):
            bolt = box(
                (-0.03 * radius * 2, 0.3 * half * outwards, inner * 0.62),
                (0.03 * radius * 2, 0.62 * half * outwards, inner * 0.80),
            )
            builder.add(bolt, _RUBBER, Material.METAL, turn=turn_y(45.0 * k))
        return
    hub = lathe([(inner * 0.24, half * 0.3), (inner * 0.22, half * 0.74), (0.0, half * 0.78)], segments=12, closed=False)
    builder.add(_about_y(moved(hub, scale=(1.0, 1.0, outwards))), _SILVER, Material.METAL)
    for k in range(spokes):
        low, high = sorted((0.50 * half * outwards, 0.80 * half * outwards))
        spoke = box((-inner * 0.10, low, inner * 0.12), (inner * 0.10, high, inner * 0.93))
        points = spoke[0].copy()
        points[points[:, 2] > inner * 0.5, 0] *= 1.5
        builder.add((points, spoke[1]), _SILVER, Material.METAL, turn=turn_y(360.0 / spokes * k))


@cache
def car_wheel(radius: float, width: float, tag: Tag, spokes: int, right: bool, steel: bool) -> Mesh:
    """A cached wheel; ``right`` says to which side its outer face looks."""
    builder = MeshBuilder(tag)
    add_car_wheel(builder, radius, width, spokes=spokes, outwards=1.0 if right else -1.0, steel=steel)
    return builder.mesh()


@cache
def spoked_wheel(radius: float, width: float, tag: Tag, spokes: int, rim_colour: tuple[float, float, float]) -> Mesh:
    """A bicycle or classic motorcycle wheel: thin tyre, rim, hub and wire spokes."""
    builder = MeshBuilder(tag)
    angle = np.linspace(0.0, 2.0 * np.pi, 33)
    tyre_radius = 0.5 * width
    circle = np.stack([np.cos(angle), 0 * angle, np.sin(angle)], -1)
    builder.add(tube(circle * (radius - tyre_radius), tyre_radius, segments=8), _RUBBER, Material.RUBBER)
    builder.add(tube(circle * (radius - 2.2 * tyre_radius), 0.45 * tyre_radius, segments=6), rim_colour, Material.METAL)
    builder.add(tube([(0, -1.4 * width, 0), (0, 1.4 * width, 0)], 0.035 + 0.1 * width, segments=10), _SILVER, Material.METAL)
    wire = max(0.004, 0.05 * width)
    for k in range(spokes):
        side = 1.0 if k % 2 else -1.0
        a = 2.0 * np.pi * k / spokes
        start = (0.03 * np.cos(a + 1.2), side * 1.1 * width, 0.03 * np.sin(a + 1.2))
        end = ((radius - 2.2 * tyre_radius) * np.cos(a), 0.0, (radius - 2.2 * tyre_radius) * np.sin(a))
        builder.add(tube([start, end], wire, segments=4), _SILVER, Material.METAL)
    return builder.mesh()
