"""Turns of a junction: a line, an arc, a line from pose to pose."""

from __future__ import annotations

import math

import pytest

from rarebit.roads.opendrive.crossing import fillet
from rarebit.roads.opendrive.records import Bend, Start


def _end(start: Start, bends: list[Bend]) -> tuple[float, float, float]:
    """Where the pieces lead, by the closed form of circular arcs."""
    x, y, heading = start.x_m, start.y_m, start.heading_rad
    for bend in bends:
        turn = bend.curvature * bend.length_m
        chord = bend.length_m if turn == 0.0 else 2.0 * math.sin(turn / 2.0) / bend.curvature
        x, y = x + chord * math.cos(heading + turn / 2.0), y + chord * math.sin(heading + turn / 2.0)
        heading += turn
    return x, y, heading


@pytest.mark.parametrize("turn", [1.2, -0.8, math.pi / 2, -math.pi / 2])
@pytest.mark.parametrize("legs", [(10.0, 10.0), (14.0, 9.0), (6.0, 20.0)])
def test_it_ends_where_it_shall(turn: float, legs: tuple[float, float]) -> None:
    start = Start(3.0, -2.0, 0.7)
    heading = 0.7 + turn
    x = 3.0 + legs[0] * math.cos(0.7) + legs[1] * math.cos(heading)
    y = -2.0 + legs[0] * math.sin(0.7) + legs[1] * math.sin(heading)
    bends = fillet(start, Start(x, y, heading))
    assert _end(start, bends) == pytest.approx((x, y, heading), abs=1e-9)
    arc = next(bend for bend in bends if bend.curvature)
    assert 1.0 / abs(arc.curvature) == pytest.approx(min(legs) / math.tan(abs(turn) / 2.0))
    assert math.copysign(1.0, arc.curvature) == math.copysign(1.0, turn)


def test_straight_on_is_one_line() -> None:
    assert fillet(Start(0.0, 0.0, 0.0), Start(20.0, 0.0, 0.0)) == [Bend(20.0, 0.0)]


@pytest.mark.parametrize("end", [Start(20.0, 1.0, 0.0), Start(-5.0, 5.0, math.pi / 2), Start(5.0, -5.0, math.pi / 2)])
def test_no_turn_leads_there(end: Start) -> None:
    with pytest.raises(ValueError, match=r"aside|no room"):
        fillet(Start(0.0, 0.0, 0.0), end)
