"""Loose props against closed forms: falling, bouncing, sliding, rolling, momentum, and what clients can do to them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from carlite.actors import ActorStates
from carlite.geometry import rotation_matrices
from carlite.mesh import Box, Mesh
from carlite.physics import Physics, VehicleControl
from carlite.physics.rigid import quaternion_of, rotation_of
from carlite.physics.shapes import ShapeKind, prop_shape
from carlite.physics.terrain import TILE_M, Terrain

G = 9.81
CAR = "vehicle.lincoln.mkz_2020"
BALL, WHEEL, TYRE, PALLET = "carlite.prop.ball", "carlite.prop.wheel", "carlite.prop.tyre", "carlite.prop.pallet"
BIN, BARREL, CONE = "static.prop.bin", "static.prop.barrel", "static.prop.constructioncone"
ALL_KINDS = (BALL, WHEEL, TYRE, PALLET, BIN, BARREL, CONE)


def _shape(actor):
    from carlite import library

    blueprint = library.find(actor.type_id)
    return prop_shape(blueprint, actor.box, blueprint.mass_kg)


def _slope(angle_deg):
    return lambda x, y: -math.tan(math.radians(angle_deg)) * x


def _centre(yard, actor):
    """World position of a prop's centre of mass."""
    return yard.at(actor) + rotation_matrices(yard.rotation(actor)) @ np.array(_shape(actor).centre_of_mass)


# falling, bouncing -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_free_fall_lasts_as_long_as_it_should(flat, kind):
    prop = flat.spawn(kind, (3.0, -2.0, 5.0))
    ticks = 0
    while flat.velocity(prop)[2] <= 0.0 and flat.at(prop)[2] > 0.05:
        flat.run(0.01, 0.01)
        ticks += 1
    assert ticks * 0.01 == pytest.approx(math.sqrt(2 * 5.0 / G), abs=0.02)
    assert flat.velocity(prop)[2] == pytest.approx(-math.sqrt(2 * G * 5.0), rel=0.03)
    assert flat.at(prop)[:2] == pytest.approx([3.0, -2.0], abs=1e-4)


def test_a_ball_bounces_to_e_squared_of_its_height_again_and_again(flat):
    ball = flat.spawn(BALL, (0.0, 0.0, 2.0))
    heights = [flat.at(ball)[2]]
    for _ in range(300):
        flat.run(0.01, 0.01)
        heights.append(flat.at(ball)[2])
    tops = [b for a, b, c in zip(heights, heights[1:], heights[2:], strict=False) if b > a and b >= c and b > 0.1]
    e = _shape(ball).restitution
    assert len(tops) >= 3
    assert tops[0] == pytest.approx(2.0 * e**2, rel=0.06)
    assert tops[1] == pytest.approx(2.0 * e**4, rel=0.1)
    flat.run(6.0)
    assert flat.at(ball)[2] == pytest.approx(0.0, abs=0.01)


def test_a_ball_thrown_flies_a_parabola(flat):
    ball = flat.spawn(BALL, (0.0, 0.0, 1.0))
    flat.push_to(ball, (6.0, -2.0, 5.0))
    flat.run(0.8)
    assert flat.at(ball) == pytest.approx([4.8, -1.6, 1.0 + 5.0 * 0.8 - 0.5 * G * 0.64], abs=0.06)
    assert flat.velocity(ball) == pytest.approx([6.0, -2.0, 5.0 - G * 0.8], abs=0.02)


# sliding, rolling --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("speed_mps", [2.0, 4.0, 8.0])
def test_a_pallet_slides_v_squared_over_two_mu_g(flat, speed_mps):
    pallet = flat.spawn(PALLET, (0.0, 0.0, 0.0))
    flat.run(1.0)
    flat.push_to(pallet, (speed_mps, 0.0, 0.0))
    flat.run(4.0)
    assert flat.at(pallet)[0] == pytest.approx(speed_mps**2 / (2 * _shape(pallet).friction * G), rel=0.04)
    assert np.abs(flat.velocity(pallet)).max() == 0.0  # asleep


