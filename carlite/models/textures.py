"""Tileable procedural textures, made from fixed seeds.

Every layer is a linear multiplier of the vertex colour with a mean of about one; the lit windows of FACADE_NIGHT are emission.
Rows run downwards: row 0 is v = 1.
"""

from __future__ import annotations

from enum import IntEnum
from functools import cache

import numpy as np
from numpy.typing import NDArray

SIZE = 512
Image = NDArray[np.float32]


class Layer(IntEnum):
    """Rows of ``texture_atlas()``."""

    ASPHALT = 0
    CONCRETE = 1
    GRASS = 2
    SOIL = 3
    BRICK = 4
    FACADE = 5
    FACADE_NIGHT = 6
    ROOF = 7
    BARK = 8
    LEAVES = 9
    CLOTH = 10
    FUR = 11
    RUBBER = 12
    MARKING = 13
    WATER = 14


STOREYS_PER_REPEAT = 4
"""Rows and columns of windows in one repeat of FACADE."""


def _noise(seed: int, low: float, high: float, *, slope: float = 1.0, stretch: tuple[float, float] = (1.0, 1.0)) -> Image:
    """Periodic noise of unit variance with waves between ``low`` and ``high`` per repeat, amplitude ~ f^-slope.

    ``stretch`` divides the frequencies along rows and columns: (1, 8) is coarse across and fine down.
    """
    rng = np.random.default_rng(seed)
    fy = np.fft.fftfreq(SIZE, 1.0 / SIZE)[:, None] * stretch[0]
    fx = np.fft.rfftfreq(SIZE, 1.0 / SIZE)[None] * stretch[1]
    f = np.hypot(fx, fy)
    amplitude = np.where((f >= low) & (f <= high), np.maximum(f, 1e-6) ** -slope, 0.0)
    spectrum = amplitude * np.exp(2j * np.pi * rng.random(f.shape))
    image = np.fft.irfft2(spectrum, (SIZE, SIZE))
    result: Image = (image / image.std()).astype(np.float32)
    return result


def _grey(image: Image) -> Image:
    result: Image = np.repeat(image[..., None], 3, -1).astype(np.float32)
    return result


def _tinted(image: Image, warm: Image, colour: tuple[float, float, float]) -> Image:
    """Grey image plus ``warm`` times a colour direction."""
    return (_grey(image) + warm[..., None] * np.asarray(colour, np.float32)).astype(np.float32)


def _cells() -> tuple[Image, Image]:
    rows, columns = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32) / SIZE
    return rows, columns


def _asphalt() -> Image:
    grain = _noise(1, 60, 256, slope=0.2)
    patches = _noise(2, 1, 12, slope=1.2)
    ridge = np.abs(_noise(3, 2, 40, slope=1.6))
    where = np.clip(_noise(4, 1, 4) - 0.55, 0, 1)
    crack = np.exp(-((ridge / 0.018) ** 2)) * np.minimum(where * 3.0, 1.0)
    stones = np.clip(grain - 1.9, 0, 1.0)
    image = 1.0 + 0.09 * grain + 0.055 * patches + 0.45 * stones - 0.5 * crack
    return _tinted(np.clip(image, 0.25, 2.0), 0.02 * patches, (1.0, 0.3, -0.8))


def _concrete() -> Image:
    rows, columns = _cells()
    grain = _noise(11, 40, 256, slope=0.3)
    patches = _noise(12, 1, 20, slope=1.2)
    joint = np.maximum(_groove(rows * 2.0, 0.006), _groove(columns * 2.0, 0.006))
    rng = np.random.default_rng(13)
    slab = rng.normal(0.0, 0.05, (2, 2)).astype(np.float32)[(rows * 2).astype(int), (columns * 2).astype(int)]
    return _tinted(1.0 + 0.04 * grain + 0.04 * patches + slab - 0.45 * joint, 0.015 * patches, (1.0, 0.4, -0.7))


def _groove(phase: NDArray[np.floating], half_width: float) -> Image:
    """1 in a thin groove at whole numbers of ``phase``, else 0, soft edges."""
    away = np.abs(phase - np.round(phase))
    result: Image = np.clip(1.5 - away / half_width, 0.0, 1.0).astype(np.float32)
    return result


