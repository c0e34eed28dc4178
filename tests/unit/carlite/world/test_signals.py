from __future__ import annotations

import numpy as np
import pytest

from carlite.actors import Actor, Kind
from carlite.mesh import Box
from carlite.opendrive import Controller as SignalController
from carlite.opendrive import Junction, RoadNetwork
from carlite.world.light_cycles import Controller, Group, light_groups

_BOX = Box(centre=(0.0, 0.0, 0.0), half_extent=(1.0, 1.0, 1.0))
_GREEN, _YELLOW, _RED = 0, 1, 2


def _light(number: int) -> Actor:
    return Actor(id=number, kind=Kind.TRAFFIC_LIGHT, type_id="traffic.traffic_light", attributes={}, row=number, box=_BOX)


def _group(count: int) -> Group:
    group = Group([Controller([_light(number)]) for number in range(count)])
    group.restart()
    return group


@pytest.mark.parametrize(
    ("time_s", "stages"),
    [
        (0.0, [_GREEN, _RED]),
        (10.0, [_GREEN, _RED]),
        (10.5, [_YELLOW, _RED]),
        (13.5, [_YELLOW, _RED]),  # each stage begins at 0 s, however late its first tick is
        (14.0, [_RED, _RED]),
        (16.0, [_RED, _RED]),
        (16.5, [_RED, _GREEN]),
        (27.0, [_RED, _YELLOW]),
        (33.0, [_GREEN, _RED]),
    ],
)
def test_controllers_take_turns(time_s: float, stages: list[int]) -> None:
    group = _group(2)
    for _ in range(round(time_s / 0.5)):
        group.step(np.float32(0.5))
    assert [controller.stage for controller in group.controllers] == stages


@pytest.mark.parametrize("step_s", [0.05, 0.3, 1.7])
def test_never_two_controllers_let_traffic_through(step_s: float) -> None:
    group = _group(3)
    for _ in range(2000):
        group.step(np.float32(step_s))
        assert sum(controller.stage != _RED for controller in group.controllers) <= 1


def test_a_group_without_any_time_does_not_hang() -> None:
    group = _group(1)
    group.controllers[0].times_s = [0.0, 0.0, 0.0]
    assert group.step(np.float32(0.05))


def test_time_passes_for_the_controller_whose_turn_it_is() -> None:
    group = _group(2)
    for _ in range(4):
        group.step(np.float32(0.5))
    assert [float(controller.elapsed_s) for controller in group.controllers] == [2.0, 0.0]


def test_a_step_tells_which_controllers_have_changed() -> None:
    group = _group(3)
    assert group.step(np.float32(9.0)) == ()
    assert group.step(np.float32(2.0)) == (group.controllers[0],)
    assert group.step(np.float32(4.0)) == (group.controllers[0],)
    assert group.step(np.float32(3.0)) == (group.controllers[0], group.controllers[1])


def test_a_frozen_group_stands_still() -> None:
    group = _group(2)
    group.frozen = True
    assert group.step(np.float32(100.0)) == ()
    assert float(group.controllers[0].elapsed_s) == 0.0


def test_a_signal_belongs_to_the_controller_that_names_it_most() -> None:
    network = RoadNetwork(
        roads={},
        junctions={1: Junction(id=1, name="", connections=(), controller_ids=("c", "b", "a"))},
        controllers={
            "a": SignalController(id="a", name="", sequence=0, signal_ids=("south", "north", "south")),
            "b": SignalController(id="b", name="", sequence=1, signal_ids=("west",)),
            "c": SignalController(id="c", name="", sequence=2, signal_ids=("north", "north", "west")),
        },
        origin_deg=(0.0, 0.0),
    )
    lights = {key: _light(number) for number, key in enumerate(("south", "north", "west", "elsewhere"))}
    groups = light_groups(network, lights)
    turns = [[[key for key in lights if lights[key] in one.lights] for one in group.controllers] for group in groups]
    assert turns == [[["south"], ["west"], ["north"]], [["elsewhere"]]]
