"""What a mount asks of a CARLA server: one blueprint with its attributes for each stream of raw data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

RawData: TypeAlias = bytes | bytearray | memoryview
"""What ``raw_data`` of a CARLA measurement is: the bytes after its header."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawMessage:
    """What one sensor sent for one tick.

    Attributes:
        frame: CARLA's frame number.
        data: the bytes after the header, a view that keeps the message alive.
        points_per_channel: of a semantic lidar.
    """

    frame: int
    data: RawData
    points_per_channel: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorRequest:
    """One CARLA sensor to spawn on the ego.

    Attributes:
        channel: of the mount.
        role: which of the mount's streams this is; its own within the mount.
        blueprint: CARLA blueprint id.
        attributes: as text; attributes that the server's blueprint lacks may be left out.
        every_ticks: it is read at each tick whose number since the start of the scene is a multiple of this.
        fires_every_ticks: how often it measures, as its ``sensor_tick`` says; 1 for every tick, read or not.
        warm_up_ticks: it has to have measured at this many ticks at least before it is read for the first time.
        body_from_device: (4, 4) its x-forward body in the body of the mount.
    """

    channel: str
    role: str
    blueprint: str
    attributes: dict[str, str]
    every_ticks: int
    fires_every_ticks: int = 1
    warm_up_ticks: int = 0
    body_from_device: NDArray[np.float64] = field(default_factory=lambda: np.eye(4))

    def ticks_ahead(self, fires_at_once: bool) -> int:
        """How many ticks before time 0 it has to be spawned, so that it fires at time 0 and in every interval after.

        Args:
            fires_at_once: whether this server's sensors fire in the first tick after their birth rather than an interval later.
        """
        first = 1 if fires_at_once else self.fires_every_ticks
        return first + self.warm_up_ticks * self.fires_every_ticks


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
