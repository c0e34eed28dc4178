"""The eyes of a rig: from where, and how far around, it looks for what a scenario is about."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rarebit.core.frames import apply, inverse, transform
from rarebit.rig.projection import Pinhole, Projection
from rarebit.rig.rig import Rig


@dataclass(frozen=True, slots=True, kw_only=True)
class Eye:
    """One of them.

    Attributes:
        channel: of the mount.
        ego_from_eye: (4, 4); of a camera in its own frame (x right, y down, z forward).
        lens: of a camera; None for one that looks all around.
    """

    channel: str
    ego_from_eye: NDArray[np.float64]
    lens: Projection | None

    def sees(self, points_ego: NDArray[np.float64]) -> NDArray[np.bool_]:
        """(n,) which of (n, 3) points of the ego's frame lie in its picture, whatever stands between."""
        if self.lens is None:
            return np.ones(len(points_ego), np.bool_)
        pixels, taken_in = self.lens.project(apply(inverse(self.ego_from_eye), points_ego))
        inside = (pixels >= 0.0) & (pixels < [self.lens.width_px, self.lens.height_px])
        result: NDArray[np.bool_] = taken_in & inside.all(axis=1)
        return result


def eyes_of(rig: Rig) -> tuple[Eye, ...]:
    """The rig's cameras; of a rig without any, all its sensors as if they looked around."""
    cameras = tuple(
        Eye(channel=mount.channel, ego_from_eye=mount.ego_from_sensor, lens=mount.projection)
        for mount in rig.mounts
        if mount.projection is not None
    )
    others = (Eye(channel=mount.channel, ego_from_eye=mount.ego_from_sensor, lens=None) for mount in rig.mounts)
    return cameras or tuple(others)


_LOOKS_AHEAD = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
FRONT_EYE = Eye(
    channel="CAM_FRONT",
    ego_from_eye=transform((1.7, 0.0, 1.5), _LOOKS_AHEAD),
    lens=Pinhole(width_px=1600, height_px=900, fov_rad=float(np.radians(120.0))),
)
"""A wide camera where nuScenes has its front one, for rehearsals without a rig."""
