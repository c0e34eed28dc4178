"""Drawing primitives of the pictures: camera images with boxes, and the bird's eye view."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from rarebit.core.frames import apply, box_corners, inverse
from rarebit.nuscenes.geometry import Box
from rarebit.rig.projection import Projection

Colour = tuple[int, int, int]
INK: Colour = (236, 240, 244)
PAPER: Colour = (18, 22, 28)
HAZARD: Colour = (255, 64, 64)
EGO: Colour = (90, 200, 255)
RADAR: Colour = (255, 120, 255)
_NEAR_M = 0.1
_FAR_M = 150.0
# Corner numbering of core.frames.box_corners: x slowest, z fastest; the last four have x > 0, the front.
_EDGES = ((0, 1), (2, 3), (4, 5), (6, 7), (0, 2), (1, 3), (4, 6), (5, 7), (0, 4), (1, 5), (2, 6), (3, 7))
_LINES = np.array([*_EDGES, (8, 9)])  # and the nose, which follows the corners
_FAR_OUT_PX = 1e5
_CURVE_PIECES = 24
_STILL_MPS = 0.5
_COLOURS: dict[str, Colour] = {
    "human": (255, 176, 32),
    "animal": (214, 120, 255),
    "vehicle.car": (255, 214, 64),
    "vehicle.truck": (255, 140, 64),
    "vehicle.bus": (255, 120, 90),
    "vehicle.emergency": (255, 120, 160),
    "vehicle.motorcycle": (120, 230, 160),
    "vehicle.bicycle": (120, 230, 160),
    "movable_object": (120, 200, 255),
    "static_object": (160, 170, 190),
}


def colour_of(category: str) -> Colour:
    """The colour that boxes of a nuScenes category are drawn in."""
    return next((colour for prefix, colour in _COLOURS.items() if category.startswith(prefix)), (200, 200, 200))


@lru_cache(maxsize=16)
def font(size_px: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own scalable font."""
    return ImageFont.load_default(size_px)


