"""Spawning through a client that keeps its own book, and the mechanics of a car whose wheels are known."""

from __future__ import annotations

import dataclasses
import math
from types import SimpleNamespace
from typing import Any

import carla
import numpy as np
import pytest

from rarebit.core.frames import rotation_from_rpy, transform
from rarebit.language.places.in_lane import InLane
from rarebit.layout import Placed
from rarebit.scenario import ActorPlan
from rarebit.session import blueprints, convert
from rarebit.session.casting import Casting
from rarebit.session.config import CarlaConfig
from rarebit.session.server import CarlaServer
from rarebit.session.spawning import actor_from_ego, kind_of, spawn, vehicle_data

SERVER = CarlaServer(CarlaConfig(host="there"))
# Wheel centres in the actor's frame (x forward, y left, z up): front left and right, rear left and right.
WHEELS_M = np.array([[1.5, 0.8, 0.35], [1.5, -0.8, 0.35], [-1.2, 0.75, 0.3], [-1.2, -0.75, 0.3]])
RADII_M, STEER_DEG, BRAKES_NM = (0.35, 0.35, 0.3, 0.3), (70.0, 68.0, 0.0, 0.0), (1500.0, 1500.0, 700.0, 700.0)


def car(pose: np.ndarray) -> Any:
    """A vehicle as the client has it: wheels in centimetres of CARLA's world, speeds of curves in km/h."""
    wheels = []
    for place, radius, steer, brake in zip(WHEELS_M, RADII_M, STEER_DEG, BRAKES_NM, strict=True):
        x, y, z = (pose @ [*place, 1.0])[:3] * [100.0, -100.0, 100.0]
        wheels.append(
            SimpleNamespace(
                position=carla.Vector3D(x, y, z), radius=100.0 * radius, max_steer_angle=steer, max_brake_torque=brake
            )
        )
    physics = SimpleNamespace(
        wheels=wheels, mass=1600.0, drag_coefficient=0.3, max_rpm=5500.0, final_ratio=4.0,
        steering_curve=[carla.Vector2D(0.0, 1.0), carla.Vector2D(72.0, 0.8)], torque_curve=[carla.Vector2D(1000.0, 250.0)],
        forward_gears=[SimpleNamespace(ratio=4.5), SimpleNamespace(ratio=2.5)],
    )  # fmt: skip
    return SimpleNamespace(get_physics_control=lambda: physics, get_transform=lambda: convert.carla_transform(pose))


@pytest.mark.parametrize("yaw", [0.0, 1.0, -2.7])
def test_mechanics_do_not_depend_on_where_the_car_stands(yaw: float) -> None:
    told = vehicle_data(car(transform((40.0, -25.0, 1.0), rotation_from_rpy(0.02, -0.05, yaw))))
    assert told.wheelbase_m == pytest.approx(2.7, abs=1e-4)
    assert told.track_m == pytest.approx(1.5, abs=1e-4)
    assert told.rear_axle_m == pytest.approx(-1.2, abs=1e-4)
    assert told.max_steer_rad == pytest.approx(math.radians(70.0))
    assert told.wheel_radius_m == pytest.approx(0.3)  # of the driven wheels, which are the rear ones
    assert told.brake_torque_nm == pytest.approx(4400.0)
    assert told.steering_curve == pytest.approx(np.array([[0.0, 1.0], [20.0, 0.8]]), abs=1e-6)
    assert told.torque_curve.tolist() == [[1000.0, 250.0]]
    assert (told.gear_ratios, told.final_ratio, told.max_rpm, told.mass_kg) == ((4.5, 2.5), 4.0, 5500.0, 1600.0)


def test_the_ego_frame_is_on_the_ground_below_the_middle_of_the_rear_axle() -> None:
    pose = transform((5.0, 6.0, 0.2), rotation_from_rpy(0.0, 0.0, 0.8))
    assert actor_from_ego(car(pose)) == pytest.approx(transform((-1.2, 0.0, 0.0)), abs=1e-4)


@pytest.mark.parametrize(
    ("type_id", "kind"),
    [("vehicle.audi.tt", "vehicle"), ("walker.pedestrian.0001", "walker"), ("static.prop.box01", "prop"),
     ("carlite.animal.deer", "prop")],
)  # fmt: skip
def test_kinds(type_id: str, kind: str) -> None:
    assert kind_of(type_id) == kind


# ------------------------------------------------------------------------------------------------ spawning

BOXES = {
    "vehicle.audi.tt": (transform((0.1, 0.0, 0.7)), np.array([4.2, 1.8, 1.4])),
    "walker.pedestrian.0001": (transform((0.0, 0.0, 0.0)), np.array([0.4, 0.4, 1.8])),
    "static.prop.box01": (transform((0.0, 0.0, 0.2)), np.array([0.6, 0.6, 0.4])),
}


