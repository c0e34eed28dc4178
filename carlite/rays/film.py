"""From exposed light to display values: exposure, white balance, film curve, gamma, as one table a colour.

The neutral film is ``sky.tone_curve``; what a camera asks for counts relative to Unreal's defaults, so that a camera with
default attributes has the neutral picture.

Sources: Unreal Engine's documentation of its filmic tone mapper (slope, toe, shoulder, black and white clip) and of white
balance; CIE 015:2018 for daylight and black bodies.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from carlite.rays.sky import tone_curve

CURVE_SIZE = 4096
_NEUTRAL_K = 6500.0
_SRGB_FROM_XYZ = np.array([[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]])
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """How a camera turns light into display values; the attributes of the RGB camera that have these names.

    Attributes:
        gain: factor on the light.
        temp_k: colour temperature that shows as white.
        tint: -1 green .. 1 magenta.
        gamma: of the display; larger is brighter.
        slope, toe, shoulder, black_clip, white_clip: of the filmic curve.
    """

    gain: float = 1.0
    temp_k: float = _NEUTRAL_K
    tint: float = 0.0
    gamma: float = 2.2
    slope: float = 0.88
    toe: float = 0.55
    shoulder: float = 0.26
    black_clip: float = 0.0
    white_clip: float = 0.04

    @property
    def curve(self) -> tuple[float, float, float, float, float]:
        """The shape of the filmic curve."""
        return self.slope, self.toe, self.shoulder, self.black_clip, self.white_clip


NEUTRAL = Film()


@lru_cache(maxsize=32)
def curves(film: Film) -> NDArray[np.uint8]:
    """(3 * 4096,) display values of red, green, blue for exposed light x at index 4095 x / (x + 1)."""
    if film == Film():
        return np.tile(tone_curve(), 3)
    place = np.arange(CURVE_SIZE) / CURVE_SIZE
    light = place / (1.0 - place)
    gains = film.gain * _white_balance(film.temp_k, film.tint)
    return np.concatenate([_displayed(light * gain, film) for gain in gains])


@lru_cache(maxsize=32)
def shown_light(film: Film) -> NDArray[np.uint8]:
    """(3, 256) exposed light in steps of 1/255, at most 255, that a film shows as each value of red, green, blue.

    It is the middle of all light that has this value; of a value that no light has, that of the next lower one.
    """
    place = np.arange(CURVE_SIZE) / CURVE_SIZE
    light = np.clip(place / (1.0 - place), 0.0, 1.0)
    tables = np.zeros((3, 256))
    for table, curve in zip(tables, curves(film).reshape(3, CURVE_SIZE), strict=True):
        counts = np.bincount(curve, minlength=256)
        means = np.bincount(curve, light, minlength=256) / np.maximum(counts, 1)
        table[:] = np.maximum.accumulate(np.where(counts > 0, means, 0.0))
    return np.rint(tables * 255.0).astype(np.uint8)


def _displayed(light: Array, film: Film) -> NDArray[np.uint8]:
    at = np.minimum(light / (light + 1.0) * CURVE_SIZE, CURVE_SIZE - 1.0)
    shown = np.interp(at, np.arange(CURVE_SIZE), tone_curve()) / 255.0
    if film.curve != Film().curve:
        shown = _refilmed(shown**2.2, film) ** (1.0 / 2.2)
    if film.gamma != 2.2:
        shown = shown ** (2.2 / max(film.gamma, 0.1))
    return np.rint(np.clip(shown, 0.0, 1.0) * 255.0).astype(np.uint8)


def _refilmed(shown: Array, film: Film) -> Array:
    """What the light that the default curve shows as ``shown`` becomes under another curve."""
    logs = np.linspace(-6.0, 4.0, 2001)
    usual = np.maximum.accumulate(_filmic(logs, *Film().curve))
    log_light = np.interp(shown, usual, logs)
    return np.clip(_filmic(log_light, *film.curve), 0.0, 1.0)


def _filmic(log_light: Array, slope: float, toe: float, shoulder: float, black_clip: float, white_clip: float) -> Array:
    """Unreal's filmic curve of log10 light: a toe, a straight part through (0.18, 0.18), a shoulder."""
    slope = max(slope, 1e-3)
    low, high = max(1.0 + black_clip - toe, 1e-3), max(1.0 + white_clip - shoulder, 1e-3)
    match = np.log10(0.18)
    if toe > 0.8:
        toe_at = (1.0 - toe - 0.18) / slope + match
    else:
        share = np.clip((0.18 + black_clip) / low - 1.0, -0.999, 0.999)
        toe_at = match - 0.5 * np.log((1.0 + share) / (1.0 - share)) * (low / slope)
    straight_at = (1.0 - toe) / slope - toe_at
    shoulder_at = shoulder / slope - straight_at
    straight = slope * (log_light + straight_at)
    dark = -black_clip + 2.0 * low / (1.0 + np.exp(np.clip(-2.0 * slope / low * (log_light - toe_at), -60.0, 60.0)))
    bright = (
        1.0 + white_clip - 2.0 * high / (1.0 + np.exp(np.clip(2.0 * slope / high * (log_light - shoulder_at), -60.0, 60.0)))
    )
    dark = np.where(log_light < toe_at, dark, straight)
    bright = np.where(log_light > shoulder_at, bright, straight)
    t = np.clip((log_light - toe_at) / (shoulder_at - toe_at if shoulder_at != toe_at else 1e-6), 0.0, 1.0)
    t = 1.0 - t if shoulder_at < toe_at else t
    t = t * t * (3.0 - 2.0 * t)
    mixed: Array = dark + (bright - dark) * t
    return mixed


