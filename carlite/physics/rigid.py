"""A world of Rapier's rigid bodies (https://rapier.rs): what it is made of, in CARLA's frame and units.

Rapier computes in single precision, so its world has an origin of its own near the props. It knows nothing of left or right:
CARLA's coordinates go in and come out as they are, since positions, rotation matrices and angular velocities obey one algebra.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import rapier3d as rapier
from numpy.typing import NDArray

from carlite.physics.shapes import LooseShape, ShapeKind
from carlite.physics.terrain import Patch

Quaternion = tuple[float, float, float, float]  # x, y, z, w
Triple = tuple[float, float, float]

_SLEEP_MPS, _SLEEP_RADPS, _SLEEP_S = 0.05, 0.2, 0.5
_CONE_TIP = 0.15  # width over that of its foot
_ROOF_LENGTH, _ROOF_WIDTH = 0.4, 0.75  # of a car's roof over those of its floor
_TYRE_EDGE = 0.4  # radius of a wheel's rounded edge over half its width
_SKIN_M = 0.002  # without it the corners of boxes catch on the seams between tiles
_GROUND_FRICTION = 1.0  # the prop's own friction counts, which is that on dry road
_BODY_FRICTION = 0.4
_IMPACT_PER_WEIGHT = 4.0  # a prop reports forces above so many times its weight, else only who touches it does
_GIMBAL = 1e-5
_ALL_EVENTS = rapier.ActiveEvents.CONTACT_FORCE_EVENTS
# Props meet everything, all else meets props alone.
_PROPS = rapier.InteractionGroups(rapier.Group.GROUP_0, rapier.Group.ALL, rapier.InteractionTestMode.AND)
_OTHERS = rapier.InteractionGroups(rapier.Group.GROUP_1, rapier.Group.GROUP_0, rapier.InteractionTestMode.AND)


def quaternion_of(rotation_deg: Sequence[float]) -> Quaternion:
    """Of pitch, yaw, roll in degrees (``carlite.geometry.rotation_matrices``)."""
    p, y, r = (0.5 * math.radians(float(angle)) for angle in rotation_deg)
    cp, sp, cy, sy, cr, sr = math.cos(p), math.sin(-p), math.cos(y), math.sin(y), math.cos(r), math.sin(-r)
    return (
        cy * cp * sr - sy * sp * cr,
        cy * sp * cr + sy * cp * sr,
        sy * cp * cr - cy * sp * sr,
        cy * cp * cr + sy * sp * sr,
    )


def rotation_of(quaternion: Quaternion) -> Triple:
    """Pitch, yaw, roll in degrees of a unit quaternion; roll is 0 where the nose points straight up or down."""
    x, y, z, w = quaternion
    up = 2.0 * (x * z - w * y)
    ahead, side = 1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y + w * z)
    level = math.hypot(ahead, side)
    pitch = math.atan2(up, level)
    if level < _GIMBAL:
        yaw, roll = math.atan2(-2.0 * (x * y - w * z), 1.0 - 2.0 * (x * x + z * z)), 0.0
    else:
        yaw, roll = math.atan2(side, ahead), math.atan2(-2.0 * (y * z + w * x), 1.0 - 2.0 * (x * x + y * y))
    return (math.degrees(pitch), math.degrees(yaw), math.degrees(roll))


def new_world() -> rapier.PhysicsWorld:
    """An empty world with one thread, whose results do not depend on the machine's number of cores."""
    world = rapier.PhysicsWorld()
    world.set_num_threads(1)
    return world


