"""IMU, GNSS, radar and event sensors."""

from __future__ import annotations

import math

import carla
import msgpack
import numpy as np
import pytest

from carlite.opendrive import parse
from carlite.physics import Contact
from carlite.sensors import GeoReference, geo_reference
from carlite.tags import Tag

_ROAD = """<?xml version="1.0"?><OpenDRIVE><header revMajor="1" revMinor="4" name="m"><geoReference>
<![CDATA[+proj=tmerc +lat_0={lat} +lon_0={lon} +k=1 +x_0=0 +y_0=0 +datum=WGS84]]></geoReference></header>
<road name="r" length="100.0" id="1" junction="-1"><link/><planView>
<geometry s="0" x="0" y="0" hdg="0" length="100"><line/></geometry></planView><lanes><laneSection s="0"><center>
<lane id="0" type="none" level="false"/></center><right><lane id="-1" type="driving" level="false">
<width sOffset="0" a="3.5" b="0" c="0" d="0"/></lane></right></laneSection></lanes></road></OpenDRIVE>"""


@pytest.mark.parametrize(("lat", "lon"), [(48.9, 9.1), (-33.5, 151.2), (0.0, 0.0)])
def test_gnss_agrees_with_the_clients_map(lat, lon):
    text = _ROAD.format(lat=lat, lon=lon)
    reference = carla.Map("m", text)
    geo = geo_reference(parse(text).origin_deg)
    assert geo == GeoReference(latitude_deg=lat, longitude_deg=lon)
    for x, y, z in ((0.0, 0.0, 0.0), (1234.5, -987.6, 12.0), (-20000.0, 15000.0, -3.0)):
        theirs = reference.transform_to_geolocation(carla.Location(x, y, z))
        ours = geo.locate(x, y, z)
        assert ours == pytest.approx((theirs.latitude, theirs.longitude, theirs.altitude), abs=2e-8)


def test_a_map_without_reference_lies_at_42_2():
    text = _ROAD.replace("+lat_0={lat} +lon_0={lon}", "")
    assert geo_reference(parse(text).origin_deg) == GeoReference() == GeoReference(latitude_deg=42.0, longitude_deg=2.0)


def test_gnss_adds_bias_and_seeded_noise(bench):
    sensor = bench.add_sensor("sensor.other.gnss", (100.0, 50.0, 7.0), noise_alt_bias=2.0, noise_lat_stddev=1e-4, noise_seed=3)
    values = np.array([msgpack.unpackb(bench.measure(sensor)[0]) for _ in range(200)])
    lat, lon, alt = bench.geo.locate(100.0, 50.0, 7.0)
    assert values[:, 0].std() == pytest.approx(1e-4, rel=0.15)
    assert values[:, 0].mean() == pytest.approx(lat, abs=3e-5)
    assert (values[:, 1] == lon).all()
    assert (values[:, 2] == alt + 2.0).all()


def test_an_imu_at_rest_reads_gravity_upwards_in_its_own_frame(bench):
    sensor = bench.add_sensor("sensor.other.imu", (1.0, 2.0, 3.0))
    felt = []
    for _ in range(4):
        acceleration, spin, compass = msgpack.unpackb(bench.measure(sensor)[0])
        felt.append(acceleration)
    assert felt[0] == pytest.approx([0.0, 0.0, 9.81])
    assert felt[1] == pytest.approx([-1.0 / 0.05**2, -2.0 / 0.05**2, 9.81 - 3.0 / 0.05**2])  # it came from the origin
    assert felt[2] == pytest.approx([0.0, 0.0, 9.81])
    assert acceleration == pytest.approx([0.0, 0.0, 9.81])
    assert spin == [0.0, 0.0, 0.0]
    assert compass == pytest.approx(math.pi / 2)  # east
    nose_up = bench.add_sensor("sensor.other.imu", (0, 0, 0), (90.0, 0.0, 0.0))
    acceleration, _, _ = msgpack.unpackb(bench.measure(nose_up)[0])
    assert acceleration == pytest.approx([9.81, 0.0, 0.0], abs=1e-9)


