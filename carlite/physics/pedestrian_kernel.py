"""Walkers, animals and what stands fast between two ticks: what they want, friction, gravity, the ground under them."""

from __future__ import annotations

import math

from carlite.jit import inner
from carlite.physics.frame_kernel import wrapped_deg
from carlite.physics.tables import Floats, Record, Records

_WALKER, _PROP = 1, 2
WALK_STRIDE_M = 1.4  # two steps of an adult at walking speed
_ADULT_HALF_HEIGHT_M = 0.93
_WALK_MPS = 1.4
_STRIDE_PER_MPS = 0.35
_WALKER_ACCELERATION = 12.0
_SLIDE = 6.0  # deceleration of a person who was knocked away
_KNOCKED_MPS = 3.0
_TURN_DPS = 420.0
_SPIN_FRICTION = 3.0
_STEP_M = 0.45
_CLIMB_MPS = 3.0


@inner()
def stride_m(speed_mps: float, half_height_m: float) -> float:
    """Length of two steps, metres: 1.4 m for an adult at 1.4 m/s, longer when running, in proportion to the height."""
    stretched = WALK_STRIDE_M + _STRIDE_PER_MPS * (speed_mps - _WALK_MPS)
    return float(min(max(stretched, 0.6), 3.5) * half_height_m / _ADULT_HALF_HEIGHT_M)


@inner()
def _walk(b: Record, dt: float) -> None:
    """Nears the wanted velocity within some tenths of a second and turns to face it; who was knocked away slides."""
    dx, dy = b.want_x - b.vx, b.want_y - b.vy
    change, wish = math.sqrt(dx * dx + dy * dy), math.sqrt(b.want_x * b.want_x + b.want_y * b.want_y)
    knocked = math.sqrt(b.vx * b.vx + b.vy * b.vy) > wish + _KNOCKED_MPS
    share = min(1.0, (_SLIDE if knocked else _WALKER_ACCELERATION) * dt / max(change, 1e-12))
    b.vx += share * dx
    b.vy += share * dy
    b.w = 0.0
    if wish > 1e-3:
        off = wrapped_deg(math.degrees(math.atan2(b.want_y, b.want_x) - b.yaw))
        b.yaw += math.radians(min(max(off, -_TURN_DPS * dt), _TURN_DPS * dt))


@inner()
def _slow_down(b: Record, dt: float) -> None:
    """Coulomb friction of a prop."""
    speed = math.sqrt(b.vx * b.vx + b.vy * b.vy)
    kept = max(speed - b.friction * dt, 0.0) / max(speed, 1e-12)
    b.vx *= kept
    b.vy *= kept
    b.w = math.copysign(max(abs(b.w) - _SPIN_FRICTION * dt, 0.0), b.w)


@inner()
def steer_others(bodies: Records, dt: float) -> None:
    """Velocities of simulated walkers and props for the coming tick."""
    for i in range(len(bodies)):
        b = bodies[i]
        if b.simulate == 0 or b.loose == 1:
            continue
        if b.kind == _WALKER:
            _walk(b, dt)
        elif b.kind == _PROP:
            _slow_down(b, dt)


@inner()
def drop_others(bodies: Records, heights: Floats, gravity: float, dt: float) -> None:
    """Heights of simulated walkers and props: they follow the ground up and down steps, else they fall.

    Args:
        heights: of the ground under each body, -inf where there is none.
    """
    for i in range(len(bodies)):
        b = bodies[i]
        if b.simulate == 0 or b.loose == 1 or (b.kind != _WALKER and b.kind != _PROP):
            continue
        if b.gravity == 0:
            b.z += b.vz * dt
            continue
        feet, ground = b.z + b.feet, heights[i]
        gap = feet - ground
        falling = gap > _STEP_M or b.vz > 0.5 or (gap > 0.02 and b.vz < -0.5)
        if not falling:
            # steps are taken at a finite speed, so that the body does not jump; who stands too deep is put on top
            step = ground - feet if -gap > _STEP_M else min(max(-gap, -_CLIMB_MPS * dt), _CLIMB_MPS * dt)
            b.z += step
            b.vz = 0.0
            continue
        speed = b.vz - gravity * dt
        feet += 0.5 * (b.vz + speed) * dt
        if feet <= ground:
            feet = ground
            speed = 0.0
        b.z, b.vz = feet - b.feet, speed
