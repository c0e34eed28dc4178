"""Which lamps emit: vehicle lights, traffic lights, street lamps."""

from __future__ import annotations

from carlite.actors import Actor
from carlite.mesh import Material
from carlite.models.materials import LOOKS

LOW_BEAM, HIGH_BEAM, BRAKE = 2, 4, 8
BRAKE_BIT = 1 << 31
_SIGNALS = (Material.SIGNAL_RED, Material.SIGNAL_YELLOW, Material.SIGNAL_GREEN)
STREET_BIT = 1 << Material.LAMP_STREET


def emission_bits(actor: Actor | None) -> int:
    """The Material bits that emit on an actor (None: scenery)."""
    if actor is None:
        return STREET_BIT  # the kernel dims it by day
    state = actor.light_state
    bits = STREET_BIT
    for material, look in zip(Material, LOOKS, strict=True):
        if state & look.light_bits:
            bits |= 1 << material
    return bits | (BRAKE_BIT if state & BRAKE else 0)


def signal_bits(state: int) -> int:
    """The Material bits that emit on the object of a traffic light in a CARLA state (red, yellow, green; others: none)."""
    return STREET_BIT | (1 << _SIGNALS[state] if 0 <= state < len(_SIGNALS) else 0)
