"""Touches between upright boxes and circles: overlap by separating axes, then impulses with restitution and friction.

Bodies are rectangles (or circles) in the ground plane with a height interval. The overlap test is the separating axis
theorem (Ericson, Real-Time Collision Detection, 2005, section 5.2); impulses are Coulomb's with restitution (Mirtich, Impulse-
based dynamic simulation, 1996), solved pair after pair in the order of the bodies, which makes the result deterministic.
"""

from __future__ import annotations

import math

import numpy as np

from carlite.jit import inner, kernel
from carlite.physics.tables import Floats, Integers, Record, Records

_WALKER = 1
_RESTITUTION = 0.15
_SOFT_MPS = 1.0  # below this closing speed nothing bounces
_FRICTION = 0.4
_SLOP_M = 0.005
_ITERATIONS = 4
# columns of a found pair
PAIR_COLUMNS = 7  # first body, second body or -1 - obstacle, impulse x, y on the first, point x, y, z


@inner()
def _corners(b: Record, out: Floats) -> None:
    c, s = math.cos(b.yaw), math.sin(b.yaw)
    cx, cy = b.x + c * b.bx - s * b.by, b.y + s * b.bx + c * b.by
    c, s = math.cos(b.yaw + b.box_yaw), math.sin(b.yaw + b.box_yaw)
    for k in range(4):
        dx = b.hx if k in (0, 3) else -b.hx
        dy = b.hy if k < 2 else -b.hy
        out[k, 0], out[k, 1] = cx + c * dx - s * dy, cy + s * dx + c * dy


@inner()
def _axis_overlap(p: Floats, q: Floats, ax: float, ay: float) -> tuple[float, float]:
    """Overlap along one axis and the sign that points from p to q."""
    p0 = p1 = p[0, 0] * ax + p[0, 1] * ay
    q0 = q1 = q[0, 0] * ax + q[0, 1] * ay
    for k in range(1, 4):
        a, b = p[k, 0] * ax + p[k, 1] * ay, q[k, 0] * ax + q[k, 1] * ay
        p0, p1, q0, q1 = min(p0, a), max(p1, a), min(q0, b), max(q1, b)
    forward, backward = p1 - q0, q1 - p0
    return (forward, 1.0) if forward < backward else (backward, -1.0)


@inner()
def _touch_boxes(p: Floats, q: Floats, out: Floats) -> bool:
    """Rectangles p and q by their corners; out: normal from p to q, depth, contact point."""
    best = 1e30
    for k in range(4):
        r = p if k < 2 else q
        i = k % 2
        ax, ay = r[i + 1, 0] - r[i, 0], r[i + 1, 1] - r[i, 1]
        length = math.sqrt(ax * ax + ay * ay)
        if length < 1e-9:
            continue
        ax, ay = ax / length, ay / length
        depth, sign = _axis_overlap(p, q, ax, ay)
        if depth <= 0.0:
            return False
        if depth < best - 1e-9:
            best = depth
            out[0], out[1], out[2] = sign * ax, sign * ay, depth
    if best > 1e29:
        return False
    # the contact lies in the middle of what the faces share across the normal, halfway into the overlap
    tx, ty = -out[1], out[0]
    p0 = q0 = 1e30
    p1 = q1 = -1e30
    front, back = -1e30, 1e30
    for k in range(4):
        front = max(front, p[k, 0] * out[0] + p[k, 1] * out[1])
        back = min(back, q[k, 0] * out[0] + q[k, 1] * out[1])
    for k in range(4):  # only the corners near the touching sides count
        along = p[k, 0] * out[0] + p[k, 1] * out[1]
        if along > front - max(2.0 * out[2], 0.02):
            side = p[k, 0] * tx + p[k, 1] * ty
            p0, p1 = min(p0, side), max(p1, side)
        along = q[k, 0] * out[0] + q[k, 1] * out[1]
        if along < back + max(2.0 * out[2], 0.02):
            side = q[k, 0] * tx + q[k, 1] * ty
            q0, q1 = min(q0, side), max(q1, side)
    if p1 - p0 < 1e-6:  # a corner of p in a side of q
        middle = 0.5 * (p0 + p1)
    elif q1 - q0 < 1e-6:
        middle = 0.5 * (q0 + q1)
    else:
        middle = 0.5 * (max(p0, q0) + min(p1, q1))
    along = 0.5 * (front + back)
    out[3], out[4] = along * out[0] + middle * tx, along * out[1] + middle * ty
    return True


