"""The semantic prior: a mask of drivable area and sidewalks, 0.1 m a pixel, the top row at the greatest y."""

from __future__ import annotations

import io
from collections.abc import Iterable

import numpy as np
from PIL import Image, ImageDraw
from shapely.geometry import Polygon

from rarebit.nuscenes.lane_shapes import DRIVABLE, WALKABLE, Area, LaneShape

PIXELS_PER_M = 10


def map_mask(area: Area, shapes: Iterable[LaneShape], crossings: Iterable[Polygon]) -> bytes:
    """An 8-bit PNG: 255 where one can drive or walk, else 0."""
    width_m, height_m = area.canvas_m
    image = Image.new("L", (int(width_m) * PIXELS_PER_M, int(height_m) * PIXELS_PER_M), 0)
    draw = ImageDraw.Draw(image)
    lanes = [shape.polygon for shape in shapes if shape.lane.kind in DRIVABLE | WALKABLE]
    for outline in [*lanes, *crossings]:
        # Half a pixel more closes the hairlines between neighbours that thinning their edges has left.
        polygon = outline.buffer(0.5 / PIXELS_PER_M, join_style="mitre")
        xy = np.asarray(polygon.exterior.coords)
        pixels = np.stack([xy[:, 0], height_m - xy[:, 1]], axis=1) * PIXELS_PER_M
        draw.polygon([(float(x), float(y)) for x, y in pixels], fill=255)
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=6)
    return buffer.getvalue()
