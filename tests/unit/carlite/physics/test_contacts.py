"""Contacts: overlap against shapely, momentum, scenery, fast and small things."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon

from carlite import library
from carlite.mesh import ActorModel, Box, Mesh, Part
from carlite.physics import VehicleControl
from carlite.physics.contact_kernel import overlaps_any
from carlite.physics.hulls import contact_hull
from carlite.physics.obstacles import footprint
from carlite.physics.tables import BODY

_FENCE = ((45, 0, (1, 46, 3)), (-45, 0, (1, 46, 3)), (0, 45, (46, 1, 3)), (0, -45, (46, 1, 3)))
CAR, TRUCK = "vehicle.lincoln.mkz_2020", "vehicle.carlamotors.firetruck"

_place = st.floats(-6.0, 6.0)
_half = st.floats(0.1, 4.0)
_angle = st.floats(-math.pi, math.pi)
_box = st.tuples(_place, _place, _half, _half, _angle)


def _record(box: tuple[float, float, float, float, float]) -> np.ndarray:
    record = np.zeros(1, BODY)
    record["x"], record["y"], record["hx"], record["hy"], record["yaw"] = box
    record["low"], record["high"], record["solid"] = -1.0, 1.0, 1
    return record


def _polygon(box: tuple[float, float, float, float, float]) -> Polygon:
    x, y, hx, hy, yaw = box
    c, s = math.cos(yaw), math.sin(yaw)
    return Polygon([(x + c * u - s * v, y + s * u + c * v) for u, v in ((hx, hy), (-hx, hy), (-hx, -hy), (hx, -hy))])


@settings(max_examples=300, deadline=None)
@given(_box, _box)
def test_boxes_overlap_exactly_when_their_polygons_do(a, b):
    p, q = _polygon(a), _polygon(b)
    assume(p.distance(q) > 1e-6 or p.intersection(q).area > 1e-6)
    assert overlaps_any(_record(a), _record(b), np.zeros(0, BODY)) == p.intersects(q)


@settings(max_examples=200, deadline=None)
@given(_place, _place, st.floats(0.1, 3.0), _box)
def test_circles_overlap_boxes_exactly_when_their_discs_do(x, y, radius, box):
    circle = _record((x, y, radius, radius, 0.0))
    circle["radius"] = radius
    distance = _polygon(box).distance(Polygon([(x, y), (x + 1e-9, y), (x, y + 1e-9)]))
    assume(abs(distance - radius) > 1e-6)
    assert overlaps_any(circle, _record(box), np.zeros(0, BODY)) == (distance < radius)


def test_boxes_at_other_heights_do_not_touch():
    a, b = _record((0, 0, 1, 1, 0)), _record((0, 0, 1, 1, 0))
    b["z"] = 2.5
    assert not overlaps_any(a, b, np.zeros(0, BODY))


def test_a_head_on_collision_keeps_momentum_and_loses_energy(flat):
    one = flat.spawn(CAR, (0.0, 0.0, 0.0))
    two = flat.spawn(TRUCK, (30.0, 0.0, 0.0), (0.0, 180.0, 0.0))
    flat.run(2.0)
    masses = [flat.physics.physics_control(actor).mass for actor in (one, two)]
    flat.push_to(one, (15.0, 0.0, 0.0))
    flat.push_to(two, (-10.0, 0.0, 0.0))
    for _ in range(200):
        before = sum(m * flat.velocity(a) for m, a in zip(masses, (one, two), strict=True))
        energy = sum(0.5 * m * (flat.velocity(a) ** 2).sum() for m, a in zip(masses, (one, two), strict=True))
        closing = flat.velocity(one)[0] - flat.velocity(two)[0]
        contacts = flat.physics.step(0.01)
        if contacts:
            break
    after = sum(m * flat.velocity(a) for m, a in zip(masses, (one, two), strict=True))
    left = sum(0.5 * m * (flat.velocity(a) ** 2).sum() for m, a in zip(masses, (one, two), strict=True))
    assert after[0] == pytest.approx(before[0], rel=0.01)
    assert left < 0.6 * energy
    assert flat.velocity(one)[0] < 0.0  # the lighter one is thrown back
    felt = {contact.actor_id: contact for contact in contacts}
    assert felt[one.id].other_id == two.id
    assert np.allclose(felt[one.id].impulse_ns, -np.array(felt[two.id].impulse_ns))
    reduced = masses[0] * masses[1] / sum(masses)
    assert -felt[one.id].impulse_ns[0] == pytest.approx(1.15 * reduced * closing, rel=0.01)
    assert felt[one.id].other_tag == two.tags[0]


def test_an_offset_hit_turns_the_struck_car(flat):
    flat_car = flat.spawn(CAR, (0.0, 0.0, 0.0))
    parked = flat.spawn(CAR, (12.0, 1.2, 0.0))
    flat.run(1.0)
    flat.push_to(flat_car, (14.0, 0.0, 0.0))
    flat.run(1.5)
    assert abs(flat.rotation(parked)[1]) > 3.0
    assert flat.velocity(parked)[0] > 0.5 or flat.at(parked)[0] > 13.0


@pytest.mark.parametrize("speed_mps", [3.0, 20.0, 40.0])
def test_nothing_drives_through_a_thin_wall(make_yard, make_block, speed_mps):
    yard = make_yard(obstacles=[make_block(30.0, 0.0, (0.1, 10.0, 2.0))])
    car = yard.spawn(CAR, (20.0, 0.0, 0.0))
    bike = yard.spawn("vehicle.diamondback.century", (20.0, 6.0, 0.0))
    yard.run(1.0)
    for actor in (car, bike):
        yard.push_to(actor, (speed_mps, 0.0, 0.0))
    contacts = yard.run(5.0)
    assert yard.at(car)[0] < 30.0
    assert yard.at(bike)[0] < 30.0
    hits = {contact.actor_id for contact in contacts}
    assert hits == {car.id, bike.id}
    assert all(contact.other_id == 0 and contact.other_tag == 3 and contact.impulse_ns[0] < 0 for contact in contacts)


def test_a_car_pushing_against_a_wall_reports_in_every_tick(make_yard, make_block):
    yard = make_yard(obstacles=[make_block(10.0, 0.0, (1.0, 5.0, 2.0))])
    car = yard.spawn(CAR, (5.5, 0.0, 0.0))
    yard.physics.apply_vehicle_control(car, VehicleControl(throttle=0.5))
    yard.run(3.0)
    assert all(yard.physics.step(0.05) for _ in range(10))
    front = yard.at(car)[0] + car.box.centre[0] + car.box.half_extent[0]
    assert front == pytest.approx(9.0, abs=0.05)


def test_a_struck_walker_is_thrown_forward(flat):
    car = flat.spawn(CAR, (0.0, 0.0, 0.0))
    walker = flat.spawn("walker.pedestrian.0002", (10.0, 0.3, 0.93))
    flat.run(1.0)
    flat.push_to(car, (10.0, 0.0, 0.0))
    contacts = flat.run(1.0)
    assert {contact.actor_id for contact in contacts} == {car.id, walker.id}
    assert flat.at(walker)[0] > 11.0
    assert flat.velocity(car)[0] > 8.0  # 75 kg hardly slow a car
    flat.physics.apply_vehicle_control(car, VehicleControl(brake=1.0))
    flat.run(5.0)
    assert np.abs(flat.velocity(walker)).max() < 1e-6


def test_a_cone_flies_and_a_tree_does_not_yield(flat):
    cone = flat.spawn("static.prop.constructioncone", (10.0, 0.0, 0.0))
    bench = flat.spawn("static.prop.vendingmachine", (10.0, 20.0, 0.0))
    cars = [flat.spawn(CAR, (0.0, y, 0.0)) for y in (0.0, 20.0)]
    flat.run(1.0)
    for car in cars:
        flat.push_to(car, (10.0, 0.0, 0.0))
    flat.run(1.5)
    assert flat.at(cone)[0] > 12.0
    assert flat.at(bench)[0] == pytest.approx(10.0, abs=1e-9)
    assert flat.at(cars[1])[0] < 8.5


def test_blocked_sees_actors_scenery_and_deep_ground(make_yard, make_block):
    yard = make_yard(obstacles=[make_block(10.0, 0.0, (1.0, 5.0, 2.0))])
    car = yard.spawn(CAR, (0.0, 0.0, 0.0))
    box, level = car.box, (0.0, 0.0, 0.0)
    assert yard.physics.blocked(box, (1.0, 0.5, 0.0), level)
    assert not yard.physics.blocked(box, (0.0, 2.5, 0.0), level)
    assert yard.physics.blocked(box, (0.0, 2.5, 0.0), (0.0, 45.0, 0.0))
    assert yard.physics.blocked(box, (10.0, 0.0, 0.5), level)
    assert not yard.physics.blocked(box, (0.0, 0.0, 2.0), level)  # above the car
    assert not yard.physics.blocked(box, (0.0, 10.0, -0.05), level)
    assert yard.physics.blocked(box, (0.0, 10.0, -1.2), level)
    yard.physics.teleport(car, (0.0, 30.0, 0.0))
    assert not yard.physics.blocked(box, (1.0, 0.5, 0.0), level)


@pytest.mark.parametrize(("apart_m", "touches"), [(2.5, False), (2.3, True)])
def test_mirrors_touch_nobody(flat, apart_m, touches):
    bus, car = (library.find(name) for name in ("vehicle.mitsubishi.fusorosa", CAR))
    assert bus is not None
    assert car is not None
    assert bus.half_extent[1] - bus.centre[1] + car.half_extent[1] > 3.0  # their boxes, with mirrors, would touch
    flat.spawn(bus.id, (0.0, 0.0, 0.0))
    hull = contact_hull(car, Box(centre=car.centre, half_extent=car.half_extent))
    assert flat.physics.blocked(hull, (0.0, apart_m, 0.0), (0.0, 0.0, 0.0)) is touches
    beside = flat.spawn(car.id, (0.0, -apart_m, 0.0))
    flat.push_to(beside, (0.0, 1.0, 0.0))
    assert bool(flat.run(0.1)) is touches


def test_without_collisions_nothing_touches(flat):
    one = flat.spawn(CAR, (0.0, 0.0, 0.0))
    two = flat.spawn(CAR, (15.0, 0.0, 0.0))
    flat.physics.set_collisions(two, False)
    flat.run(1.0)
    flat.push_to(one, (20.0, 0.0, 0.0))
    assert flat.run(2.0) == []


def test_a_removed_actor_leaves_the_others_as_they_are(flat):
    cars = [flat.spawn(CAR, (10.0 * k, 0.0, 0.0)) for k in range(3)]
    flat.run(1.0)
    flat.physics.apply_vehicle_control(cars[2], VehicleControl(throttle=1.0))
    flat.physics.remove(cars[1])
    flat.states.release(cars[1].row)
    flat.run(1.0)
    assert flat.velocity(cars[2])[0] > 2.0
    assert np.abs(flat.velocity(cars[0])).max() < 1e-3


def test_spawn_boxes_may_be_rotated_in_all_axes(flat):
    flat.spawn(CAR, (0.0, 0.0, 0.0))
    tall = Box(centre=(0.0, 0.0, 0.0), half_extent=(0.2, 0.2, 3.0))
    assert not flat.physics.blocked(tall, (4.5, 0.0, 4.0), (0.0, 0.0, 0.0))
    assert flat.physics.blocked(tall, (4.5, 0.0, 1.0), (90.0, 0.0, 0.0))  # laid along x


@pytest.mark.slow
def test_a_pile_up_stays_finite_and_dies_down(make_yard, make_block):
    rng = np.random.default_rng(4)
    walls = [make_block(x, y, half) for x, y, half in _FENCE]
    yard = make_yard(lambda x, y: 0.3 * np.sin(0.15 * x) * np.cos(0.1 * y), walls)
    kinds = (CAR, TRUCK, "vehicle.yamaha.yzf", "static.prop.trashcan01", "walker.pedestrian.0001", "carlite.prop.ball")
    actors = [
        yard.spawn(kinds[k % len(kinds)], (*rng.uniform(-40, 40, 2), 1.5), (0.0, rng.uniform(0, 360), 0.0)) for k in range(60)
    ]
    for actor in actors:
        yard.push_to(actor, (*rng.uniform(-25, 25, 2), 0.0))
    contacts = yard.run(6.0)
    rows = [actor.row for actor in actors]
    assert len(contacts) > 50
    for array in (yard.states.location, yard.states.rotation_deg, yard.states.velocity, yard.states.acceleration):
        assert np.isfinite(array[rows]).all()
    assert np.abs(yard.states.location[rows, :2]).max() < 45.0
    assert np.linalg.norm(yard.states.velocity[rows], axis=1).max() < 25.0
    assert np.abs(yard.states.rotation_deg[rows][:, [0, 2]])[: len(rows)].mean() < 30.0
    for actor in actors:
        if actor.type_id.startswith("vehicle."):
            yard.physics.apply_vehicle_control(actor, VehicleControl(brake=1.0))
    yard.run(6.0)
    vehicles = [actor.row for actor in actors if actor.type_id.startswith("vehicle.")]
    assert np.linalg.norm(yard.states.velocity[vehicles], axis=1).max() < 0.5


def _slab(low: tuple[float, float, float], high: tuple[float, float, float]) -> Part:
    corners = np.array([[x, y, z] for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])], np.float32)
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    faces = np.array([f for q in quads for f in ((q[0], q[1], q[2]), (q[0], q[2], q[3]))], np.uint32)
    return Part(
        mesh=Mesh(
            vertices=corners,
            triangles=faces,
            normals=np.tile(np.float32([0, 0, 1]), (8, 1)),
            uvs=np.zeros((8, 2), np.float32),
            colours=np.ones((8, 3), np.float32),
            materials=np.zeros(12, np.uint8),
            tags=np.full(12, 6, np.uint8),
        )
    )


def test_only_what_stands_low_is_in_the_way():
    whole = Box(centre=(0.0, 3.0, 3.0), half_extent=(0.1, 3.1, 3.0))
    pole, arm = _slab((-0.1, -0.1, 0.0), (0.1, 0.1, 6.0)), _slab((-0.1, 0.0, 5.5), (0.1, 6.1, 5.8))
    low = footprint(ActorModel(parts=(pole, arm)), whole)
    assert low is not None
    assert low.half_extent == pytest.approx((0.1, 0.1, 3.0), abs=1e-6)
    assert low.centre == pytest.approx((0.0, 0.0, 3.0), abs=1e-6)
    assert footprint(ActorModel(parts=(arm,)), whole) is None
    assert footprint(ActorModel(parts=()), whole) == whole


def test_a_loose_cone_hardly_slows_a_car_and_one_that_the_client_holds_stops_it_like_a_wall(flat):
    cars = [flat.spawn(CAR, (0.0, y, 0.0)) for y in (0.0, 10.0)]
    loose, held = (flat.spawn("static.prop.constructioncone", (8.0, y, 0.0)) for y in (0.0, 10.0))
    assert loose.simulate_physics
    flat.physics.set_simulate_physics(held, False)
    for car in cars:
        flat.push_to(car, (10.0, 0.0, 0.0))
    contacts = flat.run(1.5)
    assert any(contact.actor_id == cars[0].id and contact.other_id == loose.id for contact in contacts)
    assert flat.velocity(cars[0])[0] > 9.0
    assert flat.at(held) == pytest.approx([8.0, 10.0, 0.0])
    assert flat.at(cars[1])[0] + cars[1].box.centre[0] + cars[1].box.half_extent[0] < 8.0
    blow = next(contact for contact in contacts if contact.actor_id == cars[1].id)
    mass = flat.physics.physics_control(cars[1]).mass
    assert -blow.impulse_ns[0] == pytest.approx(1.15 * 10.0 * mass, rel=0.05)  # restitution 0.15, as a wall's