@inner()
def _touch_circle_box(x: float, y: float, radius: float, q: Floats, out: Floats) -> bool:
    """A circle p against rectangle q."""
    ax, ay = q[1, 0] - q[0, 0], q[1, 1] - q[0, 1]
    bx, by = q[3, 0] - q[0, 0], q[3, 1] - q[0, 1]
    la, lb = math.sqrt(ax * ax + ay * ay), math.sqrt(bx * bx + by * by)
    if la < 1e-9 or lb < 1e-9:
        return False
    ax, ay, bx, by = ax / la, ay / la, bx / lb, by / lb
    u, v = (x - q[0, 0]) * ax + (y - q[0, 1]) * ay, (x - q[0, 0]) * bx + (y - q[0, 1]) * by
    cu, cv = min(max(u, 0.0), la), min(max(v, 0.0), lb)
    du, dv = cu - u, cv - v
    distance = math.sqrt(du * du + dv * dv)
    if distance >= radius:
        return False
    if distance > 1e-9:
        nu, nv, depth = du / distance, dv / distance, radius - distance
    else:  # the centre is inside: leave by the nearest side
        sides = (u, la - u, v, lb - v)
        nearest = 0
        for k in range(1, 4):
            if sides[k] < sides[nearest]:
                nearest = k
        nu = 1.0 if nearest == 0 else -1.0 if nearest == 1 else 0.0
        nv = 1.0 if nearest == 2 else -1.0 if nearest == 3 else 0.0
        depth = radius + sides[nearest]
    out[0], out[1], out[2] = nu * ax + nv * bx, nu * ay + nv * by, depth
    out[3], out[4] = q[0, 0] + cu * ax + cv * bx, q[0, 1] + cu * ay + cv * by
    return True


@inner()
def touch(a: Record, b: Record, p: Floats, q: Floats, out: Floats) -> bool:
    """Whether two bodies overlap; p and q are their corners. out: normal from a to b, depth, point (x, y)."""
    if min(a.z + a.high, b.z + b.high) <= max(a.z + a.low, b.z + b.low):
        return False
    if a.radius > 0.0 and b.radius > 0.0:
        dx, dy = b.x - a.x, b.y - a.y
        distance = math.sqrt(dx * dx + dy * dy)
        if distance >= a.radius + b.radius:
            return False
        if distance < 1e-9:
            dx, dy, distance = 1.0, 0.0, 1.0
        out[0], out[1], out[2] = dx / distance, dy / distance, a.radius + b.radius - distance
        out[3], out[4] = a.x + out[0] * a.radius, a.y + out[1] * a.radius
        return True
    if a.radius > 0.0:
        return bool(_touch_circle_box(a.x, a.y, a.radius, q, out))
    if b.radius > 0.0:
        if not _touch_circle_box(b.x, b.y, b.radius, p, out):
            return False
        out[0], out[1] = -out[0], -out[1]
        return True
    return bool(_touch_boxes(p, q, out))


@inner()
def _stop_walkers(a: Record, b: Record, hit: Floats, impulse: Floats) -> None:
    """People who meet stop, each by himself, as Unreal's characters: the faster one pushes nobody along."""
    nx, ny = hit[0], hit[1]
    ahead = max(a.vx * nx + a.vy * ny, 0.0) if a.inv_mass > 0.0 else 0.0
    back = max(-(b.vx * nx + b.vy * ny), 0.0) if b.inv_mass > 0.0 else 0.0
    a.vx -= ahead * nx
    a.vy -= ahead * ny
    b.vx += back * nx
    b.vy += back * ny
    met = a.mass * ahead + b.mass * back
    impulse[0] -= met * nx
    impulse[1] -= met * ny


