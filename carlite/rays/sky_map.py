"""The sky hemisphere as an image: single scattering in clear air, clouds on top.

Clear air after Nishita et al., "Display of the Earth taking into account atmospheric scattering" (1993), with an ozone layer.
The image is an octahedral map of the upper hemisphere: texel (column, row) shows the direction with
x + y = 2 column / (SKY_SIZE - 1) - 1 and x - y = 2 row / (SKY_SIZE - 1) - 1 where |x| + |y| + z = 1.
"""

from __future__ import annotations

import numpy as np
from numba import float32, int32, prange
from numpy.typing import NDArray

from carlite.jit import kernel, spliced

SKY_SIZE = 768
SUN_IRRADIANCE = 20.0
ALTITUDES, AZIMUTHS = 48, 32
_EARTH_M, _ATMOSPHERE_M = 6_360_000.0, 6_440_000.0
_RAYLEIGH = np.array([5.8e-6, 13.5e-6, 33.1e-6])
_MIE = 4.0e-6
_OZONE = np.array([0.65e-6, 1.88e-6, 0.085e-6])
_RAYLEIGH_HEIGHT_M, _MIE_HEIGHT_M = 7994.0, 1200.0
_MIE_G = 0.76
Array = NDArray[np.float64]


def _densities(height_m: Array) -> tuple[Array, Array, Array]:
    height = np.maximum(height_m, 0.0)
    ozone = np.maximum(0.0, 1.0 - np.abs(height - 25_000.0) / 15_000.0)
    return np.exp(-height / _RAYLEIGH_HEIGHT_M), np.exp(-height / _MIE_HEIGHT_M), ozone


def _length_to_space(start: Array, direction: Array) -> Array:
    """Metres from (..., 3) points inside the atmosphere to its top."""
    along = np.sum(start * direction, -1)
    length: Array = -along + np.sqrt(np.maximum(along**2 - np.sum(start**2, -1) + _ATMOSPHERE_M**2, 0.0))
    return length


def _optical_depth(start: Array, direction: Array, mie: float, steps: int = 10) -> Array:
    """(..., 3) extinction exponent r, g, b from points to space; very large where the ground is in the way."""
    length = _length_to_space(start, direction)
    mids = (np.arange(steps) + 0.5) / steps
    points = start[..., None, :] + direction[..., None, :] * (length[..., None] * mids)[..., None]
    height = np.linalg.norm(points, axis=-1) - _EARTH_M
    rayleigh, dust, ozone = (density.mean(-1) * length for density in _densities(height))
    depth: Array = rayleigh[..., None] * _RAYLEIGH + dust[..., None] * (1.1 * _MIE * mie) + ozone[..., None] * _OZONE
    blocked = height.min(-1) < -200.0
    return np.where(blocked[..., None], 60.0, depth)


def sun_transmittance(altitude_deg: float, mie: float) -> Array:
    """(3,) share of sunlight that reaches the ground through clear air."""
    angle = np.radians(altitude_deg)
    start = np.array([[0.0, 0.0, _EARTH_M + 5.0]])
    direction = np.array([[np.cos(angle), 0.0, np.sin(angle)]])
    result: Array = np.exp(-_optical_depth(start, direction, mie, 64)[0])
    return result


def table_altitudes_rad() -> Array:
    """Altitudes of the table's rows: dense near the horizon."""
    result: Array = (np.arange(ALTITUDES) / (ALTITUDES - 1)) ** 2 * (np.pi / 2)
    return result


