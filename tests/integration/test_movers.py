"""Movers of every kind on the embedded server: where they are at time 0, loads, what is hit, what a draw alone tells."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np
import pytest

from rarebit.core.errors import SceneError
from rarebit.generate import concretise
from rarebit.history import History
from rarebit.language.conditions.at_time import AtTime
from rarebit.language.criteria.collision import Collision
from rarebit.language.load import read
from rarebit.language.maneuvers.roll import Roll
from rarebit.language.places.in_lane import InLane
from rarebit.layout import Layout, resolve
from rarebit.run import attempt
from rarebit.run.judge import judge
from rarebit.run.rehearse import rehearse
from rarebit.scenario import ActorPlan, ConcreteScenario, Rule, TemplateRoad, Weather
from rarebit.session.config import CarlaConfig
from rarebit.session.server import CarlaServer
from rarebit.session.session import Session, open_session

_LANE = '<lane id="{}" type="driving" level="false"><width sOffset="0" a="3.5" b="0" c="0" d="0"/></lane>'
ROAD = TemplateRoad(
    template="test",
    parameters={},
    opendrive=f"""<?xml version="1.0"?><OpenDRIVE><header revMajor="1" revMinor="4" name="t"/>
<road name="" length="600" id="1" junction="-1"><planView>
<geometry s="0" x="0" y="0" hdg="0.3" length="600"><line/></geometry></planView>
<lanes><laneSection s="0"><center><lane id="0" type="none" level="false"/></center>
<right>{_LANE.format(-1)}{_LANE.format(-2)}</right></laneSection></lanes></road></OpenDRIVE>""",
)
MATTRESS = """
scenario: mattress
summary: A mattress slides off a roof ahead.
road: {template: motorway, lanes: 2}
ego: {speed_kph: 110, lane: leftmost}
actors:
  car: {model: vehicle.seat.leon, speed_kph: 110, at: {lane: same, ahead_m: 30}}
  mattress: {model: carlite.prop.mattress, at: {from: car, lane: same, ahead_m: 0, height_m: HEIGHT}}
story:
  falls: {when: {at_time_s: 1.0}, do: {mattress: {roll: along, speed_kph: SPEED, slowing_mps2: 9}}}
  braking: {when: {after: falls, delay_s: 0.8}, do: {ego: {brake_mps2: 8}}}