@pytest.mark.parametrize(("yaw_deg", "wanted"), [(-90.0, 0.0), (0.0, math.pi / 2), (90.0, math.pi), (180.0, 1.5 * math.pi)])
def test_the_compass_counts_clockwise_from_minus_y(bench, yaw_deg, wanted):
    sensor = bench.add_sensor("sensor.other.imu", (0, 0, 0), (0.0, yaw_deg, 0.0))
    assert msgpack.unpackb(bench.measure(sensor)[0])[2] == pytest.approx(wanted, abs=1e-9)


def test_an_imu_on_a_circle_feels_the_centripetal_acceleration_and_the_yaw_rate(bench):
    sensor = bench.add_sensor("sensor.other.imu")
    row, radius, rate, dt_s = sensor.actor.row, 20.0, 0.5, 0.01
    for k in range(6):
        angle = rate * dt_s * k  # clockwise from above: the centre lies to the right
        bench.states.location[row] = (radius * math.sin(angle), radius - radius * math.cos(angle), 0.0)
        bench.states.rotation_deg[row] = (0.0, math.degrees(angle), 0.0)
        bench.states.angular_velocity_dps[row] = (0.0, 0.0, math.degrees(rate))
        acceleration, spin, _ = msgpack.unpackb(bench.measure(sensor, dt_s)[0])
    assert acceleration == pytest.approx([0.0, rate**2 * radius, 9.81], abs=0.05)
    assert spin == pytest.approx([0.0, 0.0, rate])


def test_an_imu_with_a_sensor_tick_takes_its_ways_for_those_of_one_tick(bench):
    sensor = bench.add_sensor("sensor.other.imu", sensor_tick=0.0999)
    row, ahead = sensor.actor.row, []
    for k in range(9):
        bench.states.location[row] = (0.5 * 2.0 * (0.05 * k) ** 2, 0.0, 0.0)  # 2 m/s^2
        view = bench.view(0.05)
        if sensor.is_due(0.05):
            ahead.append(msgpack.unpackb(sensor.measure(view)[0])[0][0])
    assert ahead[3:] == pytest.approx([4 * 2.0, 4 * 2.0])  # two ticks apart, so four times too much


def test_a_gyroscope_turns_its_parents_rates_by_its_own_rotation(bench):
    car = bench.add_box((0.0, 0.0, 1.0), (1.0, 1.0, 1.0), yaw_deg=90.0)
    bench.states.angular_velocity_dps[car.row] = (0.0, 30.0, 10.0)  # world; about the car's own forward axis and upwards
    straight = bench.add_sensor("sensor.other.imu", (0, 0, 1), (0.0, 90.0, 0.0), parent=car)
    turned = bench.add_sensor("sensor.other.imu", (0, 0, 1), (0.0, 180.0, 0.0), parent=car)  # yawed by 90 on the car
    rates = [msgpack.unpackb(bench.measure(sensor)[0])[1] for sensor in (straight, turned)]
    assert rates[0] == pytest.approx(np.radians([30.0, 0.0, 10.0]))
    assert rates[1] == pytest.approx(np.radians([0.0, 30.0, 10.0]))


def test_imu_noise_and_bias_are_per_axis(bench):
    sensor = bench.add_sensor("sensor.other.imu", noise_accel_stddev_y=0.2, noise_gyro_bias_x=0.1, noise_seed=5)
    values = [msgpack.unpackb(bench.measure(sensor)[0]) for _ in range(300)]
    acceleration, spin = np.array([v[0] for v in values]), np.array([v[1] for v in values])
    assert acceleration[:, 1].std() == pytest.approx(0.2, rel=0.12)
    assert (acceleration[:, 0] == 0.0).all()  # it stands at the origin
    assert (spin[:, 0] == 0.1).all()


def _detections(payload: bytes) -> np.ndarray:
    return np.frombuffer(payload, "<f4").reshape(-1, 4)


