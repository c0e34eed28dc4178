"""Radio between vehicles: ``sensor.other.v2x`` (awareness messages) and ``sensor.other.v2x_custom`` (a program's own).

As in CARLA a sensor sends and receives only while somebody listens to it, and what is sent in a tick arrives in it.
"""

from __future__ import annotations

import math
from abc import abstractmethod

import numpy as np

from carlite.actors import Actor, Kind
from carlite.geometry import rotation_matrices
from carlite.sensors import cam_message
from carlite.sensors.base import Sensor, Transmission, View
from carlite.sensors.motion import Accelerometer
from carlite.sensors.radio import Radio, between
from carlite.tags import Tag
from carlite.wire.binary import SensorKind

_STATIONS = {Tag.BICYCLE: 2, Tag.MOTORCYCLE: 4, Tag.CAR: 5, Tag.BUS: 6, Tag.TRUCK: 7, Tag.TRAIN: 11}
_SPECIAL_VEHICLE, _TRAM, _BUS = 10, 11, 6
_PUBLIC_TRANSPORT, _EMERGENCY = 1, 6
_STANDING_PERIOD_S = _SELDOM_PERIOD_S = 0.5
_TURNED_DEG, _MOVED_M, _FASTER_MPS = 4.0, 4.0, 0.5  # what makes a vehicle send at once
_LOW_DYNAMICS = 3
_TOLERANCE_S = 1e-6


class _RadioSensor(Sensor):
    """What both have in common: the way through the air."""

    def __init__(self, actor: Actor) -> None:
        super().__init__(actor)
        self._rng = self.rng()
        self._radio = Radio(
            transmit_power_dbm=self.number("transmit_power", 21.5),
            receiver_sensitivity_dbm=self.number("receiver_sensitivity", -99.0),
            frequency_ghz=max(self.number("frequency_ghz", 5.9), 1e-6),
            antenna_gain_db=self.number("combined_antenna_gain", 10.0),
            scenario=actor.attributes.get("scenario", "highway"),
            path_loss_model=actor.attributes.get("path_loss_model", "winner"),
            path_loss_exponent=self.number("path_loss_exponent", 2.7),
            reference_distance_m=max(self.number("d_ref", 1.0), 1e-6),
            filter_distance_m=self.number("filter_distance", 500.0),
            etsi_fading=self.flag("use_etsi_fading", True),
            fading_stddev_db=self.number("custom_fading_stddev", 0.0),
        )

    @property
    def station(self) -> Actor:
        """Who sends: what the sensor is fixed to, or itself."""
        return self.actor.parent or self.actor

    def prepare(self, view: View) -> None:
        """Sends, so that all others can hear it in this tick."""
        message = self.message(view)
        if message is not None:
            view.air.append(
                Transmission(sender=self.actor, kind=self.kind, power_dbm=self._radio.transmit_power_dbm, record=message)
            )

    @abstractmethod
    def message(self, view: View) -> np.ndarray | None:
        """The record of what is sent in this tick, None for nothing."""

    def measure(self, view: View) -> list[bytes]:
        """What arrives, each record with the power it came with; no message at all when nothing does."""
        here = view.states.location[self.actor.row].astype(np.float64)
        arrived = []
        for sent in sorted(view.air, key=lambda sent: sent.sender.id):
            if sent.kind is not self.kind or sent.sender is self.actor:
                continue
            there = view.states.location[sent.sender.row].astype(np.float64)
            if np.linalg.norm(there - here) >= self._radio.filter_distance_m:
                continue
            own = {self.station.id, (sent.sender.parent or sent.sender).id}
            path, obstacles = between(view.scene, view.states, view.actors, here, there, own)
            power = self._radio.received_dbm(sent.power_dbm, here, there, path, obstacles, self._rng)
            if power is not None:
                record = sent.record.copy()
                record["power_dbm"] = power
                arrived.append(record.tobytes())
        return [b"".join(arrived)] if arrived else []


class CustomV2X(_RadioSensor):
    """``sensor.other.v2x_custom``: sends the last text that a client handed over since the last tick."""

    kind = SensorKind.V2X_CUSTOM

    def message(self, view: View) -> np.ndarray | None:
        """The text, up to 99 bytes of it."""
        text = view.outbox.pop(self.actor.id, None)
        return None if text is None else cam_message.new_custom(self.station.id, text)


