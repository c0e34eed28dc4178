"""Cycles of traffic lights: lights of one controller change together, the controllers of a junction take turns."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from carlite.actors import Actor
from carlite.opendrive import Controller as SignalController
from carlite.opendrive import Junction, RoadNetwork

_LONE_RED_S = 10.0
_LAST_STAGE = 2
_ZERO_S = np.float32(0.0)


@dataclass(slots=True, eq=False)
class Controller:
    """Lights that change together.

    Attributes:
        lights: their actors.
        times_s: of green, yellow and red.
        stage: index into green, yellow, red.
        elapsed_s: in the present stage, in single precision as in CARLA.
    """

    lights: list[Actor] = field(default_factory=list)
    times_s: list[float] = field(default_factory=lambda: [10.0, 3.0, 2.0])
    stage: int = 2
    elapsed_s: np.float32 = _ZERO_S


@dataclass(slots=True, eq=False)
class Group:
    """The lights of a junction: one controller after the other has its green, yellow and red.

    Attributes:
        controllers: in the order of their turns.
        turn: index of the one whose turn it is.
        frozen: time stands still for it.
    """

    controllers: list[Controller]
    turn: int = 0
    frozen: bool = False

    def restart(self) -> None:
        """Begins the cycle anew with the first controller's green."""
        self.turn = 0
        for controller in self.controllers:
            controller.stage, controller.elapsed_s = _LAST_STAGE, _ZERO_S
        self.controllers[0].stage = 0

    def step(self, delta_s: np.float32) -> tuple[Controller, ...]:
        """Lets time pass for the controller whose turn it is; the controllers whose lights have to show their stage now.

        As in CARLA time is kept in single precision, a stage ends with the first tick after its time, the next one begins at
        0 s however late that is, and the others wait at 0 s.
        """
        if self.frozen:
            return ()
        active = self.controllers[self.turn]
        active.elapsed_s += delta_s
        if active.elapsed_s <= active.times_s[active.stage]:
            return ()
        active.elapsed_s = _ZERO_S
        if active.stage < _LAST_STAGE:
            active.stage += 1
            return (active,)
        self.turn = (self.turn + 1) % len(self.controllers)
        following = self.controllers[self.turn]
        following.stage, following.elapsed_s = 0, _ZERO_S
        return (active, following) if active is not following else (active,)


def light_groups(network: RoadNetwork, lights: dict[str, Actor]) -> list[Group]:
    """One group per junction from its controllers in sequence; every other light is a group of its own."""
    in_sequence = [_in_sequence(network, junction) for junction in network.junctions.values()]
    owners = _owners(controller for listed in in_sequence for controller in listed)
    groups = []
    for listed in in_sequence:
        own = [[key for key in dict.fromkeys(one.signal_ids) if key in lights and owners[key] == one.id] for one in listed]
        controllers = [Controller([lights[key] for key in ids]) for ids in own if ids]
        if controllers:
            groups.append(Group(controllers))
    lone = [light for key, light in lights.items() if key not in owners]
    return [*groups, *(Group([Controller([light], [10.0, 3.0, _LONE_RED_S])]) for light in lone)]


def _in_sequence(network: RoadNetwork, junction: Junction) -> list[SignalController]:
    listed = [network.controllers[key] for key in junction.controller_ids if key in network.controllers]
    return sorted(listed, key=lambda controller: controller.sequence)


def _owners(controllers: Iterable[SignalController]) -> dict[str, str]:
    """The controller of each signal: of those that name it the one that does so most often, the first of equals.

    CARLA takes the one whose id sorts first. In Town10HD's eastern junction that gives green to left-turners together with the
    oncoming traffic that they cross, and the Traffic Manager then lets each yield to the other for ever.
    """
    named: dict[str, Counter[str]] = defaultdict(Counter)
    for controller in controllers:
        for key in controller.signal_ids:
            named[key][controller.id] += 1
    return {key: counts.most_common(1)[0][0] for key, counts in named.items()}
