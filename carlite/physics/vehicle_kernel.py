"""All vehicles of a tick in one compiled loop: engine, gears, brakes, tyres, suspension.

Tyres: one brush-model force per axle (Pacejka, Tyre and Vehicle Dynamics, 3rd ed., section 3.2; Fiala's formula) whose
friction limit is reduced by the longitudinal force along the friction circle, as Hindiyeh and Gerdes couple it ("A controller
framework for autonomous drifting", J. Dyn. Sys. Meas. Control 136, 2014). The two lateral forces are solved implicitly from
their secant stiffness, and brakes act at velocity level, so that standstill is exact and no speed is too low.

Along the wheel the tyres' slip is PhysX's (PxVehicleComputeTireForceDefault without side slip, which is Fiala's formula again):
a force F within the limit L needs the slip 3 L / C (1 - (1 - F/L)^(1/3)) of a tyre of stiffness C, as a share of the speed over
ground, or of 4 m/s below that. Power curves and brakes of the presets hold the slip of their tyres already, so only what a
client's tyres give more than those counts: driven wheels turn so much faster, and the engine with them; locked ones, whose slip
is 1, brake as hard as that allows.

Suspension: one spring and damper a wheel on the local plane of the ground; heave, pitch, roll and the wheel loads follow.

Products of vectors are those of the coordinate triples: +w turns x towards y, which is clockwise from above. A positive pitch
rate turns x towards z, a positive roll rate lowers the right side.
"""

from __future__ import annotations

import math

import numpy as np

from carlite.jit import inner, kernel
from carlite.physics.tables import Floats, Record, Records

_EFFICIENCY = 0.8
_IDLE_RPM = 800.0
_STEER_RATE = 5.0  # full locks a second, CARLA's input smoothing on release
_HELD_MPS = 0.05
_CREEP_MPS = 1.0  # below it the engine brakes as hard as CARLA's, above twice as much as a real one
_STICKS_MPS, _STICKS_S, _STICKS_MPS2 = 0.4, 1.0, 3.0  # PhysX's sticky tyres: slow so long without throttle, a vehicle stands
_ABS = 0.97
_MAX_TILT = 1.6  # beyond it, on any slope, vehicles fall as rigid bodies
_MAX_LEAN = 0.8
_ROLLING = 0.012
_RPM_PER_RADS = 60.0 / (2.0 * math.pi)
_BUMP_M, _BUMP_FACTOR = 0.10, 6.0
_EPS = 1e-3
_SLOWEST_MPS = 4.0  # PhysX: what slip is a share of at least (setMinLongSlipDenominator, as Unreal sets it)
_BISECTIONS = 24
_SLIPPING_BOX_RESTS_S = 2.0  # PhysX's latency of an automatic gearbox: where wheels spin it would hunt between two gears


@kernel()
def interpolate(x: float, xs: Floats, ys: Floats, count: int) -> float:
    """Piecewise linear through the first ``count`` points, constant outside."""
    if count == 0:
        return 0.0
    if x <= xs[0]:
        return float(ys[0])
    for k in range(1, count):
        if x <= xs[k]:
            return float(ys[k - 1] + (ys[k] - ys[k - 1]) * (x - xs[k - 1]) / max(xs[k] - xs[k - 1], 1e-9))
    return float(ys[count - 1])


@kernel()
def fiala(slip: float, stiffness: float, limit: float) -> float:
    """Lateral force against the slip (tangent of the slip angle), N: Fiala's brush tyre with a parabolic pressure."""
    s = abs(slip)
    if limit <= 0.0:
        return 0.0
    if s >= 3.0 * limit / stiffness:
        return math.copysign(limit, slip)
    z = stiffness * s
    return math.copysign(z - z * z / (3.0 * limit) + z * z * z / (27.0 * limit * limit), slip)


@inner()
def _more_slip(force: float, give: float, limit: float) -> float:
    """The slip that a force along the wheel needs of tyres which give so much more than the preset's; signed like the force."""
    if give == 0.0 or limit <= 0.0:
        return 0.0
    left = max(1.0 - abs(force) / limit, 0.0)
    return math.copysign(3.0 * limit * give * (1.0 - left ** (1.0 / 3.0)), force)


