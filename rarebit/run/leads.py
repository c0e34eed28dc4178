"""What each vehicle of the traffic has ahead of it on its path."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from rarebit.run.drive import Lead, VehicleDriver

_REACH_M = 90.0
_SIDE_M = 6.0
_MARGIN_M = 0.4


def leads(
    drivers: Mapping[str, VehicleDriver],
    rows: Mapping[str, int],
    world_from_box: NDArray[np.float64],
    velocity_mps: NDArray[np.float64],
    sizes_m: NDArray[np.float64],
) -> dict[str, Lead]:
    """The nearest box on the path of each driver that keeps its gap, where there is one.

    Args:
        drivers: by name.
        rows: of each name in the arrays.
        world_from_box: (n, 4, 4) boxes of all actors.
        velocity_mps: (n, 3) world.
        sizes_m: (n, 3) full length, width, height.
    """
    result = {}
    position, heading = np.ascontiguousarray(world_from_box[:, :2, 3]), world_from_box[:, :2, 0]
    for name, driver in drivers.items():
        if not driver.keeps_gap:
            continue
        row = rows[name]
        along = (position - position[row]) @ heading[row]
        near = np.flatnonzero((along > 0.0) & (along < _REACH_M))
        beside = driver.path.offsets(position[near], driver.station_m + along[near])
        near = near[np.abs(beside) < _SIDE_M]
        for other in near[np.argsort(along[near], kind="stable")]:
            lead = _on_path(driver, row, int(other), float(along[other]), world_from_box, velocity_mps, sizes_m)
            if lead is not None:
                result[name] = lead
                break
    return result


def _on_path(
    driver: VehicleDriver,
    row: int,
    other: int,
    along_m: float,
    world_from_box: NDArray[np.float64],
    velocity_mps: NDArray[np.float64],
    sizes_m: NDArray[np.float64],
) -> Lead | None:
    """``other`` as the lead of ``driver`` if its box reaches into the way of the driver's."""
    x, y = float(world_from_box[other, 0, 3]), float(world_from_box[other, 1, 3])
    station, lateral = driver.path.project(x, y, driver.station_m + along_m)
    point = driver.path.at(station)
    way = np.array([np.cos(point.yaw_rad), np.sin(point.yaw_rad)])
    aligned = abs(float(world_from_box[other, :2, 0] @ way))
    across = np.sqrt(max(0.0, 1.0 - aligned**2))
    length, width = sizes_m[other, 0], sizes_m[other, 1]
    half_long = (aligned * length + across * width) / 2.0
    half_wide = (aligned * width + across * length) / 2.0
    if abs(lateral) > sizes_m[row, 1] / 2.0 + half_wide + _MARGIN_M or station <= driver.station_m:
        return None
    gap = station - driver.station_m - sizes_m[row, 0] / 2.0 - float(half_long)
    return Lead(gap, float(velocity_mps[other, :2] @ way))
