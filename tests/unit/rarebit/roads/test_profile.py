"""Which lanes a road offers, seen from ego's lane."""

from __future__ import annotations

import pytest

from rarebit.roads.profile import BOTH, RoadProfile, sides

ROAD = RoadProfile(length_m=300.0, lanes=3, opposite_lanes=1, parking=sides("right"), sidewalks=BOTH)


@pytest.mark.parametrize(
    ("lane", "ego", "there"),
    [
        ("same", "rightmost", True),
        ("left_2", "rightmost", True),
        ("left_3", "rightmost", False),
        ("right_1", "rightmost", False),
        ("right_1", "middle", True),
        ("left_1", "leftmost", False),
        ("right_2", "leftmost", True),
        ("opposite_1", "middle", True),
        ("opposite_2", "middle", False),
        ("parking_right", "middle", True),
        ("parking_left", "middle", False),
        ("sidewalk_left", "middle", True),
        ("shoulder_right", "middle", False),
        ("right_0", "middle", False),
        ("nonsense", "middle", False),
    ],
)
def test_offers(lane: str, ego: str, there: bool) -> None:
    assert ROAD.offers(lane, ego) is there


def test_places_are_what_it_offers() -> None:
    assert ROAD.places == (
        *("same", "left_1", "left_2", "right_1", "right_2", "opposite_1"),
        *("parking_right", "sidewalk_left", "sidewalk_right"),
    )
