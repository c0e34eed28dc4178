"""Boxes in the world: of placed objects and actors, and of the lamp housings of traffic lights."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from carlite import geometry
from carlite.mesh import Box, PlacedObject
from carlite.rays.store import rest_mesh
from carlite.tags import Tag

_GAP_M = 0.5  # lamps that are further apart are housings of their own


def world_box(world_from_local: geometry.Array, box: Box) -> Box:
    """A box given in a local frame, in the world."""
    matrix = geometry.compose(world_from_local, geometry.world_from_local(box.centre, box.rotation_deg))
    x, y, z = matrix[:, 3]
    pitch, yaw, roll = geometry.rotations_deg(matrix[:, :3])
    return Box(
        centre=(float(x), float(y), float(z)), half_extent=box.half_extent, rotation_deg=(float(pitch), float(yaw), float(roll))
    )


def lamp_housings(objects: Iterable[PlacedObject], name: str) -> list[Box]:
    """World boxes around the lamps of the traffic light of that name, one for each housing."""
    boxes = []
    for placed in objects:
        if placed.name == name and placed.tag == Tag.TRAFFIC_LIGHT:
            boxes += [world_box(placed.world_from_local, box) for box in _housings(placed)]
    return boxes


def _housings(placed: PlacedObject) -> list[Box]:
    """Boxes in the object's frame around its triangles with the label of traffic lights, parted where they are far apart."""
    mesh = rest_mesh(placed.model)
    corners = mesh.vertices[mesh.triangles[mesh.tags == Tag.TRAFFIC_LIGHT]].astype(np.float64)
    groups = [corners] if len(corners) else []
    for axis in range(3):
        groups = [part for group in groups for part in _parted(group, axis)]
    boxes = []
    for group in groups:
        low, high = group.reshape(-1, 3).min(0), group.reshape(-1, 3).max(0)
        (x, y, z), (hx, hy, hz) = (low + high) / 2.0, (high - low) / 2.0
        boxes.append(
            Box(centre=(float(x), float(y), float(z)), half_extent=(float(hx), float(hy), float(hz))),
        )
    return boxes


def _parted(corners: np.ndarray, axis: int) -> list[np.ndarray]:
    """Triangles (n, 3, 3) in groups with gaps of more than _GAP_M along an axis between them."""
    low, high = corners[:, :, axis].min(1), corners[:, :, axis].max(1)
    order = np.argsort(low, kind="stable")
    reach = np.maximum.accumulate(high[order])
    gaps = np.flatnonzero(low[order][1:] > reach[:-1] + _GAP_M) + 1
    return [corners[group] for group in np.split(order, gaps)]
