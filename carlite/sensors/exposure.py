"""How a camera exposes: manual values, or an automatic exposure that adapts.

The automatic exposure adapts in exposure values, as Unreal documents it: with ``exposure_speed_up`` EV a second towards a
brighter scene and ``exposure_speed_down`` towards a darker one while it is far off, and ever more slowly over the last 1.5 EV.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from carlite.rays.film import Film

_DEFAULT_BLOOM, _DEFAULT_FLARE = 0.675, 0.1
_DEFAULT_BRIGHTNESS_EV = (10.0, 12.0)  # the range of automatic exposure, as exposure values at ISO 100
_METER_K = 12.5  # calibration of reflected light meters, ISO 2720
_WHITE_OF_EV = 1.2  # luminance over 2^EV that exposes to 1 (Lagarde, Moving Frostbite to PBR, 2014)
_GREY = 0.18
_SLOWING_EV = 1.5  # from here on the speed falls with what is left
_ADAPTED_EV = 1e-3
_LEAST_SPEED = 0.02  # EV a second, Unreal's limit

Number = Callable[[str, float], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """How a camera exposes and shows its pictures; the attributes of these names."""

    mode: str = "histogram"
    compensation: float = 0.0
    shutter_speed: float = 200.0
    iso: float = 100.0
    fstop: float = 1.4
    min_bright: float = _DEFAULT_BRIGHTNESS_EV[0]
    max_bright: float = _DEFAULT_BRIGHTNESS_EV[1]
    film: Film = field(default_factory=Film)
    glare: float = 1.0
    has_effects: bool = True

    @property
    def adapts(self) -> bool:
        """Whether it takes time to follow the light."""
        return self.mode != "manual" and self.has_effects

    def metered_ev(self, illuminance_lx: float) -> float:
        """What the automatic exposure aims at in a scene whose level ground receives this illuminance."""
        return _within(_scene_ev(illuminance_lx), self.min_bright, self.max_bright)

    def film_in(self, illuminance_lx: float, adapted_ev: float) -> Film:
        """The film for a scene whose level ground receives this illuminance.

        The automatic exposure shows every scene at its proper brightness once it has adapted, so its limits count relative to
        the usual ones; the manual one has the gain of its exposure value over the scene's own.

        Args:
            illuminance_lx: of the scene.
            adapted_ev: what the automatic exposure has adapted to.
        """
        scene_ev = _scene_ev(illuminance_lx)
        if self.mode == "manual":
            camera_ev = math.log2(max(self.fstop, 0.1) ** 2 * max(self.shutter_speed, 1e-3) * 100.0 / max(self.iso, 1e-3))
            stops = scene_ev + math.log2(_METER_K / (100.0 * _WHITE_OF_EV * _GREY)) - camera_ev
        else:
            stops = _within(scene_ev, *_DEFAULT_BRIGHTNESS_EV) - adapted_ev
        return replace(self.film, gain=2.0 ** min(max(stops + self.compensation, -20.0), 20.0))


def _scene_ev(illuminance_lx: float) -> float:
    """Exposure value at ISO 100 of a grey card on the ground."""
    luminance = max(_GREY * illuminance_lx / math.pi, 1e-6)
    return math.log2(luminance * 100.0 / _METER_K)


def _within(value: float, low: float, high: float) -> float:
    return min(max(value, low), max(low, high))


class Adaptation:
    """What a camera's automatic exposure has adapted to; its first picture is adapted.

    Args:
        number: an attribute's value, or the given default.
    """

    def __init__(self, number: Number) -> None:
        self._up = max(number("exposure_speed_up", 3.0), _LEAST_SPEED)
        self._down = max(number("exposure_speed_down", 1.0), _LEAST_SPEED)
        self._ev: float | None = None

    def follow(self, metered_ev: float, dt_s: float) -> float:
        """The exposure value of a picture ``dt_s`` after the last one, EV."""
        gap = 0.0 if self._ev is None else metered_ev - self._ev
        left = remaining_ev(abs(gap), self._up if gap > 0.0 else self._down, dt_s)
        self._ev = metered_ev - math.copysign(left, gap)
        return self._ev


def remaining_ev(gap_ev: float, speed: float, dt_s: float) -> float:
    """How far the exposure still is from its aim, EV, ``dt_s`` after it was ``gap_ev`` (not negative) away.

    Linear at ``speed`` EV a second down to 1.5 EV, from there exponential with the same slope at the seam.
    """
    swift_s = max(gap_ev - _SLOWING_EV, 0.0) / speed
    if dt_s <= swift_s:
        return gap_ev - speed * dt_s
    left = min(gap_ev, _SLOWING_EV) * math.exp(-speed * (dt_s - swift_s) / _SLOWING_EV)
    return left if left > _ADAPTED_EV else 0.0


def exposure_of(number: Number, mode: str, effects: bool) -> Exposure:
    """Reads the attributes; without post-processing effects the picture is the neutral one, without glare.

    Args:
        number: an attribute's value, or the given default.
        mode: "histogram" or "manual".
        effects: attribute ``enable_postprocess_effects``.
    """
    if not effects:
        return Exposure(glare=0.0, has_effects=False)
    plain = Film()
    film = Film(
        temp_k=number("temp", plain.temp_k),
        tint=number("tint", plain.tint),
        gamma=number("gamma", plain.gamma),
        slope=number("slope", plain.slope),
        toe=number("toe", plain.toe),
        shoulder=number("shoulder", plain.shoulder),
        black_clip=number("black_clip", plain.black_clip),
        white_clip=number("white_clip", plain.white_clip),
    )
    bloom, flare = number("bloom_intensity", _DEFAULT_BLOOM), number("lens_flare_intensity", _DEFAULT_FLARE)
    return Exposure(
        mode=mode,
        compensation=number("exposure_compensation", 0.0),
        shutter_speed=number("shutter_speed", 200.0),
        iso=number("iso", 100.0),
        fstop=number("fstop", 1.4),
        min_bright=number("exposure_min_bright", _DEFAULT_BRIGHTNESS_EV[0]),
        max_bright=number("exposure_max_bright", _DEFAULT_BRIGHTNESS_EV[1]),
        film=film,
        glare=0.5 * max(bloom, 0.0) / _DEFAULT_BLOOM + 0.5 * max(flare, 0.0) / _DEFAULT_FLARE,
    )
