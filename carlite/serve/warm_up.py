"""Compiles kernels into the cache: ``python -m carlite.serve.warm_up PID [FOLDER]`` the camera's, ``compile_world`` a world's.

On a new machine the two take equally long, so the server lets the first run beside its own start, which does the second.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from carlite.actors import ActorStates
from carlite.geometry import world_from_local
from carlite.jit import is_kept, keep_kernels_in
from carlite.mesh import Material, Mesh, StaticWorld
from carlite.navigation import NavigationFile
from carlite.opendrive import parse
from carlite.physics.tick_kernel import run_tick
from carlite.rays.camera_kernel import trace_kernel
from carlite.rays.results import CameraRequest, Channel
from carlite.rays.scene import RayScene
from carlite.sensors import GeoReference, View, make_sensor, measure_all
from carlite.sensors.image_codes import CODES, encode_again, encode_depth, encode_labels, encode_normals, encode_values
from carlite.serve.parent import ParentWatch
from carlite.tags import Tag
from carlite.weather import Weather
from carlite.world.level import Level
from carlite.world.maps import EMPTY_STREET, MapSource
from carlite.world.speed_limits import SpeedLimits
from carlite.world.world import World

# At night: the share of the sun's disc that is seen takes ray casts, and those are compiled with the world.
_NIGHT_OF_RAIN = Weather(
    cloudiness=100.0,
    precipitation=100.0,
    precipitation_deposits=90.0,
    wind_intensity=100.0,
    sun_azimuth_angle=0.0,
    sun_altitude_angle=-45.0,
    fog_density=7.0,
    wetness=100.0,
)
_STEP_S = 0.05
_START = (0.0, 0.0, 1.5)  # everything within the ten metres that a lidar reaches by default
_LEVEL = (0.0, 0.0, 0.0)
_CASTING = ("sensor.lidar.ray_cast", "sensor.lidar.ray_cast_semantic", "sensor.other.radar")


def is_compiled() -> bool:
    """Whether the cache holds the camera's kernel and the world's, for this machine and from these sources."""
    return is_kept(trace_kernel) and is_kept(run_tick)


def _square() -> StaticWorld:
    """A square of asphalt."""
    corners = np.array([[-9, -9, 0], [9, -9, 0], [9, 9, 0], [-9, 9, 0]], np.float32)
    square = Mesh(
        vertices=corners,
        triangles=np.array([[0, 1, 2], [0, 2, 3]], np.uint32),
        normals=np.tile(np.array([0, 0, 1], np.float32), (4, 1)),
        uvs=corners[:, :2].copy(),
        colours=np.full((4, 3), 0.3, np.float32),
        materials=np.full(2, Material.ASPHALT, np.uint8),
        tags=np.full(2, Tag.ROADS, np.uint8),
    )
    return StaticWorld(ground=(square,), objects=())


def compile_camera() -> None:
    """Looks at a square of asphalt once with every kernel that a picture in rain needs."""
    with RayScene(_square()) as scene:
        scene.set_weather(_NIGHT_OF_RAIN)
        scene.update([], ActorStates(), 0)
        eye = world_from_local([0.0, 0.0, 1.5], [-30.0, 0.0, 0.0])
        request = CameraRequest(
            world_from_camera=eye, width=64, height=36, fov_deg=70.0,
            channels=Channel.RGB | Channel.DEPTH | Channel.TAG | Channel.INSTANCE | Channel.NORMAL | Channel.FLOW,
        )  # fmt: skip
        image = scene.trace_camera(request)
        assert image.depth_m is not None
        assert image.tag is not None
        assert image.instance is not None
        assert image.normal is not None
        assert image.flow is not None
        pixels = np.empty(4 * 36 * 64, np.uint8)
        encode_depth(image.depth_m.reshape(-1), pixels)
        encode_labels(image.tag.reshape(-1), image.instance.reshape(-1), True, pixels)
        encode_normals(image.normal.reshape(-1), pixels)
        half, codes = np.full(3, 0.5, np.float32), np.zeros(CODES, np.uint8)
        encode_values(image.normal.reshape(-1, 3), half, half, codes, pixels)
        encode_again(pixels.reshape(-1, 4), np.zeros((3, 256), np.uint8), pixels)


def compile_world() -> None:
    """Lets a car with a lidar and a radar, and a ball, fall for one tick: all kernels but the camera's."""
    network = parse(EMPTY_STREET)
    with RayScene(_square()) as scene:
        level = Level(
            source=MapSource(name="Square", opendrive=EMPTY_STREET),
            opendrive=EMPTY_STREET,
            network=network,
            static_world=scene.static_world,
            rays=scene,
            speed_limits=SpeedLimits(network),
            navigation=NavigationFile("Square", EMPTY_STREET, network, lambda points: scene.ground_below(points).height_m),
        )
        _fall(World(level))


def _fall(world: World) -> None:
    car = world.episode.spawn("vehicle.tesla.model3", {}, _START, _LEVEL)
    ball = world.episode.spawn("carlite.prop.ball", {}, _START, _LEVEL)
    world.episode.physics.set_simulate_physics(ball, True)
    sensors = [make_sensor(world.episode.spawn(kind, {}, _START, _LEVEL, car.id)) for kind in _CASTING]
    world.step(_STEP_S)
    world.refresh_rays()
    view = View(
        frame=world.frame,
        elapsed_s=world.elapsed_s,
        dt_s=world.delta_s,
        states=world.episode.states,
        actors=world.episode.actors.by_id,
        scene=world.episode.level.rays,
        contacts=world.episode.contacts,
        geo=GeoReference(),
        gravity_mps2=world.episode.imu_gravity,
        encode_actor=lambda actor: None,
        encode_scenery=lambda tag: None,
    )
    due = [sensor for sensor in sensors if sensor is not None and sensor.is_due(_STEP_S)]
    assert len(due) == len(_CASTING)
    list(measure_all(due, view))


if __name__ == "__main__":
    if ParentWatch(int(sys.argv[1])).is_orphan():
        sys.exit(0)
    if sys.argv[2:]:
        keep_kernels_in(Path(sys.argv[2]))
    compile_camera()
