"""Vehicles that tip over, two-wheelers that topple, people who are knocked down."""

from __future__ import annotations

import math

import numpy as np
import pytest

from carlite.physics import VehicleControl

CAR, VAN, BIKE = "vehicle.lincoln.mkz_2020", "vehicle.mercedes.sprinter", "vehicle.diamondback.century"
TRUCK = "vehicle.carlamotors.firetruck"


def _tilt_deg(yard, actor):
    """Between the actor's upward axis and the vertical."""
    pitch, _, roll = np.radians(yard.rotation(actor))
    return math.degrees(math.acos(math.cos(pitch) * math.cos(roll)))


@pytest.mark.parametrize(
    ("rotation", "rests_deg"), [((0, 0, 180), 180), ((0, 0, 90), 90), ((0, 70, 60), 90), ((0, 0, -90), 90)]
)
def test_who_is_put_down_on_side_or_roof_lies_there(flat, rotation, rests_deg):
    car = flat.spawn(CAR, (0.0, 0.0, 2.0), rotation)
    flat.run(6.0)
    assert _tilt_deg(flat, car) == pytest.approx(rests_deg, abs=1.0)
    assert np.linalg.norm(flat.velocity(car)) < 1e-3
    height = {180: 2.0 * car.box.half_extent[2], 90: 0.94}[rests_deg]
    assert flat.at(car)[2] == pytest.approx(height, abs=0.1)


def test_a_car_on_its_roof_slides_v_squared_over_two_mu_g(flat):
    car = flat.spawn(CAR, (0.0, 0.0, 1.6), (0.0, 0.0, 180.0))
    flat.run(2.0)
    start = flat.at(car)[0]
    flat.push_to(car, (10.0, 0.0, 0.0))
    flat.physics.apply_vehicle_control(car, VehicleControl(brake=1.0, throttle=1.0))  # wheels in the air do nothing
    flat.run(6.0)
    assert flat.at(car)[0] - start == pytest.approx(10.0**2 / (2 * 0.45 * 9.81), rel=0.05)


def test_a_car_set_upright_again_drives(flat):
    car = flat.spawn(CAR, (0.0, 0.0, 1.0), (0.0, 0.0, 90.0))
    flat.run(2.0)
    flat.physics.teleport(car, (0.0, 0.0, 0.3), (0.0, 0.0, 0.0))
    flat.physics.apply_vehicle_control(car, VehicleControl(throttle=1.0))
    flat.run(2.0)
    assert flat.velocity(car)[0] > 5.0
    assert _tilt_deg(flat, car) < 3.0


@pytest.mark.parametrize("pitch_deg", [-60.0, 60.0])
def test_a_car_dropped_on_its_nose_or_tail_keeps_its_energy_in_bounds(flat, pitch_deg):
    car = flat.spawn(CAR, (0.0, 0.0, 3.0), (pitch_deg, 0.0, 0.0))
    heights = []
    for _ in range(120):
        flat.run(0.05)
        heights.append(flat.at(car)[2])
    assert max(heights) <= 3.0 + 1e-6
    assert min(heights) > -0.3
    assert np.linalg.norm(flat.velocity(car)) < 0.01


@pytest.mark.parametrize(("type_id", "rolls"), [(CAR, False), (VAN, True)])
def test_a_tall_narrow_van_rolls_over_where_a_saloon_slides(flat, type_id, rolls):
    """Static stability: half the track over the height of the mass centre, against a friction of 1.05."""
    actor = flat.spawn(type_id, (0.0, 0.0, 0.0))
    half_track = abs(flat.physics.physics_control(actor).wheels[0].position[1]) / 100.0
    height = flat.physics.physics_control(actor).center_of_mass[2]
    assert (half_track / height < 1.0) == rolls
    flat.run(0.5)
    flat.push_to(actor, (22.0, 0.0, 0.0))
    flat.physics.apply_vehicle_control(actor, VehicleControl(throttle=0.5, steer=0.2))
    flat.run(6.0)
    assert (_tilt_deg(flat, actor) > 60.0) == rolls


@pytest.mark.parametrize(("aside_m", "yaw_deg"), [(0.8, 0.0), (0.0, 0.0), (0.0, 90.0), (-0.5, 180.0)])
def test_a_bicycle_that_a_lorry_hits_falls(flat, aside_m, yaw_deg):
    truck, bike = flat.spawn(TRUCK, (0.0, 0.0, 0.0)), flat.spawn(BIKE, (12.0, aside_m, 0.0), (0.0, yaw_deg, 0.0))
    flat.run(0.5)
    flat.push_to(truck, (10.0, 0.0, 0.0))
    contacts = flat.run(1.5)
    assert {truck.id, bike.id} == {contact.actor_id for contact in contacts}
    flat.physics.apply_vehicle_control(truck, VehicleControl(brake=1.0))
    flat.run(6.0)
    assert _tilt_deg(flat, bike) > 60.0
    assert np.linalg.norm(flat.velocity(bike)) < 0.01


def test_a_gentle_nudge_does_not_topple_a_bicycle(flat):
    car, bike = flat.spawn(CAR, (0.0, 0.0, 0.0)), flat.spawn(BIKE, (4.0, 0.0, 0.0))
    flat.run(0.5)
    flat.physics.pushes.enable_constant_velocity(car, (1.4, 0.0, 0.0))
    assert flat.run(2.0)
    assert _tilt_deg(flat, bike) < 5.0


