"""What a vehicle of the traffic has ahead of it on its path, and how it keeps its distance."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from rarebit.roads.path import Path
from rarebit.world_view import Bodies

_REACH_M = 90.0
_ROUGH_M, _ROUGH_SHARE = 1.0, 0.06
_MARGIN_M = 0.4
_IDM_HEADWAY_S, _IDM_GAP_M, _IDM_ACCEL, _IDM_BRAKE = 1.2, 2.5, 2.0, 3.0


@dataclass(frozen=True, slots=True)
class Lead:
    """What is ahead on a path: clear gap and its speed along the path."""

    gap_m: float
    speed_mps: float


def idm_mps2(speed_mps: float, wanted_mps: float, lead: Lead) -> float:
    """Acceleration of the Intelligent Driver Model (Treiber, Hennecke, Helbing 2000) behind ``lead``."""
    dynamic = speed_mps * _IDM_HEADWAY_S + speed_mps * (speed_mps - lead.speed_mps) / (2.0 * math.sqrt(_IDM_ACCEL * _IDM_BRAKE))
    gap = max(lead.gap_m, 0.1)
    interaction = ((_IDM_GAP_M + max(dynamic, 0.0)) / gap) ** 2
    return max(_IDM_ACCEL * (1.0 - (max(speed_mps, 0.0) / wanted_mps) ** 4 - interaction), -8.0)


def lead_of(name: str, path: Path, station_m: float, bodies: Bodies) -> Lead | None:
    """The nearest box on the path of ``name``, which is at ``station_m`` on it; None where there is none."""
    row = bodies.rows[name]
    position, heading = bodies.world_from_box[:, :2, 3], bodies.world_from_box[row, :2, 0]
    along = (position - position[row]) @ heading
    near = np.flatnonzero((along > 0.0) & (along < _REACH_M))
    if not len(near):
        return None
    station = station_m + along[near]
    # What is clearly beside the way is left out at once; bends make this rough, so the rest is looked at closely.
    aligned = np.abs(
        np.cos(np.arctan2(bodies.world_from_box[near, 1, 0], bodies.world_from_box[near, 0, 0]) - path.headings(station))
    )
    size = bodies.size_lwh_m[near]
    half_wide = (aligned * size[:, 1] + np.sqrt(1.0 - aligned**2) * size[:, 0]) / 2.0
    beside = np.abs(path.offsets(position[near], station))
    near = near[beside < bodies.size_lwh_m[row, 1] / 2.0 + half_wide + _MARGIN_M + _ROUGH_M + _ROUGH_SHARE * along[near]]
    for other in near[np.argsort(along[near], kind="stable")]:
        lead = _on_path(path, station_m, row, int(other), float(along[other]), bodies)
        if lead is not None:
            return lead
    return None


def _on_path(path: Path, station_m: float, row: int, other: int, along_m: float, bodies: Bodies) -> Lead | None:
    """``other`` as the lead if its box reaches into the way of ``row``'s."""
    box, sizes = bodies.world_from_box[other], bodies.size_lwh_m
    station, lateral = path.project(float(box[0, 3]), float(box[1, 3]), station_m + along_m)
    yaw = path.at(station).yaw_rad
    way_x, way_y = math.cos(yaw), math.sin(yaw)
    aligned = abs(float(box[0, 0]) * way_x + float(box[1, 0]) * way_y)
    across = math.sqrt(max(0.0, 1.0 - aligned**2))
    length, width = float(sizes[other, 0]), float(sizes[other, 1])
    half_long = (aligned * length + across * width) / 2.0
    half_wide = (aligned * width + across * length) / 2.0
    if abs(lateral) > float(sizes[row, 1]) / 2.0 + half_wide + _MARGIN_M or station <= station_m:
        return None
    gap = station - station_m - float(sizes[row, 0]) / 2.0 - half_long
    vx, vy, _ = bodies.velocity_mps[other].tolist()
    return Lead(gap, vx * way_x + vy * way_y)
