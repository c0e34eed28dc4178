"""Which lamps emit: vehicle lights, traffic lights, street lamps."""

from __future__ import annotations

from carlite.mesh import Material
from carlite.world.actors import Actor, Kind

POSITION, LOW_BEAM, HIGH_BEAM, BRAKE, RIGHT_BLINKER, LEFT_BLINKER, REVERSE, FOG = (1 << bit for bit in range(8))
SPECIAL = 512 | 1024
BRAKE_BIT = 1 << 31
_SIGNALS = (Material.SIGNAL_RED, Material.SIGNAL_YELLOW, Material.SIGNAL_GREEN)


def emission_bits(actor: Actor | None) -> int:
    """The Material bits that emit on an actor (None: scenery); ``light_state`` of a traffic light is its CARLA state."""
    if actor is None:
        return 1 << Material.LAMP_STREET
    state = actor.light_state
    if actor.kind == Kind.TRAFFIC_LIGHT:
        return 1 << _SIGNALS[state] if 0 <= state < len(_SIGNALS) else 0
    bits = 0
    for mask, material in (
        (LOW_BEAM | HIGH_BEAM, Material.LAMP_HEAD),
        (POSITION | LOW_BEAM | HIGH_BEAM | BRAKE, Material.LAMP_REAR),
        (LEFT_BLINKER, Material.LAMP_LEFT),
        (RIGHT_BLINKER, Material.LAMP_RIGHT),
        (REVERSE, Material.LAMP_REVERSE),
        (SPECIAL, Material.LAMP_BEACON),
    ):
        if state & mask:
            bits |= 1 << material
    if state & BRAKE:
        bits |= BRAKE_BIT
    return bits
