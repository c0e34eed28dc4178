"""Looks of the static world by kind and variant."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from carlite.mesh import ActorModel, Box, Part
from carlite.models import houses, plants, street, structures
from carlite.models.build import MeshBuilder
from carlite.models.store import kept
from carlite.tags import Tag


def _tree(builder: MeshBuilder, variant: int) -> None:
    plants.add_tree(builder, plants.SPECIES[variant % len(plants.SPECIES)], np.random.default_rng([71, variant]))


def _bush(builder: MeshBuilder, variant: int) -> None:
    rng = np.random.default_rng([73, variant])
    colour = ((0.04, 0.10, 0.025), (0.06, 0.12, 0.03), (0.03, 0.075, 0.03), (0.10, 0.11, 0.03))[variant % 4]
    plants.add_bush(builder, rng, float(rng.uniform(0.6, 1.1)), float(rng.uniform(0.8, 1.5)), colour)


def _hedge(builder: MeshBuilder, variant: int) -> None:
    plants.add_hedge(builder, np.random.default_rng([79, variant]), 3.0, 0.8, 1.1 + 0.3 * (variant % 3))


_MAKERS: dict[str, tuple[Tag, Callable[[MeshBuilder, int], None]]] = {
    "building": (Tag.BUILDING, houses.add_building),
    "house": (Tag.BUILDING, houses.add_house),
    "tree": (Tag.VEGETATION, _tree),
    "bush": (Tag.VEGETATION, _bush),
    "hedge": (Tag.VEGETATION, _hedge),
    "street_lamp": (Tag.POLE, street.add_street_lamp),
    "pole": (Tag.POLE, street.add_pole),
    "traffic_light": (Tag.TRAFFIC_LIGHT, street.add_traffic_light),
    "sign": (Tag.TRAFFIC_SIGN, street.add_sign),
    "bench": (Tag.STATIC, street.add_bench),
    "bin": (Tag.STATIC, street.add_bin),
    "hydrant": (Tag.STATIC, street.add_hydrant),
    "guard_rail": (Tag.GUARD_RAIL, street.add_guard_rail),
    "fence": (Tag.FENCE, street.add_fence),
    "wall": (Tag.WALL, street.add_wall),
    "bus_stop": (Tag.STATIC, street.add_bus_stop),
    "billboard": (Tag.STATIC, street.add_billboard),
    "gantry": (Tag.TRAFFIC_SIGN, street.add_gantry),
    "wall_panel": (Tag.WALL, structures.add_wall_panel),
    "parapet": (Tag.BRIDGE, structures.add_parapet),
    "pier": (Tag.BRIDGE, structures.add_pier),
    "tunnel_lamp": (Tag.POLE, structures.add_tunnel_lamp),
}
SCENERY_KINDS: tuple[str, ...] = tuple(_MAKERS)


@cache
def scenery_model(kind: str, variant: int) -> ActorModel:
    """The looks of one kind of scenery, the same for the same variant.

    Fronts look along x, the street runs along y, the origin is on the ground. A sign's variant is its number (5..130 a speed
    limit, 205 yield, 206 stop), a wall panel's its height in centimetres, a pier's in decimetres; every other kind takes any
    number and repeats its styles.

    Raises:
        ValueError: unknown kind.
    """
    if kind not in _MAKERS:
        raise ValueError(f"scenery_model: got kind {kind!r}, expected one of {', '.join(_MAKERS)}")
    return kept(f"{kind} {variant}", lambda: _built(kind, variant))


def _built(kind: str, variant: int) -> ActorModel:
    tag, make = _MAKERS[kind]
    builder = MeshBuilder(tag)
    make(builder, variant)
    return ActorModel(parts=(Part(mesh=builder.mesh()),))


@cache
def scenery_box(kind: str, variant: int) -> Box:
    """The upright box around ``scenery_model(kind, variant)``, in its frame."""
    vertices = scenery_model(kind, variant).parts[0].mesh.vertices.astype(np.float64)
    low, high = vertices.min(0), vertices.max(0)
    x, y, z = (0.5 * (low + high)).tolist()
    half_x, half_y, half_z = (0.5 * (high - low)).tolist()
    return Box(centre=(x, y, z), half_extent=(half_x, half_y, half_z))