@dataclasses.dataclass
class World:
    """Refuses each type so many times; keeps the place of every try."""

    refusals: dict[str, int]
    tries: list[tuple[str, np.ndarray]] = dataclasses.field(default_factory=list)
    living: dict[int, Any] = dataclasses.field(default_factory=dict)
    ghosts: list[int] = dataclasses.field(default_factory=list)
    batches: int = 0

    def apply_batch_sync(self, batch: list[Any], tick: bool) -> list[Any]:
        assert tick is False
        self.batches += 1
        return [self._answer(*command) for command in batch]

    def _answer(self, type_id: str, pose: np.ndarray) -> Any:
        self.tries.append((type_id, pose))
        if self.refusals.get(type_id, 0) > 0:
            self.refusals[type_id] -= 1
            return SimpleNamespace(error="Spawn failed because of collision at spawn position", actor_id=0)
        number = 100 + len(self.living)
        _, size = BOXES[type_id]
        self.living[number] = SimpleNamespace(
            id=number, type_id=type_id, attributes={"role_name": "x"}, semantic_tags=[12, 14],
            bounding_box=carla.BoundingBox(carla.Location(), carla.Vector3D(*(size / 2.0).tolist())),
            set_collisions=lambda on, number=number: self.ghosts.append(number) if not on else None,
        )  # fmt: skip
        return SimpleNamespace(error="", actor_id=number)

    def get_actors(self, ids: list[int]) -> list[Any]:
        return [self.living[number] for number in reversed(ids)]


class Order(tuple[Any, ...]):
    """A spawn command, followed by others or not."""

    def then(self, command: Any) -> Order:
        return self


@pytest.fixture(autouse=True)
def plain_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carla.command, "SpawnActor", lambda blueprint, pose: Order((blueprint, convert.transform(pose))))
    monkeypatch.setattr(blueprints, "prepare", lambda library, type_id, *, role_name, seed: type_id)


def wanted(name: str, type_id: str, x: float, z: float = 0.0, height_m: float = 0.0) -> tuple[ActorPlan, Placed]:
    plan = ActorPlan(name=name, model=type_id, place=InLane(ahead_m=0.0, height_m=height_m), role="hazard")
    return plan, Placed(
        name=name, position_m=np.array([x, 0.0, z]), yaw_rad=0.5, path_m=None, path_speed_limit_mps=None, road_yaw_rad=0.0,
        side="on", to_far_edge_m=0.0, lane=None, lane_width_m=3.5, left_shifts_m=(), right_shifts_m=(), station_m=x,
    )  # fmt: skip


def run(world: World, *who: tuple[ActorPlan, Placed]) -> tuple[dict[str, Any], dict[str, str]]:
    library: Any = SimpleNamespace(handle=None)
    casting = Casting(library=library, type_ids={t: t for t in BOXES}, boxes=BOXES)
    client: Any = world
    return spawn(SERVER, client, client, casting, who, seed=0)


CAR, WALKER = wanted("car", "vehicle.audi.tt", 10.0), wanted("child", "walker.pedestrian.0001", 20.0)
BOX = wanted("box", "static.prop.box01", 30.0)


def test_the_underside_of_a_box_comes_where_it_is_placed_and_a_little_above() -> None:
    world = World({})
    living, refused = run(world, CAR, WALKER, BOX)
    assert (list(living), refused, world.batches) == (["car", "child", "box"], {}, 1)
    for (type_id, pose), (_, placed), lift in zip(world.tries, (CAR, WALKER, BOX), (0.15, 0.05, 0.0), strict=True):
        actor_from_box, size = BOXES[type_id]
        base = pose @ actor_from_box @ [0.0, 0.0, -size[2] / 2.0, 1.0]
        assert base[:3] == pytest.approx(np.add(placed.position_m, (0.0, 0.0, lift)), abs=1e-4)
        assert math.atan2(pose[1, 0], pose[0, 0]) == pytest.approx(0.5, abs=1e-5)


def test_who_is_refused_is_tried_again_a_little_higher_and_nobody_else() -> None:
    world = World({"vehicle.audi.tt": 2})
    living, refused = run(world, CAR, WALKER)
    assert (set(living), refused) == ({"car", "child"}, {})
    assert [type_id for type_id, _ in world.tries] == ["vehicle.audi.tt", "walker.pedestrian.0001", *["vehicle.audi.tt"] * 2]
    heights = [pose[2, 3] for type_id, pose in world.tries if type_id == "vehicle.audi.tt"]
    assert np.diff(heights) == pytest.approx([0.15, 0.2], abs=1e-5)


@pytest.mark.parametrize(("who", "tries"), [(CAR, 5), (WALKER, 3), (BOX, 3)])
def test_who_finds_no_room_is_told_with_place_and_reason(who: tuple[ActorPlan, Placed], tries: int) -> None:
    plan, placed = who
    world = World({plan.model: 99})
    living, refused = run(world, who)
    assert living == {}
    assert len(world.tries) == tries
    assert refused == {
        plan.name: f"{plan.name}: no room for {plan.model} at ({placed.position_m[0]:.1f}, 0.0, 0.0): "
        "Spawn failed because of collision at spawn position"
    }


def test_what_is_placed_above_the_ground_touches_nobody_until_told_to() -> None:
    world = World({})
    living, _ = run(world, BOX, wanted("load", "static.prop.box01", 40.0, 1.5, height_m=1.5), WALKER)
    assert world.ghosts == [living["load"].cast.actor_id]


def test_a_cast_tells_what_the_server_says() -> None:
    living, _ = run(World({}), CAR, WALKER)
    car_, child = living["car"].cast, living["child"].cast
    assert car_.size_lwh_m == pytest.approx([4.2, 1.8, 1.4])
    assert (car_.kind, child.kind) == ("vehicle", "walker")
    assert (car_.tag, child.tag) == (14, 12)  # of a vehicle not its rider's tag
    assert car_.attributes == {"role_name": "x"}
