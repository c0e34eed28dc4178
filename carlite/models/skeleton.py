"""The skeleton of walkers: CARLA's bones by name, where they sit, and how the gait turns them.

A bone's frame is parallel to the actor's while the walker stands; CARLA's own bones have axes along the limb. The root lies
between the feet. Proportions are those of ``carlite.models.people``, as fractions of the height.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carlite import geometry
from carlite.actors import Actor, ActorStates
from carlite.mesh import Joint
from carlite.models.pose import limb_angles

Array = NDArray[np.float64]

_FINGERS = (("Thumb", 0.02), ("Index", 0.012), ("Middle", 0.004), ("Ring", -0.004), ("Pinky", -0.012))  # x over the height
_SIDES = {
    "L": (-1.0, Joint.LEFT_HIP, Joint.LEFT_KNEE, Joint.LEFT_SHOULDER, Joint.LEFT_ELBOW),
    "R": (1.0, Joint.RIGHT_HIP, Joint.RIGHT_KNEE, Joint.RIGHT_SHOULDER, Joint.RIGHT_ELBOW),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BoneRest:
    """A bone of a standing walker.

    Attributes:
        name: CARLA's.
        parent: index of its parent, -1 for the root.
        offset: (x, y, z) from the parent over the walker's height.
        joint: what turns it about y, if anything.
    """

    name: str
    parent: int
    offset: tuple[float, float, float]
    joint: Joint = Joint.FIXED


def _arm(bones: list[BoneRest], chest: int, letter: str) -> None:
    side, _, _, shoulder, elbow = _SIDES[letter]
    first = len(bones)
    bones.append(BoneRest(name=f"crl_shoulder__{letter}", parent=chest, offset=(0.0, side * 0.03, 0.14)))
    bones.append(BoneRest(name=f"crl_arm__{letter}", parent=first, offset=(0.0, side * 0.08, -0.01), joint=shoulder))
    bones.append(BoneRest(name=f"crl_foreArm__{letter}", parent=first + 1, offset=(0.0, 0.0, -0.17), joint=elbow))
    bones.append(BoneRest(name=f"crl_hand__{letter}", parent=first + 2, offset=(0.0, 0.0, -0.15)))
    for finger, x in _FINGERS:
        parent = first + 3
        for part, offset in (("", (x, 0.0, -0.03)), ("01", (0.0, 0.0, -0.02)), ("02", (0, 0, -0.015)), ("End", (0, 0, -0.01))):
            bones.append(BoneRest(name=f"crl_hand{finger}{part}__{letter}", parent=parent, offset=offset))
            parent = len(bones) - 1


def _leg(bones: list[BoneRest], letter: str) -> None:
    side, hip, knee, _, _ = _SIDES[letter]
    first = len(bones)
    bones.append(BoneRest(name=f"crl_thigh__{letter}", parent=1, offset=(0.0, side * 0.055, -0.03), joint=hip))
    bones.append(BoneRest(name=f"crl_leg__{letter}", parent=first, offset=(0.0, 0.0, -0.25), joint=knee))
    bones.append(BoneRest(name=f"crl_foot__{letter}", parent=first + 1, offset=(0.0, 0.0, -0.20)))
    bones.append(BoneRest(name=f"crl_toe__{letter}", parent=first + 2, offset=(0.07, 0.0, -0.03)))
    bones.append(BoneRest(name=f"crl_toeEnd__{letter}", parent=first + 3, offset=(0.04, 0.0, 0.0)))


def _skeleton() -> tuple[BoneRest, ...]:
    bones = [
        BoneRest(name="crl_root", parent=-1, offset=(0.0, 0.0, 0.0)),
        BoneRest(name="crl_hips__C", parent=0, offset=(0.0, 0.0, 0.52)),
        BoneRest(name="crl_spine__C", parent=1, offset=(0.0, 0.0, 0.06)),
        BoneRest(name="crl_spine01__C", parent=2, offset=(0.0, 0.0, 0.10)),
    ]
    _arm(bones, 3, "L")
    neck = len(bones)
    bones += [
        BoneRest(name="crl_neck__C", parent=3, offset=(0.0, 0.0, 0.17)),
        BoneRest(name="crl_Head__C", parent=neck, offset=(0.0, 0.0, 0.04)),
        BoneRest(name="crl_eye__L", parent=neck + 1, offset=(0.05, -0.018, 0.045)),
        BoneRest(name="crl_eye__R", parent=neck + 1, offset=(0.05, 0.018, 0.045)),
    ]
    _arm(bones, 3, "R")
    _leg(bones, "R")
    _leg(bones, "L")
    return tuple(bones)


BONES = _skeleton()
INDEX = {bone.name: index for index, bone in enumerate(BONES)}


def _generations() -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Bones and their parents, generation by generation from the children of the root on."""
    depth = [0] * len(BONES)
    for index, bone in enumerate(BONES):
        depth[index] = depth[bone.parent] + 1 if bone.parent >= 0 else 0
    alike = [np.flatnonzero(np.array(depth) == level) for level in range(1, max(depth) + 1)]
    parents = np.array([bone.parent for bone in BONES])
    return [(children, parents[children]) for children in alike]


