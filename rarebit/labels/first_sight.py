"""Which camera sees a hazard, from the label images of a key frame."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from rarebit.snapshot import Snapshot

# Fewer pixels than this are no sight that a person would point at.
MIN_PIXELS = 30


def cameras_that_see(snapshot: Snapshot, names: Iterable[str]) -> list[tuple[str, int]]:
    """(channel, pixels) of each camera that shows one of the actors ``names`` in at least MIN_PIXELS, most pixels first.

    Args:
        snapshot: a key frame.
        names: scenario names of the actors looked for.
    """
    wanted = set(names)
    ids = [actor.instance_id for actor in snapshot.actors if actor.name in wanted and actor.instance_id is not None]
    counts = [(channel, int(np.isin(images.instance, ids).sum())) for channel, images in snapshot.labels.items()]
    return sorted((row for row in counts if row[1] >= MIN_PIXELS), key=lambda row: (-row[1], row[0]))
