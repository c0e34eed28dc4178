"""The dynamic vision sensor: pixels that tell when their brightness changes.

The model is that of ESIM (Rebecq, Gehrig, Scaramuzza: ESIM: an Open Event Camera Simulator, 2018), as in CARLA: brightness
runs in a straight line between two pictures, and each crossing of a threshold since the pixel's last one is an event.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from carlite.actors import Actor
from carlite.sensors.base import View
from carlite.sensors.camera import ColourCamera
from carlite.wire.binary import SensorKind, image_header

EVENT = np.dtype([("x", "<u2"), ("y", "<u2"), ("t_ns", "<i8"), ("is_brighter", "u1")])
_GREY = np.array([0.114, 0.587, 0.2989], np.float32)  # blue, green, red
_TOLERANCE = np.float32(1e-6)
_LEAST_THRESHOLD = np.float32(0.01)


class EventCamera(ColourCamera):
    """``sensor.camera.dvs``: no message in ticks without an event, the first one among them."""

    kind = SensorKind.DVS

    def __init__(self, actor: Actor) -> None:
        super().__init__(actor)
        self._thresholds = self.number("positive_threshold", 0.3), self.number("negative_threshold", 0.3)
        self._sigmas = self.number("sigma_positive_threshold", 0.0), self.number("sigma_negative_threshold", 0.0)
        self._refractory_ns = int(self.number("refractory_period_ns", 0))
        self._is_log, self._log_eps = self.flag("use_log", True), np.float32(max(self.number("log_eps", 1e-3), 1e-9))
        self._rng = self.rng()
        self._before: NDArray[np.float32] | None = None
        self._crossed: NDArray[np.float32]
        self._last_ns: NDArray[np.int64]
        self._now_ns = 0

    def measure(self, view: View) -> list[bytes]:
        """The events since the last picture, by time."""
        bgra = self.picture(view)
        light = bgra[..., :3].astype(np.float32) @ _GREY
        if self._is_log:
            light = np.log(self._log_eps + light / np.float32(255.0))
        began_ns, self._now_ns = self._now_ns, round(view.elapsed_s * 1e9)
        before, self._before = self._before, light
        if before is None:
            self._crossed = light.copy()
            self._last_ns = np.zeros(light.shape, np.int64)
            return []
        events = self._events(before, light, began_ns, self._now_ns - began_ns)
        if not len(events):
            return []
        return [image_header(self.width, self.height, self.fov_deg) + events.tobytes()]

    def _events(self, before: NDArray[np.float32], after: NDArray[np.float32], began_ns: int, dt_ns: int) -> NDArray[np.void]:
        """(n,) EVENT, sorted by time, then row by row."""
        rows, columns = np.nonzero(np.abs(before - after) > _TOLERANCE)
        old, new, crossed = before[rows, columns], after[rows, columns], self._crossed[rows, columns]
        rises = new >= old
        step = np.where(rises, *(np.float32(value) for value in self._thresholds))
        sigma = np.where(rises, *(np.float32(value) for value in self._sigmas))
        if max(self._sigmas) > 0.0:
            drawn = step + sigma * self._rng.standard_normal(len(step), np.float32)
            step = np.where(sigma > 0.0, np.maximum(drawn, _LEAST_THRESHOLD), step)
        sign = np.where(rises, np.float32(1.0), np.float32(-1.0))
        found = []
        index = np.flatnonzero(step > 0.0)
        while len(index):
            level = crossed[index] + sign[index] * step[index]
            is_between = np.where(
                rises[index], (level > old[index]) & (level <= new[index]), (level < old[index]) & (level >= new[index])
            )
            index, level = index[is_between], level[is_between]
            crossed[index] = level
            share = (level - old[index]) / (new[index] - old[index])
            time_ns = began_ns + (share.astype(np.float64) * dt_ns).astype(np.int64)
            y, x = rows[index], columns[index]
            last_ns = self._last_ns[y, x]
            fires = (time_ns >= last_ns) & ((last_ns == 0) | (time_ns - last_ns >= self._refractory_ns))
            y, x, time_ns = y[fires], x[fires], time_ns[fires]
            self._last_ns[y, x] = time_ns
            events = np.empty(len(y), EVENT)
            events["x"], events["y"], events["t_ns"], events["is_brighter"] = x, y, time_ns, rises[index][fires]
            found.append(events)
        self._crossed[rows, columns] = crossed
        events = np.concatenate([np.empty(0, EVENT), *found])
        return events[np.lexsort((events["x"], events["y"], events["t_ns"]))]
