"""What the server's ids are called in the dataset.

A server numbers actors on from scene to scene, so its ids depend on what ran before; nothing of that may reach the dataset,
or the same seed would not give the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_UNKNOWN32, _UNKNOWN16 = np.uint32(1 << 31), np.uint16(1 << 15)


class Numbers:
    """Numbers the things of a scene 1, 2, 3, ... in the order given; 0 stays 0.

    Ids of other things (scenery without a label) keep their lower bits below a top bit of 1, so no number is used twice.

    Args:
        ids: the server's, 32 bits of them used in sweeps.
        in_images: whether the lower 16 bits of each id stand for it in instance images.

    Raises:
        ValueError: there are more than instance images can tell apart.
    """

    def __init__(self, ids: Sequence[int], in_images: Sequence[bool]) -> None:
        if len(ids) >= _UNKNOWN16:
            raise ValueError(f"numbers: got {len(ids)} things, expected at most {_UNKNOWN16 - 1}")
        self.by_id = {server_id: number for number, server_id in enumerate(ids, start=1)}
        known = sorted((server_id, number) for server_id, number in self.by_id.items() if server_id < 1 << 32)
        self._ids = np.array([server_id for server_id, _ in known], np.uint32)
        self._numbers = np.array([number for _, number in known], np.uint32)
        self.image_table: NDArray[np.uint16] = np.arange(1 << 16, dtype=np.uint16) | _UNKNOWN16
        self.image_table[0] = 0
        for server_id, told in zip(ids, in_images, strict=True):
            if told:
                self.image_table[server_id & 0xFFFF] = self.by_id[server_id]

    def of_sweep(self, ids: NDArray[np.uint32]) -> NDArray[np.uint32]:
        """(n,) numbers of the server's ids in a sweep."""
        result = np.where(ids > 0, ids | _UNKNOWN32, ids).astype(np.uint32)
        if len(self._ids):
            at = np.minimum(np.searchsorted(self._ids, ids), len(self._ids) - 1)
            result = np.where(self._ids[at] == ids, self._numbers[at], result)
        return result
