"""Spring arms: cameras that hang behind an actor, look at it and turn after it, as CARLA's attachment types have them.

After Unreal's USpringArmComponent with CARLA's values (Util/ActorAttacher.cpp): the arm follows the parent's place and yaw but
neither its pitch nor its roll, and its direction lags. CARLA also draws the camera of ``SPRING_ARM`` near when something is
between it and the parent; here nothing does.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from carlite import geometry

Array = NDArray[np.float64]
_LAG_SPEED = 8.0  # 1/s
_LONGEST_STEP_S = 1.0 / 60.0
_NO_TIME_S = 1e-4
_LIFT_M = 0.3


class Attachment(IntEnum):
    """How an actor hangs on its parent; CARLA's AttachmentType."""

    RIGID = 0
    SPRING_ARM = 1
    SPRING_ARM_GHOST = 2


class SpringArm:
    """An arm from a parent's origin to where an actor was put, and the frame at its end, which looks at the parent.

    Args:
        offset: (3,) metres, where the actor was put in the parent's frame.
        kind: SPRING_ARM hangs a little higher than SPRING_ARM_GHOST.
    """

    def __init__(self, offset: Array, kind: Attachment) -> None:
        self.offset = offset
        x, y, z = (-float(value) for value in offset)
        self._length_m = float(np.linalg.norm(offset))
        self._look_deg = np.degrees([np.arctan2(z, np.hypot(x, y)), np.arctan2(y, x), 0.0])
        self._lift_m = _LIFT_M if kind is Attachment.SPRING_ARM else 0.0
        self._shown_deg: Array | None = None

    def end(self, world_from_parent: Array, passed_s: float) -> Array:
        """(3, 4) pose of the arm's end in the world, ``passed_s`` after the last call; the first call does not lag."""
        turned = world_from_parent[:, :3] @ geometry.rotation_matrices(self._look_deg)
        wanted = np.array([self._look_deg[0], geometry.rotations_deg(turned)[1], 0.0])
        shown = wanted if self._shown_deg is None else self._lagging(self._shown_deg, wanted, passed_s)
        self._shown_deg = shown
        origin = world_from_parent[:, 3] + np.array([0.0, 0.0, self._lift_m])
        rotation = geometry.rotation_matrices(shown)
        return np.concatenate([rotation, (origin - rotation[:, 0] * self._length_m)[:, None]], 1)

    @staticmethod
    def _lagging(shown: Array, wanted: Array, passed_s: float) -> Array:
        """Turns from one (pitch, yaw, roll) towards another, in steps of at most 1/60 s along an even way, as Unreal does."""
        if passed_s <= 0.0:
            return shown
        rate = ((wanted - shown + 180.0) % 360.0 - 180.0) / passed_s
        target, left_s = shown.copy(), passed_s
        while left_s > _NO_TIME_S:
            step_s = min(_LONGEST_STEP_S, left_s)
            target = target + rate * step_s
            left_s -= step_s
            shown = _turned(shown, target, min(_LAG_SPEED * step_s, 1.0))
        return shown


def _turned(first_deg: Array, second_deg: Array, share: float) -> Array:
    """A share of the way from one rotation to another about one axis (what slerp of quaternions gives)."""
    first, second = geometry.rotation_matrices(first_deg), geometry.rotation_matrices(second_deg)
    between = first.T @ second
    angle = float(np.arccos(np.clip((np.trace(between) - 1.0) / 2.0, -1.0, 1.0)))
    if angle < 1e-9:
        return second_deg
    axis = np.array([between[2, 1] - between[1, 2], between[0, 2] - between[2, 0], between[1, 0] - between[0, 1]])
    length = float(np.linalg.norm(axis))
    if length < 1e-9:  # half a turn has no single way
        return second_deg
    x, y, z = axis / length
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    turn = np.eye(3) + np.sin(share * angle) * cross + (1.0 - np.cos(share * angle)) * cross @ cross  # Rodrigues
    return geometry.rotations_deg(first @ turn)
