"""The blueprint library."""

from __future__ import annotations

from typing import Any

import pytest


def test_every_blueprint_has_a_role_and_a_name_for_ros(world: Any) -> None:
    for blueprint in world.get_blueprint_library():
        assert blueprint.has_attribute("role_name"), blueprint.id
        assert blueprint.has_attribute("ros_name"), blueprint.id
    car = world.get_blueprint_library().find("vehicle.tesla.model3")
    assert car.get_attribute("ros_name").as_str() == "vehicle.tesla.model3"


@pytest.mark.parametrize(
    ("family", "attribute", "recommended"),
    [
        ("vehicle.*", "sticky_control", ["true"]),
        ("vehicle.*", "terramechanics", ["false"]),
        ("walker.*", "is_invincible", ["true"]),
        ("static.trigger.friction", "friction", ["3.5f"]),
        ("static.trigger.friction", "extent_x", ["1.0f"]),
        ("sensor.camera.rgb", "exposure_mode", ["histogram", "manual"]),
        ("sensor.lidar.ray_cast", "range", ["10.0"]),
        ("sensor.other.radar", "horizontal_fov", ["30"]),
        ("sensor.other.radar", "range", ["100"]),
    ],
)
def test_recommended_values(world: Any, family: str, attribute: str, recommended: list[str]) -> None:
    for blueprint in world.get_blueprint_library().filter(family):
        assert list(blueprint.get_attribute(attribute).recommended_values) == recommended, blueprint.id