def text(picture: Image.Image, at: tuple[float, float], words: str, *, size_px: int = 16, colour: Colour = INK) -> None:
    """Writes ``words`` with a dark edge so that they read on any picture."""
    draw = ImageDraw.Draw(picture)
    words = words.replace("²", "2")  # Pillow's font has no superscript two
    draw.text(at, words, fill=colour, font=font(size_px), stroke_width=max(1, size_px // 10), stroke_fill=(0, 0, 0))


def read_jpeg(path: Path, size: tuple[int, int]) -> Image.Image:
    """A JPEG at ``size`` (width, height); decodes at reduced scale where that is enough."""
    with Image.open(path) as image:
        image.draft("RGB", size)
        return image.convert("RGB").resize(size, Image.Resampling.BILINEAR)


def boxes_on_camera(
    picture: Image.Image,
    boxes: list[Box],
    *,
    camera_from_world: NDArray[np.float64],
    lens: Projection,
    hazards: frozenset[str],
) -> None:
    """Draws every box that the lens takes in at least in part, far ones first, hazards last and thicker.

    Boxes of mostly hidden objects are dim; a line from the middle of a box's floor points to its front.
    """
    scale = picture.width / lens.width_px
    draw = ImageDraw.Draw(picture)
    placed = [(camera_from_world @ box.world_from_box, box) for box in boxes]
    for camera_from_box, box in sorted(placed, key=lambda pair: (pair[1].instance in hazards, -_range_m(pair[0]))):
        half = box.size_lwh_m / 2
        nose = [[0.0, 0.0, -half[2]], [half[0], 0.0, -half[2]]]
        corners = apply(camera_from_box, np.concatenate([box_corners(box.size_lwh_m), nose]))
        if float(np.linalg.norm(corners, axis=1).min()) > _FAR_M:
            continue
        hazard = box.instance in hazards
        colour = HAZARD if hazard else colour_of(box.category)
        if box.visibility == 1 and not hazard:
            colour = (colour[0] * 2 // 5, colour[1] * 2 // 5, colour[2] * 2 // 5)
        width = max(1, round((3 if hazard else 1.6) * picture.width / 800))
        lines = _projected(corners[_LINES], lens) * scale
        for line in lines[np.abs(lines).max(axis=(1, 2), initial=0.0) < _FAR_OUT_PX].reshape(-1, 4).tolist():
            draw.line(line, fill=colour, width=width)


def _range_m(camera_from_box: NDArray[np.float64]) -> float:
    return float(np.linalg.norm(camera_from_box[:3, 3]))


def _projected(segments: NDArray[np.float64], lens: Projection) -> NDArray[np.float64]:
    """(m, 2, 2) pixel coordinates of what the lens shows of (n, 2, 3) segments: straight lines, or pieces of curves."""
    if lens.model == "pinhole":
        ends = _clipped(segments)
        return lens.project(ends.reshape(-1, 3))[0].reshape(-1, 2, 2)
    share = np.linspace(0.0, 1.0, _CURVE_PIECES + 1)[None, :, None]
    points = (1.0 - share) * segments[:, :1] + share * segments[:, 1:]
    pixels, seen = lens.project(points.reshape(-1, 3))
    pixels, seen = pixels.reshape(len(segments), -1, 2), seen.reshape(len(segments), -1)
    pieces: NDArray[np.float64] = np.stack([pixels[:, :-1], pixels[:, 1:]], axis=2)[seen[:, :-1] & seen[:, 1:]]
    return pieces


def _clipped(segments: NDArray[np.float64]) -> NDArray[np.float64]:
    """The parts of (n, 2, 3) segments in front of the near plane, (m, 2, 3)."""
    seen = segments[(segments[..., 2] >= _NEAR_M).any(axis=1)]
    for end in (0, 1):
        behind = seen[:, end, 2] < _NEAR_M
        here, there = seen[behind, end], seen[behind, 1 - end]
        share = (_NEAR_M - here[:, 2:]) / (there[:, 2:] - here[:, 2:])
        seen[behind, end] = here + (there - here) * share
    return seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The map's layers as (n, 2) polygons and polylines in the world frame."""

    drivable: tuple[NDArray[np.float64], ...]
    walkways: tuple[NDArray[np.float64], ...]
    crossings: tuple[NDArray[np.float64], ...]
    dividers: tuple[NDArray[np.float64], ...]


class BirdsEye:
    """A bird's eye view, ego's forward direction up.

    Args:
        size_px: of the square picture.
        reach_m: from the ego to the picture's upper edge; the ego stands at a third of the height.
        world_from_ego: (4, 4).
    """

    def __init__(self, *, size_px: int, reach_m: float, world_from_ego: NDArray[np.float64]) -> None:
        self._oversample = 2
        self._size = size_px * self._oversample
        self._scale = self._size * (2 / 3) / reach_m
        self._ego_from_world = inverse(world_from_ego)
        self._range_m = reach_m * 1.2
        self._image = Image.new("RGB", (self._size, self._size), (34, 40, 34))
        self._draw = ImageDraw.Draw(self._image)

    def plan(self, plan: Plan) -> None:
        """Draws the map."""
        for polygons, fill in (
            (plan.walkways, (78, 80, 86)),
            (plan.drivable, (52, 56, 62)),
            (plan.crossings, (96, 98, 110)),
        ):
            for polygon in polygons:
                if self._near(polygon):
                    self._draw.polygon(self._pixels(polygon), fill=fill)
        for line in plan.dividers:
            if self._near(line):
                self._draw.line(self._pixels(line), fill=(150, 152, 140), width=self._oversample)

    def lidar(self, points_world: NDArray[np.float64], intensity: NDArray[np.float64]) -> None:
        """Draws (n, 3) points, brighter with intensity 0..255."""
        pixels = self._project(points_world[:, :2])
        keep = ((pixels >= 0) & (pixels < self._size - 1)).all(1)
        at = pixels[keep].astype(np.intp)
        shade = (90 + 0.6 * np.clip(intensity[keep], 0, 255)).astype(np.uint8)
        colours = np.stack([shade // 3, shade, shade], 1)
        canvas = np.asarray(self._image).copy()
        for dx in (0, 1):
            for dy in (0, 1):
                canvas[at[:, 1] + dy, at[:, 0] + dx] = colours
        self._image = Image.fromarray(canvas)
        self._draw = ImageDraw.Draw(self._image)

    def radar(self, points_xy: NDArray[np.float64], velocity_mps: NDArray[np.float64]) -> None:
        """Draws (n, 2) returns as dots, and their (n, 2) speed over ground along the ray as the way of a second."""
        for point, velocity in zip(points_xy, velocity_mps, strict=True):
            if float(np.hypot(*velocity)) > _STILL_MPS:
                self._draw.line(self._pixels(np.stack([point, point + velocity])), fill=RADAR, width=self._oversample)
        size = 1.2 * self._oversample
        for x, y in self._pixels(points_xy):
            self._draw.ellipse((x - size, y - size, x + size, y + size), fill=RADAR)

    def path(self, points_xy: NDArray[np.float64], colour: Colour) -> None:
        """Draws a trajectory."""
        if len(points_xy) > 1:
            self._draw.line(self._pixels(points_xy), fill=colour, width=2 * self._oversample, joint="curve")

    def box(self, box: Box, colour: Colour, *, width: int = 1) -> None:
        """Draws a box's outline with a line from its centre to its front, and its velocity."""
        corners = apply(box.world_from_box, box_corners(box.size_lwh_m))[[0, 2, 6, 4], :2]
        outline = self._pixels(corners)
        self._draw.polygon(outline, outline=colour, width=width * self._oversample)
        front = (corners[2] + corners[3]) / 2
        centre = box.world_from_box[:2, 3]
        self._draw.line(self._pixels(np.stack([centre, front])), fill=colour, width=width * self._oversample)
        speed = float(np.hypot(*box.velocity_mps[:2]))
        if speed > 0.5:
            tip = centre + box.velocity_mps[:2]
            self._draw.line(self._pixels(np.stack([centre, tip])), fill=(255, 255, 255), width=self._oversample)

    def finish(self) -> Image.Image:
        """The picture at its final size."""
        return self._image.reduce(self._oversample)

    def _near(self, points_xy: NDArray[np.float64]) -> bool:
        ego = self._ego(points_xy)
        return bool((ego.min(0) < self._range_m).all() and (ego.max(0) > -self._range_m).all())

    def _ego(self, points_xy: NDArray[np.float64]) -> NDArray[np.float64]:
        m = self._ego_from_world
        return points_xy @ m[:2, :2].T + m[:2, 3]

    def _project(self, points_xy: NDArray[np.float64]) -> NDArray[np.float64]:
        ego = self._ego(points_xy)
        return np.stack([self._size / 2 - ego[:, 1] * self._scale, self._size * 2 / 3 - ego[:, 0] * self._scale], 1)

    def _pixels(self, points_xy: NDArray[np.float64]) -> list[tuple[float, float]]:
        return [(float(x), float(y)) for x, y in self._project(points_xy)]
