"""Movers of every kind, driven on a simulated stage: no server."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from rarebit.core.frames import rotation_from_rpy, transform, yaw_of
from rarebit.language.places.in_lane import InLane
from rarebit.layout import Placed
from rarebit.motions import Brake, ChangeLane, Cross, MeetAt, Motion, Roll, SetLights, SetSpeed
from rarebit.run.carrying import Carrier
from rarebit.run.movers import RUN_UP_TICKS, Mover, Part, mover_of
from rarebit.scenario import ActorPlan
from rarebit.session.state import (
    Cast,
    Command,
    DriveCommand,
    LightsCommand,
    LooseCommand,
    PoseCommand,
    SolidCommand,
    VehicleData,
    VelocityCommand,
    WalkCommand,
)
from rarebit.world_view import Bodies, WorldView

STEP_S = 0.05
MASS_KG, BRAKE_NM, RADIUS_M, DRIVE_N = 1800.0, 6000.0, 0.35, 400.0 * 8.0 / 0.35
VEHICLE = VehicleData(
    wheelbase_m=2.9, track_m=1.6, rear_axle_m=-1.4, max_steer_rad=1.2, steering_curve=np.array([[0.0, 1.0], [33.0, 0.7]]),
    wheel_radius_m=RADIUS_M, mass_kg=MASS_KG, drag_coefficient=0.0, torque_curve=np.array([[0.0, 400.0], [6000.0, 400.0]]),
    max_rpm=6000.0, gear_ratios=(4.0, 2.0, 1.0), final_ratio=4.0, brake_torque_nm=BRAKE_NM,
)  # fmt: skip
SIZES = {"vehicle": (4.4, 1.8, 1.5), "walker": (0.4, 0.5, 1.7), "wheel": (0.66, 0.22, 0.66), "box": (0.8, 0.5, 0.4),
         "deer": (1.5, 0.5, 1.45)}  # fmt: skip
TYPES = {"vehicle": "vehicle.seat.leon", "walker": "walker.pedestrian.0001", "wheel": "carlite.prop.wheel",
         "box": "static.prop.box01", "deer": "carlite.animal.deer"}  # fmt: skip


def placed(x: float, y: float, *, z: float = 0.0, yaw: float = 0.0, side: str = "right", path: bool = False) -> Placed:
    points = np.stack([x + np.arange(300.0) * math.cos(yaw), y + np.arange(300.0) * math.sin(yaw), np.zeros(300)], 1)
    return Placed(
        name="x", position_m=np.array([x, y, z]), yaw_rad=yaw, path_m=points if path else None, path_speed_limit_mps=None,
        road_yaw_rad=0.0, side=side, to_far_edge_m=8.0, lane=None, lane_width_m=3.5, left_shifts_m=(3.5,), right_shifts_m=(),
        station_m=x,
    )  # type: ignore[arg-type]  # fmt: skip


class Scene:
    """Actors on a plane, moved by what their movers command; vehicles keep to the x axis of their heading."""

    def __init__(self, ground_z: Callable[[np.ndarray], float | None] = lambda _: 0.0) -> None:
        self.ground_z = ground_z
        self.names: list[str] = []
        self.kinds: dict[str, str] = {}
        self.box: dict[str, np.ndarray] = {}
        self.velocity: dict[str, np.ndarray] = {}
        self.movers: dict[str, Mover] = {}
        self.said: list[Command] = []
        self._drive: dict[str, DriveCommand] = {}
        self._time_s = -RUN_UP_TICKS * STEP_S

    def add(
        self, name: str, kind: str, at: Placed, speed: float = 0.0, *, height: float = 0.0, carrier: Carrier | None = None,
        grip: float = 0.9, role: str = "hazard", lights: tuple[str, ...] = (),
        spawned: tuple[float, float, float] | None = None,
    ) -> Mover:  # fmt: skip
        """Enters an actor; it is spawned ``spawned`` off its place, by default as far back as it moves before time 0."""
        size = np.array(SIZES[kind])
        what = "prop" if kind not in ("vehicle", "walker") else kind
        cast = Cast(
            name=name, actor_id=len(self.names) + 1, type_id=TYPES[kind], attributes={}, kind=what,  # type: ignore[arg-type]
            actor_from_box=transform((0.0, 0.0, size[2] / 2.0)), size_lwh_m=size, tag=0,
            vehicle=VEHICLE if kind == "vehicle" else None,
        )  # fmt: skip
        plan = ActorPlan(
            name=name, model=TYPES[kind], place=InLane(ahead_m=0.0, height_m=height), speed_mps=speed, role=role, lights=lights
        )  # type: ignore[arg-type]
        back = speed * RUN_UP_TICKS * STEP_S if carrier is None else carrier.speed_mps * RUN_UP_TICKS * STEP_S
        away = spawned or (-back * math.cos(at.yaw_rad), -back * math.sin(at.yaw_rad), 0.0)
        self.names.append(name)
        self.kinds[name] = kind
        self.box[name] = transform(at.position_m + away + [0.0, 0.0, size[2] / 2.0], rotation_from_rpy(0.0, 0.0, at.yaw_rad))
        self.velocity[name] = np.zeros(3)
        part = Part(cast=cast, plan=plan, placed=at, step_s=STEP_S, grip=grip, ground_z=self.ground_z, carrier=carrier)
        self.movers[name] = mover_of(part)
        return self.movers[name]

    def view(self) -> WorldView:
        boxes = np.stack([self.box[name] for name in self.names])
        velocity = np.stack([self.velocity[name] for name in self.names])
        for row, name in enumerate(self.names):
            pose = self.movers[name].pose
            if pose is not None:
                boxes[row], velocity[row] = pose.world_from_box, pose.velocity_mps
        size = np.array([SIZES[self.kinds[name]] for name in self.names])
        down = np.stack([transform((0.0, 0.0, -s[2] / 2.0)) for s in size])
        paths = {name: mover.path for name, mover in self.movers.items() if mover.path is not None}
        return WorldView(
            time_s=self._time_s,
            position_m={name: boxes[row, :3, 3] for row, name in enumerate(self.names)},
            speed_mps={name: float(np.linalg.norm(velocity[row])) for row, name in enumerate(self.names)},
            half_length_m={name: float(size[row, 0]) / 2.0 for row, name in enumerate(self.names)},
            station_m={name: path.project(*self.box[name][:2, 3], 0.0)[0] for name, path in paths.items()},
            paths=paths,
            heading_rad={name: yaw_of(boxes[row]) for row, name in enumerate(self.names)},
            bodies=Bodies(
                rows={name: row for row, name in enumerate(self.names)}, world_from_actor=boxes @ down, world_from_box=boxes,
                velocity_mps=velocity, angular_velocity_radps=np.zeros_like(velocity), size_lwh_m=size,
            ),
        )  # fmt: skip

    def run_up(self) -> None:
        """To time 0."""
        for number in range(RUN_UP_TICKS):
            view = self.view()
            self._tick([command for mover in self.movers.values() for command in mover.launch(number, view)])

    def begin(self, name: str, motion: Motion) -> None:
        self.movers[name].begin(motion, self.view())

    def run(self, ticks: int) -> None:
        for _ in range(ticks):
            view = self.view()
            self._tick([command for mover in self.movers.values() for command in mover.step(view)])

    def base(self, name: str) -> np.ndarray:
        """Middle of the underside of a box."""
        box = self.view().bodies.world_from_box[self.names.index(name)]
        return np.asarray(box[:3, 3] - [0.0, 0.0, SIZES[self.kinds[name]][2] / 2.0])

    def _tick(self, commands: Sequence[Command]) -> None:
        self.said += commands
        for command in commands:
            name = command.name
            if isinstance(command, VelocityCommand):
                self.velocity[name] = command.velocity_mps
            elif isinstance(command, WalkCommand):
                self.velocity[name] = command.speed_mps * command.direction
            elif isinstance(command, PoseCommand):
                self.box[name] = command.world_from_actor @ transform((0.0, 0.0, SIZES[self.kinds[name]][2] / 2.0))
            elif isinstance(command, DriveCommand):
                self._drive[name] = command
        for name in self.names:
            if name in self._drive:
                pressed, forward = self._drive[name], self.box[name][:3, 0]
                speed = float(self.velocity[name] @ forward)
                force = pressed.throttle * DRIVE_N - pressed.brake * BRAKE_NM / RADIUS_M - 0.012 * MASS_KG * 9.81
                self.velocity[name] = max(0.0, speed + force / MASS_KG * STEP_S) * forward
            if self.kinds[name] in ("vehicle", "walker"):
                self.box[name] = transform(self.velocity[name] * STEP_S) @ self.box[name]
        self._time_s += STEP_S


# ------------------------------------------------------------------------------------------------ the start


@pytest.mark.parametrize("kind", ["vehicle", "walker", "wheel", "box", "deer"])
@pytest.mark.parametrize("yaw", [0.0, 0.7])
def test_whatever_moves_at_the_start_is_at_its_place_at_time_0(kind: str, yaw: float) -> None:
    scene, speed = Scene(), 20.0 if kind == "vehicle" else 3.0
    at = placed(30.0, -4.0, yaw=yaw, path=kind == "vehicle")
    scene.add("it", kind, at, speed)
    scene.run_up()
    assert scene.base("it") == pytest.approx(at.position_m, abs=0.01)
    assert scene.view().speed_mps["it"] == pytest.approx(speed, rel=0.02)
    scene.run(20)
    way = scene.base("it")[:2] - at.position_m[:2]
    assert way == pytest.approx(speed * 1.0 * np.array([math.cos(yaw), math.sin(yaw)]), abs=0.02 * speed)


@pytest.mark.parametrize("kind", ["vehicle", "walker", "wheel", "box", "deer"])
def test_whatever_stands_at_the_start_stays(kind: str) -> None:
    scene = Scene()
    at = placed(30.0, -4.0, path=kind == "vehicle")
    scene.add("it", kind, at)
    scene.run_up()
    scene.run(20)
    assert scene.base("it") == pytest.approx(at.position_m, abs=1e-6)


def test_legs_that_start_late_catch_up_before_time_0() -> None:
    scene = Scene()
    scene.add("it", "walker", placed(10.0, 0.0), 2.0, spawned=(-0.65, 0.0, 0.0))
    scene.run_up()
    assert scene.base("it")[0] == pytest.approx(10.0, abs=0.01)


@pytest.mark.parametrize("kind", ["wheel", "box", "deer"])
@pytest.mark.parametrize("speed", [0.0, 4.0])
def test_beside_the_road_things_and_animals_stand_on_the_ground(kind: str, speed: float) -> None:
    scene = Scene(lambda _: -0.22)
    scene.add("it", kind, placed(30.0, -6.0), speed)
    scene.run_up()
    assert scene.base("it")[2] == pytest.approx(-0.22)
    scene.run(10)
    assert scene.base("it")[2] == pytest.approx(-0.22)


# ------------------------------------------------------------------------------------------------ vehicles


def test_lights_follow_the_pedals_the_indicator_and_the_rules() -> None:
    scene = Scene()
    scene.add("it", "vehicle", placed(0.0, 0.0, path=True), 15.0, lights=("LowBeam",))
    scene.run_up()
    scene.begin("it", ChangeLane(side="left", duration_s=1.6))
    scene.begin("it", SetLights(on=("HighBeam",), off=("LowBeam",)))
    scene.run(1)
    scene.begin("it", Brake(decel_mps2=5.0))
    scene.run(40)
    lights = [set(command.on) for command in scene.said if isinstance(command, LightsCommand)]
    assert lights[0] == {"HighBeam", "LeftBlinker"}
    assert lights[-1] == {"HighBeam", "Brake"}


def test_a_parked_car_can_switch_its_lights_and_nothing_else() -> None:
    scene = Scene()
    scene.add("it", "vehicle", placed(0.0, 0.0), role="parked")
    scene.begin("it", SetLights(on=("LeftBlinker", "RightBlinker")))
    scene.run(2)
    assert scene.said == [LightsCommand(name="it", on=("LeftBlinker", "RightBlinker"))]
    with pytest.raises(ValueError, match=r"a vehicle like vehicle\.seat\.leon cannot do that \(Brake\)"):
        scene.begin("it", Brake(decel_mps2=5.0))


@pytest.mark.parametrize("after_s", [-1.5, 0.0, 1.2])
@pytest.mark.parametrize("other_mps", [6.5, 8.0])
def test_a_driver_who_is_to_meet_another_comes_to_the_crossing_when_told(after_s: float, other_mps: float) -> None:
    scene = Scene()
    scene.add("other", "vehicle", placed(0.0, -60.0, yaw=math.pi / 2, path=True), other_mps)
    scene.add("it", "vehicle", placed(-70.0, 0.0, path=True), 10.0)
    scene.run_up()
    scene.begin("it", MeetAt(other="other", after_s=after_s))
    passed: dict[str, float] = {}
    speeds = []
    for tick in range(300):
        scene.run(1)
        speeds.append(scene.view().speed_mps["it"])
        for name, axis in (("it", 0), ("other", 1)):
            if name not in passed and scene.base(name)[axis] >= 0.0:
                passed[name] = tick * STEP_S
    assert passed["it"] - passed["other"] == pytest.approx(after_s, abs=0.15)
    assert np.abs(np.diff(speeds)).max() / STEP_S < 2.6


def test_a_meeting_needs_paths_that_cross() -> None:
    scene = Scene()
    scene.add("other", "vehicle", placed(0.0, 20.0, path=True), 8.0)
    scene.add("box", "box", placed(40.0, 9.0))
    scene.add("it", "vehicle", placed(0.0, 0.0, path=True), 8.0)
    with pytest.raises(ValueError, match="its way does not cross that of other"):
        scene.begin("it", MeetAt(other="other", after_s=0.0))
    with pytest.raises(ValueError, match="box has no path to be met on"):
        scene.begin("it", MeetAt(other="box", after_s=0.0))


# ------------------------------------------------------------------------------------------------ walkers and animals


@pytest.mark.parametrize("kind", ["walker", "deer"])
@pytest.mark.parametrize(("side", "sign"), [("right", 1.0), ("left", -1.0)])
def test_who_crosses_goes_square_to_the_road_or_turned_towards_its_direction(kind: str, side: str, sign: float) -> None:
    for angle in (0.0, 0.4):
        scene = Scene()
        scene.add("it", kind, placed(20.0, -5.0 * sign, side=side))
        scene.run_up()
        scene.begin("it", Cross(speed_mps=2.0, angle_rad=angle, accel_mps2=4.0))
        scene.run(400)
        far_m = 8.0 / math.cos(angle) + 4.0
        way = scene.base("it")[:2] - [20.0, -5.0 * sign]
        assert way == pytest.approx(far_m * np.array([math.sin(angle), sign * math.cos(angle)]), abs=0.15)
        assert scene.view().speed_mps["it"] == pytest.approx(0.0, abs=1e-9)


def test_an_animal_as_long_as_high_does_not_roll() -> None:
    scene = Scene()
    scene.add("it", "deer", placed(20.0, -5.0), 6.0)
    scene.run_up()
    scene.run(20)
    assert all(command.world_from_actor[2, 2] == 1.0 for command in scene.said if isinstance(command, PoseCommand))
    with pytest.raises(ValueError, match=r"a prop like carlite\.animal\.deer cannot do that \(Roll\)"):
        scene.begin("it", Roll(speed_mps=3.0))


# ------------------------------------------------------------------------------------------------ things


def test_a_wheel_rolls_without_slip_inside_an_upright_box() -> None:
    scene = Scene()
    scene.add("it", "wheel", placed(20.0, -5.0, yaw=0.3))
    scene.run_up()
    scene.begin("it", Roll(speed_mps=4.0, decel_mps2=0.5, towards="road"))
    scene.run(20)
    way = float(np.linalg.norm(scene.base("it")[:2] - [20.0, -5.0]))
    assert way == pytest.approx(4.0 - 0.25, abs=0.05)
    pose = scene.movers["it"].pose
    assert pose is not None
    assert pose.velocity_mps == pytest.approx([0.0, 3.5, 0.0], abs=0.01)
    assert pose.world_from_box[:3, 2] == pytest.approx([0.0, 0.0, 1.0])
    assert yaw_of(pose.world_from_box) == pytest.approx(math.pi / 2)
    # Rolling turns the top forward: the wheel's own z axis leans along the way by way / radius.
    last = [command for command in scene.said if isinstance(command, PoseCommand)][-1]
    spin = way / 0.33
    assert last.world_from_actor[:3, 2] == pytest.approx([0.0, math.sin(spin), math.cos(spin)], abs=1e-6)


def test_what_hangs_stays_until_a_rule_lets_it_go_and_falls_as_things_fall() -> None:
    scene = Scene()
    scene.add("it", "wheel", placed(20.0, -5.0, z=2.0), height=2.0)
    scene.run_up()
    scene.run(10)
    assert scene.base("it")[2] == 2.0
    scene.begin("it", Roll(speed_mps=10.0, decel_mps2=1.0))
    heights = []
    for _ in range(20):
        scene.run(1)
        heights.append(float(scene.base("it")[2]))
    fall_s = math.sqrt(2 * 2.0 / 9.81)
    assert heights[5] == pytest.approx(2.0 - 9.81 / 2 * 0.3**2, abs=1e-6)
    assert heights[int(fall_s / STEP_S) - 1] > 0.0
    assert heights[math.ceil(fall_s / STEP_S)] == 0.0


def loaded(speed: float) -> Scene:
    """A car with a box on its roof, the box a bit behind the middle."""
    scene = Scene()
    below = placed(40.0, 0.0, path=True)
    scene.add("car", "vehicle", below, speed)
    scene.add("load", "box", placed(39.5, 0.1, z=1.55), height=1.55, carrier=Carrier(name="car", placed=below, speed_mps=speed))
    scene.run_up()
    return scene


def test_a_load_rides_until_it_is_let_go_also_through_a_braking() -> None:
    scene = loaded(25.0)
    assert scene.base("load") == pytest.approx([39.5, 0.1, 1.55], abs=0.02)
    scene.begin("car", Brake(decel_mps2=6.0, to_mps=10.0))
    for _ in range(80):
        scene.run(1)
        assert scene.base("load") - scene.base("car") == pytest.approx([-0.5, 0.1, 1.55], abs=0.02)
    assert not [command for command in scene.said if isinstance(command, SolidCommand)]


def test_a_load_that_is_let_go_leaves_with_the_vehicles_speed_and_falls_behind_it() -> None:
    scene = loaded(25.0)
    scene.begin("load", Roll(speed_mps=24.0, decel_mps2=8.0))
    start = scene.base("load")[0]
    scene.run(10)
    # Half a second: it lags by 8 t^2 / 2 = 1 m, still on the roof.
    assert scene.base("load")[0] - start == pytest.approx(25.0 * 0.5 - 1.0, abs=0.3)
    assert scene.base("load")[2] == pytest.approx(1.55, abs=1e-6)
    heights = []
    while scene.base("load")[2] > 0.0:
        scene.run(1)
        heights.append(float(scene.base("load")[2]))
        clear = scene.base("car")[0] - 2.2 - scene.base("load")[0] - 0.4
        assert clear > -0.1 or heights[-1] == pytest.approx(1.55, abs=1e-6)
        assert len(heights) < 60
    fallen = sum(1 for height in heights if height < 1.54)
    assert fallen * STEP_S == pytest.approx(math.sqrt(2 * 1.55 / 9.81), abs=0.06)
    assert [command.name for command in scene.said if isinstance(command, SolidCommand)] == ["load"]


@pytest.mark.parametrize("motion", [Roll(speed_mps=10.0), Roll(speed_mps=25.0, towards="road")])
def test_a_load_cannot_set_out_otherwise_than_its_vehicle_moves(motion: Motion) -> None:
    with pytest.raises(ValueError, match=r"it leaves car at 25\.0 m/s and is told to go .* m/s otherwise"):
        loaded(25.0).begin("load", motion)


def test_a_load_can_be_pushed_off_a_standing_vehicle() -> None:
    scene = loaded(0.0)
    scene.begin("load", Roll(speed_mps=2.0, decel_mps2=0.5, towards="road"))
    scene.run(60)
    assert scene.base("load")[2] == 0.0
    assert scene.base("load")[1] > 1.0


@pytest.mark.parametrize("kind", ["box", "deer", "wheel"])
def test_what_a_car_runs_into_is_handed_to_physics_before_they_touch(kind: str) -> None:
    scene = Scene()
    scene.add("it", kind, placed(40.0, 0.0))
    scene.add("car", "vehicle", placed(10.0, 0.0, path=True), 20.0)
    scene.run_up()
    for _ in range(40):
        scene.run(1)
        if any(isinstance(command, LooseCommand) for command in scene.said):
            break
    gap = scene.base("it")[0] - scene.base("car")[0] - (SIZES[kind][0] + 4.4) / 2.0
    assert -0.6 < gap < 1.0
    assert scene.movers["it"].pose is None
    with pytest.raises(ValueError, match="it was hit"):
        scene.begin("it", SetSpeed(speed_mps=1.0))


def test_what_a_car_passes_by_stays_where_it_is() -> None:
    scene = Scene()
    scene.add("it", "box", placed(40.0, -1.3))
    scene.add("car", "vehicle", placed(10.0, 0.0, path=True), 20.0)
    scene.run_up()
    scene.run(60)
    assert not [command for command in scene.said if isinstance(command, LooseCommand | PoseCommand)]