def test_a_pallet_holds_on_a_slope_below_its_friction_angle_and_slides_above(make_yard):
    gentle, steep = (math.degrees(math.atan(0.55)) + off for off in (-4.0, 4.0))
    for angle, moves in ((gentle, False), (steep, True)):
        yard = make_yard(_slope(angle))
        pallet = yard.spawn(PALLET, (0.0, 8.0, 0.0), (-angle, 0.0, 0.0))
        yard.run(1.0)
        before, place = yard.velocity(pallet), yard.at(pallet)
        yard.run(2.0)
        if moves:
            a = math.radians(angle)
            gained = np.linalg.norm(yard.velocity(pallet) - before)
            assert gained == pytest.approx(2.0 * G * (math.sin(a) - 0.55 * math.cos(a)), rel=0.03)
        else:
            assert yard.at(pallet) == pytest.approx(place, abs=1e-3)


@pytest.mark.parametrize(("kind", "yaw_deg"), [(BALL, 0.0), (BALL, 40.0), (WHEEL, 0.0)])
def test_round_things_roll_downhill_as_their_inertia_lets_them(make_yard, kind, yaw_deg):
    angle = 6.0
    yard = make_yard(_slope(angle))
    prop = yard.spawn(kind, (0.0, 8.0, 0.005), (0.0, yaw_deg, 0.0))
    yard.run(0.5)
    shape, before = _shape(prop), np.linalg.norm(yard.velocity(prop))
    yard.run(2.0)
    inertia = shape.principal_inertia[1] / (shape.mass_kg * shape.radius_m**2)
    a = math.radians(angle)
    expected = 2.0 * G * (math.sin(a) - shape.rolling * math.cos(a)) / (1.0 + inertia)
    assert np.linalg.norm(yard.velocity(prop)) - before == pytest.approx(expected, rel=0.06)
    spin = np.radians(yard.states.angular_velocity_dps[prop.row])
    assert np.linalg.norm(spin) == pytest.approx(np.linalg.norm(yard.velocity(prop)) / shape.radius_m, rel=0.02)
    assert spin[1] > 0.0  # z is up and y right of x: what goes along +x turns x into -z


def test_a_ball_pushed_without_spin_slides_until_it_rolls(flat):
    ball = flat.spawn(BALL, (0.0, 0.0, 0.0))
    flat.run(0.5)
    flat.push_to(ball, (3.0, 0.0, 0.0))
    flat.run(0.35)
    shape = _shape(ball)
    rolling = 3.0 / (1.0 + shape.principal_inertia[0] / (shape.mass_kg * shape.radius_m**2))
    assert flat.velocity(ball)[0] == pytest.approx(rolling, rel=0.06)
    speed = flat.velocity(ball)[0]
    flat.run(2.0)
    decel = shape.rolling * G / (1.0 + shape.principal_inertia[0] / (shape.mass_kg * shape.radius_m**2))
    assert speed - flat.velocity(ball)[0] == pytest.approx(2.0 * decel, rel=0.1)
    flat.run(10.0)
    assert np.abs(flat.velocity(ball)).max() == 0.0


def _rolling_wheel(yard, speed_mps):
    wheel = yard.spawn(WHEEL, (0.0, 8.0, 0.0))
    yard.push_to(wheel, (speed_mps, 0.0, 0.0))
    yard.physics.pushes.set_target_angular_velocity(wheel, (0.0, math.degrees(speed_mps / 0.33), 0.0))
    return wheel


def test_a_rolling_wheel_stays_upright_and_keeps_its_way(flat):
    wheel = _rolling_wheel(flat, 5.0)
    flat.run(3.0)
    shape = _shape(wheel)
    decel = shape.rolling * G / 1.5
    centre = _centre(flat, wheel)
    assert centre[0] == pytest.approx(5.0 * 3.0 - decel * 4.5, rel=0.03)
    assert abs(centre[1] - 8.0) < 0.15
    assert centre[2] == pytest.approx(0.33, abs=0.01)
    assert np.linalg.norm(flat.states.angular_velocity_dps[wheel.row]) == pytest.approx(
        math.degrees(np.linalg.norm(flat.velocity(wheel)) / 0.33), rel=0.02
    )


