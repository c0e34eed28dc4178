"""Directions and points of a lidar scan."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from carlite.jit import kernel

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


@kernel(loose=True)
def scan_directions(
    channel: NDArray[np.int32],
    step: NDArray[np.int32],
    keep: Floats32,
    drop_rate: float,
    elevation: Floats32,
    azimuth: Floats32,
    turn: Floats32,
    sent: NDArray[np.int32],
    local: Floats32,
    world: Floats32,
) -> int:
    """Unit directions of the rays that are sent out, in the sensor's frame and in the world's; returns their number.

    Args:
        channel, step: (n,) of each ray.
        keep: (n,) uniform 0..1, a ray is sent where it is at least ``drop_rate``; or (0,) to send all.
        drop_rate: share of rays that are dropped before they are cast.
        elevation: (channels,) rad upwards.
        azimuth: (steps,) rad to the right.
        turn: (3, 3) world-from-sensor.
        sent: (n,) result, the channel of each ray sent.
        local, world: (n, 3) results.
    """
    ce, se, ca, sa = np.cos(elevation), np.sin(elevation), np.cos(azimuth), np.sin(azimuth)
    limit = np.float32(drop_rate)
    a, b, c = turn[0], turn[1], turn[2]
    m = 0
    for i in range(len(channel)):
        if len(keep) and keep[i] < limit:
            continue
        k, s = channel[i], step[i]
        x, y, z = ce[k] * ca[s], ce[k] * sa[s], se[k]
        sent[m] = k
        local[m, 0], local[m, 1], local[m, 2] = x, y, z
        world[m, 0] = a[0] * x + a[1] * y + a[2] * z
        world[m, 1] = b[0] * x + b[1] * y + b[2] * z
        world[m, 2] = c[0] * x + c[1] * y + c[2] * z
        m += 1
    return int(m)


@kernel()
def select_returns(
    channel: NDArray[np.int32],
    distance: Floats32,
    chance: Floats32,
    attenuation: float,
    limit: float,
    zero_drop: float,
    intensity: Floats32,
    counts: NDArray[np.uint32],
) -> int:
    """Intensity exp(-attenuation d) of each hit, -1 for no hit and for returns that are too weak; returns the number kept.

    Returns weaker than ``limit`` are kept with a chance that falls linearly from 1 to 1 - zero_drop at intensity 0.

    Args:
        chance: uniform 0..1, one for each weak return, in order; (0,) to keep all.
        intensity: (n,) result.
        counts: (channels,) result, must come in as zeros.
    """
    rate, weakest = np.float32(-attenuation), np.float32(limit)
    slope, base = np.float32(zero_drop / limit if limit > 0.0 else 0.0), np.float32(1.0 - zero_drop)
    drawn = total = 0
    for i in range(len(channel)):
        value = np.float32(-1.0)
        if distance[i] < np.float32(np.inf):
            value = np.exp(rate * distance[i])
            if len(chance) and value <= weakest:
                if chance[drawn] >= base + slope * value:
                    value = np.float32(-1.0)
                drawn += 1
        intensity[i] = value
        if value >= np.float32(0.0):
            counts[channel[i]] += np.uint32(1)
            total += 1
    return int(total)


@kernel()
def write_points(
    channel: NDArray[np.int32],
    local: Floats32,
    distance: Floats32,
    intensity: Floats32,
    noise: Floats32,
    counts: NDArray[np.uint32],
    out: Floats32,
) -> None:
    """Points x, y, z, intensity of the returns kept (intensity >= 0), channel after channel.

    Args:
        noise: metres along the ray, one for each point kept, in the order of casting; or (0,).
        counts: (channels,) of the points kept.
        out: (kept, 4) result.
    """
    place = np.zeros(len(counts), np.int64)
    for c in range(1, len(counts)):
        place[c] = place[c - 1] + counts[c - 1]
    drawn = 0
    for i in range(len(channel)):
        if intensity[i] < np.float32(0.0):
            continue
        d = distance[i]
        if len(noise):
            d += noise[drawn]
            drawn += 1
        row = place[channel[i]]
        place[channel[i]] = row + 1
        out[row, 0], out[row, 1], out[row, 2] = local[i, 0] * d, local[i, 1] * d, local[i, 2] * d
        out[row, 3] = intensity[i]


@kernel()
def write_semantic_points(
    channel: NDArray[np.int32],
    local: Floats32,
    world: Floats32,
    distance: Floats32,
    normal: Floats32,
    actor_id: NDArray[np.uint32],
    tag: NDArray[np.uint8],
    counts: NDArray[np.uint32],
    out: Floats32,
) -> int:
    """Points of all hits, channel after channel; returns their number.

    Args:
        channel, distance, actor_id, tag: (n,) of each ray; inf for no hit.
        local, world: (n, 3) its direction in the sensor's frame and in the world's.
        normal: (n, 3) of what it hit.
        counts: (channels,) result, must come in as zeros.
        out: (n, 6) result, of which the first rows are filled: x, y, z, cosine of incidence, actor id and tag as uint32 bits.
    """
    far = np.float32(np.inf)
    for i in range(len(channel)):
        if distance[i] < far:
            counts[channel[i]] += np.uint32(1)
    place = np.zeros(len(counts) + 1, np.int64)
    for c in range(len(counts)):
        place[c + 1] = place[c] + counts[c]
    total = place[len(counts)]
    words = out.view(np.uint32)
    for i in range(len(channel)):
        d = distance[i]
        if not d < far:
            continue
        row = place[channel[i]]
        place[channel[i]] = row + 1
        out[row, 0], out[row, 1], out[row, 2] = local[i, 0] * d, local[i, 1] * d, local[i, 2] * d
        out[row, 3] = abs(world[i, 0] * normal[i, 0] + world[i, 1] * normal[i, 1] + world[i, 2] * normal[i, 2])
        words[row, 4], words[row, 5] = actor_id[i], np.uint32(tag[i])
    return int(total)
