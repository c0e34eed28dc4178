"""A rig: which sensors sit where on the ego, as read from a YAML file of ``hydra_conf/rig``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rarebit.rig.modality import Modality
from rarebit.rig.projection import Projection


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """One sensor on the ego.

    Attributes:
        channel: nuScenes channel ("CAM_FRONT").
        modality: what kind of sensor it is.
        settings: of the modality, an object of its ``settings`` class.
        ego_from_body: (4, 4); the device's x-forward body in the ego frame (centre of the rear axle on the ground).
        rate_hz: must divide the tick rate.
        attributes: further CARLA blueprint attributes, as text.
        asked: (4, 4) the pose that the rig file gives, where ``ego_from_body`` is another since it lies inside the ego at hand.
    """

    channel: str
    modality: Modality
    settings: Any
    ego_from_body: NDArray[np.float64]
    rate_hz: float
    attributes: dict[str, str] = field(default_factory=dict)
    asked: NDArray[np.float64] | None = None

    @property
    def ego_from_sensor(self) -> NDArray[np.float64]:
        """(4, 4) in nuScenes' sensor frame, as calibrated_sensor stores it."""
        result = self.ego_from_body.copy()
        result[:3, :3] = self.ego_from_body[:3, :3] @ self.modality.body_from_sensor
        return result

    @property
    def projection(self) -> Projection | None:
        """The lens of a camera, None for other sensors."""
        return None if self.modality.projection is None else self.modality.projection(self.settings)

    @property
    def lens(self) -> Projection:
        """The lens of a camera.

        Raises:
            TypeError: it is none.
        """
        if (found := self.projection) is None:
            raise TypeError(f"{self.channel}: a {self.modality.name} has no lens")
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Rig:
    """All mounts of a rig; ``key_rate_hz`` is the sample rate (nuScenes: 2)."""

    name: str
    mounts: tuple[Mount, ...]
    key_rate_hz: float = 2.0
