"""From the touches that the kernel found to the contacts that collision sensors report."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from carlite.physics.obstacles import Obstacles
from carlite.physics.solids import Solids
from carlite.physics.types import Contact
from carlite.tags import Tag

_LEAST_IMPULSE_NS = 0.5


def contacts_of(found: NDArray[np.float64], solids: Solids, obstacles: Obstacles) -> list[Contact]:
    """One contact for each moving side of each pair that touched in a tick; a pair's impulses are summed.

    Args:
        found: (n, PAIR_COLUMNS) touches of all slices of the tick.
        solids: the actors that the touches' indices mean.
        obstacles: the scenery that the touches' negative indices mean.
    """
    sums: dict[tuple[int, int], list[float]] = {}
    for first, second, x, y, *point in found.tolist():
        pair = (int(first), int(second))
        known = sums.get(pair)
        if known is None:
            sums[pair] = [x, y, *point]
        else:
            known[0], known[1] = known[0] + x, known[1] + y
    contacts = []
    for (first, second), (x, y, *where) in sums.items():
        if x * x + y * y < _LEAST_IMPULSE_NS**2:
            continue
        point = (where[0], where[1], where[2])
        one = solids.order[first].actor
        if second < 0:
            tag, other_id = int(obstacles.objects[-1 - second].tag), 0
        else:
            other = solids.order[second].actor
            tag, other_id = _tag(other.tags), other.id
            contacts.append(
                Contact(
                    actor_id=other_id,
                    other_id=one.id,
                    other_tag=_tag(one.tags),
                    impulse_ns=(-x, -y, 0.0),
                    point=point,
                )
            )
        contacts.append(Contact(actor_id=one.id, other_id=other_id, other_tag=tag, impulse_ns=(x, y, 0.0), point=point))
    return contacts


def _tag(tags: bytes) -> int:
    return tags[0] if tags else int(Tag.OTHER)
