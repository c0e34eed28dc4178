"""One slot per Embree instance: what a kernel needs to know about the thing that a ray hit."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_CAPACITY = 256


class Slots:
    """Struct of arrays over slots; a slot's number is its Embree instance id.

    Attributes:
        table: (n, 4) int32: first triangle in the model store, instance id (16 bit), actor id, row in ActorStates or -1.
        emission: (n,) uint32 bit per Material that emits, bit 31 for the brake lamps.
        tints: (n, 3) float32 linear paint.
        transforms: (n, 3, 4) float32 world_from_group.
        previous: (n, 3, 4) float32 the same one frame earlier.
    """

    def __init__(self) -> None:
        self.table: NDArray[np.int32] = np.zeros((_CAPACITY, 4), np.int32)
        self.emission: NDArray[np.uint32] = np.zeros(_CAPACITY, np.uint32)
        self.tints: NDArray[np.float32] = np.ones((_CAPACITY, 3), np.float32)
        self.transforms: NDArray[np.float32] = _identities(_CAPACITY)
        self.previous: NDArray[np.float32] = _identities(_CAPACITY)
        self._used = 0
        self._free: list[int] = []
        self._new: list[int] = []

    def claim(self) -> int:
        """The lowest free slot."""
        if self._free:
            slot = heapq.heappop(self._free)
        else:
            slot = self._used
            self._used += 1
            if slot >= len(self.table):
                self._grow()
        self.transforms[slot] = _identities(1)[0]
        self._new.append(slot)
        return slot

    def release(self, slot: int) -> None:
        """Frees a slot."""
        heapq.heappush(self._free, slot)

    def fill(self, slot: int, *, first_triangle: int, instance_id: int, actor_id: int, row: int, tint: Sequence[float]) -> None:
        """Writes what stays while the thing exists."""
        self.table[slot] = (first_triangle, instance_id, np.uint32(actor_id).astype(np.int32), row)
        self.tints[slot] = tint
        self.emission[slot] = 0

    def repaint(self, slot: int, *, row: int, tint: Sequence[float], emission: int) -> None:
        """Writes what a client may change."""
        self.table[slot, 3] = row
        self.tints[slot] = tint
        self.emission[slot] = emission

    def remember(self) -> None:
        """Keeps the present transforms as those of the previous frame."""
        self.previous[: self._used] = self.transforms[: self._used]

    def forget_new(self) -> None:
        """Lets things that appeared in this frame count as unmoved."""
        for slot in self._new:
            self.previous[slot] = self.transforms[slot]
        self._new.clear()

    def _grow(self) -> None:
        self.table = np.concatenate([self.table, np.zeros_like(self.table)])
        self.emission = np.concatenate([self.emission, np.zeros_like(self.emission)])
        self.tints = np.concatenate([self.tints, np.ones_like(self.tints)])
        self.transforms = np.concatenate([self.transforms, _identities(len(self.transforms))])
        self.previous = np.concatenate([self.previous, _identities(len(self.previous))])


def _identities(count: int) -> NDArray[np.float32]:
    return np.tile(np.eye(3, 4, dtype=np.float32), (count, 1, 1))
