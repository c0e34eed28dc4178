"""Units as names carry them: ``speed_kph``, ``gap_m``, ``sun_deg``."""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple


class Dimension(NamedTuple):
    """Exponents of length, time, angle and per cent."""

    length: int = 0
    time: int = 0
    angle: int = 0
    percent: int = 0

    def times(self, other: Dimension, sign: int = 1) -> Dimension:
        """Of a product, or of a quotient with ``sign`` -1."""
        return Dimension(*(a + sign * b for a, b in zip(self, other, strict=True)))

    def __str__(self) -> str:
        return _NAMES.get(self, "a product of quantities that no unit stands for")


class Unit(NamedTuple):
    """A unit: what it measures and how many SI units one of it is."""

    suffix: str
    dimension: Dimension
    si: float


_LENGTH, _TIME, _ANGLE, _PERCENT = Dimension(length=1), Dimension(time=1), Dimension(angle=1), Dimension(percent=1)
_SPEED, _ACCELERATION = Dimension(length=1, time=-1), Dimension(length=1, time=-2)
_NAMES: dict[Dimension, str] = {
    Dimension(): "a plain number",
    _LENGTH: "a length",
    _TIME: "a time",
    _ANGLE: "an angle",
    _PERCENT: "a percentage",
    _SPEED: "a speed",
    _ACCELERATION: "an acceleration",
    Dimension(length=-1): "a number per length",
}
PLAIN = Unit("", Dimension(), 1.0)
UNITS: dict[str, Unit] = {
    unit.suffix: unit
    for unit in (
        Unit("m", _LENGTH, 1.0),
        Unit("km", _LENGTH, 1000.0),
        Unit("s", _TIME, 1.0),
        Unit("ms", _TIME, 0.001),
        Unit("mps", _SPEED, 1.0),
        Unit("kph", _SPEED, 1.0 / 3.6),
        Unit("mph", _SPEED, 0.44704),
        Unit("mps2", _ACCELERATION, 1.0),
        Unit("deg", _ANGLE, math.pi / 180.0),
        Unit("rad", _ANGLE, 1.0),
        Unit("percent", _PERCENT, 1.0),
        Unit("per_km", Dimension(length=-1), 0.001),
    )
}


@cache
def unit_of(name: str) -> Unit:
    """The unit that a key or parameter says at its end; ``PLAIN`` if it says none."""
    parts = name.split("_")
    if len(parts) > 2 and "_".join(parts[-2:]) in UNITS:
        return UNITS["_".join(parts[-2:])]
    return UNITS.get(parts[-1], PLAIN) if len(parts) > 1 else PLAIN


def si_unit(dimension: Dimension) -> Unit:
    """The SI unit of a dimension, nameless if no suffix stands for it."""
    for unit in UNITS.values():
        if unit.dimension == dimension and unit.si == 1.0:
            return unit
    return PLAIN if dimension == Dimension() else Unit("", dimension, 1.0)


def siblings(unit: Unit) -> list[str]:
    """Suffixes of all units of the same kind, such as kph for mps."""
    return [f"_{other.suffix}" for other in UNITS.values() if other.dimension == unit.dimension]


def convert(value: float, unit: Unit, to: Unit) -> float:
    """``value`` in another unit of the same dimension; exact where the units are the same."""
    return value if unit.si == to.si else value * unit.si / to.si


ALIASES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("kmh", "km_h", "kmph", "kph", "kms"), ("kph",)),
    **dict.fromkeys(("mi_h", "miph", "mph"), ("mph",)),
    **dict.fromkeys(("m_s", "mps", "mpers", "meters_per_second", "metres_per_second"), ("mps",)),
    "ms": ("ms", "mps"),
    **dict.fromkeys(("m_s2", "ms2", "mpss", "m_ss", "mps2"), ("mps2",)),
    **dict.fromkeys(("sec", "secs", "second", "seconds"), ("s",)),
    **dict.fromkeys(("msec", "millis", "milliseconds"), ("ms",)),
    **dict.fromkeys(("meter", "meters", "metre", "metres", "mtr"), ("m",)),
    **dict.fromkeys(("kilometer", "kilometers", "kilometre", "kilometres"), ("km",)),
    **dict.fromkeys(("degree", "degrees", "grad"), ("deg",)),
    **dict.fromkeys(("radian", "radians"), ("rad",)),
    **dict.fromkeys(("pct", "perc", "per_cent"), ("percent",)),
}
"""How people write units elsewhere, and which of ours they may mean."""

_LENGTHS_ELSEWHERE = ("mm", "cm", "ft", "feet", "foot", "inch", "inches", "yd", "mi", "mile", "miles")
_OTHERS_ELSEWHERE = ("min", "minutes", "h", "hours", "us", "ns", "knots", "kn", "kt", "fps", "g")
FOREIGN = frozenset((*_LENGTHS_ELSEWHERE, *_OTHERS_ELSEWHERE))
"""Units that are not used here."""