def test_radar_speed_is_negative_when_approaching(bench):
    car = bench.add_box((20.0, 0.0, 1.0), (1.0, 8.0, 6.0))
    radar = bench.add_sensor("sensor.other.radar", (0.0, 0.0, 1.0), horizontal_fov=20, vertical_fov=4, points_per_second=20000)
    bench.states.velocity[car.row] = (-5.0, 0.0, 0.0)
    found = _detections(bench.measure(radar)[0])
    assert len(found) == 1000
    assert found[:, 0] == pytest.approx(-5.0 * np.cos(found[:, 1]) * np.cos(found[:, 2]), abs=1e-4)
    assert found[:, 3] == pytest.approx(19.0 / (np.cos(found[:, 1]) * np.cos(found[:, 2])), rel=1e-4)
    assert np.abs(found[:, 1]).max() <= math.radians(10.0) + 1e-6
    bench.states.location[radar.actor.row] = (0.15, 0.0, 1.0)  # 3 m/s in a tick of 0.05 s
    assert _detections(bench.measure(radar)[0])[:, 0].mean() == pytest.approx(-8.0, abs=0.1)


def test_radar_azimuth_is_positive_to_the_right_and_altitude_upwards(bench):
    bench.add_box((20.0, 3.0, 4.0), (0.5, 0.5, 0.5))
    radar = bench.add_sensor("sensor.other.radar", (0.0, 0.0, 1.0), horizontal_fov=30, vertical_fov=30, points_per_second=60000)
    found = _detections(bench.measure(radar)[0])
    found = found[(found[:, 2] > 0.0)]
    assert len(found) > 3
    assert (found[:, 1] > 0.0).all()
    assert found[:, 2].mean() == pytest.approx(math.atan2(3.0, 19.7), abs=0.02)


def test_radar_tells_the_speed_of_the_actor_not_that_of_the_point_on_it(bench):
    car = bench.add_box((20.0, 0.0, 1.0), (1.0, 5.0, 3.0))
    bench.states.angular_velocity_dps[car.row] = (0.0, 0.0, math.degrees(1.0))
    bench.states.velocity[car.row] = (0.0, 4.0, 0.0)
    radar = bench.add_sensor("sensor.other.radar", (0.0, 0.0, 1.0), horizontal_fov=26, vertical_fov=1, points_per_second=4000)
    found = _detections(bench.measure(radar)[0])
    assert len(found) == 200
    assert found[:, 0] == pytest.approx(4.0 * np.sin(found[:, 1]), abs=0.02)


def test_radar_with_a_sensor_tick_sends_the_rays_of_one_tick(bench):
    bench.add_box((20.0, 0.0, 1.0), (1.0, 8.0, 6.0))
    radar = bench.add_sensor("sensor.other.radar", (0.0, 0.0, 1.0), horizontal_fov=20, vertical_fov=4, sensor_tick=0.0999)
    counts = []
    for k in range(5):
        bench.states.location[radar.actor.row] = (0.1 * k, 0.0, 1.0)  # 2 m/s
        view = bench.view(0.05)
        if radar.is_due(0.05):
            found = _detections(radar.measure(view)[0])
            counts.append((k, len(found)))
    assert counts == [(0, 75), (2, 75), (4, 75)]
    assert found[:, 0].mean() == pytest.approx(-2 * 2.0, abs=0.05)  # the way of two ticks in the time of one


def test_radar_ends_at_its_range(bench):
    bench.add_box((20.0, 0.0, 1.0), (1.0, 8.0, 6.0))
    radar = bench.add_sensor("sensor.other.radar", (0.0, 0.0, 1.0), horizontal_fov=20, vertical_fov=4, range=18.0)
    assert bench.measure(radar) == [b""]


def test_collision_reports_each_touch_of_its_parent_alone(bench):
    car, other = bench.add_box((0, 0, 1), (1, 1, 1)), bench.add_box((5, 0, 1), (1, 1, 1))
    sensor = bench.add_sensor("sensor.other.collision", parent=car)
    touch = {"other_tag": int(Tag.WALL), "point": (0.0, 0.0, 0.0)}
    bench.contacts = [
        Contact(actor_id=car.id, other_id=other.id, impulse_ns=(-10.0, 0.0, 0.0), **touch),
        Contact(actor_id=other.id, other_id=car.id, impulse_ns=(10.0, 0.0, 0.0), **touch),
        Contact(actor_id=car.id, other_id=0, impulse_ns=(0.0, 3.0, 0.0), **touch),
    ]
    events = [msgpack.unpackb(payload) for payload in bench.measure(sensor)]
    assert events == [
        [["actor", car.id], ["actor", other.id], [-10.0, 0.0, 0.0]],
        [["actor", car.id], ["scenery", int(Tag.WALL)], [0.0, 3.0, 0.0]],
    ]
    bench.contacts = []
    assert bench.measure(sensor) == []


