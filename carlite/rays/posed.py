"""Poses that clients give to walkers, as rays see them: bones of the skeleton move the parts of the model."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from carlite.mesh import ActorModel, Joint
from carlite.world import skeleton
from carlite.world.actors import Actor
from carlite.world.state import ActorStates

Array = NDArray[np.float64]
_BONES = {
    Joint.LEFT_HIP: "crl_thigh__L", Joint.LEFT_KNEE: "crl_leg__L", Joint.LEFT_SHOULDER: "crl_arm__L",
    Joint.LEFT_ELBOW: "crl_foreArm__L", Joint.RIGHT_HIP: "crl_thigh__R", Joint.RIGHT_KNEE: "crl_leg__R",
    Joint.RIGHT_SHOULDER: "crl_arm__R", Joint.RIGHT_ELBOW: "crl_foreArm__R",
}  # fmt: skip
_LEGS = {Joint.LEFT_HIP, Joint.RIGHT_HIP}
_TRUNK, _HIPS = "crl_spine__C", "crl_hips__C"


def is_posed(actor: Actor) -> bool:
    """Whether a client's own pose of a walker shows."""
    return actor.custom_pose is not None and actor.pose_blend > 0.0


def posed_parts(model: ActorModel, walker: Actor, states: ActorStates) -> Array:
    """Where the parts of a walker are in its own pose, (parts, 3, 4) in the actor's frame.

    Limbs keep the lengths of the model and turn as their bones do; the trunk moves with the spine, the legs with the hips.
    """
    bones = skeleton.from_feet(skeleton.pose_of(walker, states))
    rest = skeleton.from_feet(_standing(walker))
    result = np.zeros((len(model.parts), 3, 4))
    result[:, :, :3] = np.eye(3)
    low = np.array([0.0, 0.0, walker.box.centre[2] - walker.box.half_extent[2]])

    def carried(bone: str, point: Array) -> Array:
        """Where a point of the standing walker is, if it moves with a bone."""
        index = skeleton.INDEX[bone]
        moved: Array = bones[index, :, :3] @ (point - low - rest[index, :, 3]) + bones[index, :, 3] + low
        return moved

    for index, part in enumerate(model.parts):
        pivot = np.asarray(part.pivot, np.float64)
        bone = _BONES.get(part.joint)
        turn = bones[skeleton.INDEX[bone or _TRUNK], :, :3]
        if bone is None:
            place = carried(_TRUNK, pivot)
        elif part.parent >= 0 and model.parts[part.parent].joint in _BONES:
            place = result[part.parent, :, :3] @ pivot + result[part.parent, :, 3]
        else:
            place = carried(_HIPS if part.joint in _LEGS else _TRUNK, pivot)
        result[index, :, :3], result[index, :, 3] = turn, place
    return result


def _standing(walker: Actor) -> Array:
    """(bones, 3, 4) relative to the parents: the skeleton at rest."""
    pose = np.zeros((len(skeleton.BONES), 3, 4))
    pose[:, :, :3] = np.eye(3)
    pose[:, :, 3] = np.array([bone.offset for bone in skeleton.BONES]) * 2.0 * walker.box.half_extent[2]
    return pose
