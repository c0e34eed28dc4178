"""Camera pictures of simple shapes against projection and geometry; repeatability."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numba
import numpy as np
import pytest

from carlite.actors import Actor, ActorStates, Kind
from carlite.geometry import world_from_local
from carlite.mesh import ActorModel, Box, Material, Mesh, Part, PlacedObject, StaticWorld
from carlite.rays import CameraRequest, Channel, GBuffer, RayScene
from carlite.tags import Tag
from carlite.weather import Weather

_ALL = Channel.RGB | Channel.DEPTH | Channel.TAG | Channel.INSTANCE | Channel.NORMAL | Channel.FLOW
_BOX = Box(centre=(0, 0, 0), half_extent=(1, 1, 1))
_RAIN = Weather(
    cloudiness=100.0, precipitation=100.0, precipitation_deposits=90.0, wind_intensity=100.0, sun_azimuth_angle=10.0,
    sun_altitude_angle=15.0, fog_density=7.0, wetness=50.0,
)  # fmt: skip
_NIGHT = Weather(
    cloudiness=60.0, sun_azimuth_angle=0.0, sun_altitude_angle=-90.0, fog_density=60.0, fog_distance=75.0, fog_falloff=1.0
)
_CLEAR = Weather(cloudiness=0.0, sun_azimuth_angle=90.0, fog_density=0.0)


def solid(low: tuple[float, float, float], high: tuple[float, float, float], tag: Tag) -> Mesh:
    """A cuboid with hard edges."""
    corners = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)])
    faces = {(-1, 0, 0): [0, 1, 3, 2], (1, 0, 0): [4, 6, 7, 5], (0, -1, 0): [0, 4, 5, 1], (0, 1, 0): [2, 3, 7, 6]}
    faces |= {(0, 0, -1): [0, 2, 6, 4], (0, 0, 1): [1, 5, 7, 3]}
    points = np.asarray(low) + corners * (np.asarray(high) - np.asarray(low))
    vertices = np.concatenate([points[face] for face in faces.values()]).astype(np.float32)
    normals = np.repeat(np.asarray(list(faces), np.float32), 4, axis=0)
    triangles = np.concatenate([[[4 * f, 4 * f + 1, 4 * f + 2], [4 * f, 4 * f + 2, 4 * f + 3]] for f in range(6)])
    return Mesh(
        vertices=vertices,
        triangles=triangles.astype(np.uint32),
        normals=normals,
        uvs=np.zeros((24, 2), np.float32),
        colours=np.full((24, 3), 0.4, np.float32),
        materials=np.zeros(12, np.uint8),
        tags=np.full(12, tag, np.uint8),
    )


def request(width: int, height: int, channels: Channel = _ALL, **more: object) -> CameraRequest:
    pose = more.pop("pose", world_from_local([0.0, 0.0, 2.0], [0.0, 0.0, 0.0]))
    return CameraRequest(world_from_camera=pose, width=width, height=height, fov_deg=90.0, channels=channels, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def street() -> Iterator[tuple[RayScene, ActorStates, Actor]]:
    """A flat road, and a box 20 m ahead whose near face is the square -1..1 by 1..3 at x = 20."""
    ground = solid((-200, -200, -1), (200, 200, 0), Tag.ROADS)
    states = ActorStates()
    row = states.allocate(0x1_0203)
    states.location[row] = (21.0, 0.0, 2.0)
    box = ActorModel(parts=(Part(mesh=solid((-1, -1, -1), (1, 1, 1), Tag.CAR)),))
    actor = Actor(id=0x1_0203, kind=Kind.VEHICLE, type_id="vehicle.test", attributes={}, row=row, box=_BOX, model=box)
    with RayScene(StaticWorld(ground=(ground,), objects=()), threads=2) as scene:
        scene.set_weather(_CLEAR)
        scene.update([actor], states, 1)
        yield scene, states, actor


def test_depth_is_planar_and_follows_the_pinhole_model(street: tuple[RayScene, ActorStates, Actor]) -> None:
    image = street[0].trace_camera(request(200, 100))
    assert image.depth_m is not None
    v = np.arange(100) + 0.5
    below = np.flatnonzero(v > 52)
    # the road 2 m below the camera: v = cy - f z / x with f = 100
    np.testing.assert_allclose(image.depth_m[below, 10], 100.0 * 2.0 / (v[below] - 50.0), rtol=2e-4)
    np.testing.assert_allclose(image.depth_m[50, 96:104], 20.0, rtol=1e-5)
    assert np.isinf(image.depth_m[:40]).all()


def test_silhouette_and_labels_are_exact_to_the_pixel(street: tuple[RayScene, ActorStates, Actor]) -> None:
    image = street[0].trace_camera(request(400, 200))
    assert image.tag is not None
    assert image.instance is not None
    u, v = np.meshgrid(np.arange(400) + 0.5, np.arange(200) + 0.5)
    inside = (np.abs(u - 200) < 200 * 1 / 20) & (np.abs(v - 100) < 200 * 1 / 20)
    np.testing.assert_array_equal(image.tag == Tag.CAR, inside)
    np.testing.assert_array_equal(image.instance == (0x1_0203 - 1) % 32767 + 1, inside)
    assert set(np.unique(image.tag)) == {Tag.CAR, Tag.ROADS, Tag.SKY}


def test_a_camera_turned_right_sees_what_lies_at_positive_y(street: tuple[RayScene, ActorStates, Actor]) -> None:
    scene, _, actor = street
    pose = world_from_local([21.0, -20.0, 2.0], [0.0, 90.0, 0.0])
    image = scene.trace_camera(request(101, 101, Channel.TAG | Channel.NORMAL, pose=pose))
    assert image.tag is not None
    assert image.normal is not None
    assert image.tag[50, 50] == Tag.CAR
    np.testing.assert_allclose(image.normal[50, 50], [0, -1, 0], atol=1e-6)
    assert scene.trace_camera(request(101, 101, Channel.TAG, pose=pose, ignore=(actor.id,))).tag[50, 50] != Tag.CAR  # type: ignore[index]


def test_shadow_lies_where_the_sun_throws_it(street: tuple[RayScene, ActorStates, Actor]) -> None:
    # sun at azimuth 90 (towards +y), 45 degrees high: the box, 1..3 m above the road, shades y from -4 to 0
    pose = world_from_local([21.0, -2.0, 40.0], [-90.0, 0.0, 0.0])
    bgra = street[0].trace_camera(request(400, 400, Channel.RGB, pose=pose)).bgra
    assert bgra is not None
    green = bgra[200, :, 1].astype(int)  # straight down, image up is +x, right is +y; 5 pixels a metre on the road

    def at(y: float) -> int:
        return int(green[round(200 + (y + 2.0) * 200 / 40.0)])

    lit = at(-15.0)
    assert at(-3.5) < 0.7 * lit
    assert at(-2.0) < 0.7 * lit
    assert at(-4.8) == pytest.approx(lit, abs=4)


def test_flow_of_a_camera_that_moved_sideways(street: tuple[RayScene, ActorStates, Actor]) -> None:
    from carlite.geometry import inverse

    before = inverse(world_from_local([0.0, -0.5, 2.0], [0.0, 0.0, 0.0]))
    image = street[0].trace_camera(request(200, 200, Channel.FLOW, previous_from_world=before))
    assert image.flow is not None
    # half a metre to the right at 20 m: the box's face moves 0.5 / 20 * f = 2.5 pixels to the left
    np.testing.assert_allclose(image.flow[100, 100], [-2.5 / 200, 0.0], atol=1e-5)


def test_flow_of_an_actor_that_moved() -> None:
    states = ActorStates()
    row = states.allocate(1)
    states.location[row] = (21.0, 0.0, 2.0)
    model = ActorModel(parts=(Part(mesh=solid((-1, -1, -1), (1, 1, 1), Tag.CAR)),))
    actor = Actor(id=1, kind=Kind.VEHICLE, type_id="vehicle.test", attributes={}, row=row, box=_BOX, model=model)
    with RayScene(StaticWorld(ground=(), objects=()), threads=1) as scene:
        scene.update([actor], states, 1)
        states.location[row, 1] = 0.2
        scene.update([actor], states, 2)
        flow = scene.trace_camera(request(200, 200, Channel.FLOW)).flow
    assert flow is not None
    np.testing.assert_allclose(flow[100, 100], [0.2 / 20 * 100 / 200, 0.0], atol=1e-5)


@pytest.mark.parametrize("weather", [_CLEAR, _RAIN, _NIGHT], ids=["clear", "rain", "night"])
def test_repeats_and_thread_counts_give_the_same_bytes(street: tuple[RayScene, ActorStates, Actor], weather: Weather) -> None:
    scene, states, actor = street
    asked = request(161, 93, time_s=1.25)
    actor.light_state = 3
    pictures: list[GBuffer] = []
    with RayScene(scene.static_world, threads=1) as other:
        for tracer in (scene, scene, other):
            tracer.set_weather(weather)
            tracer.update([actor], states, None)
            pictures.append(tracer.trace_camera(asked))
    for name in ("bgra", "depth_m", "tag", "instance", "normal", "flow"):
        assert len({getattr(picture, name).tobytes() for picture in pictures}) == 1, name
    scene.set_weather(_CLEAR)


def test_what_an_earlier_picture_left_in_memory_shows_nowhere(street: tuple[RayScene, ActorStates, Actor]) -> None:
    """Edges between the shaded side of a box and the sky, at every place within the kernel's tiles of 4 x 2 pixels."""
    scene = street[0]
    scratch = scene._camera._scratch
    for turn in range(16):
        pose = world_from_local([25.0, 0.0, 0.4], [22.0, 180.0 + 0.11 * turn, 0.07 * turn])
        pictures = []
        for left in (0, 1, 200):
            for array in scratch.values():
                array.view(np.uint8)[:] = left
            picture = scene.trace_camera(request(160, 96, Channel.RGB, pose=pose)).bgra
            assert picture is not None
            pictures.append(picture.tobytes())
        assert len(set(pictures)) == 1, turn


