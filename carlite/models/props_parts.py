"""Colours and pieces that the makers of props share."""

from __future__ import annotations

import numpy as np

from carlite.mesh import Material
from carlite.models.build import Colour, MeshBuilder
from carlite.models.letters import rectangles
from carlite.models.shapes import Points, box, rounded_box, tube

BLACK: Colour = (0.02, 0.02, 0.021)
STEEL: Colour = (0.36, 0.37, 0.38)
WHITE: Colour = (0.76, 0.76, 0.74)
RED: Colour = (0.50, 0.015, 0.015)
GREEN: Colour = (0.03, 0.14, 0.06)
BLUE: Colour = (0.03, 0.10, 0.34)
YELLOW: Colour = (0.72, 0.48, 0.03)
WOOD: Colour = (0.26, 0.14, 0.06)
CLAY: Colour = (0.38, 0.14, 0.07)
STONE: Colour = (0.40, 0.39, 0.36)
GLASS: Colour = (0.03, 0.04, 0.045)
LEAF: Colour = (0.05, 0.115, 0.025)


def block(
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


def rod(
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