@inner()
def _locked_force(give: float, limit: float) -> float:
    """The most that tyres brake: of the slip 1, with the preset's at its limit there."""
    return float(limit if give <= 0.0 else fiala(1.0, 1.0 / give, limit))


@inner()
def _steer(v: Record, speed: float, dt: float) -> float:
    """Turns the front wheels: the inner one to its limit times the steering curve, the others by Ackermann's geometry."""
    step = _STEER_RATE * dt
    v.steer_now += min(max(v.steer - v.steer_now, -step), step)
    factor = interpolate(speed * 3.6, v.steer_kph, v.steer_factor, v.steer_points)
    wheelbase = max(v.wheel_x[0] - v.wheel_x[2], 0.1)
    inner = abs(v.steer_now) * factor * max(v.max_steer[0], v.max_steer[1])
    if inner < 1e-6:
        for k in range(4):
            v.wheel_steer[k] = 0.0
        return 0.0
    sign = 1.0 if v.steer_now > 0 else -1.0
    half_track = 0.5 * abs(v.wheel_y[1] - v.wheel_y[0])
    radius = wheelbase / math.tan(inner) + half_track  # of the rear axle's centre
    outer = math.atan2(wheelbase, radius + half_track)
    v.wheel_steer[0] = sign * (outer if sign > 0 else inner)
    v.wheel_steer[1] = sign * (inner if sign > 0 else outer)
    return sign * math.atan2(wheelbase, radius)


@inner()
def _rpm(v: Record, wheel_speed: float, ratio: float) -> float:
    return max(abs(wheel_speed) * abs(ratio) * _RPM_PER_RADS, _IDLE_RPM if v.engine_brake > 0 else 0.0)


@inner()
def _shift(v: Record, wheel_speed: float, dt: float) -> float:
    """Chooses the gear and returns the ratio from engine to wheel, negative in reverse, 0 while shifting or in neutral."""
    wish = v.gear
    if v.manual == 1:
        wish = -1 if v.reverse == 1 and v.gear_wish >= 0 else min(v.gear_wish, v.gears)
    elif v.reverse == 1:
        wish = -1
    elif v.gear < 1:
        wish = 1
    ratio = v.gear_ratio[max(abs(wish), 1) - 1] * v.final_ratio
    v.rpm = _rpm(v, wheel_speed, ratio)
    v.shift_timer = max(v.shift_timer - dt, 0.0)
    v.rests_s = max(v.rests_s - dt, 0.0)
    if v.manual == 0 and v.autobox == 1 and wish >= 1 and wish == v.gear and v.shift_timer <= 0.0 and v.rests_s <= 0.0:
        k = wish - 1
        kickdown = v.throttle * v.throttle  # at full throttle the box holds the gear almost to the limit
        if wish < v.gears and v.rpm > (v.gear_up[k] + (0.92 - v.gear_up[k]) * kickdown) * v.max_rpm:
            wish += 1
        elif wish > 1:
            below = v.rpm * v.gear_ratio[k - 1] / v.gear_ratio[k]
            if v.rpm < v.gear_down[k] * v.max_rpm or (kickdown > 0.25 and below < 0.75 * kickdown * v.max_rpm):
                wish -= 1
    if wish != v.gear:
        if (wish > 1 or v.gear > 1) and wish != 0:
            v.shift_timer = v.switch_time
            v.rests_s = _SLIPPING_BOX_RESTS_S if v.more_give[0] > 0.0 or v.more_give[1] > 0.0 else 0.0
        v.gear = wish
    if v.gear == 0 or (v.shift_timer > 0.0 and v.throttle > 0.0):
        return 0.0
    ratio = v.gear_ratio[abs(v.gear) - 1] * v.final_ratio
    return float(-ratio if v.gear < 0 else ratio)


