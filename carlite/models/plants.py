"""Trees, bushes, hedges: a branching trunk and a crown of many small leaf cards."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from carlite.mesh import Material
from carlite.models.build import Colour, MeshBuilder
from carlite.models.shapes import Points, Shape, lathe, rounded_box, sphere, tube
from carlite.tags import Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Species:
    """A kind of tree; metres, linear colours.

    Attributes:
        height: of the whole tree.
        crown: (half width, half height) of the crown.
        clumps: number of leaf clumps.
        leaf_m: size of a leaf card.
        cone: whether the crown is a conifer's cone.
    """

    height: float
    crown: tuple[float, float]
    leaves: Colour
    bark: Colour = (0.10, 0.075, 0.052)
    trunk_m: float = 0.17
    clumps: int = 16
    leaf_m: float = 0.36
    cone: bool = False


SPECIES = (
    Species(height=8.5, crown=(2.7, 2.9), leaves=(0.050, 0.115, 0.022)),
    Species(height=11.0, crown=(2.2, 4.4), leaves=(0.042, 0.100, 0.025), clumps=20),
    Species(height=9.5, crown=(4.0, 3.0), leaves=(0.034, 0.088, 0.020), trunk_m=0.26, clumps=24, leaf_m=0.42),
    Species(height=7.0, crown=(2.3, 2.3), leaves=(0.150, 0.075, 0.014)),
    Species(height=10.0, crown=(1.9, 3.8), leaves=(0.080, 0.140, 0.030), bark=(0.55, 0.54, 0.50), trunk_m=0.12, leaf_m=0.28),
    Species(height=12.0, crown=(2.3, 5.4), leaves=(0.018, 0.055, 0.022), cone=True, trunk_m=0.20),
    Species(height=5.0, crown=(1.6, 1.6), leaves=(0.062, 0.125, 0.030), trunk_m=0.09, clumps=10, leaf_m=0.28),
    Species(height=9.0, crown=(3.1, 3.3), leaves=(0.060, 0.120, 0.026), bark=(0.26, 0.24, 0.19), trunk_m=0.21, clumps=20),
)


def add_leaves(
    builder: MeshBuilder, rng: np.random.Generator, centres: Points, radii: Points, count: int, size: float, colour: Colour
) -> None:
    """Leaf cards on the shells of ellipsoidal clumps, shaded as if they were one rounded mass.

    Args:
        builder: of the part.
        rng: fixes the tree.
        centres, radii: (k, 3) of the clumps, metres.
        count: of cards.
        size: of a card, metres.
        colour: mean linear albedo.
    """
    which = rng.choice(len(centres), count, p=_shares(radii))
    direction = rng.normal(size=(count, 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    shell = rng.uniform(0.72, 1.0, (count, 1))
    position = centres[which] + direction * radii[which] * shell
    tilt = direction + rng.normal(0.0, 0.7, (count, 3))
    tilt /= np.linalg.norm(tilt, axis=1, keepdims=True)
    across = np.cross(tilt, rng.normal(size=(count, 3)))
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    along = np.cross(tilt, across)
    half = 0.5 * size * rng.uniform(0.7, 1.3, (count, 1))
    corners = np.stack(
        [position - along * half, position + across * half * 0.8, position + along * half, position - across * half * 0.8], 1
    )
    middle = centres.mean(0)
    outward = position - middle
    outward /= np.linalg.norm(outward, axis=1, keepdims=True)
    normal = 0.55 * direction + 0.55 * outward + 0.25 * tilt
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    shade = rng.uniform(0.70, 1.30, (count, 1)) * (0.75 + 0.35 * (shell - 0.72) / 0.28)
    start = 4 * np.arange(count)[:, None]
    triangles = np.concatenate([start + np.array([0, 1, 2]), start + np.array([0, 2, 3])], 1).reshape(-1, 3)
    uv = np.tile(np.array([[0.0, 0.0], [0.3, 0.0], [0.3, 0.3], [0.0, 0.3]]), (count, 1)) + np.repeat(
        rng.random((count, 2)), 4, 0
    )
    shape = (corners.reshape(-1, 3), triangles)
    colours = np.repeat(np.asarray(colour) * shade, 2, 0)
    builder.add(shape, colours, Material.LEAVES, uvs=uv, normals=np.repeat(normal, 4, 0))


def _shares(radii: Points) -> Points:
    area = radii.prod(1) ** (2.0 / 3.0)
    result: Points = area / area.sum()
    return result


def add_tree(builder: MeshBuilder, species: Species, rng: np.random.Generator) -> None:
    """A tree that stands on the origin."""
    h, (wide, tall) = species.height, species.crown
    if species.cone:
        _add_conifer(builder, species, rng)
        return
    middle = np.array([0.0, 0.0, h - tall])
    sway = rng.normal(0.0, 0.12, 2)
    fork = np.array([sway[0], sway[1], max(h - 1.9 * tall, 0.25 * h)])
    r = species.trunk_m
    trunk = [(0, 0, -0.1), (0.02, 0, 0.25), (0.6 * sway[0], 0.6 * sway[1], 0.6 * fork[2]), fork]
    builder.add(tube(trunk, np.array([1.5, 1.08, 0.92, 0.82]) * r, segments=9), species.bark, Material.BARK)
    n = species.clumps
    golden = np.pi * (3.0 - np.sqrt(5.0))
    k = np.arange(n) + 0.5
    z = 1.0 - 2.0 * k / n
    ring = np.sqrt(1.0 - z**2)
    unit = np.stack([ring * np.cos(golden * k), ring * np.sin(golden * k), z], -1)
    spread = rng.uniform(0.52, 0.74, (n, 1))
    centres = middle + unit * spread * np.array([wide, wide, tall])
    size = np.sqrt(4.0 / n) * rng.uniform(0.75, 1.05, (n, 1)) * np.array([wide, wide, 0.8 * tall])
    centres, size = np.concatenate([centres, middle[None]]), np.concatenate([size, 0.5 * np.array([[wide, wide, tall]])])
    for centre in centres[: n : max(n // 7, 1)]:
        path = [fork, 0.5 * (fork + centre) + [0.0, 0.0, 0.12 * tall], centre]
        builder.add(tube(path, np.array([0.5, 0.32, 0.12]) * r, segments=6), species.bark, Material.BARK)
    dark = 0.45 * np.asarray(species.leaves)
    for centre, radius in zip(centres, size, strict=True):
        builder.add(sphere(0.74 * radius, rings=5, segments=8), dark, Material.LEAVES, at=centre)
    add_leaves(builder, rng, centres, size, 42 * n, 1.32 * species.leaf_m, species.leaves)


def _add_conifer(builder: MeshBuilder, species: Species, rng: np.random.Generator) -> None:
    """Whorls of drooping twigs around a straight stem."""
    h, wide = species.height, species.crown[0]
    low = h - 2.0 * species.crown[1]
    builder.add(
        tube([(0, 0, -0.1), (0, 0, 0.5 * h), (0, 0, h - 0.3)], np.array([1.3, 0.8, 0.15]) * species.trunk_m, segments=8),
        species.bark,
        Material.BARK,
    )
    centres, radii = [], []
    for level in np.linspace(0.0, 1.0, 15):
        reach = wide * (1.0 - 0.93 * level)
        z = low + level * (h - low - 0.35)
        count = max(int(9 * (1.0 - level)) + 3, 3)
        for a in np.linspace(0.0, 2.0 * np.pi, count, endpoint=False) + rng.uniform(0, 2):
            centres.append((0.62 * reach * np.cos(a), 0.62 * reach * np.sin(a), z - 0.14 * reach))
            radii.append((0.40 * reach + 0.06, 0.40 * reach + 0.06, 0.22 * reach + 0.12))
    builder.add(_cone(0.62 * wide, low + 0.1, h - 0.2), 0.4 * np.asarray(species.leaves), Material.LEAVES)
    add_leaves(builder, rng, np.array(centres), np.array(radii), 850, 0.45, species.leaves)


def _cone(radius: float, low: float, high: float) -> Shape:
    return lathe([(radius, low), (0.02, high)], segments=12)


def add_bush(builder: MeshBuilder, rng: np.random.Generator, radius: float, height: float, colour: Colour) -> None:
    """A round bush on the origin."""
    n = 6
    angle = np.linspace(0.0, 2.0 * np.pi, n, endpoint=False)
    centres = np.stack([0.45 * radius * np.cos(angle), 0.45 * radius * np.sin(angle), rng.uniform(0.40, 0.58, n) * height], -1)
    radii = np.array([0.55 * radius, 0.55 * radius, 0.42 * height]) * rng.uniform(0.85, 1.0, (n, 1))
    for centre, r in zip(centres, radii, strict=True):
        builder.add(sphere(0.8 * r, rings=5, segments=8), 0.45 * np.asarray(colour), Material.LEAVES, at=centre)
    add_leaves(builder, rng, centres, radii, 420, 0.20, colour)


def add_hedge(builder: MeshBuilder, rng: np.random.Generator, length: float, width: float, height: float) -> None:
    """A clipped hedge along y on the origin."""
    colour = (0.030, 0.082, 0.020)
    low, high = (-0.5 * width + 0.06, -0.5 * length + 0.04, 0.0), (0.5 * width - 0.06, 0.5 * length - 0.04, height - 0.06)
    builder.add(rounded_box(low, high, 0.12), 0.5 * np.asarray(colour), Material.LEAVES)
    count = int(220 * length)
    face = rng.integers(0, 4, count)
    y = rng.uniform(-0.5, 0.5, count) * (length - 0.1)
    s = rng.random(count)
    x = np.where(face == 0, 0.5, np.where(face == 1, -0.5, s - 0.5)) * (width - 0.12)
    z = np.where(face >= 2, 1.0, s) * (height - 0.08)
    centres = np.stack([x, y, z], -1)
    add_leaves(builder, rng, centres, np.full((count, 3), 0.035), count, 0.13, colour)


def tree_builder(variant: int) -> MeshBuilder:
    """A tree of the species ``variant``, individual by its number."""
    builder = MeshBuilder(Tag.VEGETATION)
    add_tree(builder, SPECIES[variant % len(SPECIES)], np.random.default_rng([71, variant]))
    return builder
