"""What actors are made of, as clients can ask: components and bones.

Components have the names that CARLA's own actors give theirs; those without a place (movement) have None for a pose. Vehicles
and walkers have skeletons. A socket is a bone here, as nothing hangs on other sockets.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from carlite import geometry
from carlite.actors import Actor, ActorStates, Kind
from carlite.library import find
from carlite.models import skeleton

Array = NDArray[np.float64]
Skeleton = tuple[tuple[str, ...], Array, Array]
_FOUR_WHEELS = ("Wheel_Front_Left", "Wheel_Front_Right", "Wheel_Rear_Left", "Wheel_Rear_Right")
_TWO_WHEELS = ("Wheel_Front", "Wheel_Rear")
# Where a car's direction indicators sit in its box: shares of the half extents; y to the right.
_INDICATORS = {
    f"{end}-blinker-{side}-1": (x, y, z)
    for end, x, z in (("front", 0.92, -0.10), ("back", -0.97, 0.05))
    for side, y in (("l", -0.78), ("r", 0.78))
}
_ROOTS = {Kind.PROP: "StaticMeshComponent0", Kind.TRIGGER: "BoxTrigger", Kind.SPECTATOR: "CollisionComponent0"}


def components(actor: Actor) -> dict[str, Array | None]:
    """Names of an actor's components and their poses (3, 4) in its frame."""
    origin = geometry.world_from_local((0.0, 0.0, 0.0), (0.0, 0.0, 0.0))
    if actor.kind is Kind.VEHICLE:
        bounds = geometry.world_from_local(actor.box.centre, actor.box.rotation_deg)
        return {"VehicleMesh": origin, "MovementComp": None, "VehicleBounds": bounds} | _indicators(actor)
    if actor.kind is Kind.WALKER:
        feet = geometry.world_from_local((0.0, 0.0, actor.box.centre[2] - actor.box.half_extent[2]), (0.0, 0.0, 0.0))
        return {"CollisionCylinder": origin, "CharMoveComp": None, "CharacterMesh0": feet}
    return {_ROOTS.get(actor.kind, "DefaultSceneRoot"): origin}


def _indicators(vehicle: Actor) -> dict[str, Array | None]:
    """The light components of vehicles with four wheels; CARLA's two-wheelers have none."""
    blueprint = find(vehicle.type_id)
    if blueprint is None or len(blueprint.wheels) != len(_FOUR_WHEELS):
        return {}
    middle, half = np.array(vehicle.box.centre), np.array(vehicle.box.half_extent)
    return {
        name: geometry.world_from_local(middle + half * np.array(share), (0.0, 0.0 if share[0] > 0.0 else 180.0, 0.0))
        for name, share in _INDICATORS.items()
    }


def bones(actor: Actor, states: ActorStates) -> Skeleton | None:
    """Names, poses (n, 3, 4) in the frame of the mesh, and the mesh's (3, 4) pose in the world; None without a skeleton."""
    if actor.kind is Kind.WALKER:
        names = tuple(bone.name for bone in skeleton.BONES)
        return names, skeleton.from_feet(skeleton.pose_of(actor, states)), skeleton.world_from_feet(actor, states)
    if actor.kind is Kind.VEHICLE:
        return _vehicle_bones(actor, states)
    return None


def _vehicle_bones(actor: Actor, states: ActorStates) -> Skeleton:
    blueprint = find(actor.type_id)
    wheels = blueprint.wheels if blueprint is not None else ()
    names = _TWO_WHEELS if len(wheels) == 2 else _FOUR_WHEELS[: len(wheels)]
    row, count = actor.row, len(wheels)
    turned = np.zeros((1 + count, 3))
    turned[1:, 0] = -np.degrees(states.wheel_spin_rad[row, :count])
    turned[1:, 1] = states.wheel_steer_deg[row, :count]
    centres = np.array([(0.0, 0.0, 0.0), *(wheel.centre for wheel in wheels)])
    world_from_actor = geometry.world_from_local(states.location[row], states.rotation_deg[row])
    return ("Vehicle_Base", *names), geometry.world_from_local(centres, turned), world_from_actor
