"""How each material looks: texture, reflection, emission.

Albedo is ``vertex colour * texture`` (times the instance's tint where ``tinted``); textures average about one, so that a vertex
colour is the true mean albedo.
"""

from __future__ import annotations

from dataclasses import dataclass

from carlite.mesh import Material
from carlite.models.textures import Layer


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Shading constants of a material.

    Attributes:
        layer: row of ``texture_atlas()``, -1 for none.
        night_layer: row of the atlas that is emitted at night, -1 for none.
        metres_per_repeat: size of one texture repeat, metres; builders scale their uvs with it.
        roughness: 0 mirror .. 1 matte (GGX alpha is its square).
        specular: reflectance at normal incidence.
        metalness: 0 dielectric .. 1 metal (the specular colour is the albedo).
        tinted: whether the instance's paint multiplies the albedo.
        coat: strength of a clear, mirror-like coat on top (paint, glass).
        emission: linear colour times strength while it emits; 1 is a sunlit white wall.
        light_bits: CARLA vehicle light bits that switch the emission on; 0 where it does not depend on them.
        brake_bits: bits that make it ``brake_gain`` times brighter.
        brake_gain: see ``brake_bits``.
    """

    layer: int = -1
    night_layer: int = -1
    metres_per_repeat: float = 1.0
    roughness: float = 0.9
    specular: float = 0.04
    metalness: float = 0.0
    tinted: bool = False
    coat: float = 0.0
    emission: tuple[float, float, float] = (0.0, 0.0, 0.0)
    light_bits: int = 0
    brake_bits: int = 0
    brake_gain: float = 1.0


_POSITION, _LOW, _HIGH, _BRAKE, _RIGHT, _LEFT, _REVERSE, _FOG = (1 << bit for bit in range(8))
_SPECIAL = 512 | 1024

_LOOKS: dict[Material, Look] = {
    Material.MATTE: Look(),
    Material.PAINT: Look(roughness=0.35, specular=0.05, tinted=True, coat=0.9),
    Material.GLASS: Look(roughness=0.03, specular=0.06, coat=1.0),
    Material.RUBBER: Look(layer=Layer.RUBBER, metres_per_repeat=0.5, roughness=0.85, specular=0.03),
    Material.METAL: Look(roughness=0.3, specular=0.6, metalness=0.9),
    Material.PLASTIC: Look(roughness=0.5, specular=0.04),
    Material.CLOTH: Look(layer=Layer.CLOTH, metres_per_repeat=0.5, roughness=0.95, specular=0.02),
    Material.SKIN: Look(roughness=0.6, specular=0.03),
    Material.ASPHALT: Look(layer=Layer.ASPHALT, metres_per_repeat=4.0, roughness=0.85, specular=0.04),
    Material.CONCRETE: Look(layer=Layer.CONCRETE, metres_per_repeat=4.0, roughness=0.9, specular=0.04),
    Material.MARKING: Look(layer=Layer.MARKING, metres_per_repeat=2.0, roughness=0.7, specular=0.05),
    Material.GRASS: Look(layer=Layer.GRASS, metres_per_repeat=3.0, roughness=0.95, specular=0.02),
    Material.SOIL: Look(layer=Layer.SOIL, metres_per_repeat=4.0, roughness=0.95, specular=0.02),
    Material.FACADE: Look(layer=Layer.FACADE, night_layer=Layer.FACADE_NIGHT, metres_per_repeat=12.0, roughness=0.7),
    Material.BRICK: Look(layer=Layer.BRICK, metres_per_repeat=2.4, roughness=0.9),
    Material.ROOF: Look(layer=Layer.ROOF, metres_per_repeat=3.0, roughness=0.85),
    Material.BARK: Look(layer=Layer.BARK, metres_per_repeat=1.5, roughness=0.95, specular=0.02),
    Material.LEAVES: Look(layer=Layer.LEAVES, metres_per_repeat=1.0, roughness=0.8, specular=0.03),
    Material.LAMP_HEAD: Look(roughness=0.08, specular=0.1, coat=0.8, emission=(9.0, 8.6, 7.6), light_bits=_LOW | _HIGH),
    Material.LAMP_REAR: Look(
        roughness=0.15,
        coat=0.6,
        emission=(1.6, 0.05, 0.03),
        light_bits=_POSITION | _LOW | _BRAKE,
        brake_bits=_BRAKE,
        brake_gain=3.5,
    ),
    Material.LAMP_LEFT: Look(roughness=0.15, coat=0.6, emission=(5.0, 1.9, 0.1), light_bits=_LEFT),
    Material.LAMP_RIGHT: Look(roughness=0.15, coat=0.6, emission=(5.0, 1.9, 0.1), light_bits=_RIGHT),
    Material.LAMP_REVERSE: Look(roughness=0.15, coat=0.6, emission=(3.5, 3.5, 3.4), light_bits=_REVERSE),
    Material.LAMP_BEACON: Look(roughness=0.15, coat=0.6, emission=(0.3, 1.2, 9.0), light_bits=_SPECIAL),
    Material.LAMP_STREET: Look(roughness=0.3, emission=(9.0, 7.6, 5.6)),
    Material.SIGNAL_RED: Look(roughness=0.2, emission=(6.0, 0.25, 0.12)),
    Material.SIGNAL_YELLOW: Look(roughness=0.2, emission=(6.0, 3.2, 0.2)),
    Material.SIGNAL_GREEN: Look(roughness=0.2, emission=(0.2, 5.0, 2.2)),
    Material.FUR: Look(layer=Layer.FUR, metres_per_repeat=0.6, roughness=0.9, specular=0.02),
    Material.WATER: Look(layer=Layer.WATER, metres_per_repeat=3.0, roughness=0.05, specular=0.02, coat=1.0),
}

LOOKS: tuple[Look, ...] = tuple(_LOOKS[material] for material in Material)
"""One Look per Material, in the order of the enumeration."""
