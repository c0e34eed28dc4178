"""The basemap: a grey picture of the roads from above, 0.2 m a pixel, the top row at the greatest y.

Viewers draw the layers of the map expansion upon it.
"""

from __future__ import annotations

import io
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from shapely.geometry import Polygon

from rarebit.nuscenes.lane_shapes import DRIVABLE, WALKABLE, Area, LaneShape

PIXELS_PER_M = 5
GROUND, WALKWAY, ROAD, CROSSING, PAINT = 40, 150, 90, 130, 235
_UNPAINTED = ("none", "curb", "grass", "other")


def basemap(area: Area, shapes: Iterable[LaneShape], crossings: Iterable[Polygon]) -> bytes:
    """An 8-bit PNG of the whole canvas: ground, walkways, road, crossings, markings."""
    width_m, height_m = area.canvas_m
    image = Image.new("L", (int(width_m) * PIXELS_PER_M, int(height_m) * PIXELS_PER_M), GROUND)
    draw = ImageDraw.Draw(image)

    def pixels(xy: NDArray[np.float64]) -> list[tuple[float, float]]:
        return [(float(x), float(y)) for x, y in np.stack([xy[:, 0], height_m - xy[:, 1]], axis=1) * PIXELS_PER_M]

    lanes = list(shapes)
    for kinds, shade in ((WALKABLE, WALKWAY), (DRIVABLE, ROAD)):
        for shape in lanes:
            if shape.lane.kind in kinds:
                # Half a pixel more closes the hairlines between neighbours that thinning their edges has left.
                outline = shape.polygon.buffer(0.5 / PIXELS_PER_M, join_style="mitre")
                draw.polygon(pixels(np.asarray(outline.exterior.coords)), fill=shade)
    for crossing in crossings:
        draw.polygon(pixels(np.asarray(crossing.exterior.coords)), fill=CROSSING)
    for shape in lanes:
        if shape.lane.kind in DRIVABLE and shape.lane.junction is None:
            for edge, marking in ((shape.left, shape.lane.left_marking), (shape.right, shape.lane.right_marking)):
                if marking not in _UNPAINTED:
                    draw.line(pixels(edge), fill=PAINT)
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=6)
    return buffer.getvalue()
