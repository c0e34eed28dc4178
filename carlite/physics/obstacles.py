"""The solid boxes of the static world, in a grid."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from carlite.geometry import rotation_matrices
from carlite.mesh import ActorModel, Box, PlacedObject
from carlite.physics.tables import BODY, Records

_CELL_M = 16.0
_REACH_M, _STEP_OVER_M = 2.0, 0.15  # what traffic runs into lies between these heights over an object's foot


@dataclass(frozen=True, slots=True)
class Obstacles:
    """Boxes that never move, as BODY records, and a grid over them.

    Attributes:
        records: (n,) BODY.
        objects: (n,) the placed objects they belong to.
        cells: (2,) int64 size of the grid.
        starts: (cells + 1,) int64 first member of each cell.
        members: indices into records, cell after cell.
        grid: (x, y of the corner, size of a cell), metres.
    """

    records: Records
    objects: tuple[PlacedObject, ...]
    cells: NDArray[np.int64]
    starts: NDArray[np.int64]
    members: NDArray[np.int64]
    grid: NDArray[np.float64]


def box_record(record: Records, box: Box, location: ArrayLike, rotation: NDArray[np.float64]) -> None:
    """Writes the upright box that bounds ``box`` at a pose into one BODY record: exact for boxes that only yaw.

    Args:
        record: (1,) BODY, changed in place.
        box: in the local frame.
        location: (3,) world, metres.
        rotation: (3, 3) world-from-local.
    """
    turn = rotation @ rotation_matrices(box.rotation_deg)
    middle = np.asarray(location, np.float64) + rotation @ np.asarray(box.centre)
    half = np.asarray(box.half_extent)
    yaw = math.atan2(turn[1, 0], turn[0, 0])
    across = np.array([[math.cos(yaw), math.sin(yaw)], [-math.sin(yaw), math.cos(yaw)]]) @ turn[:2]
    hx, hy = np.abs(across) @ half
    hz = float(np.abs(turn[2]) @ half)
    for name, value in {
        "x": middle[0], "y": middle[1], "z": middle[2], "yaw": yaw, "hx": hx, "hy": hy, "low": -hz, "high": hz, "solid": 1
    }.items():  # fmt: skip
        record[name] = value


def footprint(model: ActorModel, box: Box) -> Box | None:
    """The box of what stands in the way near the ground: a signal's pole without its arm, a tree's trunk without its crown.

    Args:
        model: looks at rest.
        box: around the whole, in the object's frame; it is the answer for models without parts.

    Returns:
        None where nothing is low enough to be hit.
    """
    if not model.parts:
        return box
    foot = box.centre[2] - box.half_extent[2]
    offsets: list[NDArray[np.float64]] = []
    low = []
    for part in model.parts:
        offsets.append(np.asarray(part.pivot) + (offsets[part.parent] if part.parent >= 0 else 0.0))
        if not len(part.mesh.triangles):
            continue
        corners = (part.mesh.vertices + offsets[-1])[part.mesh.triangles]
        bottom, top = corners[:, :, 2].min(1) - foot, corners[:, :, 2].max(1) - foot
        low.append(corners[(bottom < _REACH_M) & (top > _STEP_OVER_M)].reshape(-1, 3))
    points = np.concatenate(low) if low else np.zeros((0, 3))
    if not len(points):
        return None
    first, last = points.min(0), points.max(0)
    centre, half = (first + last) / 2.0, (last - first) / 2.0
    return Box(
        centre=(float(centre[0]), float(centre[1]), float(centre[2])),
        half_extent=(float(half[0]), float(half[1]), float(half[2])),
    )


def build_obstacles(objects: Sequence[PlacedObject]) -> Obstacles:
    """The solid ones of a map's objects."""
    known: dict[tuple[int, Box], Box | None] = {}  # equal models are one object
    for placed in objects:
        key = (id(placed.model), placed.box)
        if placed.solid and key not in known:
            known[key] = footprint(placed.model, placed.box)
    boxes = [known[id(placed.model), placed.box] if placed.solid else None for placed in objects]
    solid = tuple(placed for placed, box in zip(objects, boxes, strict=True) if box is not None)
    shapes = [box for box in boxes if box is not None]
    records: Records = np.zeros(len(solid), BODY)
    for k, (placed, box) in enumerate(zip(solid, shapes, strict=True)):
        matrix = placed.world_from_local
        box_record(records[k : k + 1], box, matrix[:, 3], matrix[:, :3])
    if not len(records):
        return Obstacles(
            records, solid, np.ones(2, np.int64), np.zeros(2, np.int64), np.zeros(0, np.int64), np.array([0, 0, 1e9])
        )
    c, s = np.abs(np.cos(records["yaw"])), np.abs(np.sin(records["yaw"]))
    reach = np.stack([c * records["hx"] + s * records["hy"], s * records["hx"] + c * records["hy"]], -1)
    middle = np.stack([records["x"], records["y"]], -1)
    corner = (middle - reach).min(0)
    first = np.floor((middle - reach - corner) / _CELL_M).astype(np.int64)
    last = np.floor((middle + reach - corner) / _CELL_M).astype(np.int64)
    cells = last.max(0) + 1
    lists: list[list[int]] = [[] for _ in range(int(cells[0] * cells[1]))]
    for k in range(len(records)):
        for cx in range(first[k, 0], last[k, 0] + 1):
            for cy in range(first[k, 1], last[k, 1] + 1):
                lists[cx * int(cells[1]) + cy].append(k)
    starts = np.concatenate([[0], np.cumsum([len(cell) for cell in lists])]).astype(np.int64)
    members = np.array([k for cell in lists for k in cell], np.int64)
    return Obstacles(records, solid, cells, starts, members, np.array([corner[0], corner[1], _CELL_M]))