@inner()
def _resolve(a: Record, b: Record, hit: Floats, impulse: Floats) -> None:
    """Impulses and separation of one touching pair; the normal impulse on a is added to ``impulse``."""
    inverse = a.inv_mass + b.inv_mass
    if inverse <= 0.0:
        return
    if a.kind == _WALKER and b.kind == _WALKER:
        _stop_walkers(a, b, hit, impulse)
        return
    nx, ny = hit[0], hit[1]
    rax, ray, rbx, rby = hit[3] - a.x, hit[4] - a.y, hit[3] - b.x, hit[4] - b.y
    ux = (b.vx - b.w * rby) - (a.vx - a.w * ray)
    uy = (b.vy + b.w * rbx) - (a.vy + a.w * rax)
    closing = ux * nx + uy * ny
    if closing < 0.0:
        ca, cb = rax * ny - ray * nx, rbx * ny - rby * nx
        k = inverse + ca * ca * a.inv_inertia + cb * cb * b.inv_inertia
        bounce = _RESTITUTION if closing < -_SOFT_MPS else 0.0
        j = -(1.0 + bounce) * closing / k
        tx, ty = -ny, nx
        ta, tb = rax * ty - ray * tx, rbx * ty - rby * tx
        kt = inverse + ta * ta * a.inv_inertia + tb * tb * b.inv_inertia
        jt = min(max(-(ux * tx + uy * ty) / kt, -_FRICTION * j), _FRICTION * j)
        jx, jy = j * nx + jt * tx, j * ny + jt * ty
        a.vx -= jx * a.inv_mass
        a.vy -= jy * a.inv_mass
        a.w -= (rax * jy - ray * jx) * a.inv_inertia
        b.vx += jx * b.inv_mass
        b.vy += jy * b.inv_mass
        b.w += (rbx * jy - rby * jx) * b.inv_inertia
        impulse[0] -= j * nx
        impulse[1] -= j * ny


@inner()
def _separate(a: Record, b: Record, hit: Floats) -> None:
    """Moves two overlapping bodies apart, each by its share of the mass; who walks yields to who stands."""
    share_a, share_b = a.inv_mass, b.inv_mass
    if a.kind == _WALKER and b.kind == _WALKER and share_a > 0.0 and share_b > 0.0:
        a_walks, b_walks = abs(a.want_x) + abs(a.want_y) > 0.0, abs(b.want_x) + abs(b.want_y) > 0.0
        share_a = 0.0 if b_walks and not a_walks else share_a
        share_b = 0.0 if a_walks and not b_walks else share_b
    inverse = share_a + share_b
    push = 0.8 * max(hit[2] - _SLOP_M, 0.0) / inverse if inverse > 0.0 else 0.0
    a.x -= push * share_a * hit[0]
    a.y -= push * share_a * hit[1]
    b.x += push * share_b * hit[0]
    b.y += push * share_b * hit[1]


@inner()
def _bounds(b: Record, p: Floats, out: Floats) -> None:
    if b.radius > 0.0:
        out[0], out[1], out[2], out[3] = b.x - b.radius, b.x + b.radius, b.y - b.radius, b.y + b.radius
        return
    out[0] = min(min(p[0, 0], p[1, 0]), min(p[2, 0], p[3, 0]))
    out[1] = max(max(p[0, 0], p[1, 0]), max(p[2, 0], p[3, 0]))
    out[2] = min(min(p[0, 1], p[1, 1]), min(p[2, 1], p[3, 1]))
    out[3] = max(max(p[0, 1], p[1, 1]), max(p[2, 1], p[3, 1]))


@inner()
def _candidates(
    bodies: Records,
    obstacles: Records,
    bounds: Floats,
    cells: Integers,
    starts: Integers,
    members: Integers,
    grid: Floats,
    pairs: Integers,
) -> int:
    """Pairs that may touch, in the order of the bodies: each with the later bodies, then with obstacles by the grid.

    Plain loops over all pairs: compiling a sort takes seconds, and comparing the bounds of 200 bodies 20 microseconds.
    """
    count = 0
    n = len(bodies)
    for i in range(n):
        if bodies[i].solid == 0 or bodies[i].loose == 1:
            continue
        for j in range(i + 1, n):
            apart = bounds[j, 0] > bounds[i, 1] or bounds[j, 1] < bounds[i, 0]
            if apart or bounds[j, 2] > bounds[i, 3] or bounds[j, 3] < bounds[i, 2] or bodies[j].solid == 0:
                continue
            if bodies[i].inv_mass + bodies[j].inv_mass > 0.0 and bodies[j].loose == 0 and count < len(pairs):
                pairs[count, 0], pairs[count, 1] = i, j
                count += 1
        if bodies[i].inv_mass > 0.0:
            count += _near_obstacles(i, bounds[i], obstacles, cells, starts, members, grid, pairs[count:])
    return count


