"""Doors of vehicles: which ones are open."""

from __future__ import annotations

from carlite.actors import Actor

ALL_DOORS = 6  # the number that means every door; below it: front left, front right, rear left, rear right, bonnet, boot


def move_door(vehicle: Actor, door: int, is_open: bool) -> bool:
    """Opens or shuts a door, or all with ALL_DOORS; False where the vehicle has no doors that move (``has_dynamic_doors``)."""
    if vehicle.attributes.get("has_dynamic_doors", "false").lower() != "true":
        return False
    bits = (1 << ALL_DOORS) - 1 if door == ALL_DOORS else 1 << door
    vehicle.open_doors = vehicle.open_doors | bits if is_open else vehicle.open_doors & ~bits
    return True