def _mean(scene: RayScene, weather: Weather, rows: slice) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    scene.set_weather(weather)
    picture = scene.trace_camera(request(96, 96, Channel.RGB)).bgra
    scene.set_weather(_CLEAR)
    assert picture is not None
    mean: np.ndarray[tuple[int, ...], np.dtype[np.float64]] = picture[rows, :, :3].reshape(-1, 3).mean(0)
    return mean


def test_pictures_are_made_by_all_threads(street: tuple[RayScene, ActorStates, Actor]) -> None:
    """The few rays that look for the sun take one thread; that must not stay so for the picture."""
    street[0].cast((0.0, 0.0, 2.0), np.array([[0.0, 0.0, -1.0]]), 10.0)
    street[0].trace_camera(request(64, 32, Channel.RGB))
    assert numba.get_num_threads() == street[0].threads


def test_weather_shows(street: tuple[RayScene, ActorStates, Actor]) -> None:
    scene = street[0]
    sky, road = slice(0, 40), slice(70, 96)
    clear_sky = _mean(scene, _CLEAR, sky)
    assert clear_sky[0] > clear_sky[2] + 20  # blue
    night = Weather(sun_azimuth_angle=0.0, sun_altitude_angle=-90.0, fog_density=0.0, fog_distance=0.0, fog_falloff=0.0)
    assert _mean(scene, night, sky).max() < 0.4 * clear_sky.max()
    rain = _mean(scene, replace(_RAIN, sun_azimuth_angle=0.0, sun_altitude_angle=45.0, wetness=0.0), sky)
    assert rain.max() - rain.min() < 25  # grey
    blinding = Weather(sun_azimuth_angle=0.01, sun_altitude_angle=8.0)
    assert _mean(scene, blinding, sky).mean() > clear_sky.mean() + 40
    assert _mean(scene, _CLEAR, road).mean() > _mean(scene, night, road).mean() + 40