def _grass() -> Image:
    blades = _noise(21, 30, 256, slope=0.3, stretch=(0.5, 1.0))
    tufts = _noise(22, 3, 40, slope=0.9)
    dry = np.clip(_noise(23, 1, 10, slope=1.1), -2, 2)
    return _tinted(np.clip(1.0 + 0.22 * blades + 0.14 * tufts, 0.2, 2.2), 0.09 * dry, (1.0, 0.25, -0.3))


def _soil() -> Image:
    grain = _noise(31, 30, 256, slope=0.4)
    lumps = _noise(32, 2, 30, slope=1.0)
    return _tinted(np.clip(1.0 + 0.12 * grain + 0.14 * lumps, 0.3, 2.0), 0.04 * lumps, (1.0, 0.3, -0.5))


def _brick() -> Image:
    rows, columns = _cells()
    courses, bricks = 32, 10
    course = (rows * courses).astype(int)
    along = columns * bricks + 0.5 * (course % 2)
    mortar = np.maximum(_groove(rows * courses, 0.075), _groove(along, 0.026))
    rng = np.random.default_rng(41)
    shade = rng.normal(1.0, 0.13, (courses, bricks)).astype(np.float32)[course, along.astype(int) % bricks]
    warm = rng.normal(0.0, 0.06, (courses, bricks)).astype(np.float32)[course, along.astype(int) % bricks]
    brick = _tinted(shade + 0.06 * _noise(42, 30, 256, slope=0.3), warm, (1.0, 0.0, -0.6))
    grout = _grey(1.25 + 0.05 * _noise(43, 30, 256, slope=0.3)) * np.asarray([0.85, 1.25, 1.45], np.float32)
    result: Image = (brick * (1 - mortar[..., None]) + grout * mortar[..., None]).astype(np.float32)
    return result


def _panes() -> tuple[Image, Image, Image, NDArray[np.int64]]:
    """Window masks of the facade: glass, frame, sill (0..1), and the number of each pixel's window."""
    rows, columns = _cells()
    n = STOREYS_PER_REPEAT
    cell = (rows * n).astype(np.int64) * n + (columns * n).astype(np.int64)
    u, v = columns * n % 1.0, rows * n % 1.0
    inside = (np.abs(u - 0.5) < 0.27) & (v > 0.20) & (v < 0.78)
    bars = (np.abs(u - 0.5) < 0.012) | (np.abs(np.abs(u - 0.5) - 0.27) < 0.022) | (np.abs(v - 0.20) < 0.015)
    bars |= (np.abs(v - 0.78) < 0.02) | (np.abs(v - 0.40) < 0.010)
    frame = bars & (np.abs(u - 0.5) < 0.30) & (v > 0.18) & (v < 0.80)
    sill = (np.abs(u - 0.5) < 0.33) & (v >= 0.80) & (v < 0.835)
    glass = inside & ~frame
    return glass.astype(np.float32), frame.astype(np.float32), sill.astype(np.float32), cell


def _facade() -> Image:
    glass, frame, sill, cell = _panes()
    rows, _ = _cells()
    rng = np.random.default_rng(51)
    n = STOREYS_PER_REPEAT
    wall = 1.0 + 0.03 * _noise(52, 40, 256, slope=0.3) + 0.03 * _noise(53, 1, 12)
    wall = wall - 0.12 * _groove(rows * n, 0.02)
    wall = wall * (1.0 - 0.35 * ((rows * n % 1.0 >= 0.835) & (rows * n % 1.0 < 0.86) & (np.roll(sill, 12, 0) > 0)))
    curtain = rng.random(n * n).astype(np.float32)[cell] * np.clip(1.4 - 2.2 * (rows * n % 1.0 - 0.2), 0, 1)
    sky = 0.10 + 0.16 * np.clip(0.75 - rows * n % 1.0, 0, 1) + 0.35 * curtain * (curtain > 0.45)
    pane = _grey(sky) * np.asarray([0.80, 0.95, 1.12], np.float32)
    image = _grey(wall)
    for mask, colour in ((glass, pane), (frame, _grey(np.full_like(sky, 1.25))), (sill, _grey(np.full_like(sky, 1.2)))):
        image = image * (1 - mask[..., None]) + colour * mask[..., None]
    return image.astype(np.float32)


