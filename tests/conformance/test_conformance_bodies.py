"""Components, bones, doors, death, looks."""

from __future__ import annotations

import queue
from collections.abc import Callable
from typing import Any

import carla
import numpy as np
import pytest
from numpy.typing import NDArray

Make = Callable[..., Any]
_WAIT_S = 60.0
_POINT = np.dtype([("place", "<f4", 3), ("cos", "<f4"), ("id", "<u4"), ("tag", "<u4")])


def _apart(first: Any, second: Any) -> float:
    return float(first.location.distance(second.location))


def test_components_have_names_and_places(spawn: Make, ticks: Make) -> None:
    car = spawn("vehicle.tesla.model3")
    ticks(20)
    names = car.get_component_names()
    assert any("Mesh" in name for name in names)
    placed = 0
    for name in names:
        try:
            pose = car.get_component_world_transform(name)
            car.get_component_relative_transform(name)
        except RuntimeError:
            continue  # a component without a place
        assert _apart(pose, car.get_transform()) < 20.0
        placed += 1
    assert placed > 0
    with pytest.raises(RuntimeError):
        car.get_component_world_transform("no such component")


def test_bones_and_sockets_of_a_vehicle_move_with_it(spawn: Make, ticks: Make) -> None:
    car = spawn("vehicle.tesla.model3")
    ticks(20)
    names, world, relative = car.get_bone_names(), car.get_bone_world_transforms(), car.get_bone_relative_transforms()
    assert len(names) == len(world) == len(relative) >= 5
    assert len(car.get_vehicle_bone_world_transforms()) >= 5
    assert len(car.get_socket_names()) == len(car.get_socket_world_transforms()) == len(car.get_socket_relative_transforms())
    front_left = world[next(i for i, name in enumerate(names) if "Wheel" in name and "Front" in name and "Left" in name)]
    wheel = car.get_physics_control().wheels[0].position  # centimetres
    assert front_left.location.distance(carla.Location(wheel.x / 100, wheel.y / 100, wheel.z / 100)) < 0.2


def test_a_walker_has_the_documented_skeleton(world: Any, spawn: Make, place: Make, ticks: Make) -> None:
    walker = spawn("walker.pedestrian.0003", place(0.0, 0.0, 0.8))
    ticks(20)
    bones = {bone.name: bone for bone in walker.get_bones().bone_transforms}
    assert len(bones) > 60
    assert {"crl_root", "crl_hips__C", "crl_Head__C", "crl_hand__L", "crl_foreArm__R", "crl_toeEnd__R"} <= bones.keys()
    head, foot = bones["crl_Head__C"].world.location, bones["crl_foot__L"].world.location
    assert 1.2 < head.z - foot.z < 2.0
    assert head.distance(walker.get_location()) < 1.2
    assert len(walker.get_bone_names()) == len(walker.get_bone_world_transforms())


def test_bones_and_sockets_are_told_in_the_frame_of_the_actor(spawn: Make, place: Make, ticks: Make) -> None:
    walker, car = spawn("walker.pedestrian.0003", place(8.0, 0.0, 0.8)), spawn("vehicle.tesla.model3", place(0.0))
    ticks(20)
    to_world = walker.get_transform()
    bone = next(bone for bone in walker.get_bones().bone_transforms if bone.name == "crl_Head__C")
    assert to_world.transform(bone.component.location).distance(bone.world.location) < 0.01
    for actor in (walker, car):
        to_world = actor.get_transform()
        pairs = zip(actor.get_socket_relative_transforms(), actor.get_socket_world_transforms(), strict=True)
        assert all(to_world.transform(relative.location).distance(world.location) < 0.01 for relative, world in pairs)


def test_a_pose_of_ones_own_blends_with_the_gait(spawn: Make, place: Make, ticks: Make) -> None:
    walker = spawn("walker.pedestrian.0003", place(0.0, 0.0, 0.8))
    ticks(20)
    at_rest = {bone.name: bone for bone in walker.get_bones().bone_transforms}["crl_hand__R"].world
    walker.get_pose_from_animation()
    raised = carla.WalkerBoneControlIn()
    shoulder = next(bone for bone in walker.get_bones().bone_transforms if bone.name == "crl_arm__R")
    turned = carla.Transform(shoulder.relative.location, carla.Rotation(pitch=90.0))
    raised.bone_transforms = [("crl_arm__R", turned)]
    walker.set_bones(raised)
    walker.show_pose()
    ticks(2)
    shown = {bone.name: bone for bone in walker.get_bones().bone_transforms}["crl_hand__R"].world
    assert _apart(shown, at_rest) > 0.2
    walker.hide_pose()
    ticks(2)
    hidden = {bone.name: bone for bone in walker.get_bones().bone_transforms}["crl_hand__R"].world
    assert _apart(hidden, at_rest) < 0.1


def test_bones_of_the_boneless_and_of_nobody_are_errors(world: Any, spawn: Make) -> None:
    box = spawn("static.prop.box01")
    with pytest.raises(RuntimeError):
        box.get_bone_names()
    assert box.get_component_names()
    box.destroy()
    with pytest.raises(RuntimeError):
        box.get_component_names()