def test_a_wheel_pushed_over_falls_on_its_side_and_lies_still(flat):
    wheel = flat.spawn(WHEEL, (0.0, 8.0, 0.0))
    flat.run(0.5)
    assert abs(rotation_matrices(flat.rotation(wheel))[2, 1]) < 0.01  # it stands on its tread
    flat.physics.pushes.add_impulse(wheel, (0.0, 20.0, 0.0), _centre(flat, wheel) + np.array([0.0, 0.0, 0.3]))
    flat.run(6.0)
    axle = rotation_matrices(flat.rotation(wheel))[:, 1]
    assert abs(axle[2]) > 0.98
    assert _centre(flat, wheel)[2] == pytest.approx(0.1125, abs=0.01)
    assert np.abs(flat.velocity(wheel)).max() == 0.0


def test_a_bin_tips_over_when_hit_high_and_slides_when_hit_low(flat):
    high, low = flat.spawn(BIN, (0.0, 0.0, 0.0)), flat.spawn(BIN, (0.0, 5.0, 0.0))
    flat.run(1.0)
    for actor, z in ((high, 1.0), (low, 0.1)):
        flat.physics.pushes.add_impulse(actor, (40.0, 0.0, 0.0), (flat.at(actor) + np.array([0.0, 0.0, z])).tolist())
    flat.run(4.0)
    upright = [rotation_matrices(flat.rotation(actor))[2, 2] for actor in (high, low)]
    assert abs(upright[0]) < 0.05
    assert upright[1] == pytest.approx(1.0, abs=0.02)
    assert flat.at(low)[0] > 0.3


def test_props_fall_off_a_kerb_and_do_not_climb_it(make_yard):
    yard = make_yard(lambda x, y: np.where(x < 4.0, 0.25, 0.0))
    ball = yard.spawn(BALL, (3.0, 0.0, 0.25))
    below = yard.spawn(BALL, (7.0, 3.0, 0.0))
    yard.push_to(ball, (2.0, 0.0, 0.0))
    yard.push_to(below, (-2.0, 0.0, 0.0))
    yard.run(3.0)
    assert yard.at(ball)[0] > 4.3
    assert _centre(yard, ball)[2] == pytest.approx(0.12, abs=0.02)
    assert yard.at(below)[0] > 4.0


# momentum ----------------------------------------------------------------------------------------------------------------


def _sliding(yard, kind, places, velocities):
    """Props without gravity, so that nothing but their collision acts on them."""
    props = [yard.spawn(kind, place) for place in places]
    for prop, velocity in zip(props, velocities, strict=True):
        yard.physics.set_gravity(prop, False)
        yard.push_to(prop, velocity)
    return props


def test_two_balls_exchange_momentum_by_their_restitution(flat):
    one, two = _sliding(flat, BALL, [(0, 0, 2), (2, 0, 2)], [(4, 0, 0), (-1, 0, 0)])
    contacts = flat.run(1.0)
    v1, v2 = flat.velocity(one), flat.velocity(two)
    assert v1 + v2 == pytest.approx([3.0, 0.0, 0.0], abs=1e-3)
    assert v2[0] - v1[0] == pytest.approx(0.7 * 5.0, rel=0.03)
    felt = {contact.actor_id: contact for contact in contacts}
    assert felt[two.id].impulse_ns[0] == pytest.approx(0.4 * (v2[0] + 1.0), rel=0.05)
    assert felt[one.id].impulse_ns == pytest.approx(-np.array(felt[two.id].impulse_ns))
    assert felt[one.id].point == pytest.approx((1.6, 0.0, 2.12), abs=0.2)


def test_an_eccentric_hit_keeps_angular_momentum(flat):
    hit, ball = flat.spawn(PALLET, (0.0, 0.0, 2.0)), flat.spawn(BALL, (-1.5, 0.3, 1.95))
    for prop in (hit, ball):
        flat.physics.set_gravity(prop, False)
    flat.push_to(ball, (6.0, 0.0, 0.0))

    def spin_about_origin():
        total = np.zeros(3)
        for prop in (hit, ball):
            shape, row = _shape(prop), prop.row
            turn = rotation_matrices(flat.states.rotation_deg[row])
            inner = turn @ (np.array(shape.principal_inertia) * (turn.T @ np.radians(flat.states.angular_velocity_dps[row])))
            total += shape.mass_kg * np.cross(_centre(flat, prop), flat.velocity(prop)) + inner
        return total

    flat.run(0.05)
    before = spin_about_origin()
    flat.run(0.6)
    assert spin_about_origin() == pytest.approx(before, abs=0.05)
    assert abs(flat.states.angular_velocity_dps[hit.row, 2]) > 1.0
    assert 22.0 * flat.velocity(hit) + 0.4 * flat.velocity(ball) == pytest.approx([2.4, 0.0, 0.0], abs=0.02)


