"""Rain streaks drawn over a picture."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"
from __future__ import annotations

import zlib

import numpy as np
from numba import float32, prange, uint8
from numpy.typing import NDArray

from carlite.jit import kernel
from carlite.rays.film import curves
from carlite.rays.results import CameraRequest
from carlite.rays.sky import Sky

_BANDS = 16


@kernel(parallel=True)
def _streaks(bgra, depth, width, height, drops, colour):
    """Blends streaks in; each band of rows belongs to one job, which goes through all drops in order.

    drops: (n, 7) top x, top y, drift in x per row, length in rows, width in pixels, opacity, distance in metres.
    """
    for band in prange(_BANDS):
        first = height * band // _BANDS
        last = height * (band + 1) // _BANDS
        for k in range(drops.shape[0]):
            top = drops[k, 1]
            length = drops[k, 3]
            start = max(int(np.floor(top)), first)
            stop = min(int(np.ceil(top + length)) + 1, last)
            for y in range(start, stop):
                along = (float32(y) - top) / length
                fade = float32(4) * along * (float32(1) - along)
                if fade <= float32(0):
                    continue
                centre = drops[k, 0] + drops[k, 2] * (float32(y) - top)
                half = float32(0.5) * drops[k, 4]
                left = int(np.floor(centre - half - float32(0.5)))
                for x in range(max(left, 0), min(int(np.ceil(centre + half + float32(0.5))) + 1, width)):
                    cover = min(max(half + float32(0.5) - abs(float32(x) - centre), float32(0)), float32(1))
                    pixel = y * width + x
                    if cover <= float32(0) or depth[pixel] < drops[k, 6]:
                        continue
                    opacity = cover * fade * drops[k, 5]
                    for c in range(3):
                        old = float32(bgra[pixel * 4 + c])
                        bgra[pixel * 4 + c] = uint8(old + (colour[c] - old) * opacity + float32(0.5))


def draw_rain(request: CameraRequest, sky: Sky, depth: NDArray[np.float32], bgra: NDArray[np.uint8]) -> None:
    """Draws the streaks of this weather; the drops follow from the time and the camera's pose alone."""
    rain = sky.weather.rain
    if rain <= 0.01:
        return
    width, height = request.width, request.height
    key = zlib.crc32(np.round(request.world_from_camera, 4).tobytes())
    rng = np.random.default_rng([key, round(request.time_s * 1000.0), width, height])
    scale = width / 1600.0
    focal = width / (2.0 * np.tan(np.radians(request.fov_deg) / 2.0))
    count = int(2600 * rain**1.3)
    distance = 0.7 * (18.0 / 0.7) ** rng.random(count)
    drops = np.empty((count, 7), np.float32)
    length = np.clip(focal * 9.0 / 90.0 / distance, 5.0 * scale, 0.28 * height)  # 9 m/s through 1/90 s of exposure
    drops[:, 0] = rng.uniform(-0.1 * width, 1.1 * width, count)
    drops[:, 1] = rng.uniform(-0.28 * height, height, count)
    drops[:, 2] = 0.04 + 0.22 * sky.weather.wind + rng.normal(0.0, 0.025, count)
    drops[:, 3] = length * rng.uniform(0.7, 1.2, count)
    drops[:, 4] = np.clip(focal * 0.0022 / distance, 0.55 * scale, 3.0 * scale)
    drops[:, 5] = np.clip(0.42 / distance**0.45, 0.08, 0.30) * rng.uniform(0.5, 1.0, count)
    drops[:, 6] = distance
    bright = (sky.fog + sky.ambient[0] / np.pi * 0.4) * sky.exposure * 1.25
    shown = curves(request.film).reshape(3, -1)[[0, 1, 2], (bright / (bright + 1.0) * 4095).astype(np.int64)]
    colour = shown[::-1].astype(np.float32)
    _streaks(bgra, depth, width, height, drops, np.maximum(colour, np.float32(28)))
