"""Open doors: the skin of a door turned about its hinge, and the dark inside behind it.

A model has no doors of its own, so that a shut car costs nothing; one is cut out of the body when it is opened, along the door
lines of the body's family. Rear doors exist where the family has three door lines.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carlite.library import find
from carlite.mesh import ActorModel, Material, Mesh, Part, merged
from carlite.models.build import MeshBuilder
from carlite.models.carbody import DARK, TRIM
from carlite.models.carstyles import style
from carlite.models.shapes import box
from carlite.tags import Tag

_SIDE_DEG, _BONNET_DEG, _BOOT_DEG = 62.0, 48.0, 70.0
_FRONT_LEFT, _FRONT_RIGHT, _REAR_LEFT, _REAR_RIGHT, _BONNET, _BOOT = range(6)
_CAB_LINES = (0.08, 0.22)  # of bodies without a style: the doors of a cab
_WINDSCREEN = (0.28, 0.42)
Floats = NDArray[np.float64]
_opened: dict[tuple[str, int, int], tuple[ActorModel, ActorModel]] = {}  # the shut model is kept for its identity


def with_open_doors(type_id: str, model: ActorModel, doors: int) -> ActorModel:
    """The model of a vehicle with some doors open.

    Args:
        type_id: blueprint id.
        model: with all doors shut; its first part is the body.
        doors: bit by bit: front left, front right, rear left, rear right, bonnet, boot.

    Returns:
        The same object for the same arguments.
    """
    key = (type_id, id(model), doors)
    if key not in _opened:
        _opened[key] = (model, _open(type_id, model, doors))
    return _opened[key][1]


def _open(type_id: str, model: ActorModel, doors: int) -> ActorModel:
    car = _Car(type_id, model)
    body, leaves = model.parts[0].mesh, []
    for door in range(6):
        cut = car.cut(door) if doors >> door & 1 else None
        if cut is None:
            continue
        for axis, value in cut.edges:
            body = _split(body, axis, value)
        chosen = cut.choose(body)
        if chosen.any():
            leaves.append(_turned(_part_of(body, chosen), cut.hinge, cut.turn))
            body = _part_of(body, ~chosen)
    if not leaves:
        return model
    opened = merged([body, *leaves, car.inside()])
    return ActorModel(parts=(Part(mesh=opened), *model.parts[1:]), wheels=model.wheels, head_lamps=model.head_lamps)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    """One door: along which planes (axis, value) it is cut, which triangles are its skin, and how it turns."""

    edges: tuple[tuple[int, float], ...]
    choose: Callable[[Mesh], NDArray[np.bool_]]
    hinge: Floats
    turn: Floats


class _Car:
    """Where the doors of a model are.

    Args:
        type_id: blueprint id.
        model: its looks; the first part is the body.
    """

    def __init__(self, type_id: str, model: ActorModel) -> None:
        body = model.parts[0].mesh
        low, high = body.vertices.min(0).astype(np.float64), body.vertices.max(0).astype(np.float64)
        self._nose, self._length = float(high[0]), float(high[0] - low[0])
        self._low, self._high = float(low[2]), float(high[2])
        self._tag = Tag(int(body.tags[0]))
        self._lines, self._windscreen, self._rear = _lines(type_id)
        sides = [abs(wheel.centre[1]) for wheel in model.wheels]  # the mirrors stick out further than the body
        self._half_width = min(max(sides) + 0.13, float(high[1])) if sides else float(high[1])

    def _x(self, t: float) -> float:
        return self._nose - t * self._length

    def cut(self, door: int) -> _Cut | None:
        """A door by its number; None where the body has none of it."""
        if door == _BONNET:
            return self._bonnet()
        return self._boot() if door == _BOOT else self._side(door)

    def _side(self, door: int) -> _Cut | None:
        """What faces outwards between two door lines, over the sill and under the roof, turned about its front edge."""
        first = 0 if door < _REAR_LEFT else 1
        if first + 1 >= len(self._lines):
            return None
        side = -1.0 if door in {_FRONT_LEFT, _REAR_LEFT} else 1.0
        front, back = self._x(self._lines[first]), self._x(self._lines[first + 1])
        tall = self._high - self._low
        sill, rail = self._low + 0.16 * tall, self._high - 0.05 * tall

        def skin(mesh: Mesh) -> NDArray[np.bool_]:
            centre, normal = _faces(mesh)
            outside = (side * centre[:, 1] > 0.62 * self._half_width) & (np.abs(normal[:, 1]) > 0.35)
            inside = (centre[:, 2] > sill) & (centre[:, 2] < rail) & (centre[:, 0] > back) & (centre[:, 0] < front)
            chosen: NDArray[np.bool_] = outside & inside
            return chosen

        return _Cut(
            edges=((0, front), (0, back), (2, sill), (2, rail)),
            choose=skin,
            hinge=np.array([front, side * self._half_width, 0.0]),
            turn=_about_z(np.radians(side * -_SIDE_DEG)),
        )

    def _bonnet(self) -> _Cut:
        """What faces upwards before the windscreen, turned about its rear edge."""
        edge = self._x(self._windscreen[0]) + 0.02

        def skin(mesh: Mesh) -> NDArray[np.bool_]:
            centre, normal = _faces(mesh)
            chosen: NDArray[np.bool_] = (centre[:, 0] > edge) & (normal[:, 2] ** 2 > 0.5) & (centre[:, 2] > 0.45 * self._high)
            return chosen

        hinge = np.array([edge, 0.0, 0.55 * self._high])
        return _Cut(edges=((0, edge),), choose=skin, hinge=hinge, turn=_about_y(np.radians(-_BONNET_DEG)))

    def _boot(self) -> _Cut:
        """What faces upwards and backwards behind the rear window's upper edge, turned about that edge."""
        edge, floor = self._x(self._rear[0]), 0.55 * self._high

        def skin(mesh: Mesh) -> NDArray[np.bool_]:
            centre, normal = _faces(mesh)
            chosen: NDArray[np.bool_] = (centre[:, 0] < edge) & (centre[:, 2] > floor) & (np.abs(normal[:, 1]) < 0.6)
            return chosen

        hinge = np.array([edge, 0.0, 0.97 * self._high])
        return _Cut(edges=((0, edge), (2, floor)), choose=skin, hinge=hinge, turn=_about_y(np.radians(_BOOT_DEG)))

    def inside(self) -> Mesh:
        """A floor, seats, and closed ends under bonnet and boot."""
        builder = MeshBuilder(self._tag)
        floor, wide, high = 0.20 * self._high, 0.60 * self._half_width, self._high
        front, back = self._x(self._windscreen[0]), self._x(max(self._rear[0], self._lines[-1]))
        builder.add(box((back, -wide, floor - 0.03), (front, wide, floor)), DARK, Material.CLOTH)
        builder.add(box((front, -wide, floor), (front + 0.04, wide, 0.55 * high)), DARK, Material.PLASTIC)
        builder.add(box((back - 0.04, -wide, floor), (back, wide, 0.55 * high)), DARK, Material.CLOTH)
        for first, second in zip(self._lines, self._lines[1:], strict=False):
            at = 0.5 * (self._x(first) + self._x(second)) - 0.10
            for y in (-0.5 * wide, 0.5 * wide):
                builder.add(box((at - 0.25, y - 0.24, floor), (at + 0.25, y + 0.24, 0.36 * high)), TRIM, Material.CLOTH)
                builder.add(box((at - 0.34, y - 0.24, floor), (at - 0.22, y + 0.24, 0.72 * high)), TRIM, Material.CLOTH)
        return builder.mesh()