def _mirrored(material: Material, weather: Weather) -> np.ndarray:
    """(100, 100) green of a wet road that mirrors a sheet of that material, which itself is out of the picture."""
    ground = solid((-200, -200, -1), (200, 200, 0), Tag.ROADS)
    sheet = solid((30, -4, 3), (31, 4, 9), Tag.POLE)
    road = replace(ground, materials=np.full(12, Material.ASPHALT, np.uint8))
    with RayScene(StaticWorld(ground=(road,), objects=(_placed(sheet, material),)), threads=2) as scene:
        scene.set_weather(weather)
        pose = world_from_local([0.0, 0.0, 2.0], [-30.0, 0.0, 0.0])
        image = scene.trace_camera(CameraRequest(world_from_camera=pose, width=100, height=100, fov_deg=40.0))
    assert image.tag is not None
    assert image.bgra is not None
    assert (image.tag == Tag.ROADS).all()
    return image.bgra[..., 1].astype(int)


def _placed(mesh: Mesh, material: Material) -> PlacedObject:
    model = ActorModel(parts=(Part(mesh=replace(mesh, materials=np.full(12, material, np.uint8))),))
    return PlacedObject(object_id=40_000, name="sheet", tag=Tag.POLE, model=model, world_from_local=np.eye(3, 4), box=_BOX)


