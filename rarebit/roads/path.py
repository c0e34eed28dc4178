"""Paths that actors follow: evenly spaced points with heading and curvature, looked up in constant time."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_SPACING_M = 0.5
_SMOOTH_M = 2.0


@dataclass(frozen=True, slots=True)
class PathPoint:
    """A path at one station: position, heading (rad), curvature (1/m, positive to the left)."""

    x_m: float
    y_m: float
    z_m: float
    yaw_rad: float
    curvature_pm: float


class Path:
    """A polyline resampled every half metre; before its start and after its end it goes on straight.

    Attributes:
        length_m: of the polyline.
    """

    def __init__(self, points_m: NDArray[np.float64]) -> None:
        """Takes (n, 3) points, n >= 2, in the direction of travel.

        Raises:
            ValueError: fewer than two distinct points.
        """
        points = np.asarray(points_m, np.float64)
        steps = np.linalg.norm(np.diff(points[:, :2], axis=0), axis=1) if len(points) > 1 else np.empty(0)
        points = points[np.concatenate([[True], steps > 1e-6])] if len(steps) else points
        if len(points) < 2:
            raise ValueError(f"path: got {len(points)} distinct points, expected 2 or more")
        stations = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points[:, :2], axis=0), axis=1))])
        self.length_m = float(stations[-1])
        count = max(2, round(self.length_m / _SPACING_M) + 1)
        even = np.linspace(0.0, self.length_m, count)
        self._step_m = self.length_m / (count - 1)
        xyz = np.stack([np.interp(even, stations, points[:, axis]) for axis in range(3)], axis=1)
        tangent = np.gradient(xyz[:, :2], axis=0)
        yaw = _smooth(np.unwrap(np.arctan2(tangent[:, 1], tangent[:, 0])), self._step_m)
        curvature = _smooth(np.gradient(yaw, self._step_m), self._step_m)
        self._xy, self._yaw_array = np.ascontiguousarray(xyz[:, :2]), yaw
        # Plain lists: one scalar look-up in a list costs a tenth of one in an array.
        self._x, self._y, self._z = (xyz[:, axis].tolist() for axis in range(3))
        self._yaw, self._curvature = yaw.tolist(), curvature.tolist()
        self._last = count - 1

    @property
    def points_m(self) -> NDArray[np.float64]:
        """(n, 2) its points in the ground plane, half a metre apart."""
        return self._xy

    def at(self, station_m: float) -> PathPoint:
        """The path at ``station_m``; straight on beyond both ends."""
        x, y, yaw = self._pose(station_m)
        where = station_m / self._step_m
        if where <= 0.0 or where >= self._last:
            return PathPoint(x, y, self._z[0 if where <= 0.0 else self._last], yaw, 0.0)
        i = int(where)
        f, j = where - i, i + 1
        return PathPoint(
            x,
            y,
            self._z[i] + f * (self._z[j] - self._z[i]),
            yaw,
            self._curvature[i] + f * (self._curvature[j] - self._curvature[i]),
        )

    def project(self, x_m: float, y_m: float, near_m: float) -> tuple[float, float]:
        """Station and lateral offset (positive left) of a point, found by sliding along from ``near_m``."""
        station = near_m
        x, y, yaw = self._pose(station)
        for _ in range(4):
            along = (x_m - x) * math.cos(yaw) + (y_m - y) * math.sin(yaw)
            station += along
            x, y, yaw = self._pose(station)
            if abs(along) < 0.01:  # the offset is off by its square only
                break
        return station, -(x_m - x) * math.sin(yaw) + (y_m - y) * math.cos(yaw)

    def _pose(self, station_m: float) -> tuple[float, float, float]:
        """x, y and heading of ``at``; projections ask for nothing else, some thousand times a second."""
        where = station_m / self._step_m
        if where <= 0.0 or where >= self._last:
            end = 0 if where <= 0.0 else self._last
            beyond, yaw = station_m - end * self._step_m, self._yaw[end]
            return self._x[end] + beyond * math.cos(yaw), self._y[end] + beyond * math.sin(yaw), yaw
        i = int(where)
        f, j = where - i, i + 1
        return (
            self._x[i] + f * (self._x[j] - self._x[i]),
            self._y[i] + f * (self._y[j] - self._y[i]),
            self._yaw[i] + f * (self._yaw[j] - self._yaw[i]),
        )

    def offsets(self, points_m: NDArray[np.float64], stations_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n,) lateral offset of (n, 2) points from the path at about ``stations_m``, rough where the path bends."""
        index = np.clip(np.rint(stations_m / self._step_m), 0, self._last).astype(np.intp)
        offset = points_m - self._xy[index]
        yaw = self._yaw_array[index]
        cos, sin = np.cos(yaw), np.sin(yaw)
        # One step along the path towards the foot of the perpendicular.
        nearer = np.clip(
            index + np.rint((offset[:, 0] * cos + offset[:, 1] * sin) / self._step_m).astype(np.intp), 0, self._last
        )
        offset, yaw = points_m - self._xy[nearer], self._yaw_array[nearer]
        return np.asarray(-offset[:, 0] * np.sin(yaw) + offset[:, 1] * np.cos(yaw))

    def headings(self, stations_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n,) heading in radians at about some stations."""
        index = np.clip(np.rint(stations_m / self._step_m), 0, self._last).astype(np.intp)
        return np.asarray(self._yaw_array[index])

    def locate(self, x_m: float, y_m: float) -> tuple[float, float]:
        """Station and lateral offset of a point anywhere: the nearest of all points, then ``project``."""
        nearest = int(np.argmin(np.hypot(self._xy[:, 0] - x_m, self._xy[:, 1] - y_m)))
        return self.project(x_m, y_m, nearest * self._step_m)

    def speed_limits(self, lateral_mps2: float, decel_mps2: float) -> tuple[float, list[float]]:
        """Spacing and the fastest speed at each point for a lateral acceleration and a deceleration towards the curves."""
        curvature = np.maximum(np.abs(np.asarray(self._curvature)), 1e-4)
        speed_squared = lateral_mps2 / curvature
        for i in range(len(speed_squared) - 2, -1, -1):
            speed_squared[i] = min(speed_squared[i], speed_squared[i + 1] + 2.0 * decel_mps2 * self._step_m)
        return self._step_m, np.sqrt(speed_squared).tolist()


def _smooth(values: NDArray[np.float64], step_m: float) -> NDArray[np.float64]:
    """Moving average over ``_SMOOTH_M``: the joints of 1 m chords would shake the steering."""
    half = min(max(1, round(_SMOOTH_M / 2.0 / step_m)), (len(values) - 1) // 2)
    if half < 1:
        return values
    # Reflected about the end values, so that a straight ramp of headings stays one up to the ends.
    head = 2.0 * values[0] - values[half:0:-1]
    tail = 2.0 * values[-1] - values[-2 : -half - 2 : -1]
    padded = np.concatenate([head, values, tail])
    kernel = np.full(2 * half + 1, 1.0 / (2 * half + 1))
    return np.convolve(padded, kernel, mode="valid")