def _white_balance(temp_k: float, tint: float) -> Array:
    """(3,) factors on linear sRGB that make light of this temperature and tint white; (1, 1, 1) for the neutral one."""
    if temp_k == _NEUTRAL_K and tint == 0.0:
        return np.ones(3)
    gains = _white(_NEUTRAL_K, 0.0) / np.maximum(_white(temp_k, tint), 0.02)
    balanced: Array = gains / float(_LUMINANCE @ gains)
    return balanced


def _white(temp_k: float, tint: float) -> Array:
    """Linear sRGB of a light: daylight from 4000 K on, a black body below; tint moves it across the locus, towards green."""
    t = min(max(temp_k, 1500.0), 15000.0)
    u, v = _black_body(t)
    if t >= 4000.0:
        x, y = _daylight(t)
        u, v = 4.0 * x / (-2.0 * x + 12.0 * y + 3.0), 6.0 * y / (-2.0 * x + 12.0 * y + 3.0)
    if tint:  # what is white in a greener light comes out magenta
        (u0, v0), (u1, v1) = _black_body(t - 1.0), _black_body(t + 1.0)
        along = np.hypot(u1 - u0, v1 - v0)
        move = 0.05 * min(max(tint, -1.0), 1.0) / along
        u, v = u + (v1 - v0) * move, v - (u1 - u0) * move
    x, y = 3.0 * u / (2.0 * u - 8.0 * v + 4.0), 2.0 * v / (2.0 * u - 8.0 * v + 4.0)
    rgb: Array = _SRGB_FROM_XYZ @ np.array([x / y, 1.0, (1.0 - x - y) / y])
    return rgb


def _black_body(temp_k: float) -> tuple[float, float]:
    """Chromaticity u, v (CIE 1960) of a black body: Krystek's fit (1985)."""
    t = temp_k
    u = (0.860117757 + 1.54118254e-4 * t + 1.28641212e-7 * t**2) / (1.0 + 8.42420235e-4 * t + 7.08145163e-7 * t**2)
    v = (0.317398726 + 4.22806245e-5 * t + 4.20481691e-8 * t**2) / (1.0 - 2.89741816e-5 * t + 1.61456053e-7 * t**2)
    return u, v


def _daylight(temp_k: float) -> tuple[float, float]:
    """Chromaticity of CIE daylight."""
    t = 1000.0 / temp_k
    if temp_k <= 7000.0:
        x = -4.6070 * t**3 + 2.9678 * t**2 + 0.09911 * t + 0.244063
    else:
        x = -2.0064 * t**3 + 1.9018 * t**2 + 0.24748 * t + 0.237040
    return x, -3.0 * x * x + 2.870 * x - 0.275