@pytest.mark.parametrize("kind", [BALL, BIN, BARREL, "static.prop.glasscontainer"])
def test_a_car_and_a_prop_share_momentum(flat, kind):
    car = flat.spawn(CAR, (0.0, 0.0, 0.0))
    half_height = _shape(flat.spawn(kind, (50.0, 0.0, 0.0))).half_extent[2]
    shape_z = max(0.6 - half_height, 0.05)
    twin = flat.spawn(CAR, (0.0, 30.0, 0.0))  # shows what air and tyres do
    prop = flat.spawn(kind, (7.0, 0.0, shape_z))  # floats before the middle of the bumper, so that the road does not join in
    flat.physics.set_gravity(prop, False)
    flat.run(1.0)
    for driven in (car, twin):
        flat.push_to(driven, (10.0, 0.0, 0.0))
    mass, prop_mass, e = flat.physics.physics_control(car).mass, _shape(prop).mass_kg, _shape(prop).restitution
    contacts, speeds = [], []
    while not contacts or any(contact.actor_id == car.id for contact in contacts[-2:]):
        speeds.append(flat.velocity(car)[0])
        found = flat.run(0.01, 0.01)
        contacts += found
        if contacts and not found:
            break
    lost = mass * (flat.velocity(twin)[0] - flat.velocity(car)[0])
    felt = sum(contact.impulse_ns[0] for contact in contacts if contact.actor_id == car.id)
    given = sum(contact.impulse_ns[0] for contact in contacts if contact.actor_id == prop.id)
    assert {(c.other_id, c.other_tag) for c in contacts if c.actor_id == prop.id} == {(car.id, car.tags[0])}
    assert felt == pytest.approx(-given)
    # one-dimensional collision: both lose and gain (1 + e) m1 m2 / (m1 + m2) of the closing speed
    expected = (1.0 + e) * mass * prop_mass / (mass + prop_mass) * speeds[-2]
    assert given == pytest.approx(expected, rel=0.08)
    assert lost == pytest.approx(expected, rel=0.08)
    assert prop_mass * flat.velocity(prop)[0] == pytest.approx(expected, rel=0.08)


def test_a_car_carries_a_bin_off_and_is_hardly_slowed(flat):
    car = flat.spawn(CAR, (0.0, 0.0, 0.0))
    bin_ = flat.spawn(BIN, (7.0, 0.4, 0.0))
    flat.run(1.0)
    flat.push_to(car, (12.0, 0.0, 0.0))
    flat.run(1.0)
    assert flat.velocity(car)[0] > 11.0
    assert flat.at(bin_)[0] > 9.0
    flat.physics.apply_vehicle_control(car, VehicleControl(brake=1.0))
    flat.run(8.0)
    assert np.abs(flat.velocity(bin_)).max() < 0.05


def test_a_ball_bounces_off_a_wall_and_a_walker_feels_a_barrel(make_yard, make_block):
    yard = make_yard(obstacles=[make_block(8.0, 0.0, (1.0, 5.0, 2.0))])
    ball = yard.spawn(BALL, (5.0, 0.0, 1.0))
    yard.push_to(ball, (6.0, 0.0, 0.0))
    contacts = yard.run(0.5)
    assert yard.velocity(ball)[0] == pytest.approx(-0.7 * 6.0, rel=0.1)
    assert {(c.actor_id, c.other_id, c.other_tag) for c in contacts} == {(ball.id, 0, 3)}
    walker = yard.spawn("walker.pedestrian.0002", (-10.0, 0.0, 0.93))
    barrel = yard.spawn(BARREL, (-12.0, 0.0, 0.0))
    yard.run(1.0)
    yard.push_to(barrel, (6.0, 0.0, 0.0))
    hits = yard.run(1.0)
    assert {c.actor_id for c in hits} == {walker.id, barrel.id}
    assert yard.at(walker)[0] > -9.99


