"""Walkers: speed, facing, ground, gait."""

from __future__ import annotations

import math

import numpy as np
import pytest

from carlite.physics import WalkerControl

ADULT, CHILD = "walker.pedestrian.0001", "walker.pedestrian.0009"


def test_a_walker_goes_where_it_is_told_and_faces_it(flat):
    walker = flat.spawn(ADULT, (0.0, 0.0, 0.93))
    flat.physics.apply_walker_control(walker, WalkerControl(direction=(0.0, 1.0, 0.0), speed=1.4))
    flat.run(10.0)
    assert flat.velocity(walker) == pytest.approx([0.0, 1.4, 0.0], abs=1e-6)
    assert flat.at(walker)[1] == pytest.approx(14.0, abs=0.2)
    assert flat.at(walker)[2] == pytest.approx(0.93, abs=1e-3)
    assert flat.rotation(walker)[1] == pytest.approx(90.0)
    flat.physics.apply_walker_control(walker, WalkerControl(speed=0.0))
    flat.run(1.0)
    assert np.abs(flat.velocity(walker)).max() < 1e-9


@pytest.mark.parametrize(
    ("type_id", "speed", "stride"), [(ADULT, 1.4, 1.4), (ADULT, 3.4, 2.1), (CHILD, 1.4, 1.4 * 0.55 / 0.93)]
)
def test_the_gait_turns_once_in_two_steps(flat, type_id, speed, stride):
    walker = flat.spawn(type_id, (0.0, 0.0, 0.93))
    flat.physics.apply_walker_control(walker, WalkerControl(speed=speed))
    flat.run(1.0)
    before = flat.states.gait_phase_rad[walker.row]
    flat.run(0.2)
    turned = (flat.states.gait_phase_rad[walker.row] - before) % (2 * math.pi)
    assert turned == pytest.approx(2 * math.pi * 0.2 * speed / stride, rel=1e-6)


def test_it_falls_climbs_steps_and_follows_slopes(make_yard):
    yard = make_yard(lambda x, y: np.where(x > 2.0, 0.2, 0.0) + np.where(x > 6.0, 0.1 * (x - 6.0), 0.0))
    walker = yard.spawn(ADULT, (0.0, 0.0, 3.0))
    yard.run(2.0)
    assert yard.at(walker)[2] == pytest.approx(0.93)
    yard.physics.apply_walker_control(walker, WalkerControl(speed=2.0))
    yard.run(2.0)
    assert yard.at(walker)[2] == pytest.approx(1.13, abs=1e-3)
    yard.run(2.5)
    x, _, z = yard.at(walker)
    assert z == pytest.approx(0.93 + 0.2 + 0.1 * (x - 6.0), abs=0.02)


def test_a_jump_leaves_the_ground_and_comes_back(flat):
    walker = flat.spawn(ADULT, (0.0, 0.0, 0.93))
    flat.run(0.5)
    flat.physics.apply_walker_control(walker, WalkerControl(jump=True))
    heights = []
    for _ in range(40):
        flat.physics.step(0.05)
        heights.append(flat.at(walker)[2])
    assert max(heights) == pytest.approx(0.93 + 5.0**2 / 2 / 9.81, abs=0.05)
    assert heights[-1] == pytest.approx(0.93)


def test_walker_state_places_the_feet_and_gives_a_true_velocity(flat):
    walker = flat.spawn(ADULT, (0.0, 0.0, 0.93))
    flat.physics.set_simulate_physics(walker, False)
    flat.physics.set_collisions(walker, False)
    for k in range(1, 11):
        flat.physics.set_walker_state(walker, (0.07 * k, 0.0, 0.0), (0.0, 0.0, 0.0), 1.4)
        flat.physics.step(0.05)
    assert flat.at(walker) == pytest.approx([0.7, 0.0, 0.93])
    assert flat.velocity(walker) == pytest.approx([1.4, 0.0, 0.0])
    assert flat.states.gait_phase_rad[walker.row] > 0.0


def test_walkers_do_not_walk_through_walls_or_each_other(make_yard, make_block):
    yard = make_yard(obstacles=[make_block(5.0, 0.0, (0.5, 5.0, 1.0))])
    walker = yard.spawn(ADULT, (0.0, 0.0, 0.93))
    other = yard.spawn(ADULT, (1.0, 8.0, 0.93), (0.0, 0.0, 0.0))
    meets = yard.spawn(ADULT, (4.0, 8.0, 0.93))
    for actor, x in ((walker, 1.0), (other, 1.0), (meets, -1.0)):
        yard.physics.apply_walker_control(actor, WalkerControl(direction=(x, 0.0, 0.0), speed=1.5))
    yard.run(5.0)
    assert yard.at(walker)[0] < 4.5
    assert yard.at(other)[0] < yard.at(meets)[0]


def test_gravity_off_lets_it_hover(flat):
    walker = flat.spawn(ADULT, (0.0, 0.0, 5.0))
    flat.physics.set_gravity(walker, False)
    flat.run(1.0)
    assert flat.at(walker)[2] == 5.0


def test_walkers_who_meet_stop_and_the_faster_one_pushes_nobody_along(flat):
    fast, slow, idle = (flat.spawn("walker.pedestrian.0002", place) for place in ((0, 0, 0.93), (6, 0, 0.93), (0, 8, 0.93)))
    other = flat.spawn("walker.pedestrian.0002", (-5, 8, 0.93))
    for walker, ahead, speed in ((fast, 1.0, 3.0), (slow, -1.0, 1.0), (other, 1.0, 2.0)):
        flat.physics.apply_walker_control(walker, WalkerControl(direction=(ahead, 0.0, 0.0), speed=speed))
    contacts = flat.run(2.0)
    assert {contact.actor_id for contact in contacts} == {fast.id, slow.id}
    met = flat.at(slow)[0]
    contacts = flat.run(6.0)
    assert {idle.id, other.id} <= {contact.actor_id for contact in contacts}
    assert flat.at(slow)[0] == pytest.approx(met, abs=0.1)
    assert flat.at(idle)[0] == pytest.approx(0.0, abs=0.1)
    apart = flat.at(slow)[0] - flat.at(fast)[0]
    assert apart == pytest.approx(2 * max(fast.box.half_extent[:2]), abs=0.1)