def scattering_table(altitude_deg: float, mie: float, rayleigh: float) -> NDArray[np.float32]:
    """(ALTITUDES, AZIMUTHS, 3) radiance of clear air; columns are the azimuth from the sun, 0..180 degrees.

    Args:
        altitude_deg: of the sun.
        mie: haze relative to clear air.
        rayleigh: blueness relative to clear air.
    """
    sun_angle = np.radians(altitude_deg)
    sun = np.array([np.cos(sun_angle), 0.0, np.sin(sun_angle)])
    altitude, azimuth = np.meshgrid(table_altitudes_rad() + 2e-3, np.linspace(0, np.pi, AZIMUTHS), indexing="ij")
    view = np.stack([np.cos(altitude) * np.cos(azimuth), np.cos(altitude) * np.sin(azimuth), np.sin(altitude)], -1)
    eye = np.broadcast_to(np.array([0.0, 0.0, _EARTH_M + 20.0]), view.shape)
    steps = 24
    length = _length_to_space(eye, view)
    edges = (np.arange(steps + 1) / steps) ** 2  # short steps where the air is dense
    mids, sizes = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
    points = eye[..., None, :] + view[..., None, :] * (length[..., None] * mids)[..., None]
    segment = length[..., None] * sizes
    air, dust, ozone = _densities(np.linalg.norm(points, axis=-1) - _EARTH_M)
    step_depth = segment[..., None] * (
        air[..., None] * _RAYLEIGH + dust[..., None] * 1.1 * _MIE * mie + ozone[..., None] * _OZONE
    )
    depth = np.cumsum(step_depth, -2) - 0.5 * step_depth
    light = np.exp(-depth - _optical_depth(points, np.broadcast_to(sun, points.shape), mie))
    cosine = view @ sun
    phase_air = 3.0 / (16.0 * np.pi) * (1.0 + cosine**2)
    g = _MIE_G
    phase_dust = 3.0 / (8.0 * np.pi) * (1 - g * g) * (1 + cosine**2) / ((2 + g * g) * (1 + g * g - 2 * g * cosine) ** 1.5)
    # Light scattered more than once is nearly white and comes from everywhere.
    phase_air, phase_dust = phase_air + 0.045, phase_dust + 0.01
    scattered = np.sum(light * (segment * air)[..., None], -2) * phase_air[..., None] * _RAYLEIGH * rayleigh
    scattered += np.sum(light * (segment * dust)[..., None], -2) * phase_dust[..., None] * _MIE * mie
    table: NDArray[np.float32] = (SUN_IRRADIANCE * scattered).astype(np.float32)
    return table


@spliced
def _noise(noise, x, y):  # type: ignore[no-untyped-def]
    x0 = np.floor(x)
    y0 = np.floor(y)
    ax = x - x0
    ay = y - y0
    ax = ax * ax * (float32(3) - float32(2) * ax)
    ay = ay * ay * (float32(3) - float32(2) * ay)
    ix = int32(x0) & 255
    iy = int32(y0) & 255
    jx = (ix + 1) & 255
    jy = (iy + 1) & 255
    top = noise[iy * 256 + ix] * (float32(1) - ax) + noise[iy * 256 + jx] * ax
    bottom = noise[jy * 256 + ix] * (float32(1) - ax) + noise[jy * 256 + jx] * ax
    return (top * (float32(1) - ay) + bottom * ay) / float32(255)


@spliced
def _cloud(noise, x, y):  # type: ignore[no-untyped-def]
    """Cloud density 0..1 at a point of the layer."""
    value = float32(0.62) * _noise(noise, x, y) + float32(0.25) * _noise(
        noise, y * float32(2.7) + float32(31), x * float32(2.7)
    )
    value += float32(0.13) * _noise(noise, x * float32(7.1), y * float32(7.1) + float32(77))
    return value


