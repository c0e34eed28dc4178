"""Weather to light: sun, sky map, ambient light, fog, exposure, tone curve.

Radiance is relative (see sky_map): outside the atmosphere the sun's irradiance is 20, which stands for about 120 000 lux;
one lux is LUX.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from carlite.rays.sky_map import SKY_SIZE, SUN_IRRADIANCE, directions, paint, scattering_table, sun_transmittance
from carlite.rays.textures import look_table
from carlite.weather import Weather

LUX = SUN_IRRADIANCE / 120_000.0
_GROUND_ALBEDO = np.array([0.20, 0.19, 0.17])
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
_FILL_SHARE, _FILL_COLOUR = 0.48, 0.25  # shadow to sun on level ground; how much of the sky's colour is left in it
_FILL_TINT = np.array([1.0, 1.0, 1.0])
_DUST = np.array([1.0, 0.72, 0.42])
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sky:
    """Light for the camera kernel.

    Attributes:
        weather: what it was made from.
        sun: (3,) unit direction towards the sun, world.
        sun_light: (3,) irradiance on a surface that faces the sun.
        disc: radiance of the sun's disc relative to ``sun_light``.
        ambient: (4, 3) irradiance: constant, and slopes along x, y, z of the normal.
        image: flat float32 sky map, four values a texel.
        ground: (3,) radiance of lit ground, for mirrors that look down.
        fog: (3,) radiance of fog away from the sun.
        fog_density: extinction per metre at fog's reference height.
        fog_rate: decrease of its logarithm per metre of height.
        fog_start_m: fog begins there.
        sun_scatter: strength of the glow around the sun in fog.
        exposure: factor from radiance to the tone curve's input.
        illuminance_lx: on level ground, more or less; what a light meter sees.
        night: 0 day .. 1 night, switches lamps and windows.
    """

    weather: Weather
    sun: Array
    sun_light: Array
    disc: float
    ambient: Array
    image: NDArray[np.float32]
    ground: Array
    fog: Array
    fog_density: float
    fog_rate: float
    fog_start_m: float
    sun_scatter: float
    exposure: float
    illuminance_lx: float
    night: float


def _smooth(x: float, low: float, high: float) -> float:
    t = min(max((x - low) / (high - low), 0.0), 1.0)
    return t * t * (3 - 2 * t)


def _sun_light(weather: Weather) -> tuple[Array, Array]:
    """Irradiance of the sun under clear sky and under these clouds."""
    above = _smooth(weather.sun_altitude_deg, -1.2, 0.8)
    clear = SUN_IRRADIANCE * sun_transmittance(max(weather.sun_altitude_deg, 0.3), weather.haze) * above
    covered = 1.0 - 0.985 * _smooth(weather.clouds, 0.35, 0.95)
    covered *= (1.0 - 0.75 * _smooth(weather.rain, 0.2, 0.9)) * (1.0 - 0.85 * weather.dust)
    return clear, clear * covered


def _image(weather: Weather, sun: Array, clear_sun: Array, night: Array) -> NDArray[np.float32]:
    table = scattering_table(weather.sun_altitude_deg, weather.haze, weather.blueness)
    below = float(np.mean(table[:, :, 1]))
    height = max(float(sun[2]), 0.0)
    glow = table.mean((0, 1)).astype(np.float64) * np.pi
    lit = clear_sun * 0.24 + glow * 0.30 + night * 2.0
    dark = clear_sun * 0.045 * (0.3 + height) + glow * 0.22 + night * 2.0
    gloom = max(_smooth(weather.clouds, 0.70, 1.0), 0.9 * _smooth(weather.rain, 0.3, 0.9))
    total = float(_LUMINANCE @ (clear_sun * (0.06 + height) + glow))
    dim = 1.0 - 0.55 * weather.rain
    overcast = (0.085 * total * dim + 0.2 * below * dim) * np.array([0.93, 0.98, 1.06]) + night * 2.5
    dusty = 0.13 * total * _DUST
    overcast = overcast + (dusty - overcast) * weather.dust
    gloom = max(gloom, weather.dust)
    image = np.empty((SKY_SIZE, SKY_SIZE, 4), np.float32)
    paint(
        image, table, look_table().noise, sun.astype(np.float32), np.float32(weather.clouds), np.float32(gloom),
        lit.astype(np.float32), dark.astype(np.float32), overcast.astype(np.float32), night.astype(np.float32),
    )  # fmt: skip
    return image


def _ambient(image: NDArray[np.float32], sun: Array, sun_light: Array) -> tuple[Array, Array]:
    """Ambient coefficients (4, 3) and the ground's radiance (3,)."""
    step = SKY_SIZE // 96
    coarse = image[..., :3].reshape(96, step, 96, step, 3).mean((1, 3)).astype(np.float64)
    towards, solid_angle = directions(96)
    upward = np.einsum("abc,ab,ab->c", coarse, solid_angle, towards[..., 2])
    ground = _GROUND_ALBEDO / np.pi * (upward + sun_light * max(float(sun[2]), 0.0))
    ambient = np.zeros((4, 3))
    for axis in range(3):
        pair = []
        for sign in (1.0, -1.0):
            cosine = np.maximum(sign * towards[..., axis], 0.0)
            from_sky = np.einsum("abc,ab,ab->c", coarse, solid_angle, cosine)
            share = 0.5 if axis < 2 else 0.5 - 0.5 * sign
            pair.append(from_sky + np.pi * share * ground)
        ambient[0] += (pair[0] + pair[1]) / 6.0
        ambient[1 + axis] = (pair[0] - pair[1]) / 2.0
    return ambient, ground


