"""Open doors: the skin of a door turned about its hinge, and the dark inside behind it.

A model has no doors of its own, so that a shut car costs nothing; one is cut out of the body when it is opened, along the door
lines of the body's family. Rear doors exist where the family has three door lines.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carlite.library import Blueprint, find
from carlite.mesh import ActorModel, Material, Mesh, Part, merged
from carlite.models.build import MeshBuilder
from carlite.models.carbody import DARK, TRIM, Body, Frame
from carlite.models.carstyles import style
from carlite.models.cutting import Floats, about_y, about_z, faces, lining, part_of, split, turned
from carlite.models.shapes import box
from carlite.tags import Tag

_SIDE_DEG, _BONNET_DEG, _BOOT_DEG = 62.0, 48.0, 70.0
_FRONT_LEFT, _FRONT_RIGHT, _REAR_LEFT, _REAR_RIGHT, _BONNET, _BOOT = range(6)
_DOOR_M, _LID_M = 0.07, 0.03  # how thick they are
_BOX_T = 0.88  # a rear window that ends before this has the lid of a boot behind it, else it belongs to a tailgate
_opened: dict[tuple[str, int, int], tuple[ActorModel, ActorModel]] = {}  # the shut model is kept for its identity


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cab:
    """The lofted cab of a truck, as ``carlite.models.trucks`` builds it: family, length, height over the roof's, doors."""

    family: str
    length_m: float
    height: float
    narrower_m: float
    doors: tuple[float, ...]


_CABS = {
    "firetruck": _Cab(family="cab", length_m=3.1, height=0.84, narrower_m=0.0, doors=(0.14, 0.66)),
    "ambulance": _Cab(family="van", length_m=6.2, height=0.94, narrower_m=0.14, doors=(0.19, 0.34)),
}
_ON_THE_ROOF_M = {"police": 0.105, "taxi": 0.13}


def with_open_doors(type_id: str, model: ActorModel, doors: int) -> ActorModel:
    """The model of a vehicle with some doors open.

    Args:
        type_id: blueprint id.
        model: with all doors shut; its first part is the body.
        doors: bit by bit: front left, front right, rear left, rear right, bonnet, boot.

    Returns:
        The same object for the same arguments; ``model`` itself where the body has none of these doors.
    """
    key = (type_id, id(model), doors)
    if key not in _opened:
        _opened[key] = (model, _open(type_id, model, doors))
    return _opened[key][1]


def _open(type_id: str, model: ActorModel, doors: int) -> ActorModel:
    blueprint = find(type_id)
    if blueprint is None or blueprint.preset is None:
        return model
    car = _Car(blueprint, model)
    body, leaves = model.parts[0].mesh, []
    for door in range(6):
        cut = car.cut(door) if doors >> door & 1 else None
        if cut is None:
            continue
        for axis, value in cut.edges:
            body = split(body, axis, value, cut.low, cut.high)
        chosen = cut.choose(body)
        if chosen.any():
            skin = part_of(body, chosen)
            back = lining(skin, cut.inward, car.tag, TRIM)
            leaves.append(turned(merged([skin, back]) if back else skin, cut.hinge, cut.turn))
            body = part_of(body, ~chosen)
    if not leaves:
        return model
    opened = merged([body, *leaves, car.inside(doors)])
    return ActorModel(parts=(Part(mesh=opened), *model.parts[1:]), wheels=model.wheels, head_lamps=model.head_lamps)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    """One door.

    Attributes:
        edges: along which planes (axis, value) the body is cut, metres.
        low, high: (3,) corners of the box that the skin lies in.
        choose: which triangles are its skin.
        hinge: (3,) a point that stays, metres.
        turn: (3, 3) from shut to open.
        inward: (3,) from the skin to its inner side, metres.
    """

    edges: tuple[tuple[int, float], ...]
    low: Floats
    high: Floats
    choose: Callable[[Mesh], NDArray[np.bool_]]
    hinge: Floats
    turn: Floats
    inward: Floats


