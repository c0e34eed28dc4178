"""What programs that come with CARLA take for granted beyond the calls themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import carla

Make = Callable[..., Any]


def test_indicators_are_components_at_the_corners_of_a_car(spawn: Make, ticks: Make) -> None:
    car = spawn("vehicle.audi.tt")
    ticks(20)
    half = car.bounding_box.extent
    for name, ahead, right in (
        ("front-blinker-l-1", 1, -1),
        ("front-blinker-r-1", 1, 1),
        ("back-blinker-l-1", -1, -1),
        ("back-blinker-r-1", -1, 1),
    ):
        assert name in car.get_component_names()
        place = car.get_component_world_transform(name).location - car.get_location()
        forward = carla.Vector3D.dot(place, car.get_transform().get_forward_vector())
        sideways = carla.Vector3D.dot(place, car.get_transform().get_right_vector())
        assert 0.6 * half.x < forward * ahead < 1.1 * half.x
        assert 0.4 * half.y < sideways * right < 1.1 * half.y
        assert 0.2 < place.z < 1.2
