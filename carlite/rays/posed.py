"""Poses that clients give to walkers, as rays see them: bones of the skeleton move the parts of the model."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from carlite.actors import Actor, ActorStates
from carlite.mesh import ActorModel, Joint
from carlite.models import skeleton
from carlite.models.pose import limb_angles, sink_m

Array = NDArray[np.float64]
_BONES = {
    Joint.LEFT_HIP: "crl_thigh__L", Joint.LEFT_KNEE: "crl_leg__L", Joint.LEFT_SHOULDER: "crl_arm__L",
    Joint.LEFT_ELBOW: "crl_foreArm__L", Joint.RIGHT_HIP: "crl_thigh__R", Joint.RIGHT_KNEE: "crl_leg__R",
    Joint.RIGHT_SHOULDER: "crl_arm__R", Joint.RIGHT_ELBOW: "crl_foreArm__R", Joint.HEAD: "crl_Head__C",
    Joint.CHEST: "crl_spine01__C",
}  # fmt: skip
_CLAVICLES = {Joint.LEFT_SHOULDER: "crl_shoulder__L", Joint.RIGHT_SHOULDER: "crl_shoulder__R"}


def is_posed(actor: Actor) -> bool:
    """Whether a client's own pose of a walker shows: those without limbs (in a wheelchair, animals) keep theirs."""
    if actor.custom_pose is None or actor.pose_blend <= 0.0 or actor.model is None:
        return False
    return any(part.joint in _BONES for part in actor.model.parts)


def posed_parts(model: ActorModel, walker: Actor, states: ActorStates) -> Array:
    """Where the parts of a walker are in its own pose, (parts, 3, 4) in the actor's frame.

    Limbs keep the lengths of the model and turn as their bones do. The pelvis moves with the hips and carries legs and chest;
    the chest turns as the upper spine and carries head and shoulders.

    Args:
        model: of ``carlite.models.limber``.
        walker: with a pose.
        states: of all actors.
    """
    low = np.array([0.0, 0.0, walker.box.centre[2] - walker.box.half_extent[2]])
    bones = skeleton.from_feet(skeleton.pose_of(walker, states))
    rest = _rest_places() * 2.0 * walker.box.half_extent[2]
    hips, waist = skeleton.INDEX["crl_hips__C"], _waist(model)

    def turn_of(bone: str) -> Array:
        turn: Array = bones[skeleton.INDEX[bone], :, :3]
        return turn

    def on_pelvis(point: Array) -> Array:
        moved: Array = bones[hips, :, :3] @ (point - low - rest[hips]) + bones[hips, :, 3] + low
        return moved

    def on_chest(point: Array) -> Array:
        moved: Array = turn_of(_BONES[Joint.CHEST]) @ (point - waist) + on_pelvis(waist)
        return moved

    result = np.zeros((len(model.parts), 3, 4))
    for index, part in enumerate(model.parts):
        pivot = np.asarray(part.pivot, np.float64)
        result[index, :, :3] = turn_of(_BONES.get(part.joint, "crl_hips__C"))
        if part.parent >= 0 and model.parts[part.parent].joint in _BONES:
            result[index, :, 3] = result[part.parent, :, :3] @ pivot + result[part.parent, :, 3]
        elif part.joint in _CLAVICLES:
            root = rest[skeleton.INDEX[_CLAVICLES[part.joint]]] + low
            result[index, :, 3] = on_chest(root) + turn_of(_CLAVICLES[part.joint]) @ (pivot - root)
        else:
            result[index, :, 3] = on_chest(pivot) if part.joint == Joint.HEAD else on_pelvis(pivot)
    if walker.pose_blend < 1.0:
        result[:, 2, 3] -= (1.0 - walker.pose_blend) * _sink_of_gait(model, walker, states)
    return result


@cache
def _rest_places() -> Array:
    """(bones, 3) where the joints of a standing walker are from its feet, over its height."""
    places = np.zeros((len(skeleton.BONES), 3))
    for index, bone in enumerate(skeleton.BONES):
        places[index] = np.asarray(bone.offset) + (places[bone.parent] if bone.parent >= 0 else 0.0)
    return places


def _waist(model: ActorModel) -> Array:
    """(3,) where the chest joins the pelvis of the standing person."""
    return np.array(next(part.pivot for part in model.parts if part.joint == Joint.CHEST))


def _sink_of_gait(model: ActorModel, walker: Actor, states: ActorStates) -> float:
    """How much lower the body is in its stride, metres; the skeleton does not tell it."""
    row = walker.row
    speed = float(np.hypot(states.velocity[row, 0], states.velocity[row, 1]))
    sink = sink_m(model, limb_angles(np.array([states.gait_phase_rad[row]]), np.array([speed])))
    return float(np.ravel(sink)[0])
