"""Crashes between vehicles, walkers and scenery against closed forms: momentum, restitution, spin, kerbs."""

from __future__ import annotations

import math

import numpy as np
import pytest

from carlite.jit import kernel
from carlite.physics import VehicleControl
from carlite.physics.contact_kernel import collide
from carlite.physics.tables import BODY

CAR, TRUCK, BIKE = "vehicle.lincoln.mkz_2020", "vehicle.carlamotors.firetruck", "vehicle.diamondback.century"
_RESTITUTION = 0.15


def _bodies(*rows: dict[str, float]) -> np.ndarray:
    """Boxes of 4 by 2 metres that slide freely."""
    bodies = np.zeros(len(rows), BODY)
    for body, row in zip(bodies, rows, strict=True):
        body["hx"], body["hy"], body["low"], body["high"], body["solid"] = 2.0, 1.0, 0.0, 1.5, 1
        mass = row.pop("mass", 1500.0)
        body["inv_mass"], body["inv_inertia"] = 1.0 / mass, 12.0 / (mass * (4.0**2 + 2.0**2))
        for name, value in row.items():
            body[name] = value
    return bodies


@kernel()
def _collided(bodies, obstacles, cells, starts, members, grid, found):
    """``collide`` can be called by compiled code alone."""
    return collide(bodies, obstacles, cells, starts, members, grid, found)


def _collide(bodies: np.ndarray) -> np.ndarray:
    found = np.zeros((64, 7))
    grid = (np.ones(2, np.int64), np.zeros(2, np.int64), np.zeros(0, np.int64), np.array([0.0, 0.0, 1e9]))
    count = _collided(bodies, np.zeros(0, BODY), *grid, found)
    return found[:count]


def _momentum(bodies: np.ndarray) -> tuple[np.ndarray, float]:
    """Linear momentum and angular momentum about the origin."""
    mass, inertia = 1.0 / bodies["inv_mass"], 1.0 / bodies["inv_inertia"]
    linear = np.array([(mass * bodies["vx"]).sum(), (mass * bodies["vy"]).sum()])
    turning = (mass * (bodies["x"] * bodies["vy"] - bodies["y"] * bodies["vx"]) + inertia * bodies["w"]).sum()
    return linear, float(turning)


@pytest.mark.parametrize(("masses", "speeds"), [((1500, 1500), (15, 0)), ((1500, 12000), (20, -10)), ((80, 1500), (0, -12))])
def test_a_central_crash_is_the_textbooks(masses, speeds):
    bodies = _bodies({"x": 0.0, "vx": speeds[0], "mass": masses[0]}, {"x": 3.99, "vx": speeds[1], "mass": masses[1]})
    before, _ = _momentum(bodies)
    found = _collide(bodies)
    after, _ = _momentum(bodies)
    common = (masses[0] * speeds[0] + masses[1] * speeds[1]) / sum(masses)
    assert after == pytest.approx(before, abs=1e-6)
    for k in range(2):
        assert bodies["vx"][k] == pytest.approx(common - _RESTITUTION * (speeds[k] - common), abs=1e-6)
    reduced = masses[0] * masses[1] / sum(masses)
    assert -found[0, 2] == pytest.approx((1 + _RESTITUTION) * reduced * (speeds[0] - speeds[1]), rel=1e-6)


def test_an_eccentric_crash_spins_the_struck_one_and_keeps_angular_momentum():
    bodies = _bodies({"x": 0.0, "y": 0.9, "vx": 14.0}, {"x": 3.99, "y": -0.5})
    before = _momentum(bodies)
    _collide(bodies)
    after = _momentum(bodies)
    assert after[0] == pytest.approx(before[0], abs=1e-6)
    assert after[1] == pytest.approx(before[1], abs=1e-6)
    assert bodies["w"][1] < -0.5  # hit on the side of positive y while pushed along x
    energy = 0.5 * (1500 * (bodies["vx"] ** 2 + bodies["vy"] ** 2) + bodies["w"] ** 2 / bodies["inv_inertia"]).sum()
    assert energy < 0.5 * 1500 * 14.0**2


def test_crashes_of_many_never_gain_energy_or_lose_momentum():
    rng = np.random.default_rng(5)
    for _ in range(50):
        rows = [
            {
                "x": rng.uniform(-4, 4), "y": rng.uniform(-4, 4), "yaw": rng.uniform(-3, 3), "vx": rng.uniform(-20, 20),
                "vy": rng.uniform(-20, 20), "w": rng.uniform(-1, 1), "mass": rng.uniform(80, 9000),
            }
            for _ in range(5)
        ]  # fmt: skip
        bodies = _bodies(*rows)
        momentum, turning = _momentum(bodies)
        energy = _energy(bodies)
        places = bodies["x"].copy(), bodies["y"].copy()
        _collide(bodies)
        assert _energy(bodies) <= energy * (1 + 1e-9)
        bodies["x"], bodies["y"] = places  # pushing overlaps apart is no motion
        after, after_turning = _momentum(bodies)
        assert after == pytest.approx(momentum, abs=1e-4)
        assert after_turning == pytest.approx(turning, rel=1e-6, abs=1e-3)