@inner()
def _suspension(v: Record, b: Record, gravity: float, normal: Floats, dt: float) -> float:
    """Wheel loads and the body's heave, pitch and roll; writes the mean normal of the ground and returns the total load."""
    c, s = math.cos(b.yaw), math.sin(b.yaw)
    normal[0] = normal[1] = 0.0
    normal[2] = 0.0
    pitch_moment = roll_moment = up = nx = ny = 0.0
    for k in range(4):
        x, y = v.wheel_x[k], v.wheel_y[k]
        px, py = b.x + c * x - s * y, b.y + s * x + c * y
        n = v.ground_n[k]
        normal[0] += 0.25 * n[0]
        normal[1] += 0.25 * n[1]
        normal[2] += 0.25 * n[2]
        ground = v.ground_z[k] - (n[0] * (px - v.ground_x[k]) + n[1] * (py - v.ground_y[k])) / n[2]
        compression = v.sag[k] + ground - (b.z + x * v.pitch - y * v.roll)
        load = 0.0
        if compression > 0.0:
            vx, vy = b.vx - b.w * (s * x + c * y), b.vy + b.w * (c * x - s * y)
            rise = -(n[0] * vx + n[1] * vy) / n[2]
            rate = rise - (b.vz + x * v.pitch_rate - y * v.roll_rate)
            load = v.spring[k] * compression + v.damper[k] * rate
            excess = compression - v.sag[k] - _BUMP_M
            if excess > 0.0:
                load += v.spring[k] * _BUMP_FACTOR * excess + v.damper[k] * rate
            load = min(max(load, 0.0), 6.0 * v.sag[k] * v.spring[k])
            if compression > v.sag[k] + 3.0 * _BUMP_M:  # sunk, for instance after a drop: lift it out at once
                b.z += 0.5 * (compression - v.sag[k] - 3.0 * _BUMP_M)
                b.vz = max(b.vz, rise)
        v.load[k] = load
        up += load * n[2]
        nx += load * n[0]
        ny += load * n[1]
        pitch_moment += load * x
        roll_moment -= load * y
    inverse = 1.0 / math.sqrt(normal[0] ** 2 + normal[1] ** 2 + normal[2] ** 2)
    normal[0] *= inverse
    normal[1] *= inverse
    normal[2] *= inverse
    b.vx += dt * nx / v.mass
    b.vy += dt * ny / v.mass
    b.vz += dt * (up / v.mass - (gravity if v.gravity == 1 else 0.0))
    # what the tyres did in the step before leans the body; the moments are those of the ground forces about the mass centre
    pitch_moment += (v.long_force[0] + v.long_force[1]) * v.com_height
    roll_moment -= (v.lat_force[0] + v.lat_force[1]) * v.com_height
    v.pitch_rate += dt * pitch_moment / v.inertia_y
    v.roll_rate += dt * roll_moment / v.inertia_x
    return float(v.load[0] + v.load[1] + v.load[2] + v.load[3])


@inner()
def _engine_force(v: Record, ratio: float) -> float:
    """What the engine at its present speed gives at the wheels, N (signed)."""
    radius = v.wheel_radius[2]
    torque = interpolate(v.rpm, v.torque_rpm, v.torque_nm, v.torque_points)
    limiter = min(max((v.max_rpm - v.rpm) / (0.03 * v.max_rpm), 0.0), 1.0)
    force = v.throttle * torque * limiter * ratio * _EFFICIENCY / radius
    if v.more_moi != 0.0 or v.more_damping != 0.0:
        lost = min(v.throttle, 1.0) * v.more_damping * v.rpm / _RPM_PER_RADS * abs(ratio) * _EFFICIENCY / radius
        turning = v.more_moi * (ratio / radius) ** 2  # as mass, kg
        force = math.copysign(max(abs(force) - lost, 0.0), force) * v.mass / max(v.mass + turning, 0.5 * v.mass)
    return float(force)


@inner()
def _slipping_force(v: Record, ratio: float, vx: float, limit_f: float, limit_r: float) -> float:
    """As ``_engine_force``, for tyres that give more than the preset's: the force at which they slip as the engine turns.

    More force needs more slip, and an engine that turns faster gives less in the end: bisection finds where the two meet.
    """
    front, rear = v.drive_share[0], v.drive_share[1]
    low, high = 0.0, _ABS * ((limit_f if front > 0.0 else 0.0) + (limit_r if rear > 0.0 else 0.0))
    sign = 1.0 if ratio > 0.0 else -1.0
    for _ in range(_BISECTIONS):
        force = 0.5 * (low + high)
        slip = front * _more_slip(front * force, v.more_give[0], limit_f) + rear * _more_slip(
            rear * force, v.more_give[1], limit_r
        )
        v.slip_mps = sign * slip * max(abs(vx), _SLOWEST_MPS)
        v.rpm = _rpm(v, (vx + v.slip_mps) / v.wheel_radius[2], ratio)
        if abs(_engine_force(v, ratio)) > force:
            low = force
        else:
            high = force
    return sign * 0.5 * (low + high)


