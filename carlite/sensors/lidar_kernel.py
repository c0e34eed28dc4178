"""Directions and points of a lidar scan."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

Floats32 = NDArray[np.float32]
_LANES = 4  # packets of 16 rays: four channels by four steps, which point to one small patch


def packet_order(channels: int, steps: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Channel and step of every ray, (channels * steps,) each, in the order in which they are cast.

    Within a channel steps ascend, so that points leave in the order of the sweep.
    """
    channel, step = np.meshgrid(np.arange(channels), np.arange(steps), indexing="ij")
    block = (channel // _LANES) * (-(-steps // _LANES)) + step // _LANES
    order = np.argsort(((block * _LANES) + channel % _LANES) * _LANES + step % _LANES, axis=None, kind="stable")
    return channel.ravel()[order].astype(np.int32), step.ravel()[order].astype(np.int32)


@numba.njit(cache=True)
def scan_directions(
    channel: NDArray[np.int32],
    step: NDArray[np.int32],
    elevation: Floats32,
    azimuth: Floats32,
    turn: Floats32,
    local: Floats32,
    world: Floats32,
) -> None:
    """Unit directions of all rays in the sensor's frame and in the world's.

    Args:
        channel, step: (n,) of each ray.
        elevation: (channels,) rad upwards.
        azimuth: (steps,) rad to the right.
        turn: (3, 3) world-from-sensor.
        local, world: (n, 3) results.
    """
    ce, se, ca, sa = np.cos(elevation), np.sin(elevation), np.cos(azimuth), np.sin(azimuth)
    for i in range(len(channel)):
        c, s = channel[i], step[i]
        x, y, z = ce[c] * ca[s], ce[c] * sa[s], se[c]
        local[i, 0], local[i, 1], local[i, 2] = x, y, z
        for k in range(3):
            world[i, k] = turn[k, 0] * x + turn[k, 1] * y + turn[k, 2] * z


@numba.njit(cache=True)
def scan_points(
    channel: NDArray[np.int32],
    local: Floats32,
    distance: Floats32,
    noise: Floats32,
    chance: Floats32,
    attenuation: float,
    limit: float,
    zero_drop: float,
    counts: NDArray[np.uint32],
    out: Floats32,
) -> int:
    """Points of an ordinary lidar, channel after channel; returns their number.

    The intensity is exp(-attenuation d). Returns weaker than ``limit`` are kept with a chance that falls linearly to
    1 - zero_drop at intensity 0.

    Args:
        noise: (n,) metres along the ray, or (0,).
        chance: (n,) uniform 0..1, or (0,) to keep all.
        counts: (channels,) result.
        out: (n, 4) x, y, z, intensity; result.
    """
    n = len(channel)
    intensity = np.empty(n, np.float32)
    for i in range(n):
        value = np.exp(-np.float32(attenuation) * distance[i])
        if distance[i] < np.inf and len(chance) and value <= limit:
            keep = 1.0 - zero_drop + (zero_drop * value / limit if limit > 0.0 else 0.0)
            if chance[i] >= keep:
                value = np.float32(-1.0)
        if not distance[i] < np.inf:
            value = np.float32(-1.0)
        intensity[i] = value
        if value >= 0.0:
            counts[channel[i]] += np.uint32(1)
    place = np.zeros(len(counts) + 1, np.int64)
    for c in range(len(counts)):
        place[c + 1] = place[c] + counts[c]
    total = place[len(counts)]
    for i in range(n):
        if intensity[i] >= 0.0:
            row = place[channel[i]]
            place[channel[i]] = row + 1
            d = distance[i] + (noise[i] if len(noise) else np.float32(0.0))
            for k in range(3):
                out[row, k] = local[i, k] * d
            out[row, 3] = intensity[i]
    return int(total)
