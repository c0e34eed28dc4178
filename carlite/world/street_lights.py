"""Street lights as the client's light manager sees them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carlite.mesh import StreetLamp

_STREET_GROUP = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class LightUpdate:
    """What a client sets: lumens, group number, (r, g, b) 0..255, whether it burns."""

    intensity_lm: float
    group: int
    colour: tuple[int, int, int]
    active: bool


@dataclass(slots=True, kw_only=True)
class StreetLight:
    """One light; ``colour`` is (r, g, b) 0..255."""

    id: int
    location: tuple[float, float, float]
    intensity_lm: float
    group: int
    colour: tuple[int, int, int]
    active: bool


class StreetLights:
    """All street lights of a map, numbered from 1 in its order.

    The weather turns all of them on or off each time it is set, unless clients have ended that (``let_night_rule``); what
    clients set holds until then.

    Args:
        lamps: of the map.
        night: whether they burn at first.
    """

    def __init__(self, lamps: Sequence[StreetLamp], *, night: bool = False) -> None:
        self._night_rules = True
        self._touched = False
        self._lights = [
            StreetLight(
                id=index + 1,
                location=lamp.position,
                intensity_lm=lamp.intensity_lm,
                group=_STREET_GROUP,
                colour=_bytes(lamp.colour),
                active=night,
            )
            for index, lamp in enumerate(lamps)
        ]

    def __iter__(self) -> Iterator[StreetLight]:
        return iter(self._lights)

    def update(self, light_id: int, update: LightUpdate) -> bool:
        """Changes a light; False when there is none of that id."""
        if not 1 <= light_id <= len(self._lights):
            return False
        light = self._lights[light_id - 1]
        light.intensity_lm, light.group = update.intensity_lm, update.group
        light.colour, light.active = update.colour, update.active
        self._touched = True
        return True

    def let_night_rule(self, rules: bool) -> None:
        """Whether the next weather turns the lights on or off."""
        self._night_rules = rules
        self._touched = self._touched or not rules

    def see_weather(self, *, night: bool) -> bool:
        """Turns the lights on or off where the night rules them; whether any changed."""
        if not self._night_rules:
            return False
        changed = any(light.active is not night for light in self._lights)
        for light in self._lights:
            light.active = night
        self._touched = False
        return changed

    def lit(self) -> NDArray[np.bool_] | None:
        """Which lights burn, None while all follow the night."""
        return np.array([light.active for light in self._lights]) if self._touched else None


def _bytes(colour: tuple[float, float, float]) -> tuple[int, int, int]:
    """Linear 0..1 to 0..255."""
    red, green, blue = (round(255.0 * min(max(part, 0.0), 1.0)) for part in colour)
    return red, green, blue