def test_doors_open_and_close(bench: Any, spawn: Make, ticks: Make) -> None:
    car = spawn("vehicle.dodge.charger_2020")
    ticks(20)
    before = car.get_location()
    car.open_door(carla.VehicleDoor.FL)
    car.open_door(carla.VehicleDoor.All)
    ticks(5)
    car.close_door(carla.VehicleDoor.All)
    ticks(5)
    assert car.get_location().distance(before) < 0.1
    assert not bench.refused("open_vehicle_door")


def _seen(world: Any, pose: Any, actor: Any) -> NDArray[np.float64]:
    """(n, 3) points of an actor in the world, as one turn of a semantic lidar at ``pose`` sees them."""
    blueprint = world.get_blueprint_library().find("sensor.lidar.ray_cast_semantic")
    for name, value in (("channels", 64), ("points_per_second", 1_200_000), ("rotation_frequency", 20), ("range", 20)):
        blueprint.set_attribute(name, str(value))
    blueprint.set_attribute("upper_fov", "20")
    blueprint.set_attribute("lower_fov", "-20")
    lidar = world.spawn_actor(blueprint, pose)
    clouds: queue.Queue[Any] = queue.Queue()
    lidar.listen(clouds.put)
    try:
        frame = world.tick()
        cloud = clouds.get(timeout=_WAIT_S)
        while cloud.frame < frame:
            cloud = clouds.get(timeout=_WAIT_S)
        points = np.frombuffer(cloud.raw_data, _POINT)
        matrix = np.array(cloud.transform.get_matrix())
        mine = points["place"][points["id"] == actor.id].astype(np.float64)
        world_points: NDArray[np.float64] = mine @ matrix[:3, :3].T + matrix[:3, 3]
    finally:
        lidar.stop()
        lidar.destroy()
    return world_points


def test_an_open_door_is_seen_where_it_swung(world: Any, spawn: Make, place: Make, ticks: Make) -> None:
    car = spawn("vehicle.dodge.charger_2020")
    ticks(20)
    eye = place(-4.0, 3.0, 1.0)

    def beside() -> int:
        """Points of the car on its left, further out than its mirrors."""
        to_car = np.array(car.get_transform().get_inverse_matrix())
        right = _seen(world, eye, car) @ to_car[1, :3] + to_car[1, 3]
        return int((right < -(car.bounding_box.extent.y + 0.1)).sum())

    assert beside() == 0
    car.open_door(carla.VehicleDoor.FL)
    ticks(20)
    assert beside() > 20
    car.close_door(carla.VehicleDoor.FL)
    ticks(5)
    assert beside() == 0


def test_a_raised_hand_is_seen_where_its_bone_is_told(world: Any, spawn: Make, place: Make, ticks: Make) -> None:
    walker = spawn("walker.pedestrian.0003", place(0.0, 0.0, 0.8))
    ticks(20)
    eye = place(-3.0, 2.0, 1.0)
    bones = {bone.name: bone for bone in walker.get_bones().bone_transforms}
    arm = bones["crl_arm__R"].relative
    raised = carla.WalkerBoneControlIn()
    raised.bone_transforms = [("crl_arm__R", carla.Transform(arm.location, carla.Rotation(roll=-90.0)))]
    walker.set_bones(raised)
    before = _seen(world, eye, walker)
    walker.show_pose()
    ticks(2)
    shown = _seen(world, eye, walker)
    told = {bone.name: bone for bone in walker.get_bones().bone_transforms}["crl_hand__R"].world.location
    hand = np.array([told.x, told.y, told.z])
    assert np.linalg.norm(before - hand, axis=1).min() > 0.2
    assert np.linalg.norm(shown - hand, axis=1).min() < 0.1


def test_textures_are_taken_for_known_objects_alone(world: Any, spawn: Make) -> None:
    spawn("vehicle.tesla.model3")
    texture = carla.TextureColor(4, 4)
    for x in range(4):
        for y in range(4):
            texture.set(x, y, carla.Color(255, 0, 0, 255))
    names = world.get_names_of_all_objects()
    assert names
    world.apply_color_texture_to_object(names[0], carla.MaterialParameter.Diffuse, texture)
    with pytest.raises(RuntimeError, match="unable to find Actor to apply the texture"):
        world.apply_color_texture_to_object("no such object", carla.MaterialParameter.Diffuse, texture)
    bright = carla.TextureFloatColor(2, 2)
    world.apply_float_color_texture_to_object(names[0], carla.MaterialParameter.Normal, bright)


def test_debug_drawings_are_taken(bench: Any, world: Any) -> None:
    debug, here, there = world.debug, carla.Location(0.0, 0.0, 1.0), carla.Location(3.0, 0.0, 1.0)
    debug.draw_point(here, 0.1, carla.Color(255, 0, 0), 1.0)
    debug.draw_line(here, there, 0.1, carla.Color(0, 255, 0), 1.0)
    debug.draw_arrow(here, there)
    debug.draw_box(carla.BoundingBox(here, carla.Vector3D(1, 1, 1)), carla.Rotation(yaw=30.0))
    debug.draw_string(here, "text")
    debug.draw_hud_line(here, there)
    world.tick()
    assert not bench.refused("draw_debug_shape")