def test_a_stack_stands_and_a_heap_comes_to_rest(flat):
    stack = [flat.spawn("static.prop.box02", (0.0, 0.0, 0.66 * k)) for k in range(4)]
    flat.run(4.0)
    for k, box in enumerate(stack):
        assert flat.at(box) == pytest.approx([0.0, 0.0, 0.65 * k], abs=0.03)
        assert np.abs(flat.velocity(box)).max() == 0.0
    rng = np.random.default_rng(2)
    heap = [
        flat.spawn(ALL_KINDS[k % 7], (20 + rng.uniform(-1, 1), rng.uniform(-1, 1), 0.5 + 0.8 * k), rng.uniform(-90, 90, 3))
        for k in range(14)
    ]
    flat.run(12.0)
    for prop in heap:
        if prop.type_id not in (BALL, WHEEL):  # which may roll far
            assert np.linalg.norm(flat.at(prop)[:2] - [20, 0]) < 8.0
        assert -0.05 < _centre(flat, prop)[2] < 2.5
        assert np.linalg.norm(flat.velocity(prop)) < (3.0 if prop.type_id in (BALL, WHEEL) else 0.5)


# what clients do ---------------------------------------------------------------------------------------------------------


def test_impulses_forces_and_torques_act_on_mass_and_inertia(flat):
    props = [flat.spawn(PALLET, (0.0, 8.0 * k, 3.0)) for k in range(6)]
    for prop in props:
        flat.physics.set_gravity(prop, False)
    flat.run(0.1)
    mass, (_, _, inertia) = 22.0, _shape(props[0]).principal_inertia
    flat.physics.pushes.add_impulse(props[0], (44.0, 0.0, 22.0))
    flat.physics.pushes.add_impulse(props[1], (0.0, 22.0, 0.0), _centre(flat, props[1]) + np.array([0.5, 0.0, 0.0]))
    flat.physics.pushes.add_angular_impulse(props[2], (0.0, 0.0, 1e4 * inertia * 90.0))
    for _ in range(10):
        flat.physics.pushes.add_force(props[3], (0.0, 0.0, 44.0))
        flat.physics.pushes.add_force(props[4], (22.0, 0.0, 0.0), _centre(flat, props[4]) + np.array([0.0, 0.5, 0.0]))
        flat.physics.pushes.add_torque(props[5], (0.0, 0.0, 1e4 * inertia * 90.0))
        flat.run(0.05)
    spins = [flat.states.angular_velocity_dps[prop.row].copy() for prop in props]
    assert flat.velocity(props[0]) == pytest.approx([2.0, 0.0, 1.0], abs=1e-3)
    assert flat.velocity(props[1]) == pytest.approx([0.0, 1.0, 0.0], abs=1e-3)
    assert spins[1] == pytest.approx([0.0, 0.0, math.degrees(0.5 * mass / inertia)], rel=1e-3)
    assert spins[2] == pytest.approx([0.0, 0.0, 90.0], rel=1e-3)
    assert flat.velocity(props[3]) == pytest.approx([0.0, 0.0, 1.0], rel=1e-3)
    assert spins[4][2] < -1.0
    assert spins[5] == pytest.approx([0.0, 0.0, 45.0], rel=1e-3)
    flat.run(0.5)  # forces last one tick
    assert flat.velocity(props[3]) == pytest.approx([0.0, 0.0, 1.0], rel=1e-3)


