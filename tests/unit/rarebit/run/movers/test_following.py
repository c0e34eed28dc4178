"""Who is ahead on a path, and the Intelligent Driver Model behind it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rarebit.core.frames import rotation_from_rpy, transform
from rarebit.roads.path import Path
from rarebit.run.movers.following import Lead, idm_mps2, lead_of
from rarebit.world_view import Bodies

STRAIGHT = Path(np.column_stack([np.arange(201.0), np.zeros(201), np.zeros(201)]))
ARC = np.linspace(0.0, math.pi, 200)
BEND = Path(np.column_stack([60.0 * np.sin(ARC), 60.0 * (1.0 - np.cos(ARC)), np.zeros(200)]))
CAR = (4.0, 2.0, 1.5)


def bodies(*rows: tuple[float, float, float, float, tuple[float, float, float]]) -> Bodies:
    """The first is "own"; each row: x, y, yaw, speed along its yaw, size."""
    yaw = np.array([row[2] for row in rows])
    speed = np.array([row[3] for row in rows])
    poses = np.stack([transform((x, y, 0.75), rotation_from_rpy(0.0, 0.0, turn)) for x, y, turn, _, _ in rows])
    velocity = np.column_stack([speed * np.cos(yaw), speed * np.sin(yaw), np.zeros(len(rows))])
    names = ["own", *(f"other_{i}" for i in range(1, len(rows)))]
    return Bodies(
        rows={name: i for i, name in enumerate(names)}, world_from_actor=poses, world_from_box=poses, velocity_mps=velocity,
        angular_velocity_radps=np.zeros_like(velocity), size_lwh_m=np.array([row[4] for row in rows]),
    )  # fmt: skip


OWN = (10.0, 0.0, 0.0, 15.0, CAR)


@pytest.mark.parametrize(
    ("other", "gap_m", "speed_mps"),
    [
        ((40.0, 0.5, 0.0, 8.0, CAR), 26.0, 8.0),
        ((40.0, 0.0, math.pi, 8.0, CAR), 26.0, -8.0),  # oncoming in the own lane
        ((40.0, 0.0, math.pi / 2, 8.0, CAR), 27.0, 0.0),  # across: half its width counts
        ((40.0, 3.2, math.pi / 2, 8.0, CAR), 27.0, 0.0),  # its nose is 0.2 m from the own strip
    ],
)
def test_the_gap_is_between_the_boxes(
    other: tuple[float, float, float, float, tuple[float, float, float]], gap_m: float, speed_mps: float
) -> None:
    lead = lead_of("own", STRAIGHT, 10.0, bodies(OWN, other))
    assert lead is not None
    assert (lead.gap_m, lead.speed_mps) == pytest.approx((gap_m, speed_mps), abs=1e-6)


@pytest.mark.parametrize(
    "other",
    [
        (40.0, 2.5, 0.0, 8.0, CAR),  # the next lane
        (5.0, 0.0, 0.0, 20.0, CAR),  # behind
        (105.0, 0.0, 0.0, 8.0, CAR),  # too far to matter
        (40.0, 3.5, math.pi / 2, 0.0, CAR),  # its nose ends beside the way
    ],
)
def test_what_is_beside_behind_or_far_is_no_lead(other: tuple[float, float, float, float, tuple[float, float, float]]) -> None:
    assert lead_of("own", STRAIGHT, 10.0, bodies(OWN, other)) is None
    assert lead_of("own", STRAIGHT, 10.0, bodies(OWN)) is None


def test_the_nearest_of_several_counts() -> None:
    lead = lead_of(
        "own", STRAIGHT, 10.0, bodies(OWN, (60.0, 0.0, 0.0, 1.0, CAR), (30.0, 2.6, 0.0, 2.0, CAR), (45.0, 0.0, 0.0, 3.0, CAR))
    )
    assert lead is not None
    assert lead.speed_mps == pytest.approx(3.0)
    assert lead.gap_m == pytest.approx(31.0)


def test_in_a_bend_the_gap_is_along_the_path() -> None:
    def on_bend(station: float, speed: float) -> tuple[float, float, float, float, tuple[float, float, float]]:
        turn = station / 60.0
        return 60.0 * math.sin(turn), 60.0 * (1.0 - math.cos(turn)), turn, speed, CAR

    lead = lead_of("own", BEND, 10.0, bodies(on_bend(10.0, 10.0), on_bend(50.0, 6.0)))
    assert lead is not None
    assert (lead.gap_m, lead.speed_mps) == pytest.approx((36.0, 6.0), abs=0.1)
    straight_on = (10.0 + 40.0, 1.0, 0.0, 6.0, CAR)  # where a straight road would lead
    assert lead_of("own", BEND, 10.0, bodies(on_bend(10.0, 10.0), straight_on)) is None


def test_the_model_is_in_balance_where_its_formula_says() -> None:
    # Treiber, Hennecke, Helbing 2000, equation 4 with zero acceleration: s = (s0 + v T) / sqrt(1 - (v / v0)^4).
    for speed, wanted in ((5.0, 15.0), (12.0, 15.0), (20.0, 33.0)):
        balance = (2.5 + 1.2 * speed) / math.sqrt(1.0 - (speed / wanted) ** 4)
        assert idm_mps2(speed, wanted, Lead(balance, speed)) == pytest.approx(0.0, abs=1e-9)
        assert idm_mps2(speed, wanted, Lead(balance + 1.0, speed)) > 0.0 > idm_mps2(speed, wanted, Lead(balance - 1.0, speed))


def test_free_it_starts_with_its_acceleration_and_never_brakes_harder_than_8() -> None:
    assert idm_mps2(0.0, 15.0, Lead(1e9, 0.0)) == pytest.approx(2.0)
    assert idm_mps2(15.0, 15.0, Lead(1e9, 15.0)) == pytest.approx(0.0, abs=1e-9)
    assert idm_mps2(20.0, 20.0, Lead(-1.0, 0.0)) == -8.0


@given(speed=st.floats(0.0, 40.0), gap=st.floats(0.1, 200.0), other=st.floats(0.0, 40.0), more=st.floats(0.01, 20.0))
def test_more_room_or_a_faster_leader_never_means_more_braking(speed: float, gap: float, other: float, more: float) -> None:
    here = idm_mps2(speed, 25.0, Lead(gap, other))
    assert idm_mps2(speed, 25.0, Lead(gap + more, other)) >= here
    assert idm_mps2(speed, 25.0, Lead(gap, other + more)) >= here
