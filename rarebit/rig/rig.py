"""A rig: which sensors sit where on the ego, as read from a YAML file of ``hydra_conf/rig``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Modality = Literal["camera", "lidar", "radar"]

# Right-handed sensor frames of nuScenes seen from the x-forward, y-left, z-up body of the device.
BODY_FROM_SENSOR: dict[str, NDArray[np.float64]] = {
    "camera": np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]]),  # x right, y down, z forward
    "lidar": np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]),  # x right, y forward, z up
    "radar": np.eye(3),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """One sensor on the ego.

    Attributes:
        channel: nuScenes channel ("CAM_FRONT").
        ego_from_body: (4, 4); the device's x-forward body in the ego frame (centre of the rear axle on the ground).
        rate_hz: must divide the tick rate.
        width_px, height_px, fov_deg: cameras (fov is horizontal).
        attributes: further CARLA blueprint attributes, as text.
        settings: parameters of the modality: lidar "channels", "points_per_turn", "range_m", "upper_rad", "lower_rad"; radar
            "range_m", "near_range_m", "near_fov_rad", "far_fov_rad", "vertical_fov_rad", "rays".
    """

    channel: str
    modality: Modality
    ego_from_body: NDArray[np.float64]
    rate_hz: float
    width_px: int = 0
    height_px: int = 0
    fov_deg: float = 0.0
    attributes: dict[str, str] = field(default_factory=dict)
    settings: dict[str, float] = field(default_factory=dict)

    @property
    def ego_from_sensor(self) -> NDArray[np.float64]:
        """(4, 4) in nuScenes' sensor frame, as calibrated_sensor stores it."""
        result = self.ego_from_body.copy()
        result[:3, :3] = self.ego_from_body[:3, :3] @ BODY_FROM_SENSOR[self.modality]
        return result

    @property
    def intrinsic(self) -> NDArray[np.float64]:
        """(3, 3) pinhole matrix of a camera, pixels."""
        focal = self.width_px / (2.0 * np.tan(np.radians(self.fov_deg) / 2.0))
        return np.array([[focal, 0.0, self.width_px / 2.0], [0.0, focal, self.height_px / 2.0], [0.0, 0.0, 1.0]])


@dataclass(frozen=True, slots=True, kw_only=True)
class Rig:
    """All mounts of a rig; ``key_rate_hz`` is the sample rate (nuScenes: 2)."""

    name: str
    mounts: tuple[Mount, ...]
    key_rate_hz: float = 2.0
