"""Which sensor sees a hazard, from the label images of a key frame, or from its lidar points where there is no camera."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from rarebit.snapshot import LidarSweep, Snapshot

# Fewer pixels than this are no sight that a person would point at.
MIN_PIXELS = 30
MIN_POINTS = 5


def sensors_that_see(snapshot: Snapshot, names: Iterable[str]) -> list[tuple[str, int]]:
    """(channel, count) of each camera that shows one of the actors ``names`` in at least MIN_PIXELS, most pixels first.

    Of a rig without cameras, each lidar with at least MIN_POINTS on them.

    Args:
        snapshot: a key frame.
        names: scenario names of the actors looked for.
    """
    wanted = set(names)
    actors = [actor for actor in snapshot.actors if actor.name in wanted]
    if snapshot.labels:
        ids = [actor.instance_id for actor in actors if actor.instance_id is not None]
        counts = [(channel, int(np.isin(images.instance, ids).sum())) for channel, images in snapshot.labels.items()]
    else:
        ids = [actor.actor_id for actor in actors]
        sweeps = ((channel, data) for channel, data in snapshot.data.items() if isinstance(data, LidarSweep))
        counts = [(channel, int(np.isin(sweep.object_id, ids).sum())) for channel, sweep in sweeps]
    least = MIN_PIXELS if snapshot.labels else MIN_POINTS
    return sorted((row for row in counts if row[1] >= least), key=lambda row: (-row[1], row[0]))