@inner()
def _drive_force(v: Record, vx: float, limit_f: float, limit_r: float, dt: float) -> tuple[float, float]:
    """Force of the engine at the wheels, N (signed), and the size of what resists by engine drag, N."""
    radius = v.wheel_radius[2]
    ratio = _shift(v, (vx + v.slip_mps) / radius, dt)
    if v.throttle <= 0.0 or v.gear == 0:
        v.slip_mps = 0.0  # while the box shifts the wheels turn on, or it would shift back at once
    if ratio == 0.0:
        return 0.0, 0.0
    if v.throttle > 0.0 and (v.more_give[0] != 0.0 or v.more_give[1] != 0.0):
        force = _slipping_force(v, ratio, vx, limit_f, limit_r)
    else:
        force = _engine_force(v, ratio)
    drag = 0.0
    if v.throttle < 0.05:
        if abs(vx) > 1.0:
            drag = min(v.engine_brake * v.rpm / _RPM_PER_RADS * abs(ratio) / radius, 0.05 * v.mass * 9.81)
        fading = min(max(2.0 - abs(vx) / _CREEP_MPS, 0.0), 1.0)
        drag = max(drag, fading * v.creep_brake * abs(vx))
    return force, drag


@inner()
def _stick(v: Record, speed: float, dt: float) -> float:
    """The force that holds a vehicle which has been slow for a while without throttle, N: without it all roll down slopes."""
    v.idle_s = v.idle_s + dt if v.throttle < 1e-3 and speed < _STICKS_MPS else 0.0
    return float(v.mass * _STICKS_MPS2 if v.idle_s > _STICKS_S else 0.0)


