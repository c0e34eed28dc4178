"""Where signals and objects stand in the world, in CARLA's frame."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from carlite.opendrive.network import Road
from carlite.opendrive.objects import ROADRUNNER_VENDORS, MapObject, Signal

Array = NDArray[np.float64]


def object_outline(road: Road, item: MapObject) -> Array:
    """World corners (k, 3) in CARLA's frame: the outline, or the box of length and width; empty without either."""
    corners = item.corners
    if item.corners_are_road:
        points = road.surface(corners[:, 0], corners[:, 1])
        points[:, 2] += corners[:, 2]
        return points
    if not len(corners):
        if item.length_m <= 0.0 or item.width_m <= 0.0:
            return np.zeros((0, 3))
        half_l, half_w = 0.5 * item.length_m, 0.5 * item.width_m
        corners = np.array([[half_l, half_w, 0.0], [-half_l, half_w, 0.0], [-half_l, -half_w, 0.0], [half_l, -half_w, 0.0]])
    location, yaw_deg = object_place(road, item)
    yaw = np.radians(yaw_deg)
    u, v, z = corners.T
    # v is to the left, CARLA's y to the right.
    x = location[0] + u * np.cos(yaw) + v * np.sin(yaw)
    y = location[1] + u * np.sin(yaw) - v * np.cos(yaw)
    return np.stack([x, y, location[2] + z], -1)


def object_place(road: Road, item: MapObject) -> tuple[Array, float]:
    """World location (3,) in metres and yaw in degrees (CARLA's frame) of an object."""
    return _place(road, item.s, item.t, item.z_offset_m, item.heading_rad)


def signal_pose(road: Road, signal: Signal) -> tuple[Array, float]:
    """World location (3,) in metres and yaw in degrees of a signal as CARLA computes them: road heading plus hOffset.

    CARLA leaves the orientation out, and its client moves lights that stand on a lane aside by 0.25 m, which is not done here.
    """
    if signal.inertial is not None:
        x, y, z, heading = signal.inertial
        return np.array([x, -y, z]), -float(np.degrees(heading))
    return _place(road, signal.s, signal.t, signal.z_offset_m, signal.heading_offset_rad)


def facing_yaw_deg(road: Road, signal: Signal, *, vendor: str) -> float:
    """Yaw in degrees (CARLA's frame) of the direction that a signal's face looks in, towards the traffic it governs.

    OpenDRIVE counts hOffset from the traffic that the sign governs, so the face looks the other way; orientation "-" means the
    traffic against the road. RoadRunner, which wrote CARLA's towns, has turned hOffset for that already and gives "+" and "-"
    the other way round (seen on the stop signs of Town10HD and the lights of Town01 and Town02).
    """
    _, yaw_deg = signal_pose(road, signal)
    if vendor in ROADRUNNER_VENDORS:
        return yaw_deg + 180.0
    return yaw_deg + (0.0 if signal.orientation == "-" else 180.0)


def _place(road: Road, s: float, t: float, z_offset_m: float, heading_offset_rad: float) -> tuple[Array, float]:
    """World location (3,) and yaw in degrees (CARLA's frame) of something at (s, t) of a road."""
    location = road.surface([s], [t])[0]
    location[2] += z_offset_m
    _, yaw_deg = road.reference([s])
    return location, float(yaw_deg[0] - np.degrees(heading_offset_rad))