class _Car:
    """Where the doors of a vehicle are.

    Args:
        blueprint: with a preset.
        model: its looks; the first part is the body.
    """

    def __init__(self, blueprint: Blueprint, model: ActorModel) -> None:
        mesh = model.parts[0].mesh
        low, high = mesh.vertices.min(0).astype(np.float64), mesh.vertices.max(0).astype(np.float64)
        assert blueprint.preset is not None
        family, half_width = blueprint.preset.body, blueprint.preset.body_half_width_m
        cab = _CABS.get(family)
        nose, self._low = float(high[0]), float(low[2])
        if cab:
            shape, tail = style(cab.family), nose - cab.length_m
            half_width, self._high = half_width - cab.narrower_m, cab.height * float(high[2])
        else:
            shape, tail, self._high = style(family), float(low[0]), float(high[2]) - _ON_THE_ROOF_M.get(family, 0.0)
        self.tag = Tag(int(mesh.tags[0]))
        self._truck = cab is not None
        self._frame = Frame(nose=nose, tail=tail, half_width=half_width, height=self._high, wheels=model.wheels)
        self._body = Body(shape, self._frame)
        self._lines = cab.doors if cab else shape.doors
        self._rear = shape.rear_window or (0.97, 1.0)

    def cut(self, door: int) -> _Cut | None:
        """A door by its number; None where the body has none of it."""
        if door == _BONNET:
            return self._bonnet()
        return self._boot() if door == _BOOT else self._side(door)

    def _roof_at(self, x: float) -> float:
        return float(self._body.roof(np.array([x]))[0])

    def _deck_at(self, x: float) -> float:
        return float(self._body.shoulder(np.array([x]))[0])

    def _side(self, door: int) -> _Cut | None:
        """What faces outwards between two door lines, over the sill and under the roof, and its mirror; turned in front."""
        first = 0 if door < _REAR_LEFT else 1
        if first + 1 >= len(self._lines):
            return None
        side = -1.0 if door in {_FRONT_LEFT, _REAR_LEFT} else 1.0
        front, back = self._frame.x(self._lines[first]), self._frame.x(self._lines[first + 1])
        tall, wide, body = self._high - self._low, self._frame.half_width, self._body
        sill, rail = self._low + 0.16 * tall, self._high - 0.05 * tall

        def skin(mesh: Mesh) -> NDArray[np.bool_]:
            centre, normal = faces(mesh)
            x, y, z = centre[:, 0], side * centre[:, 1], centre[:, 2]
            shell = np.where(z < body.shoulder(x), body.half_width(x, z) - 0.10, 0.62 * wide)  # windows lean inwards
            outside = ((y > shell) & (np.abs(normal[:, 1]) > 0.35)) | (y > wide + 0.004)
            chosen: NDArray[np.bool_] = outside & (z > sill) & (z < rail) & (x > back) & (x < front)
            return chosen

        deck = self._deck_at(front)
        edge = float(body.half_width(np.array([front]), np.array([0.7 * deck]))[0])
        return _Cut(
            edges=((0, front), (0, back), (2, sill), (2, rail)),
            low=np.array([back, 0.5 * wide if side > 0.0 else -np.inf, sill]),
            high=np.array([front, np.inf if side > 0.0 else -0.5 * wide, rail]),
            choose=skin,
            hinge=np.array([front, side * edge, 0.0]),
            turn=about_z(np.radians(side * -_SIDE_DEG)),
            inward=np.array([0.0, side * -_DOOR_M, 0.0]),
        )

    def _bonnet(self) -> _Cut | None:
        """The painted top before the windscreen without its rims, turned about its rear edge."""
        edge, end = self._frame.x(self._body.style.windscreen[0]) + 0.02, self._frame.x(0.03)
        if end - edge < 0.4:  # the driver sits over the axle
            return None
        wide, body = 0.82 * self._frame.half_width, self._body

        def skin(mesh: Mesh) -> NDArray[np.bool_]:
            centre, normal = faces(mesh)
            x, z = centre[:, 0], centre[:, 2]
            on_top = (normal[:, 2] ** 2 > 0.5) & (z > body.shoulder(x) - 0.06)
            inside = (x > edge) & (x < end) & (np.abs(centre[:, 1]) < wide)
            chosen: NDArray[np.bool_] = on_top & inside & (mesh.materials == Material.PAINT)
            return chosen

        return _Cut(
            edges=((0, edge), (0, end), (1, wide), (1, -wide)),
            low=np.array([edge, -wide, 0.3 * self._high]),
            high=np.array([end, wide, np.inf]),
            choose=skin,
            hinge=np.array([edge, 0.0, self._roof_at(edge)]),
            turn=about_y(np.radians(-_BONNET_DEG)),
            inward=np.array([0.0, 0.0, -_LID_M]),
        )

    def _boot(self) -> _Cut | None:
        """The lid behind the rear window, or the tailgate with it, turned about its upper edge; lamps stay."""
        if self._truck:
            return None
        edge = self._frame.x(self._rear[1] + 0.005 if self._rear[1] < _BOX_T else self._rear[0])
        floor, wide = 0.55 * self._high, 0.80 * self._frame.half_width

        def skin(mesh: Mesh) -> NDArray[np.bool_]:
            centre, normal = faces(mesh)
            inside = (centre[:, 0] < edge) & (centre[:, 2] > floor) & (np.abs(centre[:, 1]) < wide)
            lamp = (mesh.materials >= Material.LAMP_HEAD) & (mesh.materials <= Material.LAMP_REVERSE)
            chosen: NDArray[np.bool_] = inside & ~lamp & (np.abs(normal[:, 1]) < 0.6)
            return chosen

        return _Cut(
            edges=((0, edge), (2, floor), (1, wide), (1, -wide)),
            low=np.array([-np.inf, -wide, floor]),
            high=np.array([edge, wide, np.inf]),
            choose=skin,
            hinge=np.array([edge, 0.0, self._roof_at(edge)]),
            turn=about_y(np.radians(_BOOT_DEG)),
            inward=np.array([_LID_M, 0.0, -_LID_M]),
        )

    def inside(self, doors: int) -> Mesh:
        """A floor, seats and closed ends; the engine's bay and the boot where they are open."""
        builder, frame = MeshBuilder(self.tag), self._frame
        floor, wide, high = 0.20 * self._high, 0.60 * frame.half_width, self._high
        front = frame.x(self._body.style.windscreen[0])
        back = frame.x(self._lines[-1] if self._truck else max(self._rear[0], self._lines[-1]))
        builder.add(box((back, -wide, floor - 0.03), (front, wide, floor)), DARK, Material.CLOTH)
        builder.add(box((front, -wide, floor), (front + 0.04, wide, 0.55 * high)), DARK, Material.PLASTIC)
        builder.add(box((back - 0.04, -wide, floor), (back, wide, 0.55 * high)), DARK, Material.CLOTH)
        for first, second in zip(self._lines, self._lines[1:], strict=False):
            at = 0.5 * (frame.x(first) + frame.x(second)) - 0.10
            for y in (-0.5 * wide, 0.5 * wide):
                builder.add(box((at - 0.25, y - 0.24, floor), (at + 0.25, y + 0.24, 0.36 * high)), TRIM, Material.CLOTH)
                builder.add(box((at - 0.34, y - 0.24, floor), (at - 0.22, y + 0.24, 0.72 * high)), TRIM, Material.CLOTH)
        if doors >> _BONNET & 1 and self._bonnet() is not None:
            start, end = front + 0.05, frame.nose - 0.16
            top = min(self._deck_at(start), self._deck_at(end)) - 0.05
            self._tub(builder, start, end, 0.24 * high, top)
            middle = 0.5 * (start + end)
            block = box((middle - 0.25, -0.4 * wide, 0.2 * high), (middle + 0.25, 0.4 * wide, top - 0.06))
            builder.add(block, TRIM, Material.METAL)
        if doors >> _BOOT & 1 and not self._truck:
            self._tub(builder, frame.tail + 0.12, back - 0.05, 0.30 * high, 0.5 * high)
        return builder.mesh()

    def _tub(self, builder: MeshBuilder, x0: float, x1: float, low: float, top: float) -> None:
        """A dark floor with walls, so that nobody looks through the shell to the road."""
        if x1 - x0 < 0.2 or top <= low:
            return
        wide = 0.76 * self._frame.half_width
        builder.add(box((x0, -wide, low - 0.03), (x1, wide, low)), DARK, Material.PLASTIC)
        for y in (-wide, wide):
            builder.add(box((x0, y - 0.02, low), (x1, y + 0.02, top)), DARK, Material.PLASTIC)
        for x in (x0, x1):
            builder.add(box((x - 0.02, -wide, low), (x + 0.02, wide, top)), DARK, Material.PLASTIC)
