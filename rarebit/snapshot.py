"""One recorded tick: the world's state and what the sensors due in it delivered, decoded into Rarebit's frames.

``rarebit.run.record`` makes them, ``rarebit.labels`` annotates them, ``rarebit.nuscenes`` writes them. Sensor frames are made
by the modules of ``sensors/``, one for each modality.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

RETURN = np.dtype(
    [
        *[("x", "<f4"), ("y", "<f4"), ("z", "<f4"), ("dyn_prop", "i1"), ("id", "<i2"), ("rcs", "<f4")],
        *[("vx", "<f4"), ("vy", "<f4"), ("vx_comp", "<f4"), ("vy_comp", "<f4")],
        *[(name, "i1") for name in ("is_quality_valid", "ambig_state", "x_rms", "y_rms", "invalid_state", "pdh0")],
        *[("vx_rms", "i1"), ("vy_rms", "i1")],
    ]
)
"""One return as nuScenes stores it, 43 bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorState:
    """One thing that can carry a box, parked and placed ones too.

    Attributes:
        actor_id: number of the thing in its scene, the ego 1; not the server's id, which depends on what ran before.
        instance_id: what stands for it in instance images; None for map objects on servers that do not tell.
        name: scenario name, "background_<id>" or "map_<id>".
        type_id: CARLA blueprint id, or the object's name for map objects.
        base_type: blueprint attribute ("car", "truck", "van", "bus", "motorcycle", "bicycle", "" if none).
        special_type: blueprint attribute ("emergency", "taxi", "electric", "").
        tag: CARLA semantic tag of its meshes.
        world_from_box: (4, 4), origin at the box centre, x along its length.
        size_lwh_m: (3,) full sizes.
        velocity_mps: (3,) world.
        angular_velocity_radps: (3,) world, right-handed.
        light_bits: CARLA vehicle light state.
        has_rider: for two-wheelers.
        is_ego: the recording vehicle.
        is_parked: placed as parked or part of the map.
        attributes: blueprint attributes as text.
    """

    actor_id: int
    instance_id: int | None
    name: str
    type_id: str
    base_type: str
    special_type: str
    tag: int
    world_from_box: NDArray[np.float64]
    size_lwh_m: NDArray[np.float64]
    velocity_mps: NDArray[np.float64]
    angular_velocity_radps: NDArray[np.float64]
    light_bits: int = 0
    has_rider: bool = False
    is_ego: bool = False
    is_parked: bool = False
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A camera image: (h, w, 4) uint8 BGRA, a view on the client's buffer, valid as long as this object."""

    bgra: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelImages:
    """What the label cameras of one camera saw at a key frame.

    Attributes:
        tag: (h, w) uint8 semantic tag.
        instance: (h, w) uint16 ``ActorState.instance_id``, 0 or a number above 2^15 for scenery.
        depth_m: (h, w) float32, the parameter along the lens's rays (``Projection.rays``): of a pinhole the depth along its
            axis, of a fisheye the range; sky is 1000.
    """

    tag: NDArray[np.uint8]
    instance: NDArray[np.uint16]
    depth_m: NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class LidarSweep:
    """A full lidar turn in nuScenes' lidar frame (x right, y forward, z up), one row for every firing.

    Attributes:
        xyz_m: (n, 3) float32; of a firing without a return less than 0.1 mm from the origin, with intensity, tag and id 0.
        intensity: (n,) float32, 0..255.
        ring: (n,) uint8, 0 is the lowest.
        tag: (n,) uint8 CARLA tag of what was hit.
        object_id: (n,) uint32 ``ActorState.actor_id`` of what was hit, 0 or a number above 2^31 for scenery.
    """

    xyz_m: NDArray[np.float32]
    intensity: NDArray[np.float32]
    ring: NDArray[np.uint8]
    tag: NDArray[np.uint8]
    object_id: NDArray[np.uint32]


@dataclass(frozen=True, slots=True, kw_only=True)
class RadarScan:
    """Clusters of one radar scan: fields as in the nuScenes radar PCD, one structured row a return (43 bytes)."""

    returns: NDArray[np.void]


SensorData: TypeAlias = Picture | LidarSweep | RadarScan


@dataclass(frozen=True, slots=True, kw_only=True)
class EgoBody:
    """What does not change about the ego's chassis: axle distance, distance between the wheels of an axle, wheel radius."""

    wheelbase_m: float
    track_m: float
    wheel_radius_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EgoMotion:
    """The ego at one tick.

    Attributes:
        time_us: since the start of the recorded scene, integer microseconds.
        world_from_ego: (4, 4), origin at the centre of the rear axle on the ground.
        velocity_mps: (3,) of that origin, world frame.
        angular_velocity_radps: (3,) world frame.
        throttle, brake: pedals, 0..1.
        steer_rad: of the front wheels, left positive.
        gear: -1 reverse, 0 neutral, 1.. forward.
        engine_torque_nm: what the engine gives at this pedal, gear and speed.
        light_bits: CARLA vehicle light state.
    """

    time_us: int
    world_from_ego: NDArray[np.float64]
    velocity_mps: NDArray[np.float64]
    angular_velocity_radps: NDArray[np.float64]
    throttle: float = 0.0
    brake: float = 0.0
    steer_rad: float = 0.0
    gear: int = 1
    engine_torque_nm: float = 0.0
    light_bits: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One tick that the dataset keeps.

    Attributes:
        is_key_frame: 2 Hz samples; then every channel of the rig is in ``data`` and every camera in ``labels``.
        ego: every tick since the last snapshot, in order; the last one is this snapshot's own.
        ego_body: the ego's chassis.
        actors: everything that can carry a box, the ego included.
        data: by channel ("CAM_FRONT", "LIDAR_TOP", "RADAR_FRONT", ...).
        labels: by camera channel, key frames only.
        touched: by channel and fault which part of ``data`` a take's faults have changed: (h, w) pixels, (n,) points or
            returns; empty in the clean take.
    """

    is_key_frame: bool
    ego: tuple[EgoMotion, ...]
    ego_body: EgoBody
    actors: tuple[ActorState, ...]
    data: dict[str, SensorData]
    labels: dict[str, LabelImages]
    touched: dict[str, dict[str, NDArray[np.bool_]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        times = [motion.time_us for motion in self.ego]
        if not times or any(after <= before for before, after in pairwise(times)):
            raise ValueError(f"snapshot: got ego motion at {times} us, expected at least one tick and increasing times")

    @property
    def time_us(self) -> int:
        """Since the start of the recorded scene, integer microseconds."""
        return self.ego[-1].time_us

    @property
    def world_from_ego(self) -> NDArray[np.float64]:
        """(4, 4), ego origin at the centre of the rear axle on the ground."""
        return self.ego[-1].world_from_ego
