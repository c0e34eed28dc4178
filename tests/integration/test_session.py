"""Sessions and runs against the embedded server, through the official client."""

from __future__ import annotations

import dataclasses
import os
import signal
import time
from collections.abc import Iterator

import numpy as np
import pytest

from rarebit.core.errors import MissingBlueprintError, ServerError
from rarebit.core.rng import stream
from rarebit.history import History
from rarebit.language.conditions.at_time import AtTime
from rarebit.language.criteria.hidden import Hidden
from rarebit.language.maneuvers.brake import Brake
from rarebit.language.maneuvers.change_lane import ChangeLane
from rarebit.language.maneuvers.run_across import RunAcross
from rarebit.language.places.in_lane import InLane
from rarebit.layout import Layout, resolve
from rarebit.rig.rig import Rig
from rarebit.roads.path import Path
from rarebit.run import Attempt, record
from rarebit.run.judge import judge
from rarebit.run.rehearse import rehearse
from rarebit.scenario import ActorPlan, ConcreteScenario, Rule, TemplateRoad, TownRoad, Weather
from rarebit.session import blueprints
from rarebit.session.config import CarlaConfig
from rarebit.session.server import CarlaServer
from rarebit.session.session import Session, open_session
from rarebit.snapshot import LidarSweep

_LANE = '<lane id="{}" type="driving" level="false"><width sOffset="0" a="3.5" b="0" c="0" d="0"/></lane>'
ROAD = TemplateRoad(
    template="test",
    parameters={},
    opendrive=f"""<?xml version="1.0"?><OpenDRIVE><header revMajor="1" revMinor="4" name="t"/>
<road name="" length="600" id="1" junction="-1"><planView>
<geometry s="0" x="0" y="0" hdg="0.3" length="200"><line/></geometry>
<geometry s="200" x="191.067298" y="59.104041" hdg="0.3" length="400"><arc curvature="0.003"/></geometry></planView>
<lanes><laneSection s="0"><center><lane id="0" type="none" level="false"/></center>
<right>{_LANE.format(-1)}{_LANE.format(-2)}</right></laneSection></lanes></road></OpenDRIVE>""",
)


@pytest.fixture(scope="module")
def server() -> Iterator[CarlaServer]:
    with CarlaServer(CarlaConfig(timeout_s=20.0)) as running:
        yield running


@pytest.fixture(scope="module")
def session(server: CarlaServer) -> Iterator[Session]:
    with open_session(server.config, ROAD, server) as opened:
        yield opened


def scenario(speed_mps: float, *rules: Rule, actors: tuple[ActorPlan, ...] = (), duration_s: float = 6.0) -> ConcreteScenario:
    ego = ActorPlan(
        name="ego", model="vehicle.tesla.model3", place=InLane(lane="rightmost", ahead_m=0.0), speed_mps=speed_mps, role="ego"
    )
    return ConcreteScenario(
        scenario="test", summary="", tags=(), spec_hash="0", seed=0, index=0, attempt=0, values={}, road=ROAD,
        weather=Weather(),
        ego=ego, actors=actors, story=rules, accept=(), duration_s=duration_s,
        hazards=tuple(plan.name for plan in actors),
    )  # fmt: skip


def run(session: Session, wanted: ConcreteScenario) -> tuple[Layout, History]:
    layout = resolve(wanted, session.lane_map, session.sizes(wanted))
    return layout, rehearse(session, wanted, layout)


def offsets(layout: Layout, history: History) -> np.ndarray:
    path, near, result = Path(layout.ego.path_m), 0.0, []
    for x, y, _ in history.tracks["ego"].position_m.tolist():
        near, lateral = path.project(x, y, near)
        result.append(lateral)
    return np.array(result)


@pytest.mark.parametrize("speed_mps", [10.0, 30.0])
def test_the_ego_starts_at_its_place_and_holds_speed_and_lane(session: Session, speed_mps: float) -> None:
    layout, history = run(session, scenario(speed_mps))
    track = history.tracks["ego"]
    assert np.linalg.norm(track.position_m[0, :2] - layout.ego.position_m[:2]) < 0.3
    assert abs(np.linalg.norm(track.velocity_mps, axis=1) - speed_mps).max() < 0.5
    assert abs(offsets(layout, history)).max() < 0.25