def _faces(mesh: Mesh) -> tuple[Floats, Floats]:
    """(m, 3) centres and unit normals of the triangles."""
    corners = mesh.vertices[mesh.triangles].astype(np.float64)
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    return corners.mean(1), normal / np.maximum(np.linalg.norm(normal, axis=1), 1e-12)[:, None]


def _split(mesh: Mesh, axis: int, value: float) -> Mesh:
    """The mesh with the triangles that cross a plane cut in three along it; others are as they were."""
    over = mesh.vertices[:, axis][mesh.triangles] > np.float32(value)
    crossing = over.any(1) & ~over.all(1)
    if not crossing.any():
        return mesh
    corners, above = mesh.triangles[crossing].astype(np.int64), over[crossing]
    alone = np.where(above.sum(1)[:, None] == 1, above, ~above).argmax(1)  # the corner that is alone on its side
    a, b, c = (corners[np.arange(len(corners)), (alone + k) % 3] for k in range(3))
    start = len(mesh.vertices)
    n = len(corners)
    ab, ac = start + np.arange(n), start + n + np.arange(n)
    fields = {}
    for name in ("vertices", "normals", "uvs", "colours"):
        values = getattr(mesh, name)
        new = []
        for other in (b, c):
            p, q = mesh.vertices[a, axis], mesh.vertices[other, axis]
            share = ((np.float32(value) - p) / (q - p))[:, None]
            new.append((values[a] + share * (values[other] - values[a])).astype(np.float32))
        fields[name] = np.concatenate([values, *new])
    pieces = np.concatenate([np.stack([a, ab, ac], -1), np.stack([ab, b, c], -1), np.stack([ab, c, ac], -1)])
    return Mesh(
        **fields,
        triangles=np.concatenate([mesh.triangles[~crossing], pieces.astype(np.uint32)]),
        materials=np.concatenate([mesh.materials[~crossing], np.tile(mesh.materials[crossing], 3)]),
        tags=np.concatenate([mesh.tags[~crossing], np.tile(mesh.tags[crossing], 3)]),
    )


def _lines(type_id: str) -> tuple[tuple[float, ...], tuple[float, float], tuple[float, float]]:
    """Door lines, windscreen and rear window as fractions of the length."""
    blueprint = find(type_id)
    family = blueprint.preset.body if blueprint is not None and blueprint.preset is not None else ""
    try:
        shape = style(family)
    except KeyError:
        return _CAB_LINES, (_CAB_LINES[0], _CAB_LINES[0]), (0.97, 1.0)
    return shape.doors, shape.windscreen or _WINDSCREEN, shape.rear_window or (0.9, 1.0)


def _part_of(mesh: Mesh, chosen: NDArray[np.bool_]) -> Mesh:
    """Some triangles of a mesh with the corners that they use."""
    used, triangles = np.unique(mesh.triangles[chosen], return_inverse=True)
    return Mesh(
        vertices=mesh.vertices[used],
        triangles=triangles.reshape(-1, 3).astype(np.uint32),
        normals=mesh.normals[used],
        uvs=mesh.uvs[used],
        colours=mesh.colours[used],
        materials=mesh.materials[chosen],
        tags=mesh.tags[chosen],
    )


def _turned(mesh: Mesh, hinge: Floats, turn: Floats) -> Mesh:
    return Mesh(
        vertices=((mesh.vertices - hinge) @ turn.T + hinge).astype(np.float32),
        triangles=mesh.triangles,
        normals=np.ascontiguousarray(mesh.normals @ turn.T, np.float32),
        uvs=mesh.uvs,
        colours=mesh.colours,
        materials=mesh.materials,
        tags=mesh.tags,
    )


def _about_z(angle: float) -> Floats:
    """x towards y for positive angles."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def _about_y(angle: float) -> Floats:
    """z towards x for positive angles."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])
