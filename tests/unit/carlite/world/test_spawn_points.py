from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carlite.actors import ActorStates
from carlite.geometry import world_from_local
from carlite.mesh import ActorModel, Box, PlacedObject
from carlite.physics import Physics
from carlite.tags import Tag
from carlite.world.spawn_points import clear_spawn_points


@dataclass
class _Below:
    height_m: NDArray[np.float64]
    normal: NDArray[np.float64]


class _Plane:
    """Flat ground at height 0."""

    def ground_below(self, points: NDArray[np.float64], **_: Any) -> _Below:
        return _Below(np.zeros(len(points)), np.tile([0.0, 0.0, 1.0], (len(points), 1)))


def _physics(*places: tuple[float, float]) -> Physics:
    """With a pole of 3 m at each place."""
    box = Box(centre=(0.0, 0.0, 1.5), half_extent=(0.1, 0.1, 1.5))
    poles = [
        PlacedObject(
            object_id=number + 1,
            name=f"Pole_{number}",
            tag=Tag.POLE,
            model=ActorModel(parts=()),
            world_from_local=world_from_local((x, y, 0.0), (0.0, 0.0, 0.0)),
            box=box,
        )
        for number, (x, y) in enumerate(places)
    ]
    return Physics(ActorStates(), _Plane(), poles)


def _points(*places: tuple[float, float, float]) -> NDArray[np.float64]:
    return np.array([[(x, y, 0.5), (0.0, yaw, 0.0)] for x, y, yaw in places])


def test_points_beside_things_and_close_behind_each_other_go() -> None:
    points = _points((0, 0, 0), (8, 0, 0), (40, 0, 0), (40, 3.5, 0), (80, 0, 90), (120, 0, 0))
    kept = clear_spawn_points(points, _physics((81.0, 0.0), (120.0, 2.5)))
    assert kept[:, 0, :2].tolist() == [[0, 0], [40, 0], [40, 3.5], [120, 0]]


def test_a_map_without_room_keeps_its_points() -> None:
    points = _points((0, 0, 0))
    assert np.array_equal(clear_spawn_points(points, _physics((1.0, 0.0))), points)
    assert len(clear_spawn_points(np.zeros((0, 2, 3)), _physics())) == 0
