"""A stage on made-up handles: its ticks, its rays, its touches."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import carla
import numpy as np
import pytest

from rarebit.core.errors import ServerError
from rarebit.core.frames import rotation_from_rpy, transform
from rarebit.session import convert
from rarebit.session.config import CarlaConfig
from rarebit.session.server import CarlaServer
from rarebit.session.stage import Stage
from rarebit.session.state import Cast, DriveCommand, SolidCommand

CONFIG = CarlaConfig(host="there", timeout_s=3.0)
POSES = {1: transform((0.0, 0.0, 0.3), rotation_from_rpy(0.0, 0.0, 0.4)), 2: transform((30.0, -4.0, 0.2))}
SIZES = {"ego": (4.6, 1.9, 1.5), "child": (0.6, 0.6, 1.2)}


class World:
    """Counts frames, skips some if told, lists who is there."""

    def __init__(self) -> None:
        self.frame, self.step, self.late = 10, 1, 0
        self.there = {1, 2}
        self.hits: list[tuple[tuple[float, float, float], int]] = []
        self.rays: list[tuple[carla.Location, carla.Location]] = []
        self.batches: list[list[Any]] = []

    def tick(self, timeout_s: float) -> int:
        assert timeout_s == 3.0
        self.frame += self.step
        return self.frame

    def get_snapshot(self) -> Any:
        return SimpleNamespace(
            frame=self.frame + self.late, find=lambda number: actor(number) if number in self.there else None
        )

    def cast_ray(self, start: carla.Location, end: carla.Location) -> list[Any]:
        self.rays.append((start, end))
        return [SimpleNamespace(location=carla.Location(x, -y, z), label=label) for (x, y, z), label in self.hits]

    def apply_batch(self, batch: list[Any]) -> None:
        self.batches.append(batch)


def actor(number: int) -> Any:
    return SimpleNamespace(
        get_transform=lambda: convert.carla_transform(POSES[number]),
        get_velocity=lambda: carla.Vector3D(1.0 * number, 2.0, 0.0),
        get_acceleration=lambda: carla.Vector3D(0.0, 0.5, 0.0),
        get_angular_velocity=lambda: carla.Vector3D(0.0, 0.0, 90.0),
    )


def staged() -> tuple[Stage, World]:
    world = World()
    handle: Any = world
    stage = Stage(CarlaServer(CONFIG), handle, handle, CONFIG)
    stage.actors = {
        name: Cast(
            name=name, actor_id=number, type_id="", attributes={}, kind="vehicle" if name == "ego" else "walker",
            actor_from_box=transform((0.0, 0.0, SIZES[name][2] / 2.0)), size_lwh_m=np.array(SIZES[name]), tag=0,
        )
        for number, name in ((1, "ego"), (2, "child"))
    }  # fmt: skip
    return stage, world


def test_a_tick_reads_everybody_in_our_frame_and_keeps_the_one_before() -> None:
    stage, _ = staged()
    first = stage.tick()
    assert stage.before is None
    assert (first.frame, first.names) == (11, ("ego", "child"))
    assert first.world_from_actor == pytest.approx(np.stack([POSES[1], POSES[2]]), abs=1e-5)
    assert first.velocity_mps == pytest.approx(np.array([[1.0, -2.0, 0.0], [2.0, -2.0, 0.0]]))
    assert first.acceleration_mps2[0] == pytest.approx([0.0, -0.5, 0.0])
    assert first.angular_velocity_radps[0] == pytest.approx([0.0, 0.0, -np.pi / 2])
    second = stage.tick()
    assert (stage.state, stage.before, second.frame) == (second, first, 12)


def test_commands_go_in_one_batch_by_their_actors_ids_and_none_go_in_none() -> None:
    stage, world = staged()
    stage.tick()
    assert world.batches == []
    stage.tick([DriveCommand(name="child"), DriveCommand(name="ego", steer=0.5)])
    ((first, second),) = world.batches
    assert (first.actor_id, second.actor_id) == (2, 1)
    assert second.control.steer == -0.5


def test_an_actor_is_made_solid_by_its_handle() -> None:
    stage, world = staged()
    solid: list[bool] = []
    one: Any = SimpleNamespace(handle=SimpleNamespace(set_collisions=solid.append))
    stage._spawned["child"] = one
    stage.tick([SolidCommand(name="child")])
    assert (solid, world.batches) == ([True], [])


@pytest.mark.parametrize(("step", "late"), [(2, 0), (1, 1)])
def test_another_client_that_ticks_is_told(step: int, late: int) -> None:
    stage, world = staged()
    stage.tick()
    world.step, world.late = step, late
    with pytest.raises(ServerError, match=r"expected frame 12, .* another client ticks the same world"):
        stage.tick()


def test_who_vanishes_is_told_by_name() -> None:
    stage, world = staged()
    world.there = {1}
    with pytest.raises(ServerError, match=r"carla at there:2000: child vanished at frame 11; run the scene again"):
        stage.tick()


EYE = np.array([1.0, 0.0, 1.4])
TARGET = np.array([[30.0, -4.0, 0.9]])


@pytest.mark.parametrize(
    ("hits", "is_open"),
    [
        ([], True),
        ([(15.0, -2.0, 1.0)], False),  # a wall half way
        ([(1.5, 0.0, 1.0)], True),  # the ego's own bonnet
        ([(29.8, -4.0, 0.9)], True),  # the child itself
        ([(29.3, -3.9, 0.9)], False),  # somebody right before it
        ([(40.0, -6.0, 0.9)], True),  # behind it
        ([(1.5, 0.0, 1.0), (15.0, -2.0, 1.0)], False),
    ],
)
def test_a_ray_is_open_unless_something_else_stands_before_its_target(
    hits: list[tuple[float, float, float]], is_open: bool
) -> None:
    stage, world = staged()
    stage.tick()
    world.hits = [(hit, 5) for hit in hits]
    assert stage.open_rays(EYE, TARGET, "child").tolist() == [is_open]
    ((start, end),) = world.rays
    assert convert.vector(start) == pytest.approx(EYE)
    assert convert.vector(end) == pytest.approx(TARGET[0])


def test_the_ground_is_the_first_hit_that_is_one_from_a_kerbs_height_above() -> None:
    stage, world = staged()
    world.hits = [((3.0, 2.0, 0.4), 14), ((3.0, 2.0, 0.12), 2), ((3.0, 2.0, 0.0), 1)]  # a car, a sidewalk, the road
    assert stage.ground_z(np.array([3.0, 2.0, 0.2])) == pytest.approx(0.12)
    ((start, end),) = world.rays
    assert convert.vector(start) == pytest.approx([3.0, 2.0, 0.7])
    assert convert.vector(end) == pytest.approx([3.0, 2.0, -29.8])
    world.hits = [((3.0, 2.0, 0.4), 14)]
    assert stage.ground_z(np.array([3.0, 2.0, 0.2])) is None


def test_touches_are_sorted_and_known_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    stage, world = staged()
    monkeypatch.setattr(time, "sleep", lambda _: None)
    for row in ((13, 2, "walker.pedestrian.0001", 8.0), (12, 99, "static.pole", 4.0), (13, 2, "walker.pedestrian.0001", 8.0)):
        stage._touches.put(row)
    assert stage.touches() == ((12, "static.pole", 4.0), (13, "child", 8.0))
    assert world.frame == 11  # the last tick of the run, once
    stage.finish()
    assert world.frame == 11


def test_controls_have_our_left() -> None:
    stage, _ = staged()
    control = carla.VehicleControl(throttle=0.25, brake=0.5, steer=-0.75, gear=3)
    one: Any = SimpleNamespace(handle=SimpleNamespace(get_control=lambda: control))
    stage._spawned["ego"] = one
    assert stage.controls_of("ego") == (0.25, 0.5, 0.75, 3)