def test_velocities_switches_and_teleports(flat):
    ball = flat.spawn(BALL, (0.0, 0.0, 3.0))
    flat.physics.set_gravity(ball, False)
    flat.run(1.0)
    assert flat.at(ball) == pytest.approx([0.0, 0.0, 3.0], abs=1e-4)
    flat.physics.pushes.set_target_angular_velocity(ball, (0.0, 0.0, 90.0))
    flat.push_to(ball, (0.0, 1.0, 0.0))
    flat.run(1.0)
    assert flat.rotation(ball)[1] == pytest.approx(90.0, abs=0.5)
    assert flat.at(ball) == pytest.approx([0.0, 1.0, 3.0], abs=0.01)
    flat.physics.pushes.set_target_angular_velocity(ball, (0.0, 0.0, 0.0))
    flat.physics.pushes.enable_constant_velocity(ball, (2.0, 0.0, 0.0))  # its own frame, which is turned by 90 degrees
    flat.run(1.0)
    assert flat.at(ball) == pytest.approx([0.0, 3.0, 3.0], abs=0.05)
    flat.physics.pushes.disable_constant_velocity(ball)
    flat.push_to(ball, (0.0, 1.0, 0.0))
    flat.physics.teleport(ball, (100.0, 100.0, 3.0), (0.0, 0.0, 0.0))
    flat.run(0.5)
    assert flat.at(ball) == pytest.approx([100.0, 100.5, 3.0], abs=0.01)  # keeps its velocity
    flat.physics.set_gravity(ball, True)
    flat.physics.set_collisions(ball, False)
    flat.run(2.0)
    assert flat.at(ball)[2] < -10.0  # falls through the ground
    flat.physics.set_collisions(ball, True)
    flat.physics.set_simulate_physics(ball, False)
    flat.physics.teleport(ball, (0.0, 0.0, 5.0))
    flat.run(1.0)
    assert flat.at(ball) == pytest.approx([0.0, 0.0, 5.0])
    flat.physics.set_simulate_physics(ball, True)
    flat.push_to(ball, (0.0, 0.0, 0.0))
    flat.run(8.0)
    assert _centre(flat, ball)[2] == pytest.approx(0.12, abs=0.02)


def test_a_prop_sleeps_until_something_touches_it(flat):
    bin_ = flat.spawn(BIN, (10.0, 0.0, 0.0))
    car = flat.spawn(CAR, (0.0, 0.0, 0.0))
    flat.run(3.0)
    place = flat.at(bin_)
    flat.run(2.0)
    assert (flat.at(bin_) == place).all()
    assert (flat.velocity(bin_) == 0.0).all()
    flat.push_to(car, (8.0, 0.0, 0.0))
    flat.run(1.5)
    assert flat.at(bin_)[0] > 10.5


def test_what_the_client_moves_pushes_props(flat):
    held, ball = flat.spawn(BIN, (0.0, 0.0, 0.0)), flat.spawn(BALL, (1.5, 0.0, 0.0))
    flat.physics.set_simulate_physics(held, False)
    for k in range(60):
        flat.physics.teleport(held, (0.05 * k, 0.0, 0.0))
        flat.run(0.05)
    assert flat.at(held) == pytest.approx([2.95, 0.0, 0.0])
    assert flat.at(ball)[0] > 2.95


# determinism -------------------------------------------------------------------------------------------------------------


def _story(yard, extra):
    strangers = [yard.spawn(ALL_KINDS[k % 7], (3.0 * k, 40.0, 0.5)) for k in range(extra)]
    yard.run(0.7)
    for stranger in strangers:
        yard.physics.remove(stranger)
        yard.states.release(stranger.row)
    yard.run(0.3)
    car = yard.spawn(CAR, (0.0, 0.0, 0.0))
    props = [yard.spawn(ALL_KINDS[k % 7], (8.0 + 0.3 * k, 0.2 * (k % 3) - 0.2, 0.1 + 0.9 * k)) for k in range(8)]
    yard.push_to(car, (9.0, 0.0, 0.0))
    told = []
    for _ in range(60):
        contacts = yard.run(0.05)
        rows = [actor.row for actor in (car, *props)]
        told.append(b"".join(array[rows].tobytes() for array in (yard.states.location, yard.states.rotation_deg)))
        told.append(repr([(c.impulse_ns, c.point) for c in contacts]).encode())
    return b"".join(told)


def test_the_same_calls_give_the_same_bits_whatever_was_there_before(make_yard):
    first = _story(make_yard(), 0)
    assert first == _story(make_yard(), 0)
    assert first == _story(make_yard(), 5)


# pieces ------------------------------------------------------------------------------------------------------------------


