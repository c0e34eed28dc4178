"""Parts of bridges, tunnels and walled roads. x looks at the road, y runs along it; pieces in a row are 2 m long."""

from __future__ import annotations

from carlite.mesh import Material
from carlite.models.build import Colour, MeshBuilder
from carlite.models.shapes import box, extrusion, lathe, rounded_box
from carlite.tags import Tag

PIECE_M = 2.0
_HALF_M = 0.5 * PIECE_M + 0.03  # pieces of a bend overlap instead of gaping
_CONCRETE: Colour = (0.36, 0.355, 0.34)
_DARK: Colour = (0.10, 0.10, 0.105)
_LIT: Colour = (0.75, 0.73, 0.66)


def add_wall_panel(builder: MeshBuilder, variant: int) -> None:
    """A plain wall behind the plane x = 0, ``variant`` centimetres high."""
    height = max(variant, 1) / 100.0
    builder.add(box((-0.12, -_HALF_M, -0.3), (0.0, _HALF_M, height)), _CONCRETE, Material.CONCRETE)


def add_parapet(builder: MeshBuilder, variant: int) -> None:
    """A concrete barrier of 0.9 m with a sloping foot and a rail on top, as along bridges."""
    del variant
    outline = ((-0.16, -0.1), (0.16, -0.1), (0.04, 0.85), (-0.12, 0.85))
    builder.add(extrusion(outline, 2.0 * _HALF_M), _CONCRETE, Material.CONCRETE)
    builder.add(box((-0.07, -_HALF_M, 0.98), (0.01, _HALF_M, 1.06)), (0.36, 0.37, 0.38), Material.METAL)
    for y in (-0.5, 0.5):
        builder.add(box((-0.05, y - 0.03, 0.84), (-0.01, y + 0.03, 1.0)), (0.36, 0.37, 0.38), Material.METAL)


def add_pier(builder: MeshBuilder, variant: int) -> None:
    """A round column with a wider head, ``variant`` decimetres high."""
    height = max(variant, 10) / 10.0
    column = lathe([(0.50, -0.6), (0.50, height - 0.7), (0.85, height - 0.35), (0.85, height)], segments=20)
    builder.add(column, _CONCRETE, Material.CONCRETE)


def add_tunnel_lamp(builder: MeshBuilder, variant: int) -> None:
    """A lamp under a ceiling, which is at z = 0."""
    del variant
    builder.add(rounded_box((-0.16, -0.62, -0.12), (0.16, 0.62, 0.0), 0.03), _DARK, Material.METAL, tag=Tag.POLE)
    builder.add(box((-0.12, -0.56, -0.135), (0.12, 0.56, -0.12)), _LIT, Material.LAMP_STREET, tag=Tag.POLE)
