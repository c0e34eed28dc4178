"""What a mount asks of a CARLA server: one blueprint with its attributes for each stream of raw data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

RawData: TypeAlias = bytes | bytearray | memoryview
"""What ``raw_data`` of a CARLA measurement is: the bytes after its header."""

Role = Literal["rgb", "instance", "depth", "lidar", "radar_near", "radar_far"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorRequest:
    """One CARLA sensor to spawn at the mount's ``ego_from_body``.

    Attributes:
        channel: of the mount.
        role: which of the mount's streams this is.
        blueprint: CARLA blueprint id.
        attributes: as text; attributes that the server's blueprint lacks may be left out.
        every_ticks: it delivers at each tick whose number since the start of the scene is a multiple of this.
    """

    channel: str
    role: Role
    blueprint: str
    attributes: dict[str, str]
    every_ticks: int


def every_ticks(rate_hz: float, tick_s: float) -> int:
    """Number of simulator ticks between two measurements.

    Raises:
        ValueError: ``rate_hz`` does not divide the tick rate.
    """
    ticks = 1.0 / (rate_hz * tick_s)
    if ticks < 0.999 or abs(ticks - round(ticks)) > 1e-6:
        raise ValueError(f"rate_hz: got {rate_hz:g}, expected a divisor of the tick rate {1.0 / tick_s:g} Hz")
    return round(ticks)


def sensor_tick(ticks: int, tick_s: float) -> str:
    """Text of the ``sensor_tick`` attribute that makes a sensor fire every ``ticks`` ticks.

    A server adds up tick lengths in floating point and fires when the sum reaches the attribute, carrying the overshoot
    over: one microsecond less keeps a rounded sum from firing a tick late, and takes hours to add up to a tick.
    """
    return "0.0" if ticks == 1 else f"{ticks * tick_s - 1e-6:.6f}"
