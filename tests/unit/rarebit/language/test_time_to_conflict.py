"""When the time to a conflict is short: two straight ways that cross at a right angle."""

from __future__ import annotations

import numpy as np
import pytest

from rarebit.language.conditions.time_to_conflict import TimeToConflict
from rarebit.roads.path import Path
from rarebit.world_view import Bodies, WorldView

ALONG = Path(np.column_stack([np.arange(0.0, 121.0), np.zeros(121), np.zeros(121)]))
ACROSS = Path(np.column_stack([np.full(121, 80.0), np.arange(-60.0, 61.0), np.zeros(121)]))
BESIDE = Path(np.column_stack([np.arange(0.0, 121.0), np.full(121, 9.0), np.zeros(121)]))


def _world(ego_m: float, ego_mps: float, other: Path | None) -> WorldView:
    """Ego ``ego_m`` along its way; the other stands somewhere, with a way or without."""
    poses = np.tile(np.eye(4), (2, 1, 1))
    bodies = Bodies(
        rows={"ego": 0, "other": 1},
        world_from_actor=poses,
        world_from_box=poses,
        velocity_mps=np.zeros((2, 3)),
        angular_velocity_radps=np.zeros((2, 3)),
        size_lwh_m=np.array([[4.8, 2.0, 1.5], [1.8, 0.6, 1.7]]),
    )
    return WorldView(
        time_s=0.0,
        position_m={"ego": np.array([ego_m, 0.0, 0.0]), "other": np.zeros(3)},
        speed_mps={"ego": ego_mps, "other": 0.0},
        half_length_m={"ego": 2.4, "other": 0.9},
        station_m={"ego": ego_m, "other": 0.0},
        paths={"ego": ALONG} | ({} if other is None else {"other": other}),
        heading_rad={"ego": 0.0, "other": 0.0},
        bodies=bodies,
    )


@pytest.mark.parametrize(
    ("ego_m", "ego_mps", "other", "holds"),
    [
        (59.0, 10.0, ACROSS, False),  # 2.1 s before the point
        (61.0, 10.0, ACROSS, True),
        (61.0, 8.0, ACROSS, False),
        (85.0, 10.0, ACROSS, True),  # behind it
        (79.0, 0.0, ACROSS, False),  # who stands never gets there
        (79.0, 10.0, BESIDE, False),  # no way is crossed
        (79.0, 10.0, None, False),
    ],
)
def test_time_to_the_crossing(ego_m: float, ego_mps: float, other: Path | None, *, holds: bool) -> None:
    assert TimeToConflict(time_to_conflict="other", below_s=2.0).holds(_world(ego_m, ego_mps, other)) is holds