def _energy(bodies: np.ndarray) -> float:
    moving = (bodies["vx"] ** 2 + bodies["vy"] ** 2) / bodies["inv_mass"]
    return float(0.5 * (moving + bodies["w"] ** 2 / bodies["inv_inertia"]).sum())


def test_a_rear_end_crash_of_cars_keeps_momentum_in_the_whole_simulation(flat):
    front, back = flat.spawn(CAR, (12.0, 0.0, 0.0)), flat.spawn(CAR, (0.0, 0.0, 0.0))
    flat.run(1.0)
    flat.push_to(back, (14.0, 0.0, 0.0))
    while not flat.run(0.01, 0.01):
        pass
    assert flat.velocity(front)[0] + flat.velocity(back)[0] == pytest.approx(14.0, rel=0.03)
    flat.run(0.3, 0.01)
    assert flat.velocity(front)[0] > flat.velocity(back)[0] - 0.05  # they part or go on as one
    assert abs(flat.rotation(front)[1]) < 1.0


def test_a_car_against_a_wall_stops_and_feels_its_momentum(make_yard, make_block):
    yard = make_yard(obstacles=[make_block(20.0, 0.0, (1.0, 10.0, 2.0))])
    car = yard.spawn(CAR, (10.0, 0.0, 0.0))
    yard.run(1.0)
    yard.push_to(car, (15.0, 0.0, 0.0))
    contacts = []
    speed = 15.0
    while not contacts:
        speed = yard.velocity(car)[0]
        contacts = yard.run(0.01, 0.01)
    mass = yard.physics.physics_control(car).mass
    assert -contacts[0].impulse_ns[0] == pytest.approx((1 + _RESTITUTION) * mass * speed, rel=0.02)
    assert yard.velocity(car)[0] == pytest.approx(-_RESTITUTION * speed, rel=0.1)
    yard.physics.apply_vehicle_control(car, VehicleControl(brake=1.0))
    yard.run(3.0)
    assert abs(yard.velocity(car)[0]) < 0.01


def test_a_hit_on_a_rear_corner_spins_a_car_as_its_inertia_lets_it(flat):
    car, bike = flat.spawn(CAR, (0.0, 0.0, 0.0)), flat.spawn(TRUCK, (-2.0, -9.0, 0.0), (0.0, 90.0, 0.0))
    flat.run(1.0)
    flat.push_to(bike, (0.0, 8.0, 0.0))
    flat.run(1.2)
    assert abs(flat.rotation(car)[1]) > 15.0
    flat.run(6.0)
    assert np.isfinite(flat.at(car)).all()
    assert abs(flat.states.angular_velocity_dps[car.row, 2]) < 1.0


def test_a_pushed_car_falls_off_a_kerb_and_comes_to_rest_on_its_wheels(make_yard):
    yard = make_yard(lambda x, y: np.where(y > 2.2, -0.2, 0.0))
    car = yard.spawn(CAR, (0.0, 0.0, 0.0))
    yard.run(1.0)
    for _ in range(30):
        yard.physics.pushes.add_force(car, (0.0, 6.0 * yard.physics.physics_control(car).mass * 2.5, 0.0))
        yard.run(0.05)
    yard.physics.apply_vehicle_control(car, VehicleControl(brake=1.0))
    yard.run(6.0)
    assert yard.at(car)[1] > 2.0
    assert yard.at(car)[2] == pytest.approx(-0.2, abs=0.12)
    assert np.abs(yard.rotation(car)[[0, 2]]).max() < 8.0
    assert np.linalg.norm(yard.velocity(car)) < 0.05


@pytest.mark.parametrize("speed_mps", [4.0, 8.0, 14.0])
def test_a_walker_takes_a_cars_speed_and_slides_to_rest(flat, speed_mps):
    car, walker = flat.spawn(CAR, (0.0, 0.0, 0.0)), flat.spawn("walker.pedestrian.0002", (6.0, 0.0, 0.93))
    flat.run(1.0)
    flat.push_to(car, (speed_mps, 0.0, 0.0))
    mass = flat.physics.physics_control(car).mass
    before = flat.velocity(car)[0]
    contacts = []
    while not contacts:
        before = flat.velocity(car)[0]
        contacts = flat.run(0.01, 0.01)
    thrown = flat.velocity(walker)[0]
    expected = (1 + _RESTITUTION) * before * mass / (mass + 75.0)
    assert thrown == pytest.approx(expected, rel=0.06)
    place = flat.at(walker)[0]
    flat.physics.teleport(car, (-50.0, 0.0, 0.0))
    flat.run(5.0)
    slid = flat.at(walker)[0] - place
    assert 0.3 * thrown**2 / (2 * 6.0) < slid < 1.5 * thrown**2 / (2 * 6.0)
    assert math.hypot(*flat.velocity(walker)[:2]) < 1e-6
