"""Four-legged animals: lofted bodies, heads, legs that walk. x forward, origin on the ground."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import yaml
from scipy.interpolate import PchipInterpolator

from carlite.mesh import ActorModel, Joint, Material, Part
from carlite.models.build import Colour, MeshBuilder
from carlite.models.carstyles import frozen
from carlite.models.shapes import Points, loft, off, sphere, tube
from carlite.tags import Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Beast:
    """Proportions as fractions of the box: x of its length (0 tail, 1 nose), z of its height, widths of its width.

    Attributes:
        trunk: (x, z, half height, half width) sections from rump to chest.
        neck: (x, z, radius) from the chest to the skull; radii over the height.
        head: (x, z, half height, half width) sections from the skull to the nose.
        legs: (x of front, x of back, hip z, radius over height).
    """

    trunk: tuple[tuple[float, float, float, float], ...]
    neck: tuple[tuple[float, float, float], ...]
    head: tuple[tuple[float, float, float, float], ...]
    legs: tuple[float, float, float, float]
    coat: Colour
    belly: Colour
    dark: Colour = (0.02, 0.016, 0.013)
    ears: float = 0.05
    tail: tuple[tuple[float, float], ...] = ()
    tail_radius: float = 0.012
    antlers: bool = False
    horns: bool = False
    mane: bool = False
    tusks: bool = False
    patches: Colour | None = None


@cache
def _beasts() -> dict[str, Beast]:
    text = Path(__file__).with_name("animals.yaml").read_text(encoding="utf-8")
    return {name: Beast(**frozen(fields)) for name, fields in yaml.safe_load(text).items()}


def _rings(sections: tuple[tuple[float, float, float, float], ...], size: Points, segments: int = 16) -> Points:
    """Upright elliptic rings (n, segments, 3) across x."""
    angle = np.linspace(0.0, 2.0 * np.pi, segments, endpoint=False)
    length, width, height = size
    rows = []
    for x, z, half_z, half_y in sections:
        y = 0.5 * width * half_y * np.cos(angle)
        rows.append(np.stack([np.full(segments, (x - 0.5) * length), y, (z + half_z * np.sin(angle)) * height], -1))
    return np.asarray(rows)


def _finer(
    sections: tuple[tuple[float, float, float, float], ...], steps: int
) -> tuple[tuple[float, float, float, float], ...]:
    """The same profile through more sections, smooth."""
    table = np.asarray(sections)
    at = np.linspace(0.0, len(table) - 1.0, steps)
    smooth = PchipInterpolator(np.arange(len(table)), table)(at)
    return tuple((float(x), float(z), float(h), float(w)) for x, z, h, w in smooth)


def animal_model(name: str, half: tuple[float, float, float]) -> ActorModel:
    """A standing animal whose legs move in diagonal pairs.

    Args:
        name: "deer", "dog", "boar", "cow" or "horse".
        half: half size of the box; the model fills its length, width and height.
    """
    beast = _beasts()[name]
    size = 2.0 * np.asarray(half)
    body = MeshBuilder(Tag.OTHER)
    _add_trunk(body, beast, size, name)
    _add_head(body, beast, size)
    low, _ = body.bounds()
    body.fit((-half[0], -half[1], low[2]), (half[0], half[1], size[2]))
    parts = [Part(mesh=body.mesh())]
    front, back, hip, radius = beast.legs
    hip_z = hip * size[2]
    for joint, pairs in ((Joint.FRONT_LEGS, ((front, -1.0), (back, 1.0))), (Joint.BACK_LEGS, ((front, 1.0), (back, -1.0)))):
        for x, side in pairs:
            leg = MeshBuilder(Tag.OTHER)
            _add_leg(leg, beast, hip_z, radius * size[2], rear=x == back)
            pivot = ((x - 0.5) * size[0], side * 0.19 * size[1], hip_z)
            parts.append(Part(mesh=leg.mesh(), pivot=(float(pivot[0]), float(pivot[1]), float(pivot[2])), joint=joint))
    return ActorModel(parts=tuple(parts))


def _add_trunk(body: MeshBuilder, beast: Beast, size: Points, name: str) -> None:
    rings = _rings(_finer(beast.trunk, 20), size)
    shape = loft(rings)
    middle = shape[0][shape[1]].mean(1)
    centre_z = np.mean([section[1] for section in beast.trunk]) * size[2]
    depth = 0.14 * size[2]
    low = np.clip((centre_z - 0.3 * depth - middle[:, 2]) / depth, 0.0, 1.0)[:, None]
    colours = np.asarray(beast.coat) * (1 - low) + np.asarray(beast.belly) * low
    if beast.patches:
        p = middle / size
        field = np.sin(9.0 * p[:, 0] + 1.0) * np.sin(5.0 * p[:, 2] + 4.0 * np.sign(p[:, 1]) + 2.0) + 0.5 * np.sin(
            16.0 * p[:, 0] + 7.0 * p[:, 1]
        )
        colours = np.where((field > 0.12)[:, None], np.asarray(beast.patches), colours)
    body.add(shape, colours, Material.FUR, crease_deg=80.0)
    if name == "cow":
        udder = sphere((0.09, 0.12, 0.08), rings=6, segments=10)
        body.add(udder, (0.55, 0.30, 0.25), Material.SKIN, at=((0.22 - 0.5) * size[0], 0.0, 0.40 * size[2]))
    if beast.tail:
        path = np.array([((x - 0.5) * size[0], 0.0, z * size[2]) for x, z in beast.tail])
        radii = beast.tail_radius * size[2] * np.array([1.0, 1.3 if name == "horse" else 0.9, 0.5])
        fine = np.linspace(0, 2, 7)
        spine = np.stack([np.interp(fine, [0, 1, 2], path[:, k]) for k in range(3)], -1)
        body.add(
            tube(spine, np.interp(fine, [0, 1, 2], radii), segments=8),
            beast.dark if name in ("horse", "cow") else beast.coat,
            Material.FUR,
        )


def _add_head(body: MeshBuilder, beast: Beast, size: Points) -> None:
    length, width, height = size
    spine = np.array([((x - 0.5) * length, 0.0, z * height) for x, z, _ in beast.neck])
    radii = np.array([r * height for _, _, r in beast.neck])
    fine = np.linspace(0, len(spine) - 1, 8)
    index = np.arange(len(spine))
    path = np.stack([np.interp(fine, index, spine[:, k]) for k in range(3)], -1)
    body.add(tube(path, np.interp(fine, index, radii), segments=14), beast.coat, Material.FUR, crease_deg=80.0)
    shape = loft(_rings(_finer(beast.head, 12), size, 14))
    middle = shape[0][shape[1]].mean(1)
    nose = ((middle[:, 0] / length + 0.5) > 0.965)[:, None]
    body.add(shape, np.where(nose, np.asarray(beast.dark), np.asarray(beast.coat)), Material.FUR, crease_deg=80.0)
    skull = np.array([(beast.head[1][0] - 0.5) * length, 0.0, beast.head[1][1] * height])
    half_y, half_z = 0.5 * width * beast.head[1][3], beast.head[1][2] * height
    for side in (-1.0, 1.0):
        eye = off(skull, 0.25 * half_z, side * 0.88 * half_y, 0.25 * half_z)
        body.add(sphere(0.13 * half_z + 0.005, rings=5, segments=8), (0.01, 0.008, 0.008), Material.PLASTIC, at=eye)
        root = off(skull, -0.5 * half_z, side * 0.6 * half_y, 0.6 * half_z)
        tip = off(root, -0.2 * beast.ears * height, side * 0.55 * beast.ears * height, 0.9 * beast.ears * height)
        if beast.horns:
            tip = off(root, 0.0, side * beast.ears * height, 0.0)
        r = 0.22 * beast.ears * height
        body.add(tube([root, 0.5 * (root + tip), tip], np.array([0.7, 1.0, 0.15]) * r, segments=8), beast.coat, Material.FUR)
        if beast.antlers:
            _add_antler(body, skull, side, height)
        if beast.horns:
            horn = [
                off(skull, -0.4 * half_z, side * 0.7 * half_y, 0.7 * half_z),
                off(skull, -0.2 * half_z, side * 1.5 * half_y, 1.1 * half_z),
                off(skull, 0.2 * half_z, side * 1.6 * half_y, 1.7 * half_z),
            ]
            body.add(tube(horn, np.array([0.03, 0.022, 0.006]), segments=7), (0.55, 0.50, 0.40), Material.PLASTIC)
        if beast.tusks:
            mouth = np.array([(0.91 - 0.5) * length, side * 0.30 * 0.5 * width, 0.42 * height])
            body.add(
                tube(
                    [mouth, off(mouth, 0.03, side * 0.02, 0.03), off(mouth, 0.03, side * 0.02, 0.10)],
                    np.array([0.014, 0.012, 0.003]),
                    segments=6,
                ),
                (0.7, 0.66, 0.55),
                Material.PLASTIC,
            )
    if beast.mane:
        top = [
            off(path[k], -0.85 * np.interp(fine[k], index, radii), 0.0, 0.35 * np.interp(fine[k], index, radii))
            for k in range(len(path))
        ]
        body.add(tube(top, 0.032 * height, segments=6), beast.dark, Material.FUR)


def _add_antler(body: MeshBuilder, skull: Points, side: float, height: float) -> None:
    """A main beam with three tines."""
    h = height
    beam = (
        np.array([(-0.01, 0.02, 0.03), (-0.05, 0.09, 0.10), (-0.07, 0.145, 0.17), (-0.03, 0.155, 0.25)])
        * h
        * np.array([1, side, 1])
        + skull
    )
    bone = (0.34, 0.26, 0.17)
    body.add(tube(beam, np.array([0.014, 0.012, 0.010, 0.003]) * h, segments=7), bone, Material.PLASTIC)
    for k, tine in ((1, (0.07, 0.0, 0.05)), (2, (0.07, 0.02, 0.06)), (2, (-0.04, 0.03, 0.08))):
        tip = beam[k] + np.array(tine) * h * np.array([1, side, 1])
        body.add(tube([beam[k], tip], np.array([0.009, 0.002]) * h, segments=6), bone, Material.PLASTIC)


def _add_leg(leg: MeshBuilder, beast: Beast, hip_z: float, radius: float, *, rear: bool) -> None:
    """A leg that hangs from the origin to z = -hip_z; hind legs bend backwards at the hock."""
    bend = -0.10 if rear else 0.015
    points = np.array(
        [
            (-0.01, 0.0, 0.34 * hip_z),
            (0.0, 0.0, 0.12 * hip_z),
            (0.01, 0.0, -0.20 * hip_z),
            (bend * hip_z, 0.0, -0.52 * hip_z),
            (0.02 * hip_z, 0.0, -0.90 * hip_z),
            (0.03 * hip_z, 0.0, -0.93 * hip_z),
        ]
    )
    radii = np.array([0.5, 2.3 if rear else 1.8, 2.0 if rear else 1.6, 1.05, 0.80, 0.95]) * radius
    fine = np.linspace(0, 5, 16)
    path = np.stack([np.interp(fine, np.arange(6), points[:, k]) for k in range(3)], -1)
    leg.add(tube(path, np.interp(fine, np.arange(6), radii), segments=10), beast.coat, Material.FUR, crease_deg=80.0)
    hoof = tube(
        [(0.03 * hip_z, 0, -0.92 * hip_z), (0.05 * hip_z + 0.2 * radius, 0, -hip_z)],
        np.array([1.0, 1.25]) * radius,
        segments=10,
    )
    shape = (np.maximum(hoof[0], [-9.0, -9.0, -hip_z]), hoof[1])
    leg.add(shape, beast.dark, Material.PLASTIC)
