"""What the lights of a junction's arms show through a scene."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from rarebit.core.errors import SceneError
from rarebit.layout.lights import YELLOW_S, phases
from rarebit.layout.placed import ArmPhases
from rarebit.scenario import ArmLights

ARMS = {"near": ("1", "2"), "opposite": ("3",), "left": ("4",), "right": ()}
STRAIGHT = np.column_stack([np.arange(0.0, 120.0), np.zeros(120), np.zeros(120)])


def made(*signals: ArmLights, before_m: float = 50.0, speed_mps: float = 10.0, arms: Any = None) -> tuple[ArmPhases, ...]:
    """Ego comes on the near arm, ``before_m`` before the junction."""
    place = SimpleNamespace(arm="near", before_m=before_m)
    ego = SimpleNamespace(name="ego", place=place, speed_mps=speed_mps, role="ego")
    scenario: Any = SimpleNamespace(scenario="t", signals=signals, ego=ego, actors=(), duration_s=10.0)
    approach: Any = SimpleNamespace(arms={name: SimpleNamespace(signals=ids) for name, ids in (arms or ARMS).items()})
    at: Any = {"ego": SimpleNamespace(path_m=STRAIGHT, station_m=0.0)}
    return phases(scenario, approach, at)


def shown(*signals: ArmLights, **more: Any) -> dict[str, tuple[tuple[float, str], ...]]:
    return {arm.arm: arm.changes for arm in made(*signals, **more)}


def test_a_scenario_that_says_nothing_leaves_them_to_the_server() -> None:
    assert made() == ()


def test_the_facing_arm_shows_the_same_and_those_across_red() -> None:
    found = made(ArmLights(arm="near", state="green"))
    assert [(arm.arm, arm.signals) for arm in found] == [("left", ("4",)), ("near", ("1", "2")), ("opposite", ("3",))]
    assert {arm.arm: arm.changes for arm in found} == {
        "left": ((0.0, "red"),), "near": ((0.0, "green"),), "opposite": ((0.0, "green"),)
    }  # fmt: skip


def test_a_facing_arm_with_lights_of_its_own_shows_those() -> None:
    found = shown(ArmLights(arm="near", state="green"), ArmLights(arm="opposite", state="red"))
    assert found["opposite"] == ((0.0, "red"),)


@pytest.mark.parametrize(
    ("state", "for_s", "changes"),
    [
        # Ego is there after 5 s.
        ("red", 1.0, ((0.0, "green"), (4.0 - YELLOW_S, "yellow"), (4.0, "red"))),
        ("red", 3.0, ((0.0, "yellow"), (2.0, "red"))),  # yellow since before the start
        ("red", 6.0, ((0.0, "red"),)),
        ("yellow", 1.0, ((0.0, "green"), (4.0, "yellow"))),
        ("green", 1.5, ((0.0, "red"), (3.5, "green"))),
        ("off", 1.0, ((0.0, "off"),)),
    ],
)
def test_a_state_has_lasted_so_long_when_the_arms_traffic_comes(state: Any, for_s: float, changes: object) -> None:
    assert shown(ArmLights(arm="near", state=state, for_s=for_s))["near"] == changes


def test_who_is_faster_or_nearer_is_there_earlier() -> None:
    lights = ArmLights(arm="near", state="green", for_s=1.0)
    assert shown(lights, speed_mps=20.0)["near"] == ((0.0, "red"), (1.5, "green"))
    assert shown(lights, before_m=30.0)["near"] == ((0.0, "red"), (2.0, "green"))
    assert shown(lights, speed_mps=0.0)["near"] == ((0.0, "green"),)  # nobody comes: it is so from the start


def test_later_changes_follow() -> None:
    lights = ArmLights(arm="near", state="green", changes=((2.0, "yellow"), (5.0, "red")))
    assert shown(lights)["near"] == ((0.0, "green"), (2.0, "yellow"), (5.0, "red"))


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (ArmLights(arm="left", state="green"), r"t: signals: left shows green and near green at 0\.0 s; their ways cross"),
        (ArmLights(arm="left", state="red", changes=((4.0, "green"),)), r"left shows green and near green at 4\.0 s"),
        (ArmLights(arm="left", state="yellow"), r"left shows yellow and near green at 0\.0 s"),
    ],
)
def test_arms_that_cross_must_not_both_let_traffic_go(left: ArmLights, words: str) -> None:
    with pytest.raises(SceneError, match=words):
        made(ArmLights(arm="near", state="green"), left)


def test_what_comes_after_the_scene_or_is_off_is_no_conflict() -> None:
    late = ArmLights(arm="left", state="red", changes=((10.5, "green"),))
    assert shown(ArmLights(arm="near", state="green"), late)["left"] == ((0.0, "red"), (10.5, "green"))
    off = ArmLights(arm="left", state="off")
    assert shown(ArmLights(arm="near", state="green"), off)["left"] == ((0.0, "off"),)
    two = {"near": ("1",), "left": ("4",)}
    assert shown(ArmLights(arm="near", state="red"), ArmLights(arm="left", state="green"), arms=two)["near"] == ((0.0, "red"),)