@inner()
def _near_obstacles(
    i: int,
    bound: Floats,
    obstacles: Records,
    cells: Integers,
    starts: Integers,
    members: Integers,
    grid: Floats,
    pairs: Integers,
) -> int:
    """Fills ``pairs`` with the obstacles near body ``i``, each once, by rising index; returns their number."""
    count = 0
    for cx in range(int((bound[0] - grid[0]) // grid[2]), int((bound[1] - grid[0]) // grid[2]) + 1):
        for cy in range(int((bound[2] - grid[1]) // grid[2]), int((bound[3] - grid[1]) // grid[2]) + 1):
            if cx < 0 or cy < 0 or cx >= cells[0] or cy >= cells[1]:
                continue
            cell = cx * cells[1] + cy
            for m in range(starts[cell], starts[cell + 1]):
                o = obstacles[members[m]]
                reach = o.hx + o.hy
                if o.x + reach < bound[0] or o.x - reach > bound[1] or o.y + reach < bound[2] or o.y - reach > bound[3]:
                    continue
                number = -1 - members[m]
                place = count
                while place > 0 and pairs[place - 1, 1] < number:
                    place -= 1
                if (place > 0 and pairs[place - 1, 1] == number) or count >= len(pairs):
                    continue
                for k in range(count, place, -1):
                    pairs[k, 0], pairs[k, 1] = pairs[k - 1, 0], pairs[k - 1, 1]
                pairs[place, 0], pairs[place, 1] = i, number
                count += 1
    return count


@inner()
def collide(
    bodies: Records,
    obstacles: Records,
    cells: Integers,
    starts: Integers,
    members: Integers,
    grid: Floats,
    found: Floats,
) -> int:
    """Finds and resolves all touches of one moment; fills ``found`` (PAIR_COLUMNS) and returns how many there are.

    Args:
        bodies: BODY records, changed in place.
        obstacles: BODY records that never move.
        cells, starts, members, grid: the obstacles' grid: its size, first member of each cell, members, (x, y, cell size).
        found: (n, PAIR_COLUMNS) float64; touches beyond n are still resolved no more.
    """
    n = len(bodies)
    corners = np.empty((n, 4, 2))
    bounds = np.empty((n, 4))
    for i in range(n):
        _corners(bodies[i], corners[i])
        _bounds(bodies[i], corners[i], bounds[i])
    pairs = np.empty((len(found) * 4, 2), np.int64)
    count = _candidates(bodies, obstacles, bounds, cells, starts, members, grid, pairs)
    hits = np.empty((len(found), 5))
    wall = np.empty((4, 2))
    touches = 0
    for c in range(count):
        i, j = pairs[c, 0], pairs[c, 1]
        other = bodies[j] if j >= 0 else obstacles[-1 - j]
        _corners(other, wall)
        if touches < len(found) and touch(bodies[i], other, corners[i], wall, hits[touches]):
            a = bodies[i]
            found[touches, 0], found[touches, 1] = i, j
            found[touches, 2] = found[touches, 3] = 0.0
            found[touches, 4], found[touches, 5] = hits[touches, 3], hits[touches, 4]
            low, high = max(a.z + a.low, other.z + other.low), min(a.z + a.high, other.z + other.high)
            found[touches, 6] = 0.5 * (low + high)
            touches += 1
    for _ in range(_ITERATIONS):
        for k in range(touches):
            j = int(found[k, 1])
            other = bodies[j] if j >= 0 else obstacles[-1 - j]
            _resolve(bodies[int(found[k, 0])], other, hits[k], found[k, 2:4])
    for k in range(touches):
        j = int(found[k, 1])
        other = bodies[j] if j >= 0 else obstacles[-1 - j]
        _separate(bodies[int(found[k, 0])], other, hits[k])
    return touches


@kernel()
def overlaps_any(probe: Records, bodies: Records, obstacles: Records) -> bool:
    """Whether the one BODY record ``probe`` overlaps a solid body or an obstacle."""
    p, q, hit = np.empty((4, 2)), np.empty((4, 2)), np.empty(5)
    a = probe[0]
    _corners(a, p)
    reach = math.sqrt(a.hx * a.hx + a.hy * a.hy) + math.sqrt(a.bx * a.bx + a.by * a.by)
    for group in range(2):
        others = bodies if group == 0 else obstacles
        for k in range(len(others)):
            b = others[k]
            far = reach + math.sqrt(b.hx * b.hx + b.hy * b.hy) + math.sqrt(b.bx * b.bx + b.by * b.by)
            if b.solid == 0 or abs(b.x - a.x) > far or abs(b.y - a.y) > far:
                continue
            _corners(b, q)
            if touch(a, b, p, q, hit):
                return True
    return False