_GENERATIONS = _generations()


def pose_of(walker: Actor, states: ActorStates) -> Array:
    """(bones, 3, 4): each bone relative to its parent, the root to the walker's feet; the gait and the client's own pose."""
    if walker.custom_pose is None or walker.pose_blend <= 0.0:
        return gait_of(walker, states)
    if walker.pose_blend >= 1.0:
        return walker.custom_pose.copy()
    return _blended(gait_of(walker, states), walker.custom_pose, walker.pose_blend)


def gait_of(walker: Actor, states: ActorStates) -> Array:
    """(bones, 3, 4): the pose of the gait alone."""
    row = walker.row
    speed = float(np.hypot(states.velocity[row, 0], states.velocity[row, 1]))
    angles = limb_angles(np.array([states.gait_phase_rad[row]]), np.array([speed]))
    pose = standing(walker)
    turning = [index for index, bone in enumerate(BONES) if bone.joint in angles]
    rotations = np.zeros((len(turning), 3))
    # a positive angle brings a hanging limb forward, which is nose up
    rotations[:, 0] = [np.degrees(angles[BONES[index].joint][0]) for index in turning]
    pose[turning, :, :3] = geometry.rotation_matrices(rotations)
    return pose


def standing(walker: Actor) -> Array:
    """(bones, 3, 4): the skeleton at rest, relative to the parents."""
    pose = np.zeros((len(BONES), 3, 4))
    pose[:, :, :3] = np.eye(3)
    pose[:, :, 3] = np.array([bone.offset for bone in BONES]) * 2.0 * walker.box.half_extent[2]
    return pose


def from_feet(pose: Array) -> Array:
    """(bones, 3, 4) relative to the parents -> relative to the walker's feet."""
    whole = pose.copy()
    for children, parents in _GENERATIONS:
        whole[children] = geometry.compose(whole[parents], pose[children])
    return whole


def world_from_feet(walker: Actor, states: ActorStates) -> Array:
    """(3, 4) pose of the point between the feet."""
    world_from_actor = geometry.world_from_local(states.location[walker.row], states.rotation_deg[walker.row])
    low = walker.box.centre[2] - walker.box.half_extent[2]
    return geometry.compose(world_from_actor, geometry.world_from_local((0.0, 0.0, low), (0.0, 0.0, 0.0)))


def _blended(first: Array, second: Array, share: float) -> Array:
    """Between two poses: places linearly, directions along the way between the matrices (their nearest rotation)."""
    mixed: Array = (1.0 - share) * first + share * second
    u, _, v = np.linalg.svd(mixed[:, :, :3])
    u[:, :, 2] *= np.linalg.det(u @ v)[:, None]
    mixed[:, :, :3] = u @ v
    return mixed
