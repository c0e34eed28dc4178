"""What makes a body a car: lamps, grille, plates, mirrors, door lines, handles, light bars. Draped on the lofted surface."""

from __future__ import annotations

import numpy as np

from carlite.mesh import Material
from carlite.models.build import MeshBuilder
from carlite.models.carbody import DARK, TRIM, Body, Colour
from carlite.models.shapes import Points, Shape, box, grid, rounded_box, turn_y

_LIFT = 0.006  # m that a draped piece stands off the body
LAMP_CLEAR: Colour = (0.62, 0.64, 0.66)
LAMP_RED: Colour = (0.42, 0.010, 0.012)
LAMP_AMBER: Colour = (0.62, 0.20, 0.01)
PLATE: Colour = (0.75, 0.75, 0.72)
CHROME: Colour = (0.60, 0.61, 0.63)


def _heights(triangles: Points, points: Points, axis: int, sign: float) -> Points:
    """(n,) outermost coordinate along ``axis`` of the triangles at (n, 2) points of the other two axes; nan where none."""
    flat_axes = [other for other in range(3) if other != axis]
    corners = triangles[:, :, flat_axes]
    near = (corners.max(1) >= points.min(0)).all(1) & (corners.min(1) <= points.max(0)).all(1)
    triangles = triangles[near]
    if not len(triangles):
        return np.full(len(points), np.nan)
    a, b, c = (triangles[:, k][:, flat_axes] for k in range(3))
    depth = triangles[:, :, axis]
    d = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    good = np.abs(d) > 1e-9
    a, b, c, d, depth = a[good], b[good], c[good], d[good], depth[good]
    p = points[:, None, :]
    v = ((p[..., 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (p[..., 1] - a[:, 1]) * (c[:, 0] - a[:, 0])) / d
    w = ((b[:, 0] - a[:, 0]) * (p[..., 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (p[..., 0] - a[:, 0])) / d
    inside = (v >= -1e-6) & (w >= -1e-6) & (v + w <= 1.0 + 1e-6)
    along = depth[:, 0] + v * (depth[:, 1] - depth[:, 0]) + w * (depth[:, 2] - depth[:, 0])
    best = np.where(inside, along * sign, -np.inf).max(1)
    return np.where(np.isfinite(best), best * sign, np.nan)


class Drape:
    """Lays patches on one end of the body, looking along x."""

    def __init__(self, builder: MeshBuilder, body: Body, *, front: bool) -> None:
        self._builder, self._body = builder, body
        self._sign = 1.0 if front else -1.0
        triangles = builder.triangles()
        frame = body.frame
        end = frame.nose if front else frame.tail
        reach = 0.22 * (frame.nose - frame.tail)
        normal = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
        facing = np.abs(normal[:, 0]) > 0.03 * np.linalg.norm(normal, axis=1)
        self._triangles = triangles[facing & (np.abs(triangles[:, :, 0] - end) < reach).all(1)]

    def patch(
        self, corners: Points, colour: Colour, material: Material, *, both: bool = False, n: int = 7, lift: float = _LIFT
    ) -> None:
        """A patch between four (y, z) corners (inner low, outer low, outer high, inner high); ``both`` mirrors it in y."""
        s = np.linspace(0.0, 1.0, n)[:, None, None]
        r = np.linspace(0.0, 1.0, n)[None, :, None]
        c = np.asarray(corners, np.float64)
        flat = (c[0] * (1 - s) + c[1] * s) * (1 - r) + (c[3] * (1 - s) + c[2] * s) * r
        self._lay(flat, colour, material, both=both, lift=lift)

    def disc(self, y: float, z: float, radius: float, colour: Colour, material: Material, *, lift: float = _LIFT) -> None:
        """A round patch on both sides."""
        r, a = np.meshgrid(np.linspace(0.0, radius, 4), np.linspace(0.0, 2.0 * np.pi, 21), indexing="ij")
        self._lay(np.stack([y + r * np.cos(a), z + r * np.sin(a)], -1), colour, material, both=True, lift=lift)

    def _lay(self, flat: Points, colour: Colour, material: Material, *, both: bool, lift: float) -> None:
        rows, columns = flat.shape[:2]
        for side in (1.0, -1.0) if both else (1.0,):
            points = flat.reshape(-1, 2) * np.array([side, 1.0]) + np.array([self._body.frame.centre_y, 0.0])
            x = _heights(self._triangles, points, 0, self._sign) + self._sign * lift
            shape, triangles = grid(np.concatenate([x[:, None], points], 1).reshape(rows, columns, 3))
            # leave out what misses the body or folds over its silhouette
            whole = np.isfinite(shape[triangles]).all((1, 2))
            shape = np.nan_to_num(shape)
            triangles = triangles[whole & (np.ptp(shape[triangles][..., 0], axis=1) < 0.25)]
            if len(triangles):
                self._builder.add((shape, triangles), colour, material, crease_deg=60.0)


def rectangle(y0: float, y1: float, z0: float, z1: float, *, slant: float = 0.0) -> Points:
    """Corners for ``Drape.patch``; ``slant`` lifts the outer end."""
    return np.array([(y0, z0), (y1, z0 + slant), (y1, z1 + slant), (y0, z1)])


def side_strip(
    body: Body, x0: float, x1: float, z0: float, z1: float, side: float, *, n: int = 6, lift: float = _LIFT
) -> Shape:
    """A strip on the lower body's side between two stations and two heights."""
    x, z = np.meshgrid(np.linspace(x0, x1, n), np.linspace(z0, z1, n), indexing="ij")
    y = side * (body.half_width(x, z) + lift) + body.frame.centre_y
    return grid(np.stack([x, y, z], -1))


def add_side_details(builder: MeshBuilder, body: Body, *, handle: Colour = CHROME, panel: bool = True) -> None:
    """Door lines, handles, and indicator repeaters on both sides."""
    frame, style = body.frame, body.style
    for side in (-1.0, 1.0):
        for i, t in enumerate(style.doors):
            x = frame.x(t)
            sill = float(body.arch(np.array([x]))[0])
            deck = float(body.shoulder(np.array([x]))[0])
            if panel:
                line = side_strip(body, x - 0.005, x + 0.005, sill + 0.04, deck - 0.01, side, n=9, lift=0.003)
                builder.add(line, DARK, Material.PLASTIC)
            if i:
                low = deck - 0.13 * (deck - sill) - 0.05
                grip = side_strip(body, x + 0.05, x + 0.22, low, low + 0.028, side, n=3, lift=0.022)
                builder.add(grip, handle, Material.METAL)


def add_mirrors(
    builder: MeshBuilder, body: Body, reach: tuple[float, float], colour: Colour, *, t: float | None = None, size: float = 1.0
) -> None:
    """Mirrors that stick out to y = -reach[0] and +reach[1], metres, at the front end of the side windows."""
    frame = body.frame
    x = frame.x(body.style.side_windows[0][0] + 0.012 if t is None else t)
    z = float(body.shoulder(np.array([x]))[0]) + 0.085 * size
    root = float(body.half_width(np.array([x]), np.array([z]))[0]) - 0.10
    material = Material.PAINT if colour[0] > 0.5 else Material.PLASTIC
    for side, end in ((-1.0, reach[0]), (1.0, reach[1])):
        width = min(0.22 * size, max(end - root - 0.02, 0.06))
        y0, y1 = sorted((side * (end - width), side * end))
        shell = rounded_box((x - 0.07 * size, y0, z - 0.06 * size), (x + 0.07 * size, y1, z + 0.08 * size), 0.045 * size)
        builder.add(shell, colour, material)
        low, high = (x - 0.075 * size, y0 + 0.015, z - 0.045 * size), (x - 0.069 * size, y1 - 0.015, z + 0.065 * size)
        builder.add(box(low, high), (0.25, 0.27, 0.30), Material.GLASS)
        a, b = sorted((side * root, side * (end - width + 0.02)))
        builder.add(box((x - 0.03, a, z - 0.055 * size), (x + 0.03, b, z - 0.02 * size)), TRIM, Material.PLASTIC)


def add_plate(drape: Drape, z: float, *, yellow: bool = False) -> None:
    """A number plate with a few dark characters."""
    drape.patch(
        rectangle(-0.26, 0.26, z - 0.055, z + 0.055), (0.72, 0.55, 0.05) if yellow else PLATE, Material.PLASTIC, lift=0.014
    )
    for k, width in enumerate((0.035, 0.035, 0.03, 0.035, 0.03, 0.035)):
        y = -0.20 + 0.075 * k + (0.03 if k > 1 else 0.0)
        drape.patch(rectangle(y, y + width, z - 0.032, z + 0.032), DARK, Material.PLASTIC, n=2, lift=0.017)


def add_light_bar(
    builder: MeshBuilder, x: float, z: float, half_width: float, height: float, *, beacon: bool = True, red: bool = True
) -> None:
    """A bar of beacons across the roof, its top at ``z``."""
    builder.add(
        rounded_box((x - 0.15, -half_width, z - height), (x + 0.15, half_width, z - 0.55 * height), 0.02),
        DARK,
        Material.PLASTIC,
    )
    for side in (-1.0, 1.0):
        ys = sorted((side * 0.14, side * half_width))
        colour = (0.35, 0.01, 0.01) if red and side < 0 else (0.01, 0.04, 0.45)
        lens = rounded_box((x - 0.14, ys[0], z - 0.62 * height), (x + 0.14, ys[1], z), 0.035)
        builder.add(lens, colour, Material.LAMP_BEACON if beacon else Material.PLASTIC)
    builder.add(
        rounded_box((x - 0.13, -0.13, z - 0.62 * height), (x + 0.13, 0.13, z - 0.1 * height), 0.02),
        (0.5, 0.5, 0.5),
        Material.PLASTIC,
    )


def add_roof_sign(builder: MeshBuilder, x: float, z: float, height: float) -> None:
    """A taxi sign, its top at ``z``."""
    profile = [(-0.10, z - height), (0.10, z - height), (0.07, z), (-0.07, z)]
    points = np.array([[px + x, y, pz] for y in (-0.22, 0.22) for px, pz in profile])
    quads = [(0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7)]
    triangles = [t for p, q, r, s in quads for t in ((p, q, r), (p, r, s))] + [(0, 1, 2), (0, 2, 3), (4, 5, 6), (4, 6, 7)]
    builder.add((points, np.asarray(triangles, np.int64)), (0.85, 0.82, 0.65), Material.PLASTIC)
    for lean in (-1.0, 1.0):
        for k, width in enumerate((0.05, 0.05, 0.05, 0.03)):
            y = -0.15 + 0.085 * k
            sign = box((-0.004, y, -0.05), (0.004, y + width, 0.05))
            builder.add(sign, DARK, Material.PLASTIC, turn=turn_y(-lean * 13.0), at=(x + lean * 0.089, 0.0, z - 0.5 * height))
