"""What the labels of one key frame consist of."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One annotated object.

    Attributes:
        actor_id: as in the snapshot; with the scene it identifies the instance.
        name: scenario name.
        category: one of nuScenes' 23 categories.
        attribute: one of nuScenes' 8 attributes, "" for classes that have none.
        fine_class: CARLA blueprint id, finer than the category.
        world_from_box: (4, 4), x along the length, turned about the vertical axis alone; unshifted world of the session.
        world_from_actor_box: (4, 4), the true pose with pitch and roll.
        size_lwh_m: (3,) full sizes.
        velocity_mps: (3,) true velocity, world.
        angular_velocity_radps: (3,) true turn rate, world.
        visible_fraction: 0..1 over all cameras as one panorama.
        visible_pixels: how many pixels of all cameras show it.
        num_lidar_points: points of all lidars' sweeps at the key frame inside the box.
        num_radar_points: returns of all radars whose place lies in the box's footprint (radar measures no height).
    """

    actor_id: int
    name: str
    category: str
    attribute: str
    fine_class: str
    world_from_box: NDArray[np.float64]
    world_from_actor_box: NDArray[np.float64]
    size_lwh_m: NDArray[np.float64]
    velocity_mps: NDArray[np.float64]
    angular_velocity_radps: NDArray[np.float64]
    visible_fraction: float
    visible_pixels: int
    num_lidar_points: int
    num_radar_points: int

    @property
    def visibility_token(self) -> str:
        """nuScenes visibility "1".."4" (below 40, 60, 80 %, and the rest)."""
        return str(1 + int(np.searchsorted((0.4, 0.6, 0.8), self.visible_fraction, side="right")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What the next key frame needs to know of the ones before it.

    Attributes:
        moving: by actor id, the state of the moving/standing hysteresis.
        numbers: by actor id, the instance number in panoptic labels, 1.. in the order of first annotation.
    """

    moving: dict[int, bool] = field(default_factory=dict)
    numbers: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotations:
    """All labels of one key frame.

    Attributes:
        boxes: ordered by actor id.
        lidarseg: by lidar channel, (n,) uint8 category index of each point.
        panoptic: by lidar channel, (n,) uint16 ``1000 * category index + instance number``.
        memory: to be handed to the next key frame's ``annotate``.
    """

    boxes: tuple[Box, ...]
    lidarseg: dict[str, NDArray[np.uint8]]
    panoptic: dict[str, NDArray[np.uint16]]
    memory: Memory
