"""A yard to drive in: analytic ground, obstacles, and actors from the blueprint library."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from carlite import library
from carlite.actors import Actor, ActorStates
from carlite.mesh import ActorModel, Box, PlacedObject
from carlite.physics import Contact, Physics
from carlite.tags import Tag

DT_S = 0.05


@dataclass
class _Below:
    height_m: NDArray[np.float64]
    normal: NDArray[np.float64]


class AnalyticGround:
    """Ground whose height is a function of (x, y); normals by central differences."""

    def __init__(self, height: Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]) -> None:
        self._height = height

    def ground_below(self, points: NDArray[np.float64]) -> _Below:
        x, y, h = points[:, 0], points[:, 1], 1e-4
        slope_x = (self._height(x + h, y) - self._height(x - h, y)) / (2 * h)
        slope_y = (self._height(x, y + h) - self._height(x, y - h)) / (2 * h)
        normal = np.stack([-slope_x, -slope_y, np.ones(len(x))], -1)
        return _Below(self._height(x, y), normal / np.linalg.norm(normal, axis=1)[:, None])


class Yard:
    """Physics on some ground, and the actors in it."""

    def __init__(self, ground: AnalyticGround, obstacles: Sequence[PlacedObject] = ()) -> None:
        self.states = ActorStates()
        self.physics = Physics(self.states, ground, obstacles)
        self._next = 1

    def spawn(self, type_id: str, location: ArrayLike, rotation_deg: ArrayLike = (0.0, 0.0, 0.0)) -> Actor:
        blueprint = library.find(type_id)
        assert blueprint is not None, type_id
        actor = Actor(
            id=self._next,
            kind=blueprint.kind,
            type_id=type_id,
            attributes={},
            row=self.states.allocate(self._next),
            box=Box(centre=blueprint.centre, half_extent=blueprint.half_extent),
            tags=blueprint.semantic_tags,
        )
        self._next += 1
        self.states.location[actor.row], self.states.rotation_deg[actor.row] = location, rotation_deg
        self.physics.add(actor)
        return actor

    def run(self, seconds: float, dt_s: float = DT_S) -> list[Contact]:
        return [contact for _ in range(round(seconds / dt_s)) for contact in self.physics.step(dt_s)]

    def at(self, actor: Actor) -> NDArray[np.float64]:
        return self.states.location[actor.row].copy()

    def rotation(self, actor: Actor) -> NDArray[np.float64]:
        return self.states.rotation_deg[actor.row].copy()

    def velocity(self, actor: Actor) -> NDArray[np.float64]:
        return self.states.velocity[actor.row].copy()

    def push_to(self, actor: Actor, velocity: ArrayLike) -> None:
        self.physics.pushes.set_target_velocity(actor, velocity)


@pytest.fixture
def flat() -> Yard:
    """A level plane at z = 0."""
    return Yard(AnalyticGround(lambda x, y: 0.0 * x))


@pytest.fixture
def make_yard() -> Callable[..., Yard]:
    """Makes a yard from a height function and obstacles."""

    def make(
        height: Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]] = lambda x, y: 0.0 * x,
        obstacles: Sequence[PlacedObject] = (),
    ) -> Yard:
        return Yard(AnalyticGround(height), obstacles)

    return make


@pytest.fixture
def make_block() -> Callable[..., PlacedObject]:
    """Makes a solid box of scenery that stands on z = 0."""

    def make(x: float, y: float, half: tuple[float, float, float], yaw_deg: float = 0.0) -> PlacedObject:
        c, s = np.cos(np.radians(yaw_deg)), np.sin(np.radians(yaw_deg))
        matrix = np.array([[c, -s, 0.0, x], [s, c, 0.0, y], [0.0, 0.0, 1.0, 0.0]])
        return PlacedObject(
            object_id=1,
            name="Building_1",
            tag=Tag.BUILDING,
            model=ActorModel(parts=()),
            world_from_local=matrix,
            box=Box(centre=(0.0, 0.0, half[2]), half_extent=half),
        )

    return make