@inner()
def _tyres(v: Record, b: Record, delta: float, normal: Floats, total: float, gravity: float, dt: float) -> None:
    """Drives, brakes and steers: changes the velocity in the plane of the ground and the yaw rate."""
    c, s = math.cos(b.yaw), math.sin(b.yaw)
    # directions in the plane of the ground: forward, and to the right of it
    lift = (c * normal[0] + s * normal[1]) / normal[2]
    scale = 1.0 / math.sqrt(1.0 + lift * lift)
    fx, fy, fz = c * scale, s * scale, -lift * scale
    rx, ry, rz = normal[1] * fz - normal[2] * fy, normal[2] * fx - normal[0] * fz, normal[0] * fy - normal[1] * fx
    vx = b.vx * fx + b.vy * fy + b.vz * fz
    vy = b.vx * rx + b.vy * ry + b.vz * rz
    vx0, vy0, w = vx, vy, b.w
    g = gravity if v.gravity == 1 else 0.0
    load_f, load_r = v.load[0] + v.load[1], v.load[2] + v.load[3]
    limit_f, limit_r = v.mu[0] * load_f, v.mu[1] * load_r
    lock_f, lock_r = _locked_force(v.more_give[0], limit_f), _locked_force(v.more_give[1], limit_r)
    engine, resist = _drive_force(v, vx, limit_f, limit_r, dt)
    stick = _stick(v, math.sqrt(vx * vx + vy * vy), dt)
    drive_f = min(max(engine * v.drive_share[0], -_ABS * limit_f), _ABS * limit_f)
    drive_r = min(max(engine * v.drive_share[1], -_ABS * limit_r), _ABS * limit_r)
    v.drag = v.drag_area * vx * vx
    brake = handbrake = 0.0
    for k in range(4):
        brake += v.brake * v.brake_torque[k] / v.wheel_radius[k]
        if v.hand_brake == 1:
            handbrake += v.handbrake_torque[k] / v.wheel_radius[k]
    locked = handbrake > lock_r and abs(vx) > 0.5
    brake_f = min(brake * load_f / max(total, 1.0), _ABS * lock_f)
    brake_r = min(brake * load_r / max(total, 1.0), _ABS * lock_r)
    brake_r = min(brake_r + handbrake, lock_r)
    # longitudinal: forces that push, then those that only resist, at most to a stop. Gravity acts on the velocity already
    # in _suspension, so here it tells only what the tyres must hold.
    vx += dt * (drive_f + drive_r - math.copysign(v.drag, vx)) / v.mass
    resist = max(resist + v.more_wheel_drag * abs(vx), 0.0)
    rolling = min(_ROLLING, 0.1 * (limit_f + limit_r) / max(total, 1.0))  # tyres without grip slow nothing
    capacity = min(brake_f + brake_r + (rolling * total + (resist + stick)), limit_f + limit_r)
    needed = abs(vx) * v.mass / dt
    share = 1.0 if needed >= capacity else needed / max(capacity, 1e-9)
    sign = 1.0 if vx > 0 else -1.0
    vx -= sign * share * capacity * dt / v.mass
    long_f = drive_f - sign * share * (brake_f + rolling * load_f)
    long_r = drive_r - sign * share * (brake_r + rolling * load_r)
    # lateral: secant stiffness of each axle, both solved together
    cd, sd = math.cos(delta), math.sin(delta)
    xf, xr = v.wheel_x[0], v.wheel_x[2]
    wf, wr = -sd * vx + cd * (vy + xf * w), vy + xr * w
    uf, ur = abs(cd * vx + sd * (vy + xf * w)) + _EPS, abs(vx) + _EPS
    grip_f = math.sqrt(max(limit_f * limit_f - long_f * long_f, 0.05 * limit_f * limit_f))
    grip_r = math.sqrt(max(limit_r * limit_r - long_r * long_r, 0.01 * limit_r * limit_r))
    if locked:  # a sliding tyre's force points against its motion
        grip_r = limit_r * abs(wr) / math.sqrt(wr * wr + ur * ur)
    slip_f, slip_r = wf / uf, wr / ur
    k_f = fiala(slip_f, v.cornering[0], grip_f) / wf if abs(wf) > 1e-12 else v.cornering[0] / uf
    k_r = fiala(slip_r, v.cornering[1], grip_r) / wr if abs(wr) > 1e-12 else v.cornering[1] / ur
    if load_f <= 0.0:
        k_f = 0.0
    if load_r <= 0.0:
        k_r = 0.0
    im, iz = 1.0 / v.mass, 1.0 / v.inertia_z
    a_ff = im + xf * cd * xf * cd * iz
    a_fr = cd * im + xf * cd * xr * iz
    a_rr = im + xr * xr * iz
    m_ff, m_fr = 1.0 + dt * k_f * a_ff, dt * k_f * a_fr
    m_rf, m_rr = dt * k_r * a_fr, 1.0 + dt * k_r * a_rr
    determinant = m_ff * m_rr - m_fr * m_rf
    lat_f = (-k_f * wf * m_rr + m_fr * k_r * wr) / determinant
    lat_r = (-m_ff * k_r * wr + m_rf * k_f * wf) / determinant
    lat_f = min(max(lat_f, -grip_f), grip_f)
    lat_r = min(max(lat_r, -grip_r), grip_r)
    vx += dt * (-lat_f * sd) * im
    vy += dt * (lat_f * cd + lat_r + drive_f * sd) * im
    w += dt * (xf * (lat_f * cd + drive_f * sd) + xr * lat_r) * iz
    # held: slow, and the brakes could stop it on this slope
    hold = brake_f + brake_r + rolling * total + stick
    tilt = math.sqrt(fz * fz + rz * rz) * g * v.mass
    idle = v.throttle < 1e-3 and tilt < max(hold, 0.0) and tilt < 0.9 * (limit_f + limit_r)
    if idle and total > 0.3 * v.mass * 9.81 and vx * vx + vy * vy < _HELD_MPS**2 and abs(w) < 0.05 and v.constant == 0:
        vx = vy = w = 0.0
    if v.constant == 1:
        vx, vy = v.constant_v[0], v.constant_v[1]
        w = vx * math.tan(delta) / max(xf - xr, 0.1)
    dvx, dvy = vx - vx0, vy - vy0
    b.vx += dvx * fx + dvy * rx
    b.vy += dvx * fy + dvy * ry
    b.vz += dvx * fz + dvy * rz
    b.w = w
    v.long_force[0], v.long_force[1] = long_f, long_r
    v.lat_force[0], v.lat_force[1] = lat_f, lat_r
    v.lat_slip[0], v.lat_slip[1] = math.atan(slip_f), math.atan(slip_r)
    # rolling resistance acts on the hub: no slip comes of it
    v.more_slip[0] = _more_slip(drive_f - sign * share * brake_f, v.more_give[0], limit_f)
    v.more_slip[1] = _more_slip(drive_r - sign * share * brake_r, v.more_give[1], limit_r)
    _roll_wheels(v, vx, vy, w, locked, dt)