@kernel(parallel=True)
def paint(image, table, noise, sun, cover, gloom, cloud_lit, cloud_dark, overcast, night):  # type: ignore[no-untyped-def]
    """Fills the (SKY_SIZE, SKY_SIZE, 4) map: radiance and how much of the sun shines through.

    Args:
        image: out, float32.
        table: of scattering_table.
        noise: (65536,) uint8.
        sun: (3,) unit direction to the sun.
        cover: share of clouds 0..1.
        gloom: how far the sky is one closed layer, 0..1.
        cloud_lit: (3,) radiance of a cloud's bright side.
        cloud_dark: (3,) of its base.
        overcast: (3,) mean radiance of the closed layer.
        night: (3,) radiance of the night sky at the horizon.
    """
    n = image.shape[0]
    flat = np.sqrt(sun[0] * sun[0] + sun[1] * sun[1]) + float32(1e-6)
    for row in prange(n):
        for column in range(n):
            a = float32(2) * column / float32(n - 1) - float32(1)
            b = float32(2) * row / float32(n - 1) - float32(1)
            x = float32(0.5) * (a + b)
            y = float32(0.5) * (a - b)
            z = max(float32(1) - abs(x) - abs(y), float32(0))
            k = float32(1) / np.sqrt(x * x + y * y + z * z)
            x *= k
            y *= k
            z *= k
            level = np.sqrt(np.arcsin(min(z, float32(1))) * float32(2 / np.pi)) * float32(table.shape[0] - 1)
            level = min(level, float32(table.shape[0]) - float32(1.001))
            side = np.sqrt(x * x + y * y) + float32(1e-6)
            turn = min(max((x * sun[0] + y * sun[1]) / (flat * side), float32(-1)), float32(1))
            around = min(
                np.arccos(turn) / float32(np.pi) * float32(table.shape[1] - 1), float32(table.shape[1]) - float32(1.001)
            )
            i = int(level)
            j = int(around)
            u = level - i
            v = around - j
            scale = float32(4.5) / (z + float32(0.07))
            cx = x * scale + float32(40)
            cy = y * scale + float32(12)
            density = _cloud(noise, cx, cy)
            towards = _cloud(noise, cx + sun[0] * float32(0.5), cy + sun[1] * float32(0.5))
            low = float32(0.86) - float32(0.72) * cover
            t = min(max((density - low) / float32(0.16), float32(0)), float32(1))
            fade = min(z * float32(9), float32(1))
            alpha = t * t * (float32(3) - float32(2) * t) * fade * min(cover * float32(8), float32(1))
            bright = min(
                max(float32(0.55) + (density - towards) * float32(2.2) - float32(0.5) * t * cover, float32(0)), float32(1)
            )
            toward_sun = max(x * sun[0] + y * sun[1] + z * sun[2], float32(0))
            rim = float32(1) + float32(0.8) * toward_sun**8 * (float32(1) - t * float32(0.7))
            # CIE overcast sky: three times brighter at the zenith than at the horizon; here gentler, with cloud structure.
            closed = (float32(0.72) + float32(0.45) * z) * (float32(0.80) + float32(0.4) * density)
            for c in range(3):
                clear = (table[i, j, c] * (1 - u) + table[i + 1, j, c] * u) * (1 - v)
                clear += (table[i, j + 1, c] * (1 - u) + table[i + 1, j + 1, c] * u) * v
                clear += night[c] * (float32(0.35) + float32(0.65) * (float32(1) - z) ** 4)
                cloud = (cloud_dark[c] + (cloud_lit[c] - cloud_dark[c]) * bright) * rim
                light = clear + (cloud - clear) * alpha
                image[row, column, c] = light + (overcast[c] * closed - light) * gloom
            image[row, column, 3] = (float32(1) - alpha) * (float32(1) - gloom)


def directions(size: int) -> tuple[Array, Array]:
    """Directions (size, size, 3) of a map's texels and the solid angle of each (size, size)."""
    line = (np.arange(size) + 0.5) / size * 2 - 1
    b, a = np.meshgrid(line, line, indexing="ij")
    x, y = 0.5 * (a + b), 0.5 * (a - b)
    z = 1 - np.abs(x) - np.abs(y)
    length = np.sqrt(x**2 + y**2 + z**2)
    weight = length**-3
    return np.stack([x, y, z], -1) / length[..., None], weight * (2 * np.pi / weight.sum())