def loose_collider(shape: LooseShape) -> rapier.ColliderBuilder:
    """The collider of a loose body, placed in its actor's frame, with its mass."""
    x, y, z = shape.half_extent
    radius = shape.radius_m
    builder: rapier.ColliderBuilder
    turn: Triple = (0.0, 0.0, 0.0)
    if shape.kind is ShapeKind.SPHERE:
        builder = rapier.Collider.ball(radius)
    elif shape.kind is ShapeKind.WHEEL:  # the engine's cylinders stand on their y axis
        edge = _TYRE_EDGE * min(y, radius)
        builder = rapier.Collider.round_cylinder(y - edge, radius - edge, edge)
    elif shape.kind is ShapeKind.CYLINDER:
        builder, turn = rapier.Collider.cylinder(z, radius), (0.5 * math.pi, 0.0, 0.0)
    elif shape.kind is ShapeKind.CONE:
        base = [(a, b, -z) for a in (-x, x) for b in (-y, y)]
        tip = [(_CONE_TIP * a, _CONE_TIP * b, z) for a in (-x, x) for b in (-y, y)]
        builder = rapier.Collider.convex_hull(base + tip)
    elif shape.kind is ShapeKind.CAR:
        floor = [(a, b, c) for a in (-x, x) for b in (-y, y) for c in (-z, 0.0)]
        roof = [(_ROOF_LENGTH * a, _ROOF_WIDTH * b, z) for a in (-x, x) for b in (-y, y)]
        builder = rapier.Collider.convex_hull(floor + roof)
    else:
        builder = rapier.Collider.cuboid(x, y, z)
    # The mass is given in the collider's frame, which may be turned and lies at the centre of the shape.
    below = shape.centre[2] - shape.centre_of_mass[2]
    i, j, k = shape.principal_inertia
    inertia = (i, k, j) if turn[0] else (i, j, k)
    weight = shape.mass_kg * 9.81
    return (
        builder.rotation(turn)
        .translation(shape.centre)
        .mass_properties(rapier.MassProperties((0.0, 0.0, -below), shape.mass_kg, inertia))
        .friction(shape.friction)
        .friction_combine_rule(rapier.CoefficientCombineRule.MIN)
        .restitution(shape.restitution)
        .restitution_combine_rule(rapier.CoefficientCombineRule.MAX)
        .active_events(_ALL_EVENTS)
        .contact_force_event_threshold(_IMPACT_PER_WEIGHT * weight)
        .collision_groups(_PROPS)
    )


def loose_body(location: Triple, rotation: Quaternion, velocity: Triple, spin_radps: Triple) -> rapier.RigidBodyBuilder:
    """A body that moves freely; its velocity is that of its centre of mass."""
    return (
        rapier.RigidBody.dynamic()
        .position((location, rotation))
        .linvel(velocity)
        .angvel(spin_radps)
        .ccd_enabled(True)
        .allow_fast_rotation(True)
    )


def let_sleep(body: rapier.RigidBody) -> None:
    """A body that hardly moves for half a second costs nothing until something touches it."""
    rest = body.activation
    rest.linear_threshold, rest.angular_threshold, rest.time_until_sleep = _SLEEP_MPS, _SLEEP_RADPS, _SLEEP_S
    body.activation = rest


def pushing_body(mass_kg: float, inertia: float) -> rapier.RigidBodyBuilder:
    """Stands for a vehicle or walker: props push it in the plane and, if ``inertia`` (kg m^2) is not 0, about the vertical."""
    return (
        rapier.RigidBody.dynamic()
        .gravity_scale(0.0)
        .enabled_translations((True, True, False))
        .enabled_rotations((False, False, inertia > 0.0))
        .can_sleep(False)
        .additional_mass_properties(rapier.MassProperties((0.0, 0.0, 0.0), mass_kg, (inertia,) * 3))
    )


def driven_body() -> rapier.RigidBodyBuilder:
    """Stands for what the client moves: nothing pushes it."""
    return rapier.RigidBody.kinematic_velocity_based().can_sleep(False)


def plain_collider(kind: ShapeKind, half_extent: Triple, centre: Triple) -> rapier.ColliderBuilder:
    """An upright cylinder or a box that reports every touch; props meet it, nothing else does."""
    builder: rapier.ColliderBuilder
    if kind is ShapeKind.CYLINDER:
        builder = rapier.Collider.cylinder(half_extent[2], max(half_extent[:2])).rotation((0.5 * math.pi, 0.0, 0.0))
    else:
        builder = rapier.Collider.cuboid(*half_extent)
    return others_only(builder.translation(centre))


def others_only(builder: rapier.ColliderBuilder) -> rapier.ColliderBuilder:
    """Lets a collider that stands for another actor or for scenery meet props alone, and report every touch."""
    return (
        builder.collision_groups(_OTHERS)
        .friction(_BODY_FRICTION)
        .friction_combine_rule(rapier.CoefficientCombineRule.MIN)
        .restitution_combine_rule(rapier.CoefficientCombineRule.MAX)
        .density(0.0)
        .active_events(_ALL_EVENTS)
        .contact_force_event_threshold(0.0)
    )


def ground_collider(patch: Patch, origin: NDArray[np.float64]) -> rapier.ColliderBuilder:
    """Triangles whose edges nothing stumbles over: they touch through a skin, under which they are let down."""
    vertices = np.ascontiguousarray(patch.vertices - origin - (0.0, 0.0, _SKIN_M), np.float32)
    shape = rapier.Collider.trimesh(vertices, patch.triangles, flags=rapier.TriMeshFlags.FIX_INTERNAL_EDGES)
    return (
        shape.collision_groups(_OTHERS)
        .contact_skin(_SKIN_M)
        .friction(_GROUND_FRICTION)
        .friction_combine_rule(rapier.CoefficientCombineRule.MIN)
        .restitution_combine_rule(rapier.CoefficientCombineRule.MAX)
    )
