"""What a blueprint is: the immutable definition from which the client spawns actors."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from carlite.actors import Kind
from carlite.mesh import Wheel


class AttributeType(IntEnum):
    """Type code of an attribute on the wire; every value travels as text."""

    BOOL = 1
    INT = 2
    FLOAT = 3
    STRING = 4
    RGB_COLOR = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """One attribute of a blueprint.

    Attributes:
        id: for instance "image_size_x".
        type: how the text parses.
        value: the default.
        recommended: suggested values; empty for fixed attributes.
        modifiable: False for a fixed attribute.
        restricted: True where only recommended values are legal.
    """

    id: str
    type: AttributeType
    value: str
    recommended: tuple[str, ...] = ()
    modifiable: bool = True
    restricted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VehiclePreset:
    """Physical data of a vehicle, SI units: from where ``carlite.physics`` starts.

    Attributes:
        body: family of looks, such as "sedan" or "bicycle".
        body_half_width_m: without mirrors or handlebar.
        wheelbase_m: between the axles.
        peak_torque_nm: of the engine; ``max_rpm`` its limit.
        forward_gears: ratios, first gear first.
        final_ratio: of the differential.
        max_steer_deg: of the front wheels at standstill.
        centre_of_mass: (x, y, z) metres, actor frame.
    """

    body: str
    body_half_width_m: float
    wheelbase_m: float
    mass_kg: float
    peak_torque_nm: float
    max_rpm: float
    electric: bool
    forward_gears: tuple[float, ...]
    final_ratio: float
    drag_coefficient: float
    max_steer_deg: float
    centre_of_mass: tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Blueprint:
    """One entry of the blueprint library.

    Attributes:
        uid: counts from 1 in definition order.
        id: for instance "vehicle.tesla.model3".
        kind: which calls its actors answer to.
        attributes: variations first, then fixed attributes.
        tags: the parts of the id joined by commas, which the client's filter matches.
        half_extent: half size of the bounding box, metres; zero for sensors, controllers and triggers.
        centre: of the box in the actor's frame, metres. A walker's origin is its box's centre; all else stands on its
            origin.
        semantic_tags: one byte per Tag that the actor's meshes carry.
        base_type: "car", "truck", "van", "bus", "motorcycle", "bicycle"; "" for what is no vehicle (and for the two
            vehicles whose base_type 0.9.16 leaves empty).
        mass_kg: of the whole, people included; 0 for what has no body.
        wheels: FL, FR, RL, RR (front, back for two-wheelers); empty for what is no vehicle.
        preset: of vehicles.
        motion: how a prop moves when pushed: "box" slides, "wheel" rolls about its y axis, "sphere" rolls any way,
            "animal" walks, "dirt" lies on the road and touches nothing; "" for all else.
    """

    uid: int
    id: str
    kind: Kind
    attributes: tuple[Attribute, ...]
    tags: str
    half_extent: tuple[float, float, float] = (0.0, 0.0, 0.0)
    centre: tuple[float, float, float] = (0.0, 0.0, 0.0)
    semantic_tags: bytes = b""
    base_type: str = ""
    mass_kg: float = 0.0
    wheels: tuple[Wheel, ...] = ()
    preset: VehiclePreset | None = None
    motion: str = ""

    def defaults(self) -> dict[str, str]:
        """Every attribute with its default value."""
        return {attribute.id: attribute.value for attribute in self.attributes}


def number(text: str) -> float:
    """The value of a Float attribute; 0.9.16's defaults of friction triggers end in the "f" of C++. Raises ValueError."""
    return float(text.removesuffix("f"))


def paint(attributes: dict[str, str]) -> tuple[float, float, float]:
    """Linear colour 0..1 of the "color" attribute ("r,g,b", 0..255, sRGB); white where there is none or it does not parse."""
    try:
        channels = [float(text) / 255.0 for text in attributes["color"].split(",")]
    except (KeyError, ValueError):
        return (1.0, 1.0, 1.0)
    if len(channels) != 3:
        return (1.0, 1.0, 1.0)
    # IEC 61966-2-1
    clipped = (min(max(c, 0.0), 1.0) for c in channels)
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in clipped)
    return (red, green, blue)
