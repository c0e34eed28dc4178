"""Verdicts on made-up histories: each check fails for its own reason and for no other."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from rarebit.history import Event, History, Track
from rarebit.language.band import Band
from rarebit.language.conditions.at_time import AtTime
from rarebit.language.construct import constructs
from rarebit.language.criteria.collision import Collision
from rarebit.language.criteria.hidden import Hidden
from rarebit.language.criteria.seen import Seen
from rarebit.language.kinds import Criterion
from rarebit.language.maneuvers.run_across import RunAcross
from rarebit.language.places.in_lane import InLane
from rarebit.run.judge import judge
from rarebit.scenario import ActorPlan, ConcreteScenario, Rule, TemplateRoad, Weather

TICKS, STEP_S = 101, 0.05
TIME = np.arange(TICKS) * STEP_S


def track(name: str, x: np.ndarray, y: np.ndarray, type_id: str, size: tuple[float, float, float]) -> Track:
    position = np.stack([x, y, np.full(TICKS, size[2] / 2)], 1)
    velocity = np.gradient(position, STEP_S, axis=0)
    yaw = np.zeros(TICKS)
    return Track(
        name=name, type_id=type_id, position_m=position, yaw_rad=yaw, velocity_mps=velocity,
        size_lwh_m=np.array(size), station_m=np.full(TICKS, np.nan),
    )  # fmt: skip


def history(child_start_y: float = -6.0) -> History:
    """Ego at 10 m/s; a child 40 m ahead starts to cross at 1 s with 2 m/s."""
    ego = track("ego", 10.0 * TIME, np.zeros(TICKS), "vehicle.tesla.model3", (4.8, 2.1, 1.5))
    child = track(
        "child",
        np.full(TICKS, 40.0),
        child_start_y + 2.0 * np.maximum(TIME - 1.0, 0.0),
        "walker.pedestrian.0009",
        (0.5, 0.5, 1.2),
    )
    seen = np.where(np.arange(TICKS) % 4 == 0, np.where(TIME < 1.5, 0.0, 0.6), np.nan)
    return History(
        time_us=(np.arange(TICKS) * 50_000).astype(np.int64),
        tracks={"ego": ego, "child": child},
        events=(Event(time_us=1_000_000, kind="rule", name="run"),),
        visible_fraction={"child": seen},
    )


def band(name: str, between: tuple[str, str], low: float, high: float) -> Band:
    return Band(measure=constructs("measure")[name](between=between), low=low, high=high)


def scenario(*accept: Criterion) -> ConcreteScenario:
    return ConcreteScenario(
        scenario="t", summary="", tags=(), spec_hash="0", seed=0, index=0, attempt=0, values={},
        road=TemplateRoad(template="t", parameters={}, opendrive=""), weather=Weather(),
        ego=ActorPlan(name="ego", model="vehicle.tesla.model3", place=InLane(ahead_m=0.0), speed_mps=10.0, role="ego"),
        actors=(ActorPlan(name="child", model="walker.child", place=InLane(ahead_m=0.0)),),
        story=(Rule(name="run", when=AtTime(at_time_s=1.0), do=(("child", RunAcross(run_across="road", speed_mps=2.0)),)),),
        accept=accept, duration_s=5.0, hazards=("child",),
    )  # fmt: skip


def changed(base: History, name: str, **values: np.ndarray) -> History:
    tracks = dict(base.tracks)
    tracks[name] = dataclasses.replace(tracks[name], **values)
    return dataclasses.replace(base, tracks=tracks)


def test_a_clean_run_is_accepted_with_its_measures() -> None:
    verdict = judge(
        scenario(
            band("min_ttc_s", ("ego", "child"), low=0.0, high=2.0),
            band("min_distance_m", ("ego", "child"), low=0.1, high=3.0),
            Hidden(actor="child", until="run"),
            Seen(actor="child", visible=0.5, within_s=1.0),
        ),
        history(-9.0),
    )
    # At 4 s the ego's middle is abreast, the child at -3 m: 3 - 1.05 - 0.25 m between the boxes, nearer while its tail passes.
    assert verdict.reasons[:1] == ("min_ttc_s of ego and child: inf, expected 0 to 2",)
    verdict = judge(scenario(Hidden(actor="child", until="run"), Seen(actor="child", visible=0.5, within_s=1.0)), history(-9.0))
    assert (verdict.accepted, verdict.reasons, verdict.first_event_us) == (True, (), 1_000_000)
    assert verdict.measures["ego_speed_at_event_mps"] == pytest.approx(10.0)
    assert 1.0 < verdict.measures["min_distance_m"] < 1.7
    assert "min_ttc_s" not in verdict.measures


@pytest.mark.parametrize(
    ("criterion", "reason"),
    [
        (band("min_distance_m", ("ego", "child"), low=5.0, high=9.0), "min_distance_m of ego and child: "),
        (band("min_ttc_s", ("ego", "ghost"), low=0.0, high=1.0), "min_ttc_s: ghost not in the scene"),
        (Hidden(actor="child", until="run", visible=-0.1), "child: visible to 0% at 0.0 s"),
        (
            Seen(actor="child", visible=0.7, within_s=1.0),
            "child: visible to 60% at most within 1 s of the event, expected 70%",
        ),
        (Collision(collision="required"), "ego touched nobody, and the spec requires a collision"),
    ],
)
def test_each_criterion_has_its_reason(criterion: Criterion, reason: str) -> None:
    verdict = judge(scenario(criterion), history(-9.0))
    assert len(verdict.reasons) == 1
    assert verdict.reasons[0].startswith(reason)


def test_a_touch_needs_permission_and_a_partner_of_the_story() -> None:
    touched = history(-6.0)  # the child is in the ego's way at 4 s
    assert judge(scenario(), touched).reasons == ("ego touched child, and the spec allows no collision",)
    assert judge(scenario(Collision(collision="allowed")), touched).accepted
    assert judge(scenario(Collision(collision="required")), touched).accepted
    scenery = dataclasses.replace(
        history(-9.0), events=(*history().events, Event(time_us=2_000_000, kind="collision", name="ego/static.pole"))
    )
    assert judge(scenario(Collision(collision="allowed")), scenery).reasons == (
        "ego touched static.pole, which is not part of the story",
    )


def test_artefacts_and_broken_plans_are_told() -> None:
    base = history(-9.0)
    position = base.tracks["child"].position_m.copy()
    position[60:, 0] += 5.0
    reasons = judge(scenario(), changed(base, "child", position_m=position)).reasons
    assert reasons[0] == "child: jumped 5.0 m at 3.0 s"
    assert reasons[1].startswith("child: sped up at ")
    still = np.repeat(base.tracks["child"].position_m[:1], TICKS, 0)
    assert judge(scenario(), changed(base, "child", position_m=still, velocity_mps=0.0 * still)).reasons == (
        "child: did not move within 1.5 s of run",
    )
    slow = base.tracks["ego"].velocity_mps * 0.8
    reasons = judge(scenario(), changed(base, "ego", velocity_mps=slow, position_m=base.tracks["ego"].position_m * 0.8)).reasons
    assert "ego: 8.0 m/s at the event, planned 10.0" in reasons
    falling = base.tracks["child"].position_m - np.stack([np.zeros(TICKS), np.zeros(TICKS), 12.0 * TIME], 1)
    drop = base.tracks["child"].velocity_mps - [0.0, 0.0, 12.0]
    reasons = judge(scenario(), changed(base, "child", position_m=falling, velocity_mps=drop)).reasons
    assert any(reason.startswith("child: fell through the ground at ") for reason in reasons)
    none = dataclasses.replace(base, events=())
    assert judge(scenario(), none).reasons[0] == "run: never happened within 5 s"
    inside = base.tracks["child"].position_m.copy()
    inside[:, 0] -= 38.0
    inside[:, 1] += 9.0
    assert (
        "ego and child stand inside each other at the start"
        in judge(scenario(), changed(base, "child", position_m=inside)).reasons
    )


def with_traffic(base: History, y: float) -> History:
    """A car comes towards the ego; the child is at x = 40 m, y = -3 m when it passes there at 4 s."""
    car = track("traffic_0", 80.0 - 10.0 * TIME, np.full(TICKS, y), "vehicle.audi.tt", (4.2, 1.8, 1.4))
    return dataclasses.replace(base, tracks={**base.tracks, "traffic_0": car})


def test_traffic_that_goes_through_a_hazard_is_told() -> None:
    assert judge(scenario(), with_traffic(history(-9.0), 4.0)).accepted
    reasons = judge(scenario(), with_traffic(history(-9.0), -3.0)).reasons
    assert len(reasons) == 1
    assert reasons[0].startswith("child and traffic_0 touched at 3.")


def test_a_pair_that_braking_could_not_keep_apart_has_no_required_deceleration() -> None:
    touched = judge(scenario(Collision(collision="allowed")), history(-6.0))
    assert touched.measures["min_distance_m"] == 0.0
    assert "max_required_decel_mps2" not in touched.measures
    ahead = np.full(TICKS, 41.0)
    near = changed(history(), "child", position_m=np.stack([ahead, np.zeros(TICKS), np.full(TICKS, 0.6)], 1),
                   velocity_mps=np.zeros((TICKS, 3)))  # fmt: skip
    stopping = np.minimum(10.0 * TIME, 38.0)
    near = changed(near, "ego", position_m=np.stack([stopping, np.zeros(TICKS), np.full(TICKS, 0.75)], 1))
    needed = judge(scenario(band("max_required_decel_mps2", ("ego", "child"), low=0.0, high=9.0)), near)
    assert any(reason.startswith("max_required_decel_mps2 of ego and child: inf") for reason in needed.reasons)
