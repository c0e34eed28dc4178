"""Stretches of lane where a signal takes effect, and which vehicles are in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carlite.actors import Actor, ActorStates
from carlite.mesh import Box
from carlite.opendrive import GovernedLane

Array = NDArray[np.float64]
ZONE_M = 3.0
_GAP_M, _WIDTH_SHARE = 1.5, 0.5  # CARLA's boxes end this far before the line and cover so much of the lane
_LEVEL_M, _HALF_HEIGHT_M = 4.0, 1.0
_SIGN_SHARE = 0.7
_LEAST_HALF_WIDTH_M = 0.01
_LINE_SLACK_M = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A stretch of lane before a signal's stop line.

    Attributes:
        centre: (3,) metres on the road.
        yaw_deg: of the traffic.
        half_length_m, half_width_m: along the traffic and across.
        gap_m: from its end to the stop line.
    """

    centre: Array
    yaw_deg: float
    half_length_m: float
    half_width_m: float
    gap_m: float


def zone_of(governed: GovernedLane) -> Zone:
    """Where lights, stop and yield signs take effect: 3 m of the middle half of the lane, up to 1.5 m before the stop line.

    That is CARLA's trigger box, but that it runs straight back from the line, over the road before where the governed one is
    shorter.
    """
    return _zone(governed, length_m=ZONE_M, gap_m=_GAP_M, width_share=_WIDTH_SHARE)


def sign_zone_of(governed: GovernedLane) -> Zone:
    """Where a speed sign takes effect, CARLA's trigger box: a square of 70 % of the lane's width up to the sign."""
    length_m = _SIGN_SHARE * _lane_width(governed)
    return _zone(governed, length_m=length_m, gap_m=0.0, width_share=_SIGN_SHARE)


def _lane_width(governed: GovernedLane) -> float:
    inner, outer = governed.road.lane_borders(governed.section, governed.lane_id, [governed.stop_s])
    return abs(float(outer[0] - inner[0]))


def _zone(governed: GovernedLane, *, length_m: float, gap_m: float, width_share: float) -> Zone:
    road = governed.road
    inner, outer = road.lane_borders(governed.section, governed.lane_id, [governed.stop_s])
    _, road_yaw_deg = road.reference([governed.stop_s])
    yaw_deg = float(road_yaw_deg[0]) + (0.0 if governed.direction > 0.0 else 180.0)
    yaw = np.radians(yaw_deg)
    line = road.surface([governed.stop_s], 0.5 * (inner + outer))[0]
    return Zone(
        centre=line - (0.5 * length_m + gap_m) * np.array([np.cos(yaw), np.sin(yaw), 0.0]),
        yaw_deg=yaw_deg,
        half_length_m=0.5 * length_m,
        half_width_m=max(0.5 * width_share * _lane_width(governed), _LEAST_HALF_WIDTH_M),
        gap_m=gap_m,
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
        half_extent=(float(half[0]), float(half[1]), _HALF_HEIGHT_M),
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
        self._along = _direction(np.array([zone.yaw_deg for zone in flat]))
        self._half = np.array([[zone.half_length_m, zone.half_width_m] for zone in flat]).reshape(-1, 2)
        self._gap = np.array([zone.gap_m for zone in flat])

    def close(self, signal: int) -> None:
        """From now on nobody is in the zones of a signal."""
        kept = self._owner != signal
        self._owner, self._centre, self._along = self._owner[kept], self._centre[kept], self._along[kept]
        self._half, self._gap = self._half[kept], self._gap[kept]

    def occupied(self, states: ActorStates, vehicles: Sequence[Actor]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Which vehicles' boxes overlap a signal's zones, and of those which have their front before the stop line.

        Vehicles that face against the traffic are in no zone.

        Returns:
            Two arrays (vehicles, signals).
        """
        inside = np.zeros((len(vehicles), self.signals), bool)
        before = np.zeros_like(inside)
        if not len(self._owner) or not vehicles:
            return inside, before
        rows = np.array([vehicle.row for vehicle in vehicles])
        boxes = np.array([(*vehicle.box.half_extent[:2], *vehicle.box.centre[:2]) for vehicle in vehicles])
        ahead = _direction(states.rotation_deg[rows, 1])
        middle = states.location[rows, :2] + boxes[:, 2:3] * ahead + boxes[:, 3:] * _across(ahead)
        reach = np.hypot(boxes[:, 0], boxes[:, 1])[:, None] + np.hypot(self._half[:, 0], self._half[:, 1])
        near = np.abs(middle[:, None, 0] - self._centre[:, 0]) <= reach
        near &= np.abs(middle[:, None, 1] - self._centre[:, 1]) <= reach
        near &= np.abs(states.location[rows, 2][:, None] - self._centre[:, 2]) <= _LEVEL_M
        near &= ahead @ self._along.T > 0.0
        vehicle, zone = np.nonzero(near)
        touches, front = self._overlap(middle[vehicle], ahead[vehicle], boxes[vehicle, :2], zone)
        vehicle, zone = vehicle[touches], zone[touches]
        inside[vehicle, self._owner[zone]] = True
        waiting = front[touches] <= self._half[zone, 0] + self._gap[zone] + _LINE_SLACK_M
        before[vehicle[waiting], self._owner[zone[waiting]]] = True
        return inside, before

    def _overlap(
        self, middle: Array, ahead: Array, half: Array, zone: NDArray[np.intp]
    ) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
        """Of n pairs of a vehicle and a zone: whether they overlap, and how far the vehicle's front is past the zone's centre.

        The rectangles are compared by separating axes, as for contacts.
        """
        offset = middle - self._centre[zone, :2]
        along, size = self._along[zone], self._half[zone]
        straight = np.abs(_dot(ahead, along))
        crooked = np.abs(_dot(ahead, _across(along)))
        touches = np.abs(_dot(offset, along)) <= size[:, 0] + half[:, 0] * straight + half[:, 1] * crooked
        touches &= np.abs(_dot(offset, _across(along))) <= size[:, 1] + half[:, 0] * crooked + half[:, 1] * straight
        touches &= np.abs(_dot(offset, ahead)) <= half[:, 0] + size[:, 0] * straight + size[:, 1] * crooked
        touches &= np.abs(_dot(offset, _across(ahead))) <= half[:, 1] + size[:, 0] * crooked + size[:, 1] * straight
        return touches, _dot(offset, along) + half[:, 0] * straight


def _direction(yaw_deg: Array) -> Array:
    yaw = np.radians(yaw_deg)
    return np.stack([np.cos(yaw), np.sin(yaw)], -1).reshape(-1, 2)


def _across(along: Array) -> Array:
    return np.stack([-along[:, 1], along[:, 0]], -1)


def _dot(one: Array, other: Array) -> Array:
    return np.asarray((one * other).sum(-1))


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