def test_braking_and_lane_change_do_what_they_say(session: Session) -> None:
    change = Rule(name="change", when=AtTime(at_time_s=0.5), do=(("ego", ChangeLane(change_lane="left", within_s=3.0)),))
    layout, history = run(session, scenario(20.0, change))
    assert offsets(layout, history)[-1] == pytest.approx(layout.ego.left_shifts_m[0], abs=0.25)
    assert offsets(layout, history).max() < layout.ego.left_shifts_m[0] + 0.25
    brake = Rule(name="brake", when=AtTime(at_time_s=1.0), do=(("ego", Brake(brake_mps2=6.0)),))
    _, history = run(session, scenario(20.0, brake))
    speed = np.linalg.norm(history.tracks["ego"].velocity_mps, axis=1)
    assert (speed[40] - speed[60]) / 1.0 == pytest.approx(6.0, rel=0.03)
    assert speed[-1] < 0.05
    assert [(event.kind, event.name) for event in history.events] == [("rule", "brake")]


STOPPING = [(9.81 * 0.9, Weather()), (9.81 * 0.6, Weather(wetness=100.0)), (9.81 * 0.5, Weather(precipitation_deposits=100.0))]


@pytest.mark.parametrize(("decel_mps2", "weather"), STOPPING, ids=["dry", "wet", "flooded"])
def test_stopping_takes_what_the_road_and_a_drivers_foot_allow(session: Session, decel_mps2: float, weather: Weather) -> None:
    brake = Rule(name="brake", when=AtTime(at_time_s=1.0), do=(("ego", Brake(brake_mps2=12.0)),))
    wanted = dataclasses.replace(scenario(20.0, brake, duration_s=7.0), weather=weather)
    history = run(session, wanted)[1]
    track = history.tracks["ego"]
    speed = np.linalg.norm(track.velocity_mps, axis=1)
    ramp_s = decel_mps2 / 12.65
    ramp_m = speed[20] * ramp_s - decel_mps2 * ramp_s**2 / 6.0
    way_m = ramp_m + (speed[20] - decel_mps2 * ramp_s / 2.0) ** 2 / (2.0 * decel_mps2)
    assert speed[-1] < 0.05
    assert np.linalg.norm(track.position_m[-1] - track.position_m[20]) == pytest.approx(way_m, rel=0.04)
    decel = -np.diff(speed) / 0.05
    assert decel[speed[1:] > 2.5].max() < decel_mps2 + 0.4  # slower still, the engine brakes as well
    assert np.diff(decel[15:40]).max() < 1.5 * 12.65 * 0.05


def test_a_rehearsal_repeats_to_the_bit_and_a_walker_crosses(session: Session) -> None:
    child = ActorPlan(name="child", model="walker.child", place=InLane(ahead_m=60.0, lateral_m=-3.5, heading_rad=1.57))
    go = Rule(name="go", when=AtTime(at_time_s=1.0), do=(("child", RunAcross(run_across="road", speed_mps=2.0)),))
    wanted = dataclasses.replace(scenario(8.0, go, actors=(child,)), accept=(Hidden(actor="child", until="go", visible=1.0),))
    first, second = run(session, wanted)[1], run(session, wanted)[1]
    for name, track in first.tracks.items():
        assert np.array_equal(track.position_m, second.tracks[name].position_m), name
    assert np.linalg.norm(np.diff(first.tracks["child"].position_m[[20, 60]], axis=0)) == pytest.approx(3.6, abs=0.5)
    assert first.visible_fraction["child"][0] > 0.8
    assert judge(wanted, first).reasons == ()


