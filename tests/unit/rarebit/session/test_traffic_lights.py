"""Traffic lights of a world: known by their signals, held by a scene, left to their cycles after it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import carla
import pytest

from rarebit.core.errors import SceneError
from rarebit.session.config import CarlaConfig
from rarebit.session.server import CarlaServer
from rarebit.session.traffic_lights import TrafficLights

SERVER = CarlaServer(CarlaConfig(host="there"))


class Light:
    def __init__(self, number: int, signal: str) -> None:
        self.id, self._signal = number, signal
        self.state = carla.TrafficLightState.Yellow

    def get_opendrive_id(self) -> str:
        return self._signal

    def set_state(self, state: carla.TrafficLightState) -> None:
        self.state = state

    def get_state(self) -> carla.TrafficLightState:
        return self.state


class LitWorld:
    def __init__(self, *lights: Light) -> None:
        self.lights, self.calls = lights, list[str]()

    def get_actors(self) -> Any:
        return SimpleNamespace(filter=lambda pattern: list(self.lights) if pattern == "traffic.traffic_light*" else [])

    def reset_all_traffic_lights(self) -> None:
        self.calls.append("reset")

    def freeze_all_traffic_lights(self, frozen: bool) -> None:
        self.calls.append("freeze" if frozen else "go on")


def lit(*lights: Light) -> tuple[TrafficLights, LitWorld]:
    world = LitWorld(*lights)
    handle: Any = world
    made = TrafficLights(SERVER, handle)
    made.restart()
    return made, world


def test_lights_are_known_by_their_signals_and_show_what_they_are_told() -> None:
    lights, world = lit(Light(9, "b"), Light(4, "a"))
    lights.show(("a",), "red")
    lights.show(("b",), "green")
    assert lights.states() == {"a": "red", "b": "green"}
    assert world.calls == ["reset", "freeze"]  # cycles stop once
    lights.release()
    lights.release()
    assert world.calls == ["reset", "freeze", "go on"]


def test_a_signal_that_the_server_does_not_have_is_told_with_those_it_has() -> None:
    lights, _ = lit(Light(9, "b"), Light(4, "a"))
    with pytest.raises(SceneError, match=r"^signal 7: the server has no traffic light of this id; it has a, b$"):
        lights.show(("a", "7"), "red")
    with pytest.raises(SceneError, match="it has none"):
        lit()[0].show(("7",), "red")


def test_a_map_without_lights_is_left_alone() -> None:
    lights, world = lit()
    lights.release()
    assert world.calls == []
