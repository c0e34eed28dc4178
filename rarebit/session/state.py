"""What passes between a running stage and the code that drives it: pure data, right-handed, SI, radians."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Kind: TypeAlias = Literal["vehicle", "walker", "prop"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleData:
    """What the drive code needs of a vehicle, from the server's ``VehiclePhysicsControl``.

    Attributes:
        wheelbase_m: front to rear axle.
        track_m: between the wheels of the rear axle.
        rear_axle_m: x of the rear axle in the actor's frame (negative behind the origin).
        max_steer_rad: of the inner front wheel at ``steer = 1`` and standstill.
        steering_curve: (n, 2) speed in m/s, factor on the steering angle.
        wheel_radius_m: of the driven wheels, mean.
        mass_kg, drag_coefficient: as reported.
        torque_curve: (n, 2) rpm, N m.
        max_rpm: engine limit.
        gear_ratios: forward gears, first to last, without the final ratio.
        final_ratio: of the differential.
        brake_torque_nm: sum over all wheels at ``brake = 1``.
    """

    wheelbase_m: float
    track_m: float
    rear_axle_m: float
    max_steer_rad: float
    steering_curve: NDArray[np.float64]
    wheel_radius_m: float
    mass_kg: float
    drag_coefficient: float
    torque_curve: NDArray[np.float64]
    max_rpm: float
    gear_ratios: tuple[float, ...]
    final_ratio: float
    brake_torque_nm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """One spawned actor: what does not change while it lives.

    Attributes:
        name: from the scenario, or "background_<id>".
        actor_id: CARLA's.
        type_id, attributes: of its blueprint.
        kind: how it is moved.
        actor_from_box: (4, 4); its box centre in the actor's frame.
        size_lwh_m: (3,) full sizes.
        tag: CARLA semantic tag.
        vehicle: for vehicles.
    """

    name: str
    actor_id: int
    type_id: str
    attributes: dict[str, str]
    kind: Kind
    actor_from_box: NDArray[np.float64]
    size_lwh_m: NDArray[np.float64]
    tag: int
    vehicle: VehicleData | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StageState:
    """All actors of a stage at one tick; row i belongs to ``names[i]``.

    Attributes:
        frame: CARLA's frame number.
        names: scenario names first in the layout's order ("ego" is row 0), background after.
        world_from_actor: (n, 4, 4).
        velocity_mps, acceleration_mps2, angular_velocity_radps: (n, 3) world frame.

    """

    frame: int
    names: tuple[str, ...]
    world_from_actor: NDArray[np.float64]
    velocity_mps: NDArray[np.float64]
    acceleration_mps2: NDArray[np.float64]
    angular_velocity_radps: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class DriveCommand:
    """Pedals and wheel of a vehicle; ``steer`` is -1 (full right) to 1 (full left)."""

    name: str
    throttle: float = 0.0
    brake: float = 0.0
    steer: float = 0.0
    hand_brake: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkCommand:
    """A walker walks along ``direction`` (unit (3,), world) at ``speed_mps``."""

    name: str
    direction: NDArray[np.float64]
    speed_mps: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PoseCommand:
    """A thing without engine or legs is put at ``world_from_actor`` (4, 4)."""

    name: str
    world_from_actor: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class VelocityCommand:
    """Sets an actor's velocity ((3,) m/s, world) once, for a start in motion."""

    name: str
    velocity_mps: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class LightsCommand:
    """Vehicle lights by the names of CARLA's flags ("LowBeam", "LeftBlinker", ...); all others off."""

    name: str
    on: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class SolidCommand:
    """From now on an actor touches others; what is placed above the ground does not until it is told to.

    A load is put in place by its mover: bodies that overlap a little where they meet would throw each other about.
    """

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LooseCommand:
    """Hands a thing that was put in place tick by tick to the server's physics, with a velocity ((3,) m/s, world)."""

    name: str
    velocity_mps: NDArray[np.float64]


Command: TypeAlias = DriveCommand | WalkCommand | PoseCommand | VelocityCommand | LightsCommand | SolidCommand | LooseCommand