def test_a_recording_repeats_its_rehearsal_with_every_sensor_on_time(session: Session, small_rig: Rig) -> None:
    lead = ActorPlan(name="lead", model="vehicle.tesla.model3", place=InLane(ahead_m=25.0), speed_mps=8.0)
    brake = Rule(name="brake", when=AtTime(at_time_s=0.2), do=(("lead", Brake(brake_mps2=3.0)),))
    wanted = scenario(8.0, brake, actors=(lead,), duration_s=1.0)
    layout, history = run(session, wanted)
    trial = Attempt(layout=layout, history=history, verdict=judge(wanted, history))
    assert trial.verdict.reasons == ()
    with record(session, wanted, trial, small_rig) as recording:
        snapshots = list(recording.moments)  # raises unless the tracks are equal to the bit
    assert [shot.time_us for shot in snapshots] == list(range(0, 1_000_001, 50_000))
    assert [shot.time_us for shot in snapshots if shot.is_key_frame] == [0, 500_000, 1_000_000]
    for tick, shot in enumerate(snapshots):
        assert ("CAM_FRONT" in shot.data) == (tick % 2 == 0)
        assert ("CAM_FRONT" in shot.labels) == (tick % 10 == 0)
        assert "LIDAR_TOP" in shot.data
    first = snapshots[0]
    ego, other = first.actors[:2]
    assert (ego.name, ego.is_ego, other.name) == ("ego", True, "lead")
    # The rear axle lies on the road, on the ego's centre line, behind the middle of its box; the lead is straight ahead.
    box = np.linalg.inv(ego.world_from_box) @ first.world_from_ego
    assert abs(box[1, 3]) < 0.02
    assert -2.0 < box[0, 3] < -1.0
    assert box[2, 3] == pytest.approx(-ego.size_lwh_m[2] / 2, abs=0.1)
    assert (np.linalg.inv(first.world_from_ego) @ other.world_from_box)[:2, 3] == pytest.approx(
        [25.0 - box[0, 3], 0.0], abs=0.7
    )
    # The instance image shows the lead, and the lidar hits it where its box is.
    assert (first.labels["CAM_FRONT"].instance == other.instance_id).sum() > 50
    sweep = first.data["LIDAR_TOP"]
    assert isinstance(sweep, LidarSweep)
    hits = sweep.xyz_m[sweep.object_id == other.actor_id].astype(np.float64)
    assert len(hits) > 5
    mount = next(mount for mount in small_rig.mounts if mount.channel == "LIDAR_TOP")
    world = (
        hits @ (first.world_from_ego @ mount.ego_from_sensor)[:3, :3].T + (first.world_from_ego @ mount.ego_from_sensor)[:3, 3]
    )
    local = (world - other.world_from_box[:3, 3]) @ other.world_from_box[:3, :3]
    assert (abs(local) < other.size_lwh_m / 2 + 0.15).all()


def test_an_unknown_blueprint_names_the_nearest(session: Session) -> None:
    library = blueprints.Library(session.world.get_blueprint_library())
    with pytest.raises(
        MissingBlueprintError, match=r"this server has no vehicle\.tesla\.modell3; nearest.*vehicle\.tesla\.model3"
    ):
        blueprints.resolve(library, "vehicle.tesla.modell3", stream(0, "t"))
    assert blueprints.resolve(library, "walker.child", stream(0, "t")).startswith("walker.pedestrian.")


def test_an_unknown_town_and_a_closed_port_are_clear_errors(server: CarlaServer) -> None:
    town = TownRoad(town="Town99", query={}, draw=0.0)
    with pytest.raises(ServerError, match="has no town Town99"), open_session(server.config, town, server):
        pass
    with pytest.raises(ServerError, match="nothing answers"), CarlaServer(CarlaConfig(host="127.0.0.1", port=9, timeout_s=2.0)):
        pass


@pytest.mark.parametrize(
    ("blow", "message"), [(signal.SIGKILL, "ended with code -9"), (signal.SIGSTOP, "no answer within 2 s")]
)
def test_a_server_that_dies_or_hangs_in_the_middle_is_an_error_in_time(blow: signal.Signals, message: str) -> None:
    config = CarlaConfig(timeout_s=2.0)
    with CarlaServer(config) as victim, open_session(config, ROAD, victim) as session:
        wanted = scenario(10.0)
        layout = resolve(wanted, session.lane_map, session.sizes(wanted))
        with session.stage(wanted, layout) as stage:
            pid = victim._process.pid if victim._process is not None else 0
            os.kill(pid, blow)
            start = time.monotonic()
            with pytest.raises(ServerError, match=message):
                stage.tick()
            assert time.monotonic() - start < 4.0
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