class CooperativeAwareness(_RadioSensor):
    """``sensor.other.v2x``: a vehicle tells where it is and how it moves, more often the more that changes.

    On anything but a vehicle it is a road side unit, which sends twice a second.
    """

    kind = SensorKind.V2X_CAM

    def __init__(self, actor: Actor) -> None:
        super().__init__(actor)
        self._least_s, self._most_s = self.number("gen_cam_min", 0.1), self.number("gen_cam_max", 1.0)
        self._always = self.flag("fixed_rate", False)
        self._period_s = self._most_s
        self._calm = 0
        self._sent_s = self._sent_seldom_s = -math.inf
        self._told: tuple[np.ndarray, float, np.ndarray] | None = None
        self._accelerometer = Accelerometer()  # as in CARLA it is read with each message, not with each tick
        self._place = [(self.number(f"noise_{axis}_bias", 0.0), self.number(f"noise_{axis}_stddev", 0.0))
                       for axis in ("lat", "lon", "alt", "head")]  # fmt: skip
        self._accel_sigma = np.array([self.number(f"noise_accel_stddev_{axis}", 0.0) for axis in "xyz"])
        self._yaw_bias, self._yaw_sigma = self.number("noise_yawrate_bias", 0.0), self.number("noise_yawrate_stddev", 0.0)
        self._speed_sigma = self.number("noise_vel_stddev_x", 0.0)

    def message(self, view: View) -> np.ndarray | None:
        """A message when the rules of EN 302 637-2 ask for one."""
        waited_s = view.elapsed_s - self._sent_s + _TOLERANCE_S
        vehicle = self.station if self.station.kind is Kind.VEHICLE else None
        if vehicle is None:
            if waited_s < _STANDING_PERIOD_S:
                return None
        elif not self._is_time(view, vehicle, waited_s):
            return None
        self._sent_s = view.elapsed_s
        return self._written(view, vehicle)

    def _is_time(self, view: View, vehicle: Actor, waited_s: float) -> bool:
        """Whether a vehicle sends in this tick."""
        if waited_s < self._least_s:
            return False
        forward, speed = _forward(view, vehicle)
        place = view.states.location[vehicle.row].copy()
        if not self._always:
            if self._told is None or self._has_changed(place, speed, forward):
                self._period_s, self._calm = min(waited_s, self._most_s), 0
            elif waited_s >= self._period_s:
                self._calm += 1
                if self._calm >= _LOW_DYNAMICS:
                    self._period_s = self._most_s
            else:
                return False
        self._told = (place, speed, forward)
        return True

    def _has_changed(self, place: np.ndarray, speed: float, forward: np.ndarray) -> bool:
        assert self._told is not None
        old_place, old_speed, old_forward = self._told
        turned = math.degrees(math.acos(min(max(float(forward @ old_forward), -1.0), 1.0)))
        moved = float(np.linalg.norm(place - old_place))
        return turned > _TURNED_DEG or moved > _MOVED_M or abs(speed - old_speed) > _FASTER_MPS

    def _written(self, view: View, vehicle: Actor | None) -> np.ndarray:
        station = self.station
        station_type = cam_message.ROAD_SIDE_UNIT if vehicle is None else _station_type(vehicle)
        lat, lon, alt, _ = (bias + self._rng.normal(0.0, max(sigma, 0.0)) for bias, sigma in self._place)
        place = view.geo.locate(*(float(value) for value in view.states.location[station.row]))
        record = cam_message.new_cam(
            station.id, station_type, round(view.elapsed_s * 1000.0), (place[0] + lat, place[1] + lon, place[2] + alt)
        )
        if vehicle is None:
            cam_message.add_road_side_unit(record)
            return record
        cam_message.add_vehicle(record, self._motion(view, vehicle))
        if view.elapsed_s - self._sent_seldom_s + _TOLERANCE_S >= _SELDOM_PERIOD_S:
            self._sent_seldom_s = view.elapsed_s
            cam_message.add_seldom(record, _role(station_type), vehicle.light_state)
        return record

    def _motion(self, view: View, vehicle: Actor) -> cam_message.Motion:
        states, row, rng = view.states, vehicle.row, self._rng
        forward, speed = _forward(view, vehicle)
        turn = rotation_matrices(states.rotation_deg[row])
        felt = self._accelerometer.read(states.location[row], turn, view.dt_s, view.gravity_mps2)
        felt = felt + rng.standard_normal(3) * self._accel_sigma
        bias, sigma = self._place[3]
        heading = math.degrees(math.atan2(forward[0], -forward[1])) % 360.0 + bias + rng.normal(0.0, max(sigma, 0.0))
        rate = math.degrees(self._yaw_bias + rng.normal(0.0, max(self._yaw_sigma, 0.0)))
        return cam_message.Motion(
            heading_deg=heading,
            speed_mps=max(speed + rng.normal(0.0, max(self._speed_sigma, 0.0)), 0.0),
            forwards=speed >= 0.0,
            size_m=(2.0 * vehicle.box.half_extent[0], 2.0 * vehicle.box.half_extent[1]),
            acceleration_mps2=(float(felt[0]), float(felt[1]), float(felt[2])),
            yaw_rate_dps=float(states.angular_velocity_dps[row, 2]) + rate,
        )


def _forward(view: View, vehicle: Actor) -> tuple[np.ndarray, float]:
    """Direction (3,) in which a vehicle points, and its speed along it."""
    forward = rotation_matrices(view.states.rotation_deg[vehicle.row])[:, 0]
    return forward, float(view.states.velocity[vehicle.row] @ forward)


def _station_type(vehicle: Actor) -> int:
    if vehicle.attributes.get("special_type") == "emergency":
        return _SPECIAL_VEHICLE
    return next((_STATIONS[Tag(tag)] for tag in vehicle.tags if tag in _STATIONS), 0)


def _role(station_type: int) -> int:
    if station_type in {_BUS, _TRAM}:
        return _PUBLIC_TRANSPORT
    return _EMERGENCY if station_type == _SPECIAL_VEHICLE else 0


RADIOS: dict[str, type[Sensor]] = {"sensor.other.v2x": CooperativeAwareness, "sensor.other.v2x_custom": CustomV2X}
"""The radio sensors by blueprint."""
