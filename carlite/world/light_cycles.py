"""Cycles of traffic lights: lights of one controller change together, the controllers of a junction take turns."""

from __future__ import annotations

from dataclasses import dataclass, field

from carlite.opendrive import RoadNetwork
from carlite.world.actors import Actor

_LONE_RED_S = 10.0


@dataclass(slots=True, eq=False)
class Controller:
    """Lights that change together.

    Attributes:
        lights: their actors.
        times_s: of green, yellow and red.
        stage: index into green, yellow, red.
        elapsed_s: in the present stage.
    """

    lights: list[Actor] = field(default_factory=list)
    times_s: list[float] = field(default_factory=lambda: [10.0, 3.0, 2.0])
    stage: int = 2
    elapsed_s: float = 0.0


@dataclass(slots=True, eq=False)
class Group:
    """The lights of a junction: one controller after the other has its green, yellow and red."""

    controllers: list[Controller]
    turn: int = 0

    def restart(self) -> None:
        """Begins the cycle anew with the first controller's green."""
        self.turn = 0
        for controller in self.controllers:
            controller.stage, controller.elapsed_s = 2, 0.0
        self.controllers[0].stage = 0

    def step(self, delta_s: float) -> bool:
        """Lets time pass; whether any light changed."""
        for controller in self.controllers:
            controller.elapsed_s += delta_s
        active = self.controllers[self.turn]
        changed = False
        while active.elapsed_s >= active.times_s[active.stage] > 0.0 or active.times_s[active.stage] <= 0.0:
            over_s = max(active.elapsed_s - active.times_s[active.stage], 0.0)
            changed = True
            if active.stage < 2:
                active.stage += 1
                active.elapsed_s = over_s
            else:
                self.turn = (self.turn + 1) % len(self.controllers)
                active = self.controllers[self.turn]
                active.stage, active.elapsed_s = 0, over_s
            if sum(active.times_s) <= 0.0:
                break
        return changed


def light_groups(network: RoadNetwork, lights: dict[str, Actor]) -> list[Group]:
    """One group per junction from its controllers in sequence; every other light is a group of its own."""
    taken: set[str] = set()
    groups = []
    for junction in network.junctions.values():
        listed = [network.controllers[key] for key in junction.controller_ids if key in network.controllers]
        controllers = []
        for listed_controller in sorted(listed, key=lambda controller: controller.sequence):
            ids = [key for key in listed_controller.signal_ids if key in lights and key not in taken]
            taken.update(ids)
            if ids:
                controllers.append(Controller([lights[key] for key in ids]))
        if controllers:
            groups.append(Group(controllers))
    for key, light in lights.items():
        if key not in taken:
            groups.append(Group([Controller([light], [10.0, 3.0, _LONE_RED_S])]))
    return groups
