"""From the touches that the kernel found to the contacts that collision sensors report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carlite.mesh import PlacedObject
from carlite.physics.controls import Vector
from carlite.physics.obstacles import Obstacles
from carlite.physics.solids import Solid, Solids
from carlite.physics.types import Contact
from carlite.tags import Tag

_LEAST_IMPULSE_NS = 0.5


@dataclass(slots=True, eq=False)
class Touch:
    """Two that touched in a tick.

    Attributes:
        impulse_ns: (3,) on ``one``, world frame, summed over the tick; normal part only.
        point: (3,) world, metres.
    """

    one: Solid | PlacedObject
    other: Solid | PlacedObject
    impulse_ns: NDArray[np.float64]
    point: NDArray[np.float64]


def contacts_of(
    found: NDArray[np.float64], solids: Solids, obstacles: Obstacles, actor_ids: Mapping[int, int]
) -> list[Contact]:
    """One contact for each moving side of each pair that touched in a tick; a pair's impulses are summed.

    Args:
        found: (n, PAIR_COLUMNS) touches of all slices of the tick.
        solids: the actors that the touches' indices mean.
        obstacles: the scenery that the touches' negative indices mean.
        actor_ids: of the traffic lights and signs that placed objects show, by object id.
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
        other = obstacles.objects[-1 - second] if second < 0 else solids.order[second]
        contacts += _both_sides(solids.order[first], other, (x, y, 0.0), (where[0], where[1], where[2]), actor_ids)
    return contacts


def contacts_of_touches(touches: Sequence[Touch], actor_ids: Mapping[int, int]) -> list[Contact]:
    """One contact for each side that is an actor; ``actor_ids`` as for ``contacts_of``."""
    contacts = []
    for touch in touches:
        (x, y, z), (px, py, pz) = touch.impulse_ns.tolist(), touch.point.tolist()
        if isinstance(touch.one, Solid):
            contacts += _both_sides(touch.one, touch.other, (x, y, z), (px, py, pz), actor_ids)
        elif isinstance(touch.other, Solid):
            contacts += _both_sides(touch.other, touch.one, (-x, -y, -z), (px, py, pz), actor_ids)
    return contacts


def _both_sides(
    one: Solid, other: Solid | PlacedObject, impulse_ns: Vector, point: Vector, actor_ids: Mapping[int, int]
) -> list[Contact]:
    """The second one's side, where it is an actor, then the first one's; none for a touch that is too light to count."""
    x, y, z = impulse_ns
    if x * x + y * y + z * z < _LEAST_IMPULSE_NS**2:
        return []
    if isinstance(other, PlacedObject):
        other_id = actor_ids.get(other.object_id, 0)
        return [Contact(actor_id=one.actor.id, other_id=other_id, other_tag=int(other.tag), impulse_ns=impulse_ns, point=point)]
    first, second = one.actor, other.actor
    return [
        Contact(actor_id=second.id, other_id=first.id, other_tag=_tag(first.tags), impulse_ns=(-x, -y, -z), point=point),
        Contact(actor_id=first.id, other_id=second.id, other_tag=_tag(second.tags), impulse_ns=impulse_ns, point=point),
    ]


def _tag(tags: bytes) -> int:
    return tags[0] if tags else int(Tag.OTHER)