def test_quaternions_are_those_of_the_rotation_matrices():
    rng = np.random.default_rng(3)
    angles = [*rng.uniform(-180, 180, (200, 3)), (90.0, 30.0, 20.0), (-90.0, -140.0, 60.0)]
    for angle in angles:
        x, y, z, w = quaternion_of(angle)
        turn = np.array(
            [
                [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
                [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
                [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
            ]
        )
        assert turn == pytest.approx(rotation_matrices(angle), abs=1e-9)
        assert rotation_matrices(rotation_of((x, y, z, w))) == pytest.approx(turn, abs=1e-4)


def test_shapes_follow_their_blueprints(flat):
    kinds = {kind: _shape(flat.spawn(kind, (0.0, 0.0, 0.0))).kind for kind in ALL_KINDS}
    assert kinds == {
        BALL: ShapeKind.SPHERE, WHEEL: ShapeKind.WHEEL, TYRE: ShapeKind.CYLINDER, PALLET: ShapeKind.BOX,
        BIN: ShapeKind.BOX, BARREL: ShapeKind.CYLINDER, CONE: ShapeKind.CONE,
    }  # fmt: skip


def _strip(length_m: float, tag: int = 1) -> Mesh:
    """A road of quads along x with mixed winding, and a kerb's upright face on its right."""
    x = np.arange(0.0, length_m + 1e-9, 2.0)
    left, right = (np.stack([x, np.full_like(x, y), 0.0 * x], -1) for y in (-3.0, 3.0))
    top = right + np.array([0.0, 0.0, 0.15])
    vertices = np.concatenate([left, right, top]).astype(np.float32)
    n, k = len(x), np.arange(len(x) - 1)
    road = np.concatenate([np.stack([k, k + 1, n + k], -1), np.stack([n + k, n + k + 1, k + 1], -1)])
    kerb = np.concatenate([np.stack([n + k, n + k + 1, 2 * n + k], -1), np.stack([2 * n + k, n + k + 1, 2 * n + k + 1], -1)])
    triangles = np.concatenate([road, kerb]).astype(np.uint32)
    normals = np.tile(np.float32([0, 0, 1]), (3 * n, 1))
    normals[n:] = (0.0, -0.7071, 0.7071)
    return Mesh(
        vertices=vertices, triangles=triangles, normals=normals, uvs=np.zeros((3 * n, 2), np.float32),
        colours=np.ones((3 * n, 3), np.float32), materials=np.zeros(len(triangles), np.uint8),
        tags=np.full(len(triangles), tag, np.uint8),
    )  # fmt: skip


class _NoGround:
    def ground_below(self, points):
        raise AssertionError("the triangles say it all")


def test_terrain_gives_every_triangle_once_and_turns_it_up():
    terrain = Terrain([_strip(100.0), _strip(100.0, tag=24)], _NoGround())
    tiles = terrain.tiles_near(np.array([-50.0, -50.0]), np.array([150.0, 50.0]))
    patches = [patch for patch in (terrain.patch(*tile, 0.0) for tile in tiles) if patch is not None]
    corners = np.concatenate([patch.vertices[patch.triangles] for patch in patches])
    assert len(corners) == 50 * 4  # paint is left out
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    areas = np.linalg.norm(across, axis=1) / 2
    assert areas.sum() == pytest.approx(100 * 6 + 100 * 0.15, rel=1e-5)
    flat_ones = np.abs(across[:, 2]) > 1e-6
    assert (across[flat_ones, 2] > 0).all()
    assert (across[~flat_ones, 1] < 0).all()  # the kerb faces the road
    near = terrain.tiles_near(np.array([39.0, -1.0]), np.array([41.0, 1.0]))
    assert near
    assert all(abs((x + 0.5) * TILE_M - 40.0) < 1.5 * TILE_M for x, _ in near)


class _Level:
    def ground_below(self, points):
        class Below:
            height_m = np.zeros(len(points))
            normal = np.tile([0.0, 0.0, 1.0], (len(points), 1))

        return Below()


def test_nothing_stumbles_over_the_edges_of_triangles(make_yard):
    yard = make_yard()
    yard.states = ActorStates()
    yard.physics = Physics(yard.states, _Level(), [], [_strip(100.0)])
    ball, pallet = yard.spawn(BALL, (5.0, 0.0, 0.0)), yard.spawn(PALLET, (5.0, 2.0, 0.0))
    yard.push_to(ball, (12.0, 0.1, 0.0))
    yard.push_to(pallet, (12.0, 0.0, 0.0))
    heights = []
    for _ in range(80):
        yard.run(0.05)
        heights.append([_centre(yard, ball)[2] - 0.12, yard.at(pallet)[2]])
    assert np.abs(heights).max() < 0.012
    assert yard.at(pallet)[0] - 5.0 == pytest.approx(144 / (2 * 0.55 * G), rel=0.05)
    # and the kerb holds what rolls against it
    yard.physics.teleport(ball, (50.0, 2.0, 0.0))
    yard.push_to(ball, (0.0, 1.0, 0.0))
    yard.run(3.0)
    assert yard.at(ball)[1] < 3.0


def test_a_ball_lands_on_a_bonnet_and_a_car_passes_over_a_plank(flat):
    car = flat.spawn(CAR, (0.0, 0.0, 0.0))
    front = car.box.centre[0] + car.box.half_extent[0]
    ball = flat.spawn(BALL, (front - 0.6, 0.0, 2.5))
    height = 2.0 * car.box.half_extent[2]
    lowest = min(flat.at(ball)[2] for _ in range(14) if flat.run(0.05) is not None)
    assert 0.4 * height < lowest < 0.8 * height
    plank = flat.spawn("static.prop.ironplank", (12.0, 0.0, 0.01))
    flat.run(1.0)
    flat.push_to(car, (8.0, 0.0, 0.0))
    contacts = flat.run(2.0)
    assert flat.at(car)[0] > 12.0
    assert not [c for c in contacts if {c.actor_id, c.other_id} == {car.id, plank.id}]


def test_absurd_orders_leave_the_world_whole(flat):
    props = [flat.spawn(BALL, (3.0 * k, 0.0, 0.0)) for k in range(6)]
    flat.run(1.0)
    flat.physics.pushes.set_target_angular_velocity(props[0], (1e30, 0.0, 1e30))
    flat.physics.pushes.add_angular_impulse(props[1], (1e30, 0.0, 0.0))
    flat.push_to(props[2], (1e12, 0.0, 0.0))
    flat.physics.teleport(props[3], (1e9, -1e9, 5.0))
    flat.physics.pushes.add_impulse(props[4], (0.0, 1e30, 0.0))
    flat.run(2.0)
    assert np.isfinite(flat.states.location[[prop.row for prop in props]]).all()
    flat.physics.pushes.add_impulse(props[5], (0.4, 0.0, 0.0))
    flat.run(0.5)
    assert flat.velocity(props[5])[0] > 0.2


def test_a_prop_on_its_side_blocks_what_it_covers(flat):
    barrel = flat.spawn(BARREL, (0.0, 0.0, 0.25), (90.0, 0.0, 0.0))
    flat.run(1.0)
    assert abs(rotation_matrices(flat.rotation(barrel))[2, 2]) < 0.1
    small = Box(centre=(0.0, 0.0, 0.0), half_extent=(0.05, 0.05, 0.05))
    middle = _centre(flat, barrel)
    along = rotation_matrices(flat.rotation(barrel))[:, 2]
    assert flat.physics.blocked(small, middle + 0.35 * along, (0.0, 0.0, 0.0))
    assert not flat.physics.blocked(small, middle + np.array([0.0, 0.0, 0.5]), (0.0, 0.0, 0.0))


@pytest.mark.parametrize("speed_mps", [12.0, 40.0])
@pytest.mark.parametrize("kind", [BALL, CONE, BARREL, WHEEL])
def test_what_a_fast_car_hits_flies_ahead_of_it(flat, kind, speed_mps):
    car, prop = flat.spawn(CAR, (0.0, 8.0, 0.0)), flat.spawn(kind, (14.3, 8.1, 0.0))
    flat.run(1.0)
    flat.push_to(car, (speed_mps, 0.0, 0.0))
    flat.run(15.0 / speed_mps)
    assert flat.velocity(prop)[0] > 0.9 * speed_mps
    assert _centre(flat, prop)[0] > flat.at(car)[0] + 2.0
