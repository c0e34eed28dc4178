"""Histories that somebody made up: each fault is found, by its own rule, and what is right is left alone."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from rarebit.history import Event, History, Track
from rarebit.language.conditions.at_time import AtTime
from rarebit.language.criteria.collision import Collision
from rarebit.language.kinds import Maneuver
from rarebit.language.maneuvers.brake import Brake
from rarebit.language.maneuvers.roll import Roll
from rarebit.language.places.in_lane import InLane
from rarebit.run.artefacts import found
from rarebit.scenario import ActorPlan, ConcreteScenario, Rule, TemplateRoad, Weather

TICKS, STEP_S = 121, 0.05
TIME = np.arange(TICKS) * STEP_S
WALKER = "walker.pedestrian.0001"
CAR, SPRINTER, BOX, PERSON = (4.4, 1.8, 1.5), (5.9, 2.0, 2.6), (1.0, 0.8, 0.4), (0.5, 0.5, 1.7)


def track(
    name: str, x: np.ndarray, y: np.ndarray | float = 0.0, z: np.ndarray | float = 0.0, *,
    size: tuple[float, float, float] = CAR, type_id: str = "vehicle.seat.leon",
) -> Track:  # fmt: skip
    """An actor whose underside is at (x, y, z), with the velocity that goes with it."""
    flat = np.zeros(TICKS)
    position = np.stack([x + flat, y + flat, z + flat + size[2] / 2.0], 1)
    return Track(
        name=name, type_id=type_id, position_m=position, yaw_rad=np.zeros(TICKS),
        velocity_mps=np.gradient(position, STEP_S, axis=0), size_lwh_m=np.array(size), station_m=np.full(TICKS, np.nan),
    )  # fmt: skip


def history(*tracks: Track, rule_s: float | None = None) -> History:
    ego = track("ego", 15.0 * TIME)
    events = () if rule_s is None else (Event(time_us=round(rule_s * 1e6), kind="rule", name="go"),)
    return History(
        time_us=(np.arange(TICKS) * 50_000).astype(np.int64), tracks={t.name: t for t in (ego, *tracks)}, events=events,
        visible_fraction={},
    )  # fmt: skip


def scenario(
    *names: str, parked: tuple[str, ...] = (), heights: dict[str, float] | None = None,
    do: tuple[tuple[str, Maneuver], ...] = (), collision: bool = False, weather: Weather | None = None,
) -> ConcreteScenario:  # fmt: skip
    """``names`` are of the story; ``parked`` fill the scene."""
    actors = [
        *(
            ActorPlan(name=n, model="vehicle.seat.leon", place=InLane(ahead_m=9.0, height_m=(heights or {}).get(n, 0.0)))
            for n in names
        ),
        *(ActorPlan(name=n, model="vehicle.seat.leon", place=InLane(ahead_m=0.0), role="parked") for n in parked),
    ]
    return ConcreteScenario(
        scenario="t", summary="", tags=(), spec_hash="0", seed=0, index=0, attempt=0, values={},
        road=TemplateRoad(template="t", parameters={}, opendrive=""), weather=weather or Weather(),
        ego=ActorPlan(name="ego", model="vehicle.seat.leon", place=InLane(ahead_m=0.0), speed_mps=15.0, role="ego"),
        actors=tuple(actors), story=(Rule(name="go", when=AtTime(at_time_s=1.0), do=do),) if do else (),
        accept=(Collision(collision="allowed" if collision else "forbidden"),), duration_s=6.0, hazards=names,
    )  # fmt: skip


def braking(speed: float, decel: float, at_s: float) -> np.ndarray:
    """Way of somebody who brakes at once to a stop."""
    after = np.clip(TIME - at_s, 0.0, speed / decel)
    return speed * np.minimum(TIME, at_s) + speed * after - decel * after**2 / 2.0


# ------------------------------------------------------------------------------------------------ what is right


def test_a_quiet_street_has_no_fault() -> None:
    run = history(
        track("lead", 30.0 + braking(15.0, 8.0, 2.0)),
        track("parked_0", np.full(TICKS, 40.0), -3.0),
        track("child", np.full(TICKS, 85.0), -6.0 + 2.0 * np.maximum(TIME - 4.0, 0.0), size=PERSON, type_id=WALKER),
        track("box", np.full(TICKS, 60.0), -4.0, size=BOX, type_id="static.prop.box01"),
    )
    far = dataclasses.replace(run.tracks["ego"], position_m=run.tracks["ego"].position_m - [30.0, 0.0, 0.0])
    run = dataclasses.replace(run, tracks={**run.tracks, "ego": far})
    assert list(found(scenario("lead", "child", "box", parked=("parked_0",)), run)) == []


@pytest.mark.parametrize("slope", [-0.1, 0.1])
def test_a_steep_road_is_no_fall_and_nobody_on_it_hovers(slope: float) -> None:
    way = 25.0 * TIME
    run = history(
        track("car", way, 3.5, slope * way),
        track("deer", np.full(TICKS, 80.0), -2.0, slope * 80.0, size=PERSON, type_id="carlite.animal.deer"),
    )
    ego = track("ego", 15.0 * TIME, 0.0, slope * 15.0 * TIME)
    assert list(found(scenario("car", "deer"), dataclasses.replace(run, tracks={**run.tracks, "ego": ego}))) == []


# ------------------------------------------------------------------------------------------------ accelerations


@pytest.mark.parametrize(
    ("way", "word"),
    [
        (15.0 * np.minimum(TIME, 2.0), "slowed down"),  # stopped dead
        (braking(15.0, 14.0, 2.0), "slowed down"),
        (np.where(TIME < 2.0, 0.0, 30.0 * np.minimum(TIME - 2.0, 0.5) ** 2 + 30.0 * np.maximum(TIME - 2.5, 0.0)), "sped up"),
    ],
    ids=["stopped dead", "too hard a brake", "shot off"],
)
def test_a_car_that_changes_its_speed_as_no_tyre_can_is_found(way: np.ndarray, word: str) -> None:
    reasons = list(found(scenario("lead"), history(track("lead", 40.0 + way, 3.5))))
    assert len(reasons) == 1
    assert reasons[0].startswith(f"lead: {word} at ")


def test_the_load_that_stopped_the_car_under_it_is_found() -> None:
    """The first version accepted this one: from 30 to 16 m/s in half a second."""
    slowing = 60.0 + 30.0 * (TIME - 2.0) - 14.0 * (TIME - 2.0) ** 2
    way = np.where(TIME < 2.0, 30.0 * TIME, np.where(TIME < 2.5, slowing, 71.5 + 16.0 * (TIME - 2.5)))
    reasons = list(found(scenario("car", collision=True), history(track("car", 40.0 + way, 3.5))))
    assert reasons[0].startswith("car: slowed down at 28 m/s^2 at 1.9 s")


def test_a_car_that_is_pushed_aside_is_found() -> None:
    push = np.where(TIME < 2.0, 0.0, np.where(TIME < 2.2, 12.0 * (TIME - 2.0) ** 2, 0.48 + 4.8 * (TIME - 2.2)))
    reasons = list(found(scenario("lead"), history(track("lead", 60.0 + 15.0 * TIME, 3.5 + push))))
    assert [reason for reason in reasons if reason.startswith("lead: was thrown aside at ")]


def test_braking_that_is_possible_on_a_dry_road_is_not_on_a_flooded_one() -> None:
    run = history(track("lead", 60.0 + braking(15.0, 8.0, 2.0), 3.5))
    assert list(found(scenario("lead"), run)) == []
    flooded = scenario("lead", weather=Weather(precipitation_deposits=100.0))
    assert next(iter(found(flooded, run))).startswith("lead: slowed down at 8 m/s^2")


def test_a_walker_may_turn_on_the_spot_but_not_start_like_a_shot() -> None:
    turn_x, turn_y = 85.0 + 1.4 * np.minimum(TIME, 2.0), 5.0 + 1.4 * np.maximum(TIME - 2.0, 0.0)
    turned = track("child", turn_x, turn_y, size=PERSON, type_id=WALKER)
    assert list(found(scenario("child"), history(turned))) == []
    shot = track("child", np.full(TICKS, 85.0), 5.0 + 6.0 * np.maximum(TIME - 2.0, 0.0), size=PERSON, type_id=WALKER)
    assert next(iter(found(scenario("child"), history(shot)))).startswith("child: sped up at ")


def test_a_thing_may_be_kicked_off_by_its_rule_and_by_nothing_else() -> None:
    rolls = track("ball", np.full(TICKS, 95.0), -6.0 + 5.0 * np.maximum(TIME - 1.0, 0.0), size=BOX, type_id="carlite.prop.ball")
    go = (("ball", Roll(roll="across", speed_mps=5.0, slowing_mps2=0.1)),)
    assert list(found(scenario("ball", do=go), history(rolls, rule_s=1.0))) == []
    late = history(rolls, rule_s=2.0)
    assert any(reason.startswith("ball: sped up at ") for reason in found(scenario("ball", do=go), late))


# ------------------------------------------------------------------------------------------------ places


def test_two_that_swap_places_are_found_whatever_their_velocities_say() -> None:
    a, b = track("a", 60.0 + 15.0 * TIME, 3.5), track("b", 70.0 + 15.0 * TIME, 3.5)
    swapped = [
        dataclasses.replace(t, position_m=np.vstack([t.position_m[:60], o.position_m[60:]])) for t, o in ((a, b), (b, a))
    ]
    reasons = list(found(scenario("a", "b"), history(*swapped)))
    assert "a: jumped 10.0 m at 3.0 s" in reasons
    assert "b: jumped 10.0 m at 3.0 s" in reasons
    honest = [track(t.name, t.position_m[:, 0], 3.5) for t in swapped]  # the jump is in the velocities, too
    reasons = list(found(scenario("a", "b"), history(*honest)))
    assert {reason.split(":")[0] for reason in reasons} == {"a", "b"}


@pytest.mark.parametrize("jump_m", [0.5, 3.0, 200.0])
def test_a_teleport_is_found(jump_m: float) -> None:
    lead = track("lead", 60.0 + 15.0 * TIME, 3.5)
    gone = dataclasses.replace(lead, position_m=lead.position_m + np.where(TIME > 3.0, jump_m, 0.0)[:, None] * [1.0, 0.0, 0.0])
    assert next(iter(found(scenario("lead"), history(gone)))) == f"lead: jumped {jump_m:.1f} m at 3.0 s"


def test_a_car_that_creeps_though_it_says_it_stands_is_found() -> None:
    creeping = dataclasses.replace(track("lead", 60.0 + 2.0 * TIME, 3.5), velocity_mps=np.zeros((TICKS, 3)))
    assert next(iter(found(scenario("lead"), history(creeping)))).startswith("lead: drifted 2.0 m off its velocity")


# ------------------------------------------------------------------------------------------------ contacts


@pytest.mark.parametrize("overlap_m", [0.0, 0.05, 0.5])
def test_a_story_car_that_touches_another_is_found(overlap_m: float) -> None:
    story = track("lead", 40.0 + 15.0 * TIME, 3.5)
    other = track("van", np.full(TICKS, 80.0), 3.5 + (1.8 + 2.0) / 2.0 - overlap_m, size=SPRINTER)
    assert list(found(scenario("lead", "van"), history(story, other)))[0].startswith("lead and van touched at 2.")  # noqa: RUF015


def test_a_story_car_that_touches_a_parked_one_is_found() -> None:
    story, other = track("lead", 40.0 + 15.0 * TIME, 3.5), track("parked_0", np.full(TICKS, 80.0), 5.0)
    reasons = list(found(scenario("lead", parked=("parked_0",)), history(story, other)))
    assert [reason for reason in reasons if reason.startswith("lead and parked_0 touched at 2.")]


def test_cars_that_pass_close_by_do_not_touch() -> None:
    other = track("van", np.full(TICKS, 80.0), 3.5 + (1.8 + 2.0) / 2.0 + 0.1, size=SPRINTER)
    assert list(found(scenario("lead", "van"), history(track("lead", 40.0 + 15.0 * TIME, 3.5), other))) == []


def test_what_an_allowed_collision_of_the_ego_throws_about_is_allowed() -> None:
    """Ego hits the lead at 15 m/s, the lead is shot into the van before it."""
    ego = track("ego", np.where(TIME < 2.0, 15.0 * TIME, 30.0 + 6.0 * (TIME - 2.0)))
    lead = track("lead", 34.4 + 9.0 * np.maximum(TIME - 2.0, 0.0).clip(0, 0.5))
    van = track("van", 34.4 + 4.4 + 0.7 + 4.2 + 2.0 * np.maximum(TIME - 2.5, 0.0), size=SPRINTER)
    run = dataclasses.replace(history(lead, van), tracks={"ego": ego, "lead": lead, "van": van})
    assert list(found(scenario("lead", "van", collision=True), run)) == []
    reasons = list(found(scenario("lead", "van"), run))
    assert any(reason.startswith("ego: slowed down") for reason in reasons)
    assert any(reason.startswith("lead and van touched") for reason in reasons)


# ------------------------------------------------------------------------------------------------ heights


def test_a_thing_that_floats_is_found_and_one_that_falls_is_not() -> None:
    hovers = track("box", np.full(TICKS, 60.0), -3.0, 2.0, size=BOX, type_id="static.prop.box01")
    assert list(found(scenario("box"), history(hovers)))[0].startswith("box: hovers 1.0 m or more above the ground")  # noqa: RUF015
    drop = np.maximum(4.0 - 9.81 / 2.0 * np.maximum(TIME - 1.0, 0.0) ** 2, 0.0)
    falls = track("box", np.full(TICKS, 60.0), -3.0, drop, size=BOX, type_id="static.prop.box01")
    go = (("box", Roll(roll="along", speed_mps=0.1)),)
    assert list(found(scenario("box", heights={"box": 4.0}, do=go), history(falls, rule_s=1.0))) == []


def test_a_thing_in_the_ground_and_a_car_that_falls_through_it_are_found() -> None:
    sunk = track("box", np.full(TICKS, 60.0), -3.0, -1.0, size=BOX, type_id="static.prop.box01")
    assert "in the ground" in next(iter(found(scenario("box"), history(sunk))))
    drop = -9.81 / 2.0 * np.maximum(TIME - 2.0, 0.0) ** 2
    reasons = list(found(scenario("lead"), history(track("lead", 60.0 + 15.0 * TIME, 3.5, drop))))
    assert any(reason.startswith("lead: fell through the ground at ") for reason in reasons)


def mattress(leaves_s: float | None, *, falls: bool = True) -> tuple[Track, Track]:
    """A car at 15 m/s and what slides off its roof at ``leaves_s``, slowing at 8 m/s^2, then falls behind it."""
    car = 40.0 + 15.0 * TIME
    if leaves_s is None:
        return track("car", car, 3.5), track("mat", car, 3.5, 1.55, size=BOX, type_id="carlite.prop.mattress")
    lag = np.maximum(TIME - leaves_s, 0.0)
    stop = 15.0 / 8.0
    back = np.where(lag < stop, 4.0 * lag**2, 4.0 * stop**2 + 15.0 * (lag - stop))
    clear = np.maximum(TIME - TIME[np.argmax(back > (4.4 + 1.0) / 2.0)], 0.0)
    z = np.maximum(1.55 - 9.81 / 2.0 * clear**2, 0.0) if falls else np.full(TICKS, 1.55)
    return track("car", car, 3.5), track("mat", car - back, 3.5, z, size=BOX, type_id="carlite.prop.mattress")


LOAD = {"heights": {"mat": 1.55}, "do": (("mat", Roll(roll="along", speed_mps=15.0, slowing_mps2=8.0)),)}


def test_a_load_that_leaves_when_it_is_let_go_is_right() -> None:
    assert list(found(scenario("car", "mat", **LOAD), history(*mattress(1.0), rule_s=1.0))) == []  # type: ignore[arg-type]
    assert list(found(scenario("car", "mat", heights={"mat": 1.55}), history(*mattress(None)))) == []


def test_a_load_that_stays_leaves_early_or_hangs_is_found() -> None:
    story = scenario("car", "mat", **LOAD)  # type: ignore[arg-type]
    assert list(found(story, history(*mattress(None), rule_s=1.0))) == ["mat: was let go at 1.0 s and stays on car"]
    early = list(found(story, history(*mattress(0.3), rule_s=1.5)))
    assert early == ["mat: left car at 0.6 s, before a rule let it go"]
    hangs = list(found(story, history(*mattress(1.0, falls=False), rule_s=1.0)))
    assert "mat: was let go at 1.0 s and hangs in the air" in hangs
    never = scenario("car", "mat", heights={"mat": 1.55}, do=(("car", Brake(brake_mps2=1.0)),))
    assert any("before a rule let it go" in reason for reason in found(never, history(*mattress(1.0), rule_s=1.0)))