def test_a_street_lamp_in_a_puddle_shines_by_night_alone() -> None:
    day, night = _RAIN, replace(_RAIN, sun_altitude_angle=-30.0)
    plain, lamp = _mirrored(Material.MATTE, day), _mirrored(Material.LAMP_STREET, day)
    assert (plain == lamp).all()
    plain, lamp = _mirrored(Material.MATTE, night), _mirrored(Material.LAMP_STREET, night)
    assert (lamp - plain).max() > 30


def test_only_the_channels_asked_for_are_made(street: tuple[RayScene, ActorStates, Actor]) -> None:
    image = street[0].trace_camera(request(16, 16, Channel.DEPTH))
    assert image.depth_m is not None
    assert image.bgra is None
    assert image.normal is None


def test_impossible_lenses_are_refused() -> None:
    with pytest.raises(ValueError, match=r"got 180\.0 degrees"):
        CameraRequest(world_from_camera=np.eye(3, 4), width=4, height=4, fov_deg=180.0)
    with pytest.raises(ValueError, match="got 0x4 pixels"):
        CameraRequest(world_from_camera=np.eye(3, 4), width=0, height=4, fov_deg=90.0)


def test_a_traffic_light_lights_the_lamp_of_its_state_alone() -> None:
    """Three lamps side by side, lit one after the other by the state of the light."""
    lamps = (Material.SIGNAL_RED, Material.SIGNAL_YELLOW, Material.SIGNAL_GREEN)
    heads = []
    for number, material in enumerate(lamps):
        mesh = solid((0.0, 2.0 * number - 3.0, -1.0), (1.0, 2.0 * number - 1.0, 1.0), Tag.TRAFFIC_LIGHT)
        heads.append(Part(mesh=replace(mesh, materials=np.full(12, material, np.uint8))))
    pole = PlacedObject(
        object_id=7,
        name="traffic_light_7",
        tag=Tag.TRAFFIC_LIGHT,
        model=ActorModel(parts=tuple(heads)),
        box=_BOX,
        world_from_local=world_from_local([12.0, 0.0, 2.0], [0.0, 0.0, 0.0])[:3].astype(np.float32),
    )
    ground = solid((-200, -200, -1), (200, 200, 0), Tag.ROADS)
    with RayScene(StaticWorld(ground=(ground,), objects=(pole,)), threads=1) as scene:
        scene.set_weather(_CLEAR)
        scene.update([], ActorStates(), 1)

        def brightness(state: int) -> list[float]:
            scene.light_signals({7: state})
            image = scene.trace_camera(request(240, 120, Channel.RGB)).bgra
            assert image is not None
            return [float(image[60, u, :3].max()) for u in (100, 120, 140)]  # 2 m aside at 12 m are 20 px

        dark = brightness(3)
        for state in (0, 1, 2):
            lit = brightness(state)
            for lamp in (0, 1, 2):
                if lamp == state:
                    assert lit[lamp] > dark[lamp] + 40.0, (state, lit, dark)
                else:
                    assert lit[lamp] == dark[lamp]
