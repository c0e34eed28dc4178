"""Solid shapes of loose bodies: what the rigid-body engine makes of a blueprint."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from carlite.actors import Actor, Kind
from carlite.library import Blueprint
from carlite.mesh import Box
from carlite.physics.hulls import contact_hull

# Of props that are about round; the rest are boxes.
_CONES = ("static.prop.constructioncone", "static.prop.trafficcone01", "static.prop.trafficcone02")
_UPRIGHT_CYLINDERS = (
    "carlite.prop.tyre", "static.prop.barrel", "static.prop.colacan", "static.prop.garbage01", "static.prop.garbage03",
    "static.prop.garbage04", "static.prop.haybale", "static.prop.haybalelb", "static.prop.plantpot05",
    "static.prop.plantpot07", "static.prop.plantpot08", "static.prop.trashcan02",
)  # fmt: skip
_ROUND_OFF = 0.15  # share by which the sides of a round prop's box may differ


class ShapeKind(IntEnum):
    """Families of convex shapes."""

    BOX = 0
    SPHERE = 1
    WHEEL = 2  # cylinder about its y axis, its edges rounded as a tyre's
    CYLINDER = 3  # about its z axis
    CONE = 4  # tip up, on a square foot
    CAR = 5  # a box whose upper half tapers to a narrower, shorter roof


@dataclass(frozen=True, slots=True, kw_only=True)
class LooseShape:
    """The shape of a loose body and what it is made of.

    Attributes:
        kind: family.
        half_extent: half size along x, y, z of its own frame, metres.
        centre: of the shape in the actor's frame, metres.
        mass_kg: of the whole; the density is even, but a sphere is hollow.
        friction: Coulomb's coefficient, on dry road.
        restitution: speed after a bounce over speed before it.
        rolling: coefficient of rolling resistance, 0 for what does not roll.
        sunk_m: how far the mass centre lies below the middle.
    """

    kind: ShapeKind
    half_extent: tuple[float, float, float]
    centre: tuple[float, float, float]
    mass_kg: float
    friction: float
    restitution: float
    rolling: float
    sunk_m: float = 0.0

    @property
    def radius_m(self) -> float:
        """Of the circle on which it rolls; half its greatest side for a box."""
        x, y, z = self.half_extent
        if self.kind is ShapeKind.WHEEL:
            return max(x, z)
        return max(x, y) if self.kind in {ShapeKind.CYLINDER, ShapeKind.CONE} else max(x, y, z)

    @property
    def principal_inertia(self) -> tuple[float, float, float]:
        """About the axes through the centre of mass, kg m^2 (Goldstein, Classical Mechanics, ch. 5)."""
        m, (x, y, z), r = self.mass_kg, self.half_extent, self.radius_m
        if self.kind is ShapeKind.SPHERE:
            return (2.0 / 3.0 * m * r * r,) * 3
        if self.kind is ShapeKind.WHEEL:
            across = m * (r * r / 4.0 + y * y / 3.0)
            return (across, m * r * r / 2.0, across)
        if self.kind is ShapeKind.CYLINDER:
            across = m * (r * r / 4.0 + z * z / 3.0)
            return (across, across, m * r * r / 2.0)
        if self.kind is ShapeKind.CONE:
            across = m * (3.0 / 20.0 * r * r + 3.0 / 80.0 * 4.0 * z * z)
            return (across, across, 0.3 * m * r * r)
        return (m * (y * y + z * z) / 3.0, m * (x * x + z * z) / 3.0, m * (x * x + y * y) / 3.0)

    @property
    def centre_of_mass(self) -> tuple[float, float, float]:
        """In the actor's frame, metres."""
        x, y, z = self.centre
        return (x, y, z - self.sunk_m)


@dataclass(frozen=True, slots=True)
class _Matter:
    friction: float
    restitution: float
    rolling: float


_BALL = _Matter(0.7, 0.7, 0.05)
_TYRE = _Matter(0.8, 0.45, 0.05)
_DRUM = _Matter(0.5, 0.2, 0.02)
_CONE = _Matter(0.7, 0.2, 0.0)
_THING = _Matter(0.55, 0.15, 0.0)
_WRECK = _Matter(0.45, 0.1, 0.0)  # sheet metal on asphalt (accident reconstruction uses 0.4 to 0.5 for cars on their roofs)
_PERSON_HALF_DEPTH_M, _BIKE_HALF_WIDTH_M = 0.15, 0.12
_PERSON = _Matter(0.6, 0.0, 0.0)  # 0.5 to 0.7 for tumbling pedestrians (Searle, The physics of throw distance, 1993)


def loose_shape(actor: Actor, blueprint: Blueprint | None, mass_kg: float, mass_centre_m: float) -> LooseShape:
    """The shape of an actor that moves freely.

    Args:
        actor: prop, walker, or a vehicle that has tipped over.
        blueprint: of the actor.
        mass_kg: of the actor.
        mass_centre_m: of a vehicle: height of its mass centre over its origin.
    """
    if actor.kind is Kind.PROP:
        return prop_shape(blueprint, actor.box, mass_kg)
    hull = contact_hull(blueprint, actor.box)
    is_walker, is_bike = actor.kind is Kind.WALKER, blueprint is not None and len(blueprint.wheels) == 2
    length, width, height = hull.half_extent
    if is_walker:
        length = min(length, _PERSON_HALF_DEPTH_M)
    elif is_bike:
        width = min(width, _BIKE_HALF_WIDTH_M)
    matter = _PERSON if is_walker else _WRECK
    is_car = blueprint is not None and blueprint.base_type == "car"
    return LooseShape(
        kind=ShapeKind.CAR if is_car else ShapeKind.BOX,
        half_extent=(length, width, height),
        centre=hull.centre,
        mass_kg=mass_kg,
        friction=matter.friction,
        restitution=matter.restitution,
        rolling=matter.rolling,
        sunk_m=0.0 if is_walker else hull.centre[2] - mass_centre_m,
    )


def prop_shape(blueprint: Blueprint | None, box: Box, mass_kg: float) -> LooseShape:
    """The shape that fills a prop's box.

    Args:
        blueprint: of the prop; None gives a box.
        box: in the actor's frame, upright.
        mass_kg: of the prop.
    """
    kind = _kind(blueprint, box.half_extent)
    matter = {ShapeKind.SPHERE: _BALL, ShapeKind.WHEEL: _TYRE, ShapeKind.CYLINDER: _DRUM, ShapeKind.CONE: _CONE}.get(
        kind, _THING
    )
    if blueprint is not None and blueprint.id == "carlite.prop.tyre":
        matter = _TYRE
    return LooseShape(
        kind=kind,
        half_extent=box.half_extent,
        centre=box.centre,
        mass_kg=mass_kg,
        friction=matter.friction,
        restitution=matter.restitution,
        rolling=matter.rolling,
        sunk_m=box.half_extent[2] / 2.0 if kind is ShapeKind.CONE else 0.0,
    )


def _kind(blueprint: Blueprint | None, half: tuple[float, float, float]) -> ShapeKind:
    if blueprint is None:
        return ShapeKind.BOX
    if blueprint.motion == "sphere":
        return ShapeKind.SPHERE
    if blueprint.motion == "wheel":
        return ShapeKind.WHEEL
    if abs(half[0] - half[1]) <= _ROUND_OFF * max(half[0], half[1]):
        if blueprint.id in _CONES:
            return ShapeKind.CONE
        if blueprint.id in _UPRIGHT_CYLINDERS:
            return ShapeKind.CYLINDER
    return ShapeKind.BOX
