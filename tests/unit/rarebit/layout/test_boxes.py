"""Rectangles on the ground, against shapely's."""

from __future__ import annotations

import math

import pytest
import shapely
import shapely.affinity
from hypothesis import assume, given
from hypothesis import strategies as st

from rarebit.layout.boxes import Footprint

side = st.floats(0.05, 6.0)
rectangle = st.builds(Footprint, st.floats(-8, 8), st.floats(-8, 8), st.floats(-7, 7), side, side)


def polygon(of: Footprint) -> shapely.Polygon:
    straight = shapely.box(-of.half_length, -of.half_width, of.half_length, of.half_width)
    turned = shapely.affinity.rotate(straight, of.yaw_rad, origin=(0, 0), use_radians=True)
    return shapely.affinity.translate(turned, of.x, of.y)


@given(one=rectangle, other=rectangle)
def test_two_overlap_where_their_polygons_do(one: Footprint, other: Footprint) -> None:
    first, second = polygon(one), polygon(other)
    # At a touch rounding decides.
    assume(first.distance(second) > 1e-6 or first.intersection(second).area > 1e-6)
    assert one.overlaps(other) is bool(first.intersects(second))
    assert other.overlaps(one) is one.overlaps(other)


@given(of=rectangle, margin=st.floats(0.0, 3.0))
def test_a_margin_is_added_on_every_side(of: Footprint, margin: float) -> None:
    grown = of.grown(margin)
    expected = 4.0 * (of.half_length + margin) * (of.half_width + margin)
    assert polygon(grown).area == pytest.approx(expected)
    assert (grown.x, grown.y, grown.yaw_rad) == (of.x, of.y, of.yaw_rad)


@pytest.mark.parametrize(("gap", "meet"), [(-0.01, True), (0.01, False)])
@pytest.mark.parametrize("yaw", [0.0, math.pi / 4, math.pi / 2])
def test_a_square_reaches_as_far_as_its_turn_lets_it(yaw: float, gap: float, meet: bool) -> None:
    reach = abs(math.cos(yaw)) + abs(math.sin(yaw))
    wall = Footprint(reach + 0.5 + gap, 0.0, 0.0, 0.5, 50.0)
    assert Footprint(0.0, 0.0, yaw, 1.0, 1.0).overlaps(wall) is meet


def test_near_corners_that_pass_each_other_do_not_overlap() -> None:
    # Their outer circles and upright frames overlap; the separating axis is the diagonal.
    assert not Footprint(0.0, 0.0, math.pi / 4, 3.0, 0.2).overlaps(Footprint(1.0, -1.0, math.pi / 4, 3.0, 0.2))
