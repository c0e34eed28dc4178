"""Stretches of lane where a signal takes effect, and which vehicles are in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carlite.mesh import Box
from carlite.opendrive import GovernedLane
from carlite.world.actors import Actor
from carlite.world.state import ActorStates

Array = NDArray[np.float64]
ZONE_M = 4.0
_HEIGHT_M = 4.0
_LANE_SHARE = 0.9
_LEAST_HALF_WIDTH_M = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """The last metres of a lane before a signal's stop line.

    Attributes:
        centre: (3,) metres on the road.
        yaw_deg: of the traffic.
        half_length_m, half_width_m: along the traffic and across.
    """

    centre: Array
    yaw_deg: float
    half_length_m: float
    half_width_m: float


def zone_of(governed: GovernedLane) -> Zone:
    """The 4 m before the stop line over 90 % of the lane's width, as CARLA's trigger boxes.

    They run straight back from the line, over the road before where the governed one is shorter.
    """
    road = governed.road
    inner, outer = road.lane_borders(governed.section, governed.lane_id, [governed.stop_s])
    _, road_yaw_deg = road.reference([governed.stop_s])
    yaw_deg = float(road_yaw_deg[0]) + (0.0 if governed.direction > 0.0 else 180.0)
    yaw = np.radians(yaw_deg)
    line = road.surface([governed.stop_s], 0.5 * (inner + outer))[0]
    return Zone(
        centre=line - 0.5 * ZONE_M * np.array([np.cos(yaw), np.sin(yaw), 0.0]),
        yaw_deg=yaw_deg,
        half_length_m=0.5 * ZONE_M,
        half_width_m=max(0.5 * _LANE_SHARE * abs(float(outer[0] - inner[0])), _LEAST_HALF_WIDTH_M),
    )


def trigger_box(zones: Sequence[Zone], location: Array, yaw_deg: float) -> Box:
    """One box around zones side by side, in the frame of an actor at ``location``: its x axis is across the lanes.

    Clients look along the box's x axis for the lanes of a light; it is the actor's own where the light stands squarely.
    """
    along_deg = zones[0].yaw_deg
    yaw = np.radians(along_deg)
    axes = np.array([[-np.sin(yaw), np.cos(yaw)], [np.cos(yaw), np.sin(yaw)]])  # across, along
    corners = []
    for zone in zones:
        across, along = axes
        corners += [
            zone.centre[:2] + i * zone.half_width_m * across + j * zone.half_length_m * along for i in (-1, 1) for j in (-1, 1)
        ]
    flat = np.array(corners) @ axes.T
    low, high = flat.min(0), flat.max(0)
    middle = 0.5 * (low + high) @ axes
    turn = np.radians(yaw_deg)
    dx, dy = middle - location[:2]
    dz = float(np.mean([zone.centre[2] for zone in zones]) - location[2])
    half = 0.5 * (high - low)
    return Box(
        centre=(float(dx * np.cos(turn) + dy * np.sin(turn)), float(dy * np.cos(turn) - dx * np.sin(turn)), dz),
        half_extent=(float(half[0]), float(half[1]), 0.5 * _HEIGHT_M),
        rotation_deg=(0.0, (along_deg + 90.0 - yaw_deg + 180.0) % 360.0 - 180.0, 0.0),
    )


class ZoneTable:
    """All zones of one kind of signal, as arrays.

    Args:
        zones: of each signal.
    """

    def __init__(self, zones: Sequence[Sequence[Zone]]) -> None:
        flat = [zone for of in zones for zone in of]
        self.signals = len(zones)
        self._owner = np.array([number for number, of in enumerate(zones) for _ in of], np.intp)
        self._centre = np.array([zone.centre for zone in flat]).reshape(-1, 3)
        yaw = np.radians([zone.yaw_deg for zone in flat])
        self._along = np.stack([np.cos(yaw), np.sin(yaw)], -1).reshape(-1, 2)
        self._half = np.array([[zone.half_length_m, zone.half_width_m] for zone in flat]).reshape(-1, 2)

    def occupied(self, states: ActorStates, vehicles: Sequence[Actor]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Which vehicles overlap a signal's zones, and of those which still have their front before the stop line.

        Returns:
            Two arrays (vehicles, signals).
        """
        inside = np.zeros((len(vehicles), self.signals), bool)
        before = np.zeros_like(inside)
        if not len(self._owner) or not vehicles:
            return inside, before
        rows = np.array([vehicle.row for vehicle in vehicles])
        reach = np.array([vehicle.box.half_extent[0] for vehicle in vehicles])[:, None]
        offset = states.location[rows][:, None, :] - self._centre[None]
        along = offset[:, :, 0] * self._along[:, 0] + offset[:, :, 1] * self._along[:, 1]
        across = offset[:, :, 1] * self._along[:, 0] - offset[:, :, 0] * self._along[:, 1]
        there = np.abs(along) <= self._half[:, 0] + reach
        there &= (np.abs(across) <= self._half[:, 1]) & (np.abs(offset[:, :, 2]) <= _HEIGHT_M)
        yaw = np.radians(states.rotation_deg[rows, 1])
        there &= np.cos(yaw)[:, None] * self._along[:, 0] + np.sin(yaw)[:, None] * self._along[:, 1] > 0.0
        vehicle, zone = np.nonzero(there)
        inside[vehicle, self._owner[zone]] = True
        waiting = there & (along + reach <= self._half[:, 0] + 0.5)
        vehicle, zone = np.nonzero(waiting)
        before[vehicle, self._owner[zone]] = True
        return inside, before


class Visits:
    """Remembers from tick to tick which vehicle was in which zone and faced its signal there."""

    def __init__(self, signals: int) -> None:
        self._signals = signals
        self._owner = np.zeros(0, np.uint32)
        self._inside = np.zeros((0, signals), bool)
        self._faced = np.zeros((0, signals), bool)

    def recall(self, states: ActorStates, rows: NDArray[np.intp]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """(was inside, faced it) of each vehicle at the last tick, (vehicles, signals); False for those that are new."""
        missing = len(states.actor_id) - len(self._owner)
        if missing > 0:
            empty = np.zeros((missing, self._signals), bool)
            self._owner = np.concatenate([self._owner, np.zeros(missing, np.uint32)])
            self._inside, self._faced = np.concatenate([self._inside, empty]), np.concatenate([self._faced, empty])
        known = (self._owner[rows] == states.actor_id[rows])[:, None]
        return self._inside[rows] & known, self._faced[rows] & known

    def keep(self, states: ActorStates, rows: NDArray[np.intp], inside: NDArray[np.bool_], faced: NDArray[np.bool_]) -> None:
        """Notes what this tick found, for the next one."""
        self._owner[rows] = states.actor_id[rows]
        self._inside[rows], self._faced[rows] = inside, faced
