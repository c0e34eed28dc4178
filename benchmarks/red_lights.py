"""Who drives over a stop line, and what its light shows meanwhile: measured from poses, not from what a server says of them."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import Any

import carla
import numpy as np

_ABREAST_M, _ALONG, _NEAR_M = 1.75, 0.7, 10.0
_BEYOND_M = 3.0  # clients take the middle of the trigger box for the place to stop; the line is this far behind it
_MOVES_MPS = 1.0
_LONG_RED_S = 2.0


@dataclass(frozen=True)
class _Line:
    light: Any
    x: float
    y: float
    forward_x: float
    forward_y: float


class StopLines:
    """The stop lines of all lights of a map.

    Args:
        world: carla.World.

    Attributes:
        crossed: times a front passed a line at more than 1 m/s, by the state of the light and, for red, whether it had
            been for more than 2 s.
    """

    def __init__(self, world: Any) -> None:
        self._lines = [
            _line(light, stop)
            for light in world.get_actors().filter("traffic.traffic_light")
            for stop in light.get_stop_waypoints()
        ]
        self._places = np.array([(line.x, line.y) for line in self._lines]).reshape(-1, 2)
        self._along: dict[tuple[int, int], float] = {}
        self._lights = {line.light.id: line.light for line in self._lines}
        self._red_s = dict.fromkeys(self._lights, 0.0)
        self.crossed: Counter[str] = Counter()

    def tick(self, delta_s: float) -> None:
        """Notes how long each light has been red; once a tick, before ``watch``."""
        for key, light in self._lights.items():
            self._red_s[key] = self._red_s[key] + delta_s if light.get_state() == carla.TrafficLightState.Red else 0.0

    def watch(self, vehicle: Any, pose: Any) -> str:
        """Follows a vehicle by its snapshot of this tick; the light it drives over red, as text, or nothing."""
        transform, velocity = pose.get_transform(), pose.get_velocity()
        forward = transform.get_forward_vector()
        box = vehicle.bounding_box
        front = box.extent.x + box.location.x
        x, y = transform.location.x + front * forward.x, transform.location.y + front * forward.y
        found = ""
        for number in np.flatnonzero(np.abs(self._places - (x, y)).max(1) < _NEAR_M) if len(self._places) else ():
            line = self._lines[number]
            along = (x - line.x) * line.forward_x + (y - line.y) * line.forward_y
            abreast = abs((y - line.y) * line.forward_x - (x - line.x) * line.forward_y)
            before = self._along.get((vehicle.id, int(number)), along)
            self._along[vehicle.id, int(number)] = along
            heads = forward.x * line.forward_x + forward.y * line.forward_y > _ALONG
            if before < 0.0 <= along and abreast < _ABREAST_M and heads and math.hypot(velocity.x, velocity.y) > _MOVES_MPS:
                state, red_s = str(line.light.get_state()), self._red_s[line.light.id]
                self.crossed[f"{state} for {_LONG_RED_S:.0f} s" if red_s > _LONG_RED_S else state] += 1
                found = f"{line.light.id} since {red_s:.1f} s" if state == "Red" else found
        return found


def _line(light: Any, stop: Any) -> _Line:
    forward, place = stop.transform.get_forward_vector(), stop.transform.location
    return _Line(light, place.x + _BEYOND_M * forward.x, place.y + _BEYOND_M * forward.y, forward.x, forward.y)