def test_cars_push_one_that_lies_on_its_side(flat):
    lying, car = flat.spawn(CAR, (15.0, 0.0, 0.9), (0.0, 90.0, 90.0)), flat.spawn(CAR, (0.0, 0.0, 0.0))
    flat.run(1.0)
    flat.push_to(car, (12.0, 0.0, 0.0))
    before = flat.physics.physics_control(car).mass * flat.velocity(car)[0]
    contacts = flat.run(1.2)
    blow = sum(contact.impulse_ns[0] for contact in contacts if contact.actor_id == lying.id)
    assert 0.3 * before < blow < 1.3 * before
    assert flat.at(lying)[0] > 15.5
    flat.physics.apply_vehicle_control(car, VehicleControl(brake=1.0))
    flat.run(6.0)
    assert np.linalg.norm(flat.velocity(lying)) < 0.01


def test_the_same_rollover_gives_the_same_bits(make_yard):
    def ended():
        yard = make_yard()
        van = yard.spawn(VAN, (0.0, 0.0, 0.0))
        yard.run(0.5)
        yard.push_to(van, (22.0, 0.0, 0.0))
        yard.physics.apply_vehicle_control(van, VehicleControl(throttle=0.5, steer=0.2))
        yard.run(5.0)
        return yard.at(van).tobytes() + yard.rotation(van).tobytes()

    assert ended() == ended()


@pytest.mark.parametrize("speed_mps", [5.0, 12.0])
def test_who_is_run_over_is_thrown_falls_and_slides_to_rest(flat, speed_mps):
    """Throw distances of pedestrians: between v^2 / (2 mu g) with mu 1.2 and 0.4 (Searle 1993), from rest to rest."""
    car, walker = flat.spawn(CAR, (0.0, 0.0, 0.0)), flat.spawn("walker.pedestrian.0002", (6.0, 0.3, 0.93))
    flat.run(1.0)
    flat.push_to(car, (speed_mps, 0.0, 0.0))
    contacts = []
    while not contacts:
        contacts = flat.run(0.05)
    assert contacts[0].actor_id == walker.id
    flat.physics.knock_down(walker, contacts[0])
    flat.physics.apply_vehicle_control(car, VehicleControl(brake=1.0))
    place, thrown = flat.at(walker), flat.velocity(walker)
    assert thrown[0] > 0.8 * speed_mps
    flat.run(8.0)
    assert np.linalg.norm(flat.velocity(walker)) < 0.01
    assert _tilt_deg(flat, walker) > 60.0
    assert thrown[0] ** 2 / (2 * 1.2 * 9.81) < flat.at(walker)[0] - place[0] < thrown[0] ** 2 / (2 * 0.4 * 9.81) + 1.0
    assert flat.at(walker)[2] < 0.45


def test_who_dies_of_nothing_falls_where_he_stands(flat):
    walker = flat.spawn("walker.pedestrian.0002", (0.0, 0.0, 0.93), (0.0, 90.0, 0.0))
    flat.run(0.5)
    flat.physics.knock_down(walker)
    flat.run(5.0)
    assert _tilt_deg(flat, walker) > 80.0
    assert np.linalg.norm(flat.at(walker)[:2]) < 1.5
    assert np.linalg.norm(flat.velocity(walker)) < 0.01


@pytest.mark.parametrize("type_id", [CAR, VAN])
def test_a_blow_at_the_roof_and_a_torque_lean_a_vehicle_as_its_inertia_lets_it(flat, type_id):
    """In the air, so that no spring holds: the change of the angular velocity is lever x impulse / inertia."""
    blown, turned = flat.spawn(type_id, (0.0, 0.0, 50.0)), flat.spawn(type_id, (0.0, 20.0, 50.0))
    flat.run(0.05)
    mass, centre = flat.physics.physics_control(blown).mass, flat.physics.physics_control(blown).center_of_mass
    lever_m = 0.5
    flat.physics.pushes.add_impulse(blown, (0.0, 1.0 * mass, 0.0), flat.at(blown) + centre + (0.0, 0.0, lever_m))
    flat.physics.pushes.add_angular_impulse(turned, (-np.degrees(mass * lever_m) * 1e4, 0.0, 0.0))
    flat.run(0.05)
    _, y, z = blown.box.half_extent
    inertia = mass * ((2 * y) ** 2 + (2 * z) ** 2) / 10.0
    for vehicle in (blown, turned):
        spin = np.radians(flat.states.angular_velocity_dps[vehicle.row])
        assert spin[0] == pytest.approx(-mass * lever_m / inertia, rel=1e-3)
        assert abs(spin[1:]).max() < 1e-3
    assert flat.velocity(blown)[1] == pytest.approx(1.0, rel=0.05)


def test_a_torque_about_the_long_axis_rolls_a_car_over(flat):
    car = flat.spawn(CAR, (0.0, 0.0, 0.0))
    flat.run(0.5)
    mass = flat.physics.physics_control(car).mass
    for _ in range(14):
        flat.physics.pushes.add_torque(car, (-np.degrees(1.5 * mass * 9.81 * 0.9) * 1e4, 0.0, 0.0))
        flat.run(0.05)
    flat.run(8.0)
    assert _tilt_deg(flat, car) > 60.0
    assert np.linalg.norm(flat.velocity(car)) < 0.01
