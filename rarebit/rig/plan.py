"""All CARLA sensors that a rig needs, and whether its rates fit the simulator's tick."""

from __future__ import annotations

from rarebit.core.errors import Fault
from rarebit.rig.request import SensorRequest, every_ticks
from rarebit.rig.rig import Rig

LEAST_LEAD_TICKS = 10
"""Ticks before time 0 in which sensors are attached, for rigs whose slowest sensor measures no rarer than that."""


def plan(rig: Rig, tick_s: float) -> tuple[SensorRequest, ...]:
    """Every request of every mount, in the rig's order.

    Raises:
        ValueError: a rate does not fit the tick rate; names the channel.
    """
    result: list[SensorRequest] = []
    for mount in rig.mounts:
        try:
            result.extend(mount.modality.requests(mount, tick_s, 1.0 / rig.key_rate_hz))
        except ValueError as error:
            raise ValueError(f"rig {rig.name}: {mount.channel}: {error}") from error
    return tuple(result)


def lead_ticks(rig: Rig, tick_s: float) -> int:
    """How many ticks before time 0 a run must begin so that every sensor of the rig can be attached ahead."""
    return max(LEAST_LEAD_TICKS, *(request.ticks_ahead(fires_at_once=False) for request in plan(rig, tick_s)))


def faults_of_rates(rig: Rig, tick_s: float, *, file: str = "rig") -> list[Fault]:
    """What of the rig's rates does not fit ticks of ``tick_s``, as faults of ``file``."""
    hertz = 1.0 / tick_s
    remedy = f"use a divisor of the tick rate {hertz:g} Hz, or another carla.step_s (now {tick_s:g})"
    found = []
    try:
        every_ticks(rig.key_rate_hz, tick_s)
    except ValueError:
        found.append(Fault(file=file, path="key_rate_hz", value=f"{rig.key_rate_hz:g}", problem="does not fit", remedy=remedy))
    for mount in rig.mounts:
        try:
            mount.modality.requests(mount, tick_s, tick_s)  # key frames have been looked at already
        except ValueError as error:
            path, value = f"sensors.{mount.channel}.rate_hz", f"{mount.rate_hz:g}"
            found.append(Fault(file=file, path=path, value=value, problem=str(error).removeprefix("rate_hz: "), remedy=remedy))
    return found
