"""Car bodies lofted from a few curves: side profile, shoulder line, plan view, wheel arches, glass.

``t`` runs from 0 at the nose to 1 at the tail; heights are fractions of the roof height over the road.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carlite.mesh import Material, Wheel
from carlite.models.build import MeshBuilder
from carlite.models.shapes import Points, box, grid

Curve = tuple[tuple[float, float], ...]
Colour = tuple[float, float, float]

DARK: Colour = (0.012, 0.012, 0.013)
TRIM: Colour = (0.03, 0.03, 0.032)
GLASS: Colour = (0.018, 0.022, 0.026)
WHITE: Colour = (1.0, 1.0, 1.0)


_PLAN: Curve = (
    (0, 0.60),
    (0.012, 0.74),
    (0.04, 0.87),
    (0.1, 0.95),
    (0.25, 0.99),
    (0.6, 1),
    (0.88, 0.965),
    (0.97, 0.89),
    (1, 0.74),
)
_SIDE: Curve = ((0, 0.93), (0.10, 0.972), (0.35, 0.995), (0.62, 1), (0.80, 0.99), (0.93, 0.97), (1, 0.935))


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """Curves of one family of bodies.

    Attributes:
        top: centre line seen from the side (t, z).
        deck: edge of bonnet, belt line under the windows, edge of the boot (t, z); under ``top``.
        bottom: sill (t, z).
        plan: half width over t as a fraction of the body's half width.
        side: half width over the height between sill (0) and shoulder (1).
        tumble: how much the greenhouse leans inwards per metre of height.
        windscreen, rear_window: (t, t) ranges of glass on the centre line.
        side_windows: (t, t) ranges of glass on the sides.
        soft: smoothing of the curves in t; 0 keeps the corners of a folded plate.
        crown_m: how much roof and bonnet bulge.
        arch: wheel arch radius over the wheel's.
        cladding: whether sill and arches are of black plastic.
        doors: t of the vertical door lines.
        crease_deg: see ``MeshBuilder.add``.
    """

    top: Curve
    deck: Curve
    bottom: Curve = ((0.0, 0.22), (0.03, 0.15), (0.5, 0.135), (0.96, 0.17), (1.0, 0.27))
    plan: Curve = (
        (0.0, 0.60),
        (0.012, 0.74),
        (0.04, 0.87),
        (0.10, 0.95),
        (0.25, 0.99),
        (0.6, 1.0),
        (0.88, 0.965),
        (0.97, 0.89),
        (1.0, 0.74),
    )
    side: Curve = _SIDE
    tumble: float = 0.40
    windscreen: tuple[float, float] = (0.28, 0.42)
    rear_window: tuple[float, float] | None = (0.69, 0.83)
    side_windows: tuple[tuple[float, float], ...] = ((0.33, 0.50), (0.52, 0.72))
    soft: float = 0.010
    crown_m: float = 0.07
    arch: float = 1.16
    cladding: bool = False
    doors: tuple[float, ...] = (0.29, 0.51, 0.74)
    crease_deg: float = 38.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Where a body stands: nose and tail x, half width, roof height, metres, actor frame, and its wheels."""

    nose: float
    tail: float
    half_width: float
    height: float
    wheels: tuple[Wheel, ...]
    centre_y: float = 0.0

    def x(self, t: float) -> float:
        """Position of a fraction of the length."""
        return self.nose - t * (self.nose - self.tail)


