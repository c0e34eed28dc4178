"""All labels of one key frame, as a pure function of its snapshot and what the key frame before it left.

An object is annotated when a sensor could have seen it: at least one lidar point or radar return lies in its box, or at least
``LEAST_PIXELS`` pixels of the cameras show it. The ego has no box.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rarebit.core.boxes import points_in_boxes
from rarebit.core.frames import apply
from rarebit.labels.annotations import Annotations, Box, Memory
from rarebit.labels.classes import attribute_of, category_of, lidarseg_of_actor, lidarseg_of_tag
from rarebit.labels.upright import upright_box
from rarebit.labels.visibility import visibility
from rarebit.labels.vocabulary import INDEX
from rarebit.rig.rig import Mount, Rig
from rarebit.snapshot import ActorState, LidarSweep, RadarScan, Snapshot

LEAST_PIXELS = 30
"""Visible pixels, over all cameras, that make an object count as seen; about a walker at 100 m in a 1600-pixel image."""

# Hysteresis of "moving": starts above the first speed, ends below the second.
_STARTS_MPS = 0.5
_ENDS_MPS = 0.2
_FIRST_THING, _LAST_THING = INDEX["animal"], INDEX["vehicle.truck"]
_MOST_INSTANCES = 999


def annotate(snapshot: Snapshot, rig: Rig, previous: Annotations | None = None) -> Annotations:
    """Boxes and point labels of a key frame.

    Args:
        previous: of the key frame before it in the same scene; None for the first.

    Raises:
        ValueError: the snapshot is no key frame.
    """
    if not snapshot.is_key_frame:
        raise ValueError(f"annotate: the snapshot at {snapshot.time_us} us is no key frame")
    memory = previous.memory if previous else Memory()
    moving = _moving(snapshot, memory)
    labelled = sorted(
        ((actor, category) for actor in snapshot.actors if not actor.is_ego and (category := category_of(actor))),
        key=lambda pair: pair[0].actor_id,
    )
    actors = [actor for actor, _ in labelled]
    upright = [upright_box(actor.world_from_box, actor.size_lwh_m) for actor in actors]
    poses, sizes = [pose for pose, _ in upright], [size for _, size in upright]
    fraction, pixels = visibility(actors, rig, snapshot.world_from_ego, snapshot.labels)
    sweeps = _clouds(snapshot, rig)
    inside = {channel: points_in_boxes(points, poses, sizes) for channel, points in sweeps.items()}
    lidar_points = np.sum([[len(rows) for rows in lists] for lists in inside.values()] or [[0] * len(actors)], axis=0)
    radar_points = np.array([len(rows) for rows in points_in_boxes(_radar_returns(snapshot, rig), poses, sizes, flat=True)])

    boxes = tuple(
        Box(
            actor_id=actor.actor_id,
            name=actor.name,
            category=category,
            attribute=attribute_of(category, actor, moving[actor.actor_id]),
            fine_class=actor.type_id,
            world_from_box=poses[i],
            world_from_actor_box=actor.world_from_box,
            size_lwh_m=sizes[i],
            velocity_mps=actor.velocity_mps,
            angular_velocity_radps=actor.angular_velocity_radps,
            visible_fraction=float(fraction[i]),
            visible_pixels=int(pixels[i]),
            num_lidar_points=int(lidar_points[i]),
            num_radar_points=int(radar_points[i]),
        )
        for i, (actor, category) in enumerate(labelled)
        if lidar_points[i] or radar_points[i] or pixels[i] >= LEAST_PIXELS
    )
    numbers = dict(memory.numbers)
    for box in boxes:
        if box.actor_id not in numbers and len(numbers) < _MOST_INSTANCES:
            numbers[box.actor_id] = len(numbers) + 1
    annotated = {box.actor_id for box in boxes}
    row_of = {actor.actor_id: row for row, actor in enumerate(snapshot.actors)}
    instance = np.array([numbers.get(a.actor_id, 0) if a.actor_id in annotated else 0 for a in snapshot.actors], np.uint16)
    lidarseg: dict[str, NDArray[np.uint8]] = {}
    panoptic: dict[str, NDArray[np.uint16]] = {}
    for channel in sweeps:
        sweep = snapshot.data[channel]
        assert isinstance(sweep, LidarSweep)
        owner = _owners(sweep, snapshot.actors, [row_of[actor.actor_id] for actor in actors], inside[channel])
        lidarseg[channel] = _semantic(sweep, owner, snapshot.actors)
        panoptic[channel] = _panoptic(lidarseg[channel], owner, instance)
    return Annotations(boxes=boxes, lidarseg=lidarseg, panoptic=panoptic, memory=Memory(moving=moving, numbers=numbers))


def _moving(snapshot: Snapshot, memory: Memory) -> dict[int, bool]:
    result: dict[int, bool] = {}
    for actor in snapshot.actors:
        threshold = _ENDS_MPS if memory.moving.get(actor.actor_id, False) else _STARTS_MPS
        result[actor.actor_id] = float(np.linalg.norm(actor.velocity_mps)) > threshold
    return result


def _clouds(snapshot: Snapshot, rig: Rig) -> dict[str, NDArray[np.float64]]:
    """(n, 3) world points of each lidar, from the 32-bit coordinates that are written."""
    return {
        mount.channel: apply(_world_from(snapshot, mount), data.xyz_m)
        for mount in rig.mounts
        if isinstance(data := snapshot.data.get(mount.channel), LidarSweep)
    }


def _radar_returns(snapshot: Snapshot, rig: Rig) -> NDArray[np.float64]:
    """(n, 3) world points of all radars, unfiltered."""
    clouds = [
        apply(_world_from(snapshot, mount), np.stack([data.returns[axis] for axis in "xyz"], axis=1))
        for mount in rig.mounts
        if isinstance(data := snapshot.data.get(mount.channel), RadarScan)
    ]
    return np.concatenate(clouds) if clouds else np.empty((0, 3))


def _world_from(snapshot: Snapshot, mount: Mount) -> NDArray[np.float64]:
    return snapshot.world_from_ego @ mount.ego_from_sensor


def _owners(
    sweep: LidarSweep, actors: tuple[ActorState, ...], boxed: list[int], inside: list[NDArray[np.intp]]
) -> NDArray[np.int64]:
    """(n,) row in ``actors`` that each point belongs to, -1 for none.

    The server names the actor. Things of the map have no id there: they own the points that only their box holds, as far as
    the points' tag is that of a thing.

    Args:
        boxed: rows in ``actors`` of the boxes that ``inside`` is about.
    """
    hit = sweep.object_id.astype(np.int64)
    owner = np.full(len(hit), -1, np.int64)
    # A sweep has no room for numbers beyond 32 bits.
    named = sorted((actor.actor_id, row) for row, actor in enumerate(actors) if 0 < actor.actor_id < 2**32)
    if named:
        ids, rows = np.array(named, np.int64).T
        at = np.minimum(np.searchsorted(ids, hit), len(ids) - 1)
        owner = np.where(ids[at] == hit, rows[at], -1)
    thing = lidarseg_of_tag(sweep.tag)
    orphan = (owner < 0) & (thing >= _FIRST_THING) & (thing <= _LAST_THING)
    claims, claimant = np.zeros(len(hit), np.int64), np.full(len(hit), -1, np.int64)
    for row, points in zip(boxed, inside, strict=True):
        claims[points] += 1
        claimant[points] = row
    return np.where(orphan & (claims == 1), claimant, owner)


def _semantic(sweep: LidarSweep, owner: NDArray[np.int64], actors: tuple[ActorState, ...]) -> NDArray[np.uint8]:
    # Row -1, the last, stands for points that nobody owns.
    index = np.array([-1 if (found := lidarseg_of_actor(actor)) is None else found for actor in actors] + [-1])
    by_owner = index[owner]
    return np.where(by_owner >= 0, by_owner, lidarseg_of_tag(sweep.tag)).astype(np.uint8)


def _panoptic(lidarseg: NDArray[np.uint8], owner: NDArray[np.int64], instance: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """1000 * class + instance; things without a box of their own are 0, as in nuScenes' generator.

    Args:
        instance: by row of the snapshot's actors, 0 for those without a box.
    """
    result = lidarseg.astype(np.uint16) * 1000
    is_thing = (lidarseg >= _FIRST_THING) & (lidarseg <= _LAST_THING)
    number = np.append(instance, 0).astype(np.uint16)[owner]
    return np.where(is_thing, np.where(number > 0, result + number, 0), result).astype(np.uint16)