accept: {collision: allowed}
duration_s: 6
"""


@pytest.fixture(scope="module")
def server() -> Iterator[CarlaServer]:
    with CarlaServer(CarlaConfig(timeout_s=60.0, start_timeout_s=300.0)) as running:
        yield running


@pytest.fixture
def session(server: CarlaServer) -> Iterator[Session]:
    with open_session(server.config, ROAD, server) as opened:
        yield opened


def actor(name: str, model: str, place: InLane, speed_mps: float) -> ActorPlan:
    return ActorPlan(name=name, model=model, place=place, speed_mps=speed_mps)


def scenario(speed_mps: float, *actors: ActorPlan, story: tuple[Rule, ...] = (), duration_s: float = 2.0) -> ConcreteScenario:
    ego = ActorPlan(name="ego", model="vehicle.tesla.model3", place=InLane(ahead_m=0.0, lane="rightmost"),
                    speed_mps=speed_mps, role="ego")  # fmt: skip
    return ConcreteScenario(
        scenario="test", summary="", tags=(), spec_hash="0", seed=0, index=0, attempt=0, values={}, road=ROAD,
        weather=Weather(), ego=ego, actors=actors, story=story, accept=(Collision(collision="allowed"),),
        duration_s=duration_s, hazards=tuple(plan.name for plan in actors),
    )  # fmt: skip


def run(session: Session, wanted: ConcreteScenario) -> tuple[Layout, History]:
    layout = resolve(wanted, session.lane_map, session.sizes(wanted))
    return layout, rehearse(session, wanted, layout)


def test_everybody_is_at_his_place_at_time_0_whatever_moves_him(session: Session) -> None:
    wanted = scenario(
        15.0,
        actor("car", "vehicle.seat.leon", InLane(lane="left_1", ahead_m=30.0), 25.0),
        actor("truck", "vehicle.carlamotors.firetruck", InLane(lane="left_1", ahead_m=90.0), 15.0),
        actor("motorcycle", "vehicle.kawasaki.ninja", InLane(lane="left_1", ahead_m=120.0), 20.0),
        actor("bicycle", "vehicle.bh.crossbike", InLane(lane="same", ahead_m=40.0), 5.0),
        actor("walker", "walker.adult", InLane(lane="same", ahead_m=60.0, lateral_m=-4.0), 1.4),
        actor("deer", "carlite.animal.deer", InLane(lane="same", ahead_m=75.0, lateral_m=-5.0, heading_rad=0.3), 6.0),
        actor("ball", "carlite.prop.ball", InLane(lane="same", ahead_m=95.0, lateral_m=-2.0), 4.0),
        actor("load", "carlite.prop.mattress", InLane(from_="car", lane="same", ahead_m=0.0, height_m=1.6), 25.0),
        actor("still", "static.prop.box01", InLane(lane="same", ahead_m=50.0, lateral_m=-6.0), 0.0),
    )
    layout, history = run(session, wanted)
    speeds = {plan.name: plan.speed_mps for plan in (wanted.ego, *wanted.actors)}
    for name, track in history.tracks.items():
        off_m = np.linalg.norm(track.position_m[0, :2] - layout[name].position_m[:2])
        assert off_m < 0.01 + 0.001 * speeds[name], (name, off_m)  # a vehicle's controllers: about a millisecond of its way
        assert np.linalg.norm(track.velocity_mps[0]) == pytest.approx(speeds[name], rel=0.02, abs=0.01), name
    # The load stays on the roof, to the millimetre, and the car under it goes as if it were not there.
    apart = history.tracks["load"].position_m - history.tracks["car"].position_m
    assert np.abs(apart - apart[0]).max() < 0.005
    assert np.linalg.norm(history.tracks["car"].velocity_mps, axis=1).min() > 24.5
    # Beside the road the ground lies lower than the lanes: nobody floats there.
    heights = {name: track.position_m[:, 2] - track.size_lwh_m[2] / 2.0 for name, track in history.tracks.items()}
    assert heights["still"] == pytest.approx(np.full(41, heights["deer"][0]), abs=0.1)


def test_a_load_falls_when_it_is_let_go_and_stops_nobody(server: CarlaServer) -> None:
    wanted = concretise(read(MATTRESS.replace("HEIGHT", "1.6").replace("SPEED", "105"), "f"), 0, 0)
    with open_session(server.config, wanted.road, server) as opened:
        history = attempt(opened, wanted).history
    car, load, ego = (history.tracks[name] for name in ("car", "mattress", "ego"))
    assert judge(wanted, history).reasons == ()
    assert np.linalg.norm(car.velocity_mps, axis=1).min() > 30.0
    apart = load.position_m - car.position_m
    assert np.abs(apart[:21] - apart[0]).max() < 0.01
    assert load.position_m[-1, 2] < 0.3
    # Ego runs into it and pushes it along: some twenty kilograms do not stop a car.
    slowing = -np.diff(np.linalg.norm(ego.velocity_mps, axis=1)) / 0.05
    assert slowing.max() < 12.0
    assert any(event.kind == "collision" and event.name == "ego/mattress" for event in history.events)


@pytest.mark.parametrize(
    ("height", "speed", "message"),
    [
        ("2.4", "105", r"mattress: stands 0\.93 m above the top of car; write height_m: 1\.47"),
        ("1.6", "40", r"mattress: cannot Roll: it leaves car at 30\.\d m/s and is told to go 19\.\d m/s otherwise"),
    ],
)
def test_a_load_that_cannot_be_is_refused_with_the_reason(server: CarlaServer, height: str, speed: str, message: str) -> None:
    wanted = concretise(read(MATTRESS.replace("HEIGHT", height).replace("SPEED", speed), "f"), 0, 0)
    with open_session(server.config, wanted.road, server) as opened, pytest.raises(SceneError, match=message):
        attempt(opened, wanted)


def test_what_hangs_in_the_air_with_no_rule_is_refused(session: Session) -> None:
    box = actor("box", "static.prop.box01", InLane(lane="same", ahead_m=50.0, height_m=2.0), 0.0)
    with pytest.raises(SceneError, match="box: hangs 2 m above the ground, nothing below it, no rule that lets it go"):
        run(session, scenario(10.0, box))
    story = (Rule(name="drop", when=AtTime(at_time_s=0.5), do=(("box", Roll(roll="along", speed_mps=0.1)),)),)
    _, history = run(session, scenario(10.0, box, story=story))
    height = history.tracks["box"].position_m[:, 2]
    assert height[10] == pytest.approx(height[0])
    assert height[0] - height[-1] == pytest.approx(2.0, abs=0.05)


def test_a_road_that_is_loaded_is_kept_and_a_recording_begins_in_a_new_world(server: CarlaServer) -> None:
    with open_session(server.config, ROAD, server) as first:
        world = first.world
        run(first, scenario(10.0))
    with open_session(server.config, ROAD, server) as second:
        assert second.world.id == world.id
        second.renew()
        assert second.world.id != world.id
        age_s = second.world.get_snapshot().timestamp.elapsed_seconds
        fresh = second.world.id
        second.renew()  # nothing was staged since
        assert second.world.id == fresh
    assert age_s == pytest.approx(1.0, abs=0.06)
    other = dataclasses.replace(ROAD, opendrive=ROAD.opendrive.replace('hdg="0.3"', 'hdg="0.2"'))
    with open_session(server.config, other, server) as third:
        assert third.world.id != fresh
