"""The record arrays over which the kernels run."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

TORQUE_POINTS, STEER_POINTS, GEARS = 16, 8, 12

Records: TypeAlias = NDArray[np.void]
Record: TypeAlias = Any  # one row of a record array: its fields are attributes inside the kernels, which mypy cannot know
Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]

# A solid. (x, y, z) is a point of its body on the actor's x axis, ``com_x`` ahead of the origin: under the mass centre of a
# vehicle, the origin of all else. (vx, vy, vz) is its velocity, w its yaw rate. The box's centre lies (bx, by) from it in
# the frame turned by yaw, its height interval is z + low .. z + high. radius > 0 makes a circle of it. ``feet`` is the height
# of the bottom over the origin, (want_x, want_y) a walker's wish, (was_at, was_turned) the pose a tick ago. A loose body
# belongs to the rigid-body engine: the kernels leave it alone.
BODY = np.dtype(
    [
        ("actor_id", "i8"), ("row", "i8"), ("kind", "i8"), ("solid", "u1"), ("simulate", "u1"), ("gravity", "u1"),
        ("seen", "u1"), ("loose", "u1"),
        ("x", "f8"), ("y", "f8"), ("z", "f8"), ("yaw", "f8"),
        ("vx", "f8"), ("vy", "f8"), ("vz", "f8"), ("w", "f8"),
        ("bx", "f8"), ("by", "f8"), ("hx", "f8"), ("hy", "f8"), ("radius", "f8"), ("box_yaw", "f8"),
        ("low", "f8"), ("high", "f8"), ("inv_mass", "f8"), ("inv_inertia", "f8"), ("mass", "f8"), ("inertia", "f8"),
        ("com_x", "f8"), ("feet", "f8"), ("half_height", "f8"), ("friction", "f8"), ("want_x", "f8"), ("want_y", "f8"),
        ("was_at", "f8", 3), ("was_turned", "f8", 3), ("was_moving", "f8", 3),
    ],
    align=True,
)  # fmt: skip

# A vehicle: what it is, what it was told, how it moves. Wheels FL FR RL RR; both "left" and "right" of a two-wheeler lie on
# its centre line. Lengths are seen from the centre of mass (x) and from the ground under the vehicle (com_height). What a
# client adds to the preset's engine inertia (kg m^2), engine damping (N m s), wheel damping (N s/m at the road) and lengthwise
# give of an axle's tyres (1/N) is "more".
VEHICLE = np.dtype(
    [
        ("body", "i8"), ("two_wheeled", "u1"), ("simulate", "u1"), ("gravity", "u1"), ("constant", "u1"), ("wheels_led", "u1"),
        ("mass", "f8"), ("inertia_z", "f8"), ("inertia_y", "f8"), ("inertia_x", "f8"), ("com_height", "f8"),
        ("wheel_x", "f8", 4), ("wheel_y", "f8", 4), ("wheel_radius", "f8", 4), ("max_steer", "f8", 4),
        ("brake_torque", "f8", 4), ("handbrake_torque", "f8", 4), ("mu", "f8", 2), ("mu_tyre", "f8", 2), ("cornering", "f8", 2),
        ("spring", "f8", 4), ("damper", "f8", 4), ("sag", "f8", 4), ("drive_share", "f8", 2),
        ("torque_rpm", "f8", TORQUE_POINTS), ("torque_nm", "f8", TORQUE_POINTS), ("torque_points", "i8"),
        ("steer_kph", "f8", STEER_POINTS), ("steer_factor", "f8", STEER_POINTS), ("steer_points", "i8"),
        ("gear_ratio", "f8", GEARS), ("gear_up", "f8", GEARS), ("gear_down", "f8", GEARS), ("gears", "i8"),
        ("max_rpm", "f8"), ("final_ratio", "f8"), ("autobox", "u1"), ("switch_time", "f8"),
        ("engine_brake", "f8"), ("creep_brake", "f8"), ("drag_area", "f8"), ("more_moi", "f8"), ("more_damping", "f8"),
        ("more_wheel_drag", "f8"), ("more_give", "f8", 2),
        ("throttle", "f8"), ("steer", "f8"), ("brake", "f8"), ("hand_brake", "u1"), ("reverse", "u1"),
        ("manual", "u1"), ("gear_wish", "i8"), ("constant_v", "f8", 3), ("force", "f8", 3), ("torque", "f8", 3),
        ("gear", "i8"), ("shift_timer", "f8"), ("idle_s", "f8"), ("rpm", "f8"), ("steer_now", "f8"),
        ("pitch", "f8"), ("roll", "f8"), ("pitch_rate", "f8"), ("roll_rate", "f8"),
        ("wheel_steer", "f8", 4), ("wheel_spin", "f8", 4), ("wheel_omega", "f8", 4), ("load", "f8", 4),
        ("long_force", "f8", 2), ("lat_force", "f8", 2), ("lat_slip", "f8", 2), ("drag", "f8"),
        ("more_slip", "f8", 2), ("slip_mps", "f8"), ("rests_s", "f8"),
        ("ground_x", "f8", 4), ("ground_y", "f8", 4), ("ground_z", "f8", 4), ("ground_n", "f8", (4, 3)),
    ],
    align=True,
)  # fmt: skip