def _facade_night() -> Image:
    glass, _, _, cell = _panes()
    rng = np.random.default_rng(54)
    n = STOREYS_PER_REPEAT
    lit = rng.random(n * n) < 0.38
    warmth = rng.uniform(0.35, 0.75, n * n)
    colour = np.stack([np.ones(n * n), 0.55 + 0.35 * warmth, 0.15 + 0.6 * warmth], -1) * rng.uniform(0.4, 1.0, (n * n, 1))
    image: Image = (glass[..., None] * (colour * lit[:, None])[cell]).astype(np.float32)
    return image


def _roof() -> Image:
    rows, columns = _cells()
    courses, tiles = 12, 14
    course = (rows * courses).astype(int)
    along = columns * tiles + 0.5 * (course % 2)
    rng = np.random.default_rng(61)
    shade = rng.normal(1.0, 0.10, (courses, tiles)).astype(np.float32)[course, along.astype(int) % tiles]
    step = rows * courses % 1.0
    round_ = np.sqrt(np.clip(1.0 - (2.0 * (along % 1.0) - 1.0) ** 2, 0, 1))
    image = shade * (0.78 + 0.22 * round_) * (1.0 + 0.25 * (step - 0.5)) - 0.35 * (step > 0.93)
    return _tinted(image + 0.05 * _noise(62, 20, 200, slope=0.4) + 0.06, 0.05 * _noise(63, 1, 10), (0.3, 0.6, -0.2))


def _bark() -> Image:
    ridges = _noise(71, 3, 120, slope=0.8, stretch=(6.0, 1.0))
    return _tinted(np.clip(1.0 + 0.28 * ridges, 0.3, 2.0), 0.05 * _noise(72, 1, 10), (0.2, 0.6, -0.2))


def _leaves() -> Image:
    blobs = _noise(81, 10, 60, slope=0.5)
    fine = _noise(82, 60, 220, slope=0.3)
    hue = _noise(83, 4, 30, slope=0.6)
    return _tinted(np.clip(1.0 + 0.28 * blobs + 0.12 * fine, 0.15, 2.2), 0.10 * hue, (0.8, 0.3, -0.4))


def _cloth() -> Image:
    rows, columns = _cells()
    weave = np.sin(2 * np.pi * 96 * rows) * np.sin(2 * np.pi * 96 * columns)
    folds = _noise(91, 1, 8, slope=1.2, stretch=(0.5, 1.0))
    return _grey((1.0 + 0.06 * weave + 0.09 * folds).astype(np.float32))


def _fur() -> Image:
    hair = _noise(101, 12, 256, slope=0.5, stretch=(1.0, 5.0))
    return _tinted(np.clip(1.0 + 0.20 * hair + 0.07 * _noise(102, 1, 8), 0.3, 2.0), 0.05 * _noise(103, 1, 10), (0.8, 0.4, 0.0))


def _rubber() -> Image:
    return _grey(1.0 + 0.10 * _noise(111, 30, 256, slope=0.3))


def _marking() -> Image:
    worn = np.clip(_noise(121, 2, 200, slope=0.7) - 1.25, 0, 1)
    return _grey(np.clip(1.02 + 0.03 * _noise(122, 30, 256, slope=0.3) - 0.55 * worn, 0.3, 1.3))


def _water() -> Image:
    return _tinted(1.0 + 0.10 * _noise(131, 3, 40, slope=1.0), 0.04 * _noise(132, 1, 8), (-0.3, 0.3, 1.0))


@cache
def texture_atlas() -> Image:
    """(len(Layer), 512, 512, 3) float32 linear; made once, read-only."""
    makers = {
        Layer.ASPHALT: _asphalt,
        Layer.CONCRETE: _concrete,
        Layer.GRASS: _grass,
        Layer.SOIL: _soil,
        Layer.BRICK: _brick,
        Layer.FACADE: _facade,
        Layer.FACADE_NIGHT: _facade_night,
        Layer.ROOF: _roof,
        Layer.BARK: _bark,
        Layer.LEAVES: _leaves,
        Layer.CLOTH: _cloth,
        Layer.FUR: _fur,
        Layer.RUBBER: _rubber,
        Layer.MARKING: _marking,
        Layer.WATER: _water,
    }
    atlas = np.maximum(np.stack([makers[layer]() for layer in Layer]), 0.0).astype(np.float32)
    atlas.setflags(write=False)
    return atlas