class Body:
    """The evaluated surface of a style in a frame."""

    def __init__(self, style: Style, frame: Frame) -> None:
        self.style, self.frame = style, frame

    def curve(self, points: Curve, x: Points) -> Points:
        """A control polygon with rounded corners at positions x."""
        frame, soft = self.frame, self.style.soft
        t = (frame.nose - np.asarray(x, np.float64)) / (frame.nose - frame.tail)
        xs, ys = np.asarray(points, np.float64).T
        if soft <= 0.0:
            sharp: Points = np.interp(t, xs, ys)
            return sharp
        # soften less towards the ends, so that nose and tail keep their place
        width = np.minimum(soft, np.minimum(t, 1.0 - t).clip(0.0) * 0.9)
        offsets = np.linspace(-1.5, 1.5, 7)
        weights = np.exp(-0.5 * (offsets / 0.8) ** 2)
        values = sum(w * np.interp(t + o * width, xs, ys) for w, o in zip(weights, offsets, strict=True))
        return np.asarray(values / weights.sum(), np.float64)

    def sill(self, x: Points) -> Points:
        """Lower edge without arches, metres."""
        return self.curve(self.style.bottom, x) * self.frame.height

    def shoulder(self, x: Points) -> Points:
        """Height of the deck line, metres."""
        deck, top = self.curve(self.style.deck, x), self.curve(self.style.top, x)
        return np.asarray(np.minimum(deck, top - 0.012) * self.frame.height)

    def roof(self, x: Points) -> Points:
        """Height of the centre line, metres."""
        return self.curve(self.style.top, x) * self.frame.height

    def half_width(self, x: Points, z: Points) -> Points:
        """Half width of the lower body at (x, z), metres."""
        sill, shoulder = self.sill(x), self.shoulder(x)
        g = np.clip((z - sill) / np.maximum(shoulder - sill, 1e-6), 0.0, 1.0)
        gs, ws = np.asarray(self.style.side).T
        return np.asarray(self.curve(self.style.plan, x) * self.frame.half_width * np.interp(g, gs, ws))

    def arch(self, x: Points) -> Points:
        """Lower edge with wheel arches, metres."""
        lower = self.sill(x)
        for centre, radius in self.arches():
            inside = np.abs(x - centre) < radius
            rise = np.sqrt(np.maximum(radius**2 - (x - centre) ** 2, 0.0))
            wheel = self.frame.wheels[0].centre[2]
            lower = np.where(inside, np.maximum(lower, wheel + rise), lower)
        lowered: Points = np.minimum(lower, self.shoulder(x) - 0.05)
        return lowered

    def arches(self) -> list[tuple[float, float]]:
        """(x, radius) of the front and the rear arch."""
        radius = self.frame.wheels[0].radius_m * self.style.arch
        return [(self.frame.wheels[0].centre[0], radius), (self.frame.wheels[-1].centre[0], radius)]

    def stations(self) -> Points:
        """x of the cross sections, nose first."""
        frame, style = self.frame, self.style
        s = np.linspace(0.0, 1.0, 43)
        t = 0.55 * s + 0.45 * 0.5 * (1.0 - np.cos(np.pi * s))
        marks = [*style.windscreen, *(style.rear_window or ()), *(v for pair in style.side_windows for v in pair)]
        edges = [*marks, 0.004, 0.012, 0.988, 0.996]
        edges += [value for points in (style.top, style.deck) for value, _ in points] if style.soft <= 0.0 else []
        x = [frame.x(value) for value in np.concatenate([t, edges])]
        for centre, radius in self.arches():
            x = [value for value in x if abs(abs(value - centre) - radius) > 0.02]
            x += list(centre + radius * np.cos(np.linspace(0.0, np.pi, 15))[1:-1])
            for side in (-1.0, 1.0):
                x += [centre + side * (radius - 0.0005), centre + side * (radius + 0.004)]
        found = np.unique(np.round(x, 4))[::-1]
        keep = np.r_[True, np.diff(found) < -0.003]
        result: Points = np.clip(found[keep], frame.tail, frame.nose)
        return result

    def sections(self, x: Points) -> tuple[Points, NDArray[np.int64]]:
        """Right half sections (n, rows, 3) from under the car over the side to the roof's centre, and the rows' zones.

        Zones: 0 underside, 1 lower side, 2 shoulder, 3 window, 4 roof rail, 5 top.
        """
        style = self.style
        low, deck, top = self.arch(x), self.shoulder(x), self.roof(x)
        rows: list[tuple[Points, Points]] = []
        edge = self.half_width(x, low)
        rows += [(0.0 * x, low), (np.maximum(edge - 0.30, 0.2 * edge), low), (edge - 0.03, low), (edge - 0.006, low)]
        zones = [0, 0, 0]
        for q in (0.0, 0.05, 0.14, 0.28, 0.42, 0.56, 0.70, 0.82, 0.92, 1.0):
            z = low + q * (deck - low) + (0.004 if q == 0.0 else 0.0)
            rows.append((self.half_width(x, z), z))
            zones.append(1)
        inset = self.half_width(x, deck)
        crown = np.minimum(top - deck, style.crown_m)
        rail = top - crown
        for f in (0.0, 0.08, 0.5, 0.86, 1.0):
            z = deck + f * (rail - deck)
            bow = 0.025 * np.sin(np.pi * f) * np.minimum((rail - deck) / 0.4, 1.0)
            rows.append((np.maximum(inset - 0.012 - style.tumble * (z - deck) + bow, 0.02), z))
        zones += [2, 4, 3, 3, 4]
        side = rows[-1][0]
        for p in (0.04, 0.14, 0.30, 0.50, 0.75, 1.0):
            y = side * (1.0 - p)
            rows.append((y, rail + crown * np.maximum(1.0 - (1.0 - p) ** 3, 0.0) ** 0.62))
            zones.append(5)
        points = np.stack([np.stack([x, y, z], -1) for y, z in rows], 1)
        return points, np.asarray(zones)

    def add_to(self, builder: MeshBuilder, paint: Colour = WHITE, under: Colour = DARK) -> None:
        """Adds the shell, both sides, with paint, glass and dark underside."""
        style = self.style
        x = self.stations()
        half, zones = self.sections(x)
        mirrored = half[:, ::-1] * np.array([1.0, -1.0, 1.0])
        full = np.concatenate([half, mirrored[:, 1:]], 1)
        zones = np.concatenate([zones, zones[::-1]])
        full[..., 1] += self.frame.centre_y
        middle = 0.5 * (x[1:] + x[:-1])
        material, colour = self._finish(middle, zones, paint, under)
        shape = grid(full)
        builder.add(shape, np.repeat(colour.reshape(-1, 3), 2, 0), np.repeat(material.ravel(), 2), crease_deg=style.crease_deg)
        for index in (0, -1):
            ring = full[index, 3:-3]
            centre = ring.mean(0)
            fan = np.concatenate([ring, centre[None]])
            k = np.arange(len(ring))
            spokes = np.stack([k, (k + 1) % len(ring), np.full_like(k, len(ring))], -1)
            builder.add((fan, spokes), paint, Material.PAINT, crease_deg=60.0)
        self._add_wells(builder)

    def _finish(self, x: Points, zones: NDArray[np.int64], paint: Colour, under: Colour) -> tuple[NDArray[np.uint8], Points]:
        """Material and colour of each quad (stations - 1, rows - 1)."""
        style, frame = self.style, self.frame
        t = (frame.nose - x) / (frame.nose - frame.tail)
        material = np.full((len(x), len(zones)), Material.PAINT, np.uint8)
        colour = np.broadcast_to(np.asarray(paint), (*material.shape, 3)).copy()
        tall = self.roof(x) - self.shoulder(x) > 0.09
        window = np.zeros_like(tall)
        for a, b in style.side_windows:
            window |= (t > a) & (t < b)
        windscreen = (t > style.windscreen[0]) & (t < style.windscreen[1])
        back = (t > style.rear_window[0]) & (t < style.rear_window[1]) if style.rear_window else np.zeros_like(tall)
        glass = (zones == 3)[None] & (window & tall)[:, None]
        top = np.flatnonzero(zones == 5)
        screen = np.zeros(len(zones), bool)
        screen[top[2:-2]] = True  # the outermost top rows are the pillars
        glass |= screen[None] & (windscreen | back)[:, None]
        material[glass], colour[glass] = Material.GLASS, GLASS
        frame_rows = (zones == 4)[None] & (window & tall)[:, None]
        material[frame_rows], colour[frame_rows] = Material.PLASTIC, TRIM
        dark = np.broadcast_to((zones == 0)[None], material.shape)
        material[dark], colour[dark] = Material.PLASTIC, under
        if style.cladding:
            sides = np.flatnonzero(zones == 1)
            low = np.r_[sides[:2], sides[-2:]]
            material[:, low], colour[:, low] = Material.PLASTIC, TRIM
        return material, colour

    def _add_wells(self, builder: MeshBuilder) -> None:
        """Dark insides, so that no light shines through from arch to arch."""
        floor = self.frame.wheels[0].radius_m * 0.55
        for centre, radius in self.arches():
            inner = self.frame.half_width - 0.34
            top = self.frame.wheels[0].centre[2] + radius - 0.01
            y = self.frame.centre_y
            builder.add(box((centre - radius, y - inner, floor), (centre + radius, y + inner, top)), DARK, Material.PLASTIC)
