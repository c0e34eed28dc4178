"""The outlines of a map's crosswalks out of the one row of corners that ``carla.Map`` gives."""

from __future__ import annotations

import logging

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
_SAME_M = 0.02
_log = logging.getLogger(__name__)


def outlines(points: Points, shapes: tuple[Points, ...], name: str) -> tuple[Points, ...]:
    """Closed outlines (k, 3), in the order of ``points``.

    The client's order of roads is its own, so each stretch of the row is known by the distances between its corners.

    Args:
        points: (n, 3) corners of all crosswalks, one after the other.
        shapes: (k, 3) corners of each crosswalk in its own frame, in any order; outlines may be open or closed.
        name: of the map, for what cannot be told apart.
    """
    left = sorted(shapes, key=len, reverse=True)
    found, start = [], 0
    while start < len(points):
        at = next((i for i, shape in enumerate(left) if _is_like(points[start : start + len(shape)], shape)), None)
        count = _until_first_again(points[start:]) if at is None else len(left.pop(at))
        if not count:
            _log.warning("%s: %d corners of crosswalks belong to none of its outlines; left out", name, len(points) - start)
            break
        corners = points[start : start + count]
        start += count
        if count > 1 and np.linalg.norm(corners[0] - corners[-1]) < _SAME_M:
            corners = corners[:-1]
        if len(corners) >= 3:
            found.append(np.concatenate([corners, corners[:1]]))
    return tuple(found)


def _is_like(points: Points, shape: Points) -> bool:
    if len(points) != len(shape):
        return False
    steps, expected = (np.linalg.norm(np.diff(of, axis=0, append=of[:1]), axis=1) for of in (points, shape))
    return bool(np.all(np.abs(steps - expected) < _SAME_M))


def _until_first_again(points: Points) -> int:
    """How many corners there are up to where the first one comes again; 0 if it does not."""
    again = np.flatnonzero(np.linalg.norm(points[1:] - points[0], axis=1) < _SAME_M)
    return int(again[0]) + 2 if len(again) else 0
