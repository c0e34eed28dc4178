"""Where a body ends, as rays of a made-up world find it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import carla
import numpy as np
import pytest

from rarebit.core.frames import inverse, rotation_from_rpy, transform
from rarebit.session.bodies import way_out
from rarebit.session.config import CarlaConfig
from rarebit.session.server import CarlaServer

SERVER = CarlaServer(CarlaConfig(host="there"))


POSE = transform((10.0, -4.0, 0.7), rotation_from_rpy(0.0, 0.0, 0.6))
SIZE = np.array([4.0, 2.0, 1.4])


def casting(*places_m: tuple[float, float, float]) -> Any:
    """A world whose rays meet the given points of the box's frame."""

    def cast_ray(start: carla.Location, end: carla.Location) -> list[Any]:
        points = [(POSE @ [*place, 1.0])[:3] for place in places_m]
        return [SimpleNamespace(location=carla.Location(x, -y, z)) for x, y, z in points]

    return SimpleNamespace(cast_ray=cast_ray)


def out(world: Any, place: tuple[float, float, float], way: tuple[float, float, float] = (1.0, 0.0, 0.0)) -> float | None:
    at, direction = (POSE @ [*place, 1.0])[:3], POSE[:3, :3] @ np.array(way)
    return way_out(SERVER, world, at, direction, inverse(POSE), SIZE)


def test_the_outermost_hit_of_the_own_body_is_its_surface() -> None:
    assert out(casting((0.4, 0.0, 0.0), (1.7, 0.0, 0.0), (1.2, 0.0, 0.0)), (0.0, 0.0, 0.0)) == pytest.approx(1.7, abs=1e-5)
    assert out(casting((0.0, 0.9, 0.1)), (0.0, 0.2, 0.1), (0.0, 1.0, 0.0)) == pytest.approx(0.7, abs=1e-5)


def test_what_stands_before_the_body_is_not_its_surface() -> None:
    assert out(casting((2.3, 0.0, 0.0), (1.5, 0.0, 0.0)), (0.0, 0.0, 0.0)) == pytest.approx(1.5, abs=1e-5)
    assert out(casting((2.3, 0.0, 0.0)), (0.0, 0.0, 0.0)) is None


def test_no_surface_that_way_or_a_place_outside() -> None:
    assert out(casting(), (0.0, 0.0, 0.0)) is None
    assert out(casting((-0.5, 0.0, 0.0)), (0.0, 0.0, 0.0)) is None  # behind it
    assert out(casting((1.9, 0.0, 0.0)), (2.1, 0.0, 0.0)) is None


def test_the_ray_comes_from_half_a_metre_outside_the_box() -> None:
    rays = []
    world: Any = SimpleNamespace(cast_ray=lambda start, end: rays.append((start, end)) or [])
    out(world, (0.5, 0.3, 0.0))
    (start, end) = rays[0]
    from_, to = (inverse(POSE) @ [p.x, -p.y, p.z, 1.0] for p in (start, end))
    assert from_[:3] == pytest.approx([2.5, 0.3, 0.0], abs=1e-4)
    assert to[:3] == pytest.approx([0.5, 0.3, 0.0], abs=1e-4)