def test_obstacle_measures_the_way_of_its_sphere_and_ignores_its_owner(bench):
    owner = bench.add_box((0.0, 0.0, 1.0), (1.0, 1.0, 0.5))
    ahead = bench.add_box((8.0, 0.6, 1.5), (1.0, 0.5, 1.0))
    sensor = bench.add_sensor("sensor.other.obstacle", (0.0, 0.0, 1.5), parent=owner, distance=10.0, hit_radius=0.5)
    ((me, other, way),) = [msgpack.unpackb(payload) for payload in bench.measure(sensor)]
    assert (me, other) == (["actor", sensor.actor.id], ["actor", ahead.id])
    assert 6.5 <= way <= 6.7  # the face lies at 7 m; the sphere's front half is cut by the face's edge
    bench.states.location[ahead.row] = (8.0, 1.2, 1.5)  # 0.7 m aside: out of the sphere's way
    assert bench.measure(sensor) == []


def test_obstacle_sees_scenery_unless_told_otherwise(bench):
    down = (-90.0, 0.0, 0.0)
    sensor = bench.add_sensor("sensor.other.obstacle", (0.0, 0.0, 4.0), down, distance=5.0, hit_radius=0.25)
    ((_, other, way),) = [msgpack.unpackb(payload) for payload in bench.measure(sensor)]
    assert other == ["scenery", int(Tag.ROADS)]
    assert way == pytest.approx(3.75, abs=1e-3)
    movers = bench.add_sensor("sensor.other.obstacle", (0, 0, 4), down, distance=5.0, hit_radius=0.25, only_dynamics="true")
    assert bench.measure(movers) == []


def test_obstacle_told_so_looks_through_what_never_moves(bench):
    """A level ray from beneath the ground's surface crosses it, and meets the box behind it."""
    hidden = bench.add_box((10.0, 0.0, -4.0), (1.0, 3.0, 2.0))
    down = {"distance": 20.0, "hit_radius": 0.25, "rotation_deg": (-45.0, 0.0, 0.0)}
    ((_, first, _),) = [
        msgpack.unpackb(p) for p in bench.measure(bench.add_sensor("sensor.other.obstacle", (6.0, 0.0, 1.0), **down))
    ]
    movers = bench.add_sensor("sensor.other.obstacle", (6.0, 0.0, 1.0), only_dynamics="true", **down)
    ((_, second, way),) = [msgpack.unpackb(payload) for payload in bench.measure(movers)]
    assert first == ["scenery", int(Tag.ROADS)]
    assert second == ["actor", hidden.id]
    # the sphere of 0.25 m comes down at 45 degrees upon the edge at x 9, z -2
    assert way == pytest.approx(3.0 * math.sqrt(2.0) - 0.25, abs=0.02)


def test_sensor_tick_fires_at_once_and_carries_the_overshoot(bench):
    sensor = bench.add_sensor("sensor.other.gnss", sensor_tick=0.12)
    assert [k for k in range(12) if sensor.is_due(0.05)] == [0, 3, 5, 8, 10]
    every = bench.add_sensor("sensor.other.gnss")
    assert all(every.is_due(0.05) for _ in range(5))


@pytest.mark.parametrize(
    ("sensor_tick", "step_s", "wanted"),
    [
        (0.1, 0.05, [0, 3, 5, 7, 9]),
        (0.05, 0.05, [0, 2, 3, 4, 5, 6, 7, 8, 9]),
        (0.04, 0.02, [0, 3, 5, 7, 9]),
        (0.03, 0.05, list(range(10))),
    ],
)
def test_a_sensor_tick_of_whole_ticks_waits_one_tick_more_after_the_first(bench, sensor_tick, step_s, wanted):
    """Unreal fires when a tick outlasts the rest, not when it equals it: what carla-simulator/carla#3653 shows."""
    sensor = bench.add_sensor("sensor.other.gnss", sensor_tick=sensor_tick)
    assert [k for k in range(10) if sensor.is_due(step_s)] == wanted
