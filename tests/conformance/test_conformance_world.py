"""Episode, settings, ticks, snapshots, weather, maps, objects, rays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import carla
import pytest

Make = Callable[..., Any]


def test_versions_and_names(bench: Any, world: Any) -> None:
    assert bench.client.get_server_version() == bench.client.get_client_version() == "0.9.16"
    name = world.get_map().name
    assert name.startswith("Carla/Maps/")
    assert any(path.endswith(name.rsplit("/", 1)[-1].removesuffix("_Opt")) for path in bench.client.get_available_maps())
    assert world.get_map().to_opendrive().lstrip().startswith("<?xml")


def test_ticks_count_frames_and_time(world: Any) -> None:
    first = world.get_snapshot()
    frames = [world.tick() for _ in range(5)]
    last = world.get_snapshot()
    assert frames == list(range(frames[0], frames[0] + 5))
    assert last.frame == frames[-1]
    assert last.timestamp.delta_seconds == pytest.approx(0.05, abs=1e-7)
    passed = last.timestamp.elapsed_seconds - first.timestamp.elapsed_seconds
    assert passed == pytest.approx(0.05 * (last.frame - first.frame), abs=1e-6)


def test_settings_of_a_fresh_world(bench: Any, world: Any) -> None:
    fresh = bench.client.reload_world(True).get_settings()
    assert not fresh.synchronous_mode
    assert fresh.fixed_delta_seconds is None
    assert fresh.deterministic_ragdolls
    fresh.actor_active_distance, fresh.tile_stream_distance = 5000.0, 100.0
    world.apply_settings(fresh)
    assert world.get_settings().tile_stream_distance == 5000.0  # never below the other
    bench.client.reload_world(True)


def test_settings_are_kept(world: Any) -> None:
    settings = world.get_settings()
    assert (settings.synchronous_mode, settings.fixed_delta_seconds) == (True, 0.05)
    settings.max_substeps, settings.max_substep_delta_time = 12, 0.02
    settings.fixed_delta_seconds = 0.1
    world.apply_settings(settings)
    assert world.get_settings() == settings
    world.tick()
    assert world.get_snapshot().timestamp.delta_seconds == pytest.approx(0.1, abs=1e-7)


def test_a_world_without_a_tick_stands_still(world: Any) -> None:
    frame = world.get_snapshot().frame
    with pytest.raises(RuntimeError, match="time-out"):
        world.wait_for_tick(0.3)
    assert world.get_snapshot().frame == frame


def test_an_asynchronous_world_runs_by_itself(world: Any) -> None:
    settings = world.get_settings()
    settings.synchronous_mode, settings.fixed_delta_seconds = False, None
    world.apply_settings(settings)
    frames = [world.wait_for_tick(10.0).frame for _ in range(3)]
    assert frames == sorted(set(frames))


def test_a_tick_of_an_asynchronous_world_waits_for_the_next_frame(world: Any) -> None:
    settings = world.get_settings()
    settings.synchronous_mode, settings.fixed_delta_seconds = False, None
    world.apply_settings(settings)
    world.wait_for_tick(10.0)
    first = world.get_snapshot().timestamp
    for _ in range(60):
        world.tick()
    last = world.get_snapshot().timestamp
    passed_s = last.platform_timestamp - first.platform_timestamp
    assert last.elapsed_seconds - first.elapsed_seconds == pytest.approx(passed_s, rel=0.2, abs=0.3)


def test_reloading_begins_a_new_episode(bench: Any, world: Any, spawn: Make) -> None:
    car = spawn("vehicle.tesla.model3")
    episode, frame = world.id, world.get_snapshot().frame
    again = bench.client.reload_world(False)
    assert again.id != episode
    again.tick()
    snapshot = again.get_snapshot()
    assert snapshot.frame > frame
    assert snapshot.timestamp.elapsed_seconds < 10.0
    assert again.get_actors().filter("vehicle.*").find(car.id) is None
    assert again.get_settings().synchronous_mode  # reload_world(reset_settings=False)


def test_an_unknown_map_is_an_error(bench: Any, world: Any) -> None:
    with pytest.raises(RuntimeError, match="not found"):
        bench.client.load_world("NoSuchTown")


def test_snapshots_hold_every_actor(world: Any, spawn: Make) -> None:
    car = spawn("vehicle.tesla.model3")
    camera = spawn("sensor.camera.rgb", carla.Transform(carla.Location(z=2.0)), parent=car)
    snapshot = world.get_snapshot()
    ids = {state.id for state in snapshot}
    assert {car.id, camera.id, world.get_spectator().id} <= ids
    assert ids == {actor.id for actor in world.get_actors()}
    state = snapshot.find(car.id)
    assert state.get_transform().location.distance(car.get_location()) < 1e-3
    assert camera.parent.id == car.id


def test_weather_is_kept_number_by_number(world: Any) -> None:
    for wanted in (carla.WeatherParameters.WetCloudySunset, carla.WeatherParameters(cloudiness=12.0, fog_density=34.0)):
        world.set_weather(wanted)
        world.tick()
        assert world.get_weather() == wanted


def test_gravity_of_the_imu_is_kept_until_the_next_load(bench: Any, world: Any) -> None:
    assert world.get_imui_sensor_gravity() == pytest.approx(9.81, abs=0.01)
    world.set_imui_sensor_gravity(3.7)
    world.tick()
    assert world.get_imui_sensor_gravity() == pytest.approx(3.7)
    assert bench.client.reload_world(False).get_imui_sensor_gravity() == pytest.approx(9.81, abs=0.01)


def test_the_spectator_goes_where_it_is_put(world: Any, place: Make) -> None:
    pose = place(5.0, 0.0, 12.0, turn_deg=30.0)
    world.get_spectator().set_transform(pose)
    world.tick()
    seen = world.get_spectator().get_transform()
    assert seen.location.distance(pose.location) < 0.05
    assert seen.rotation.yaw == pytest.approx(pose.rotation.yaw, abs=0.1)


def test_the_ground_is_below_the_lane(world: Any, place: Make) -> None:
    above = place(0.0, 0.0, 5.0).location
    hit = world.ground_projection(above, 20.0)
    assert hit is not None
    road = world.get_map().get_waypoint(above).transform.location
    assert hit.location.z == pytest.approx(road.z, abs=0.3)
    assert hit.label in (carla.CityObjectLabel.Roads, carla.CityObjectLabel.RoadLines)
    below = carla.Location(above.x, above.y, above.z - 20.0)
    labels = [point.label for point in world.cast_ray(above, below)]
    assert labels
    assert labels[0] == hit.label
    assert world.ground_projection(above, 0.5) is None


def _solid(world: Any) -> Any:
    """A building, or else the largest thing of the world."""
    found = world.get_environment_objects(carla.CityObjectLabel.Buildings)
    found = found or world.get_environment_objects(carla.CityObjectLabel.Any)
    if not found:
        pytest.skip("a map without environment objects")
    return max(found, key=lambda thing: thing.bounding_box.extent.z)


def _is_hit(world: Any, thing: Any) -> bool:
    """Whether a vertical ray through the middle of the thing meets anything in the upper half of its box."""
    middle, half = thing.bounding_box.location, thing.bounding_box.extent.z
    start = carla.Location(middle.x, middle.y, middle.z + half + 1.0)
    return any(point.location.z > middle.z for point in world.cast_ray(start, carla.Location(middle.x, middle.y, middle.z)))


def test_environment_objects_vanish_and_come_back(world: Any) -> None:
    thing = _solid(world)
    assert _is_hit(world, thing)
    world.enable_environment_objects({thing.id}, False)
    world.tick()
    assert not _is_hit(world, thing)
    assert any(other.id == thing.id for other in world.get_environment_objects(carla.CityObjectLabel.Any))
    world.enable_environment_objects({thing.id}, True)
    world.tick()
    assert _is_hit(world, thing)


def test_layers_come_and_go(world: Any) -> None:
    if not world.get_map().name.endswith("_Opt"):
        pytest.skip("only maps whose name ends in _Opt have layers")
    thing = _solid(world)
    if thing.type != carla.CityObjectLabel.Buildings:
        pytest.skip("a map without buildings")
    world.unload_map_layer(carla.MapLayer.Buildings)
    world.tick()
    assert not _is_hit(world, thing)
    assert world.get_environment_objects(carla.CityObjectLabel.Buildings) == []
    world.load_map_layer(carla.MapLayer.Buildings)
    world.tick()
    assert _is_hit(world, thing)


def test_boxes_of_the_level(world: Any, spawn: Make) -> None:
    car = spawn("vehicle.tesla.model3")
    assert world.get_level_bbs(carla.CityObjectLabel.Any)
    boxes = world.get_level_bbs(carla.CityObjectLabel.Car)
    assert min(box.location.distance(car.get_location()) for box in boxes) < 2.0
    for light in world.get_actors().filter("traffic.traffic_light"):
        own = [box for box in world.get_level_bbs(carla.CityObjectLabel.TrafficLight) if box.actor_id == light.id]
        assert own
        assert min(box.location.distance(light.get_location()) for box in own) < 20.0


def test_street_lights_follow_the_light_manager(world: Any) -> None:
    manager = world.get_lightmanager()
    lights = manager.get_all_lights(carla.LightGroup.Street)
    if not lights:
        pytest.skip("a map without street lights")
    manager.turn_off(lights)
    world.tick()
    assert not any(manager.is_active(lights))
    manager.set_intensity(lights[:1], 1234.0)
    manager.turn_on(lights)
    world.tick()
    assert all(manager.is_active(lights))
    assert manager.get_intensity(lights)[0] == pytest.approx(1234.0)
    manager.set_day_night_cycle(True)
    world.tick()


def test_street_lights_burn_by_night_unless_told_otherwise(bench: Any, world: Any) -> None:
    manager = world.get_lightmanager()
    lights = manager.get_all_lights(carla.LightGroup.Street)
    if not lights:
        pytest.skip("a map without street lights")

    def shine(altitude_deg: float) -> list[bool]:
        weather = world.get_weather()
        weather.sun_altitude_angle = altitude_deg
        world.set_weather(weather)
        for _ in range(3):
            world.tick()
        return list(manager.is_active(lights))

    assert not any(shine(60.0))
    assert all(shine(-60.0))
    assert not any(shine(60.0))
    manager.turn_on(lights[:1])
    world.tick()
    assert list(manager.is_active(lights)) == [True] + [False] * (len(lights) - 1)
    manager.set_day_night_cycle(False)
    world.tick()
    assert list(shine(-60.0)) == [True] + [False] * (len(lights) - 1)
    bench.client.reload_world(False)


def test_a_ray_meets_each_thing_once(world: Any, spawn: Make, place: Make) -> None:
    spawn("vehicle.tesla.model3", place(0.0))
    world.tick()
    start, end = place(-10.0, 0.0, 0.5).location, place(10.0, 0.0, 0.5).location
    labels = [point.label for point in world.cast_ray(start, end)]
    assert labels.count(carla.CityObjectLabel.Car) == 1


def test_every_sensor_can_be_listened_to(bench: Any, world: Any, spawn: Make) -> None:
    car = spawn("vehicle.tesla.model3")
    for blueprint in world.get_blueprint_library().filter("sensor.*"):
        if blueprint.id.startswith("sensor.camera.") and bench.is_carlite:
            continue  # the light of the first picture takes long
        sensor = world.spawn_actor(blueprint, carla.Transform(), attach_to=car)
        sensor.listen(lambda _: None)
        world.tick()
        sensor.stop()
        assert sensor.destroy()