def _filled(ambient: Array, sunlit: float) -> Array:
    """Ambient light of a street: walls and ground scatter sunlight once more into the shadows, nearly without colour.

    Args:
        ambient: (4, 3) light of the open sky and the ground.
        sunlit: luminance that the sun alone gives to level ground.
    """
    grey = (ambient @ _LUMINANCE)[:, None] * _FILL_TINT
    level = float(grey[0] @ _LUMINANCE + grey[3] @ _LUMINANCE)
    gain = min(max(_FILL_SHARE * sunlit / max(level, 1e-9), 1.0), 4.0)
    filled: Array = (grey + (ambient - grey) * _FILL_COLOUR) * gain
    return filled


def make_sky(weather: Weather) -> Sky:
    """All light of one weather, whose sun has an azimuth."""
    altitude, azimuth = np.radians(weather.sun_altitude_deg), np.radians(weather.sun_azimuth_angle)
    sun = np.array([np.cos(altitude) * np.cos(azimuth), np.cos(altitude) * np.sin(azimuth), np.sin(altitude)])
    clear_sun, sun_light = _sun_light(weather)
    night = 1.0 - _smooth(weather.sun_altitude_deg, -9.0, 2.0)
    # A town's night sky: about 0.3 lux on the ground.
    night_sky = np.array([0.55, 0.68, 1.0]) * (0.30 * LUX * night) * (1.0 + 0.8 * weather.clouds)
    image = _image(weather, sun, clear_sun, night_sky)
    ambient, ground = _ambient(image, sun, sun_light)
    if float(_LUMINANCE @ sun_light) * max(float(sun[2]), 0.0) < 0.03 * float(_LUMINANCE @ (ambient[0] + ambient[3])):
        sun_light = np.zeros(3)  # the sun behind a closed layer or under the horizon draws no shadows
    ambient = _filled(ambient, float(_LUMINANCE @ sun_light) * max(float(sun[2]), 0.0))
    towards, _ = directions(96)
    step = SKY_SIZE // 96
    low = image[step // 2 :: step, step // 2 :: step, :3].astype(np.float64)[
        (towards[..., 2] > 0.02) & (towards[..., 2] < 0.25)
    ]
    fog = low.mean(0)
    upward = ambient[0] + ambient[3]
    grey = float(_LUMINANCE @ upward) / np.pi * np.array([0.96, 1.0, 1.03])
    thick = _smooth(weather.fog, 0.05, 0.5)
    fog = fog + (grey - fog) * thick
    fog = fog + (float(_LUMINANCE @ fog) * _DUST * 1.1 - fog) * weather.dust
    density = 1.5e-5 * weather.haze + 0.03 * weather.fog**2 + 0.004 * weather.rain**1.5 + 0.035 * weather.dust**1.5
    brightness = float(_LUMINANCE @ (sun_light * max(float(sun[2]), 0.2) + upward))
    exposure = 3.6 / max(brightness, 22.0 * LUX) ** 0.93 * 12.0**-0.07
    return Sky(
        weather=weather,
        sun=sun,
        sun_light=sun_light,
        disc=400.0,
        ambient=ambient,
        image=image.ravel(),
        ground=ground,
        fog=fog,
        fog_density=density,
        fog_rate=0.05 * max(weather.fog_falloff, 0.0) * thick + 1.0 / 1500.0,
        fog_start_m=min(weather.fog_start_m, 200.0) if thick > 0 else 0.0,
        sun_scatter=0.006 * weather.haze**0.5,
        exposure=exposure,
        illuminance_lx=brightness / LUX,
        night=night,
    )


@cache
def tone_curve() -> NDArray[np.uint8]:
    """(4096,) display value of exposed light x at index 4095 x / (x + 1): a filmic curve, then sRGB.

    The curve is Narkowicz's fit of the ACES reference (2015).
    """
    t = np.arange(4096) / 4096.0
    x = t / (1.0 - t)
    film = np.clip(x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14), 0.0, 1.0)
    display = np.where(film <= 0.0031308, 12.92 * film, 1.055 * np.maximum(film, 1e-9) ** (1 / 2.4) - 0.055)
    return np.rint(display * 255.0).astype(np.uint8)
