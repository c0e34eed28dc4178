"""All CARLA sensors that a rig needs."""

from __future__ import annotations

from collections.abc import Callable

from rarebit.rig.modules import camera, lidar, radar
from rarebit.rig.request import SensorRequest
from rarebit.rig.rig import Modality, Mount, Rig

_REQUESTS: dict[Modality, Callable[[Mount, float, float], tuple[SensorRequest, ...]]] = {
    "camera": camera.requests,
    "lidar": lidar.requests,
    "radar": radar.requests,
}


def plan(rig: Rig, tick_s: float) -> tuple[SensorRequest, ...]:
    """Every request of every mount, in the rig's order.

    Raises:
        ValueError: a rate does not fit the tick rate; names the channel.
    """
    result: list[SensorRequest] = []
    for mount in rig.mounts:
        try:
            result.extend(_REQUESTS[mount.modality](mount, tick_s, 1.0 / rig.key_rate_hz))
        except ValueError as error:
            raise ValueError(f"rig {rig.name}: {mount.channel}: {error}") from error
    return tuple(result)