@inner()
def _roll_wheels(v: Record, vx: float, vy: float, w: float, locked: bool, dt: float) -> None:
    """Angular speed of each wheel from the ground's speed under it and the slip that its force needs."""
    for k in range(4):
        axle = k // 2
        c, s = math.cos(v.wheel_steer[k]), math.sin(v.wheel_steer[k])
        speed = c * (vx - w * v.wheel_y[k]) + s * (vy + w * v.wheel_x[k])
        load = max(v.load[2 * axle] + v.load[2 * axle + 1], 1.0)
        slip = min(max(v.long_force[axle] / (20.0 * load), -0.1), 0.1) if abs(speed) > 0.3 else 0.0
        v.wheel_omega[k] = (speed + abs(speed) * slip) / v.wheel_radius[k]
        if v.more_slip[axle] * speed >= 0.0:
            v.wheel_omega[k] += v.more_slip[axle] * max(abs(speed), _SLOWEST_MPS) / v.wheel_radius[k]
        else:  # brakes stop it at most
            v.wheel_omega[k] *= max(1.0 - abs(v.more_slip[axle]), 0.0)
        if locked and axle == 1:
            v.wheel_omega[k] = 0.0
        v.wheel_spin[k] = (v.wheel_spin[k] + v.wheel_omega[k] * dt) % (2.0 * math.pi)


@inner()
def _integrate(v: Record, b: Record, dt: float) -> None:
    """Moves the body and its attitude."""
    b.x += b.vx * dt
    b.y += b.vy * dt
    b.z += b.vz * dt
    b.yaw += b.w * dt
    v.pitch = min(max(v.pitch + v.pitch_rate * dt, -_MAX_TILT), _MAX_TILT)
    if v.two_wheeled == 1:
        c, s = math.cos(b.yaw), math.sin(b.yaw)
        speed = c * b.vx + s * b.vy
        lean = math.atan(speed * b.w / 9.81)  # the steady lean into the turn
        lean = min(max(lean, -_MAX_LEAN), _MAX_LEAN)
        before = v.roll
        v.roll += (lean - v.roll) * (1.0 - math.exp(-dt / 0.2))
        v.roll_rate = (v.roll - before) / dt
    else:
        v.roll = min(max(v.roll + v.roll_rate * dt, -_MAX_TILT), _MAX_TILT)


@inner()
def advance_vehicles(vehicles: Records, bodies: Records, gravity: float, dt: float, substeps: int) -> None:
    """Advances every vehicle with ``simulate`` by ``substeps`` steps of ``dt`` seconds.

    The ground under its wheels, its controls and outer forces stay as they are in the records.
    """
    normal = np.zeros(3)
    for i in range(len(vehicles)):
        v = vehicles[i]
        b = bodies[v.body]
        if v.simulate == 0 or b.loose == 1:
            continue
        for _ in range(substeps):
            b.vx += dt * v.force[0] / v.mass
            b.vy += dt * v.force[1] / v.mass
            b.vz += dt * v.force[2] / v.mass
            b.w += dt * v.torque[2] / v.inertia_z
            if v.torque[0] != 0.0 or v.torque[1] != 0.0:
                c, s = math.cos(b.yaw), math.sin(b.yaw)
                v.roll_rate -= dt * (c * v.torque[0] + s * v.torque[1]) / v.inertia_x
                v.pitch_rate -= dt * (c * v.torque[1] - s * v.torque[0]) / v.inertia_y
            delta = _steer(v, math.sqrt(b.vx * b.vx + b.vy * b.vy), dt)
            lean = v.roll
            if v.two_wheeled == 1:  # a rider balances: the lean is looks alone
                v.roll = 0.0
                v.roll_rate = 0.0
            total = _suspension(v, b, gravity, normal, dt)
            if v.two_wheeled == 1:
                v.roll = lean
            _tyres(v, b, delta, normal, total, gravity, dt)
            _integrate(v, b, dt)
