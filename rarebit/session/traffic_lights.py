"""The traffic lights of a loaded map: held by a scene, or left to their cycles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import carla

from rarebit.core.errors import SceneError
from rarebit.scenario import LightState
from rarebit.session.server import CarlaServer

_STATES: dict[LightState, carla.TrafficLightState] = {
    "red": carla.TrafficLightState.Red,
    "yellow": carla.TrafficLightState.Yellow,
    "green": carla.TrafficLightState.Green,
    "off": carla.TrafficLightState.Off,
}


class TrafficLights:
    """All traffic lights of a world, by the OpenDRIVE ids of their signals."""

    def __init__(self, server: CarlaServer, world: carla.World) -> None:
        self._server, self._world = server, world
        self._actors: dict[str, Any] = {}
        self._held = False

    def restart(self) -> None:
        """All cycles begin anew, so that every scene finds them as every other does."""
        with self._server.asking("restarting the traffic lights"):
            actors = self._world.get_actors().filter("traffic.traffic_light*")
            self._actors = {actor.get_opendrive_id(): actor for actor in sorted(actors, key=lambda actor: actor.id)}
            if self._actors:
                self._world.reset_all_traffic_lights()

    def show(self, signals: Iterable[str], state: LightState) -> None:
        """Some lights show ``state`` from now on; with the first call all cycles stop.

        Raises:
            SceneError: the server has no light for a signal of the map.
        """
        with self._server.asking("setting traffic lights"):
            if not self._held:
                self._world.freeze_all_traffic_lights(True)
                self._held = True
            for signal in signals:
                if signal not in self._actors:
                    known = ", ".join(self._actors) or "none"
                    raise SceneError(f"signal {signal}: the server has no traffic light of this id; it has {known}")
                self._actors[signal].set_state(_STATES[state])

    def states(self) -> dict[str, str]:
        """What every light shows, by signal."""
        with self._server.asking("reading the traffic lights"):
            return {signal: str(actor.get_state()).lower() for signal, actor in self._actors.items()}

    def release(self) -> None:
        """Cycles go on."""
        if self._held:
            self._world.freeze_all_traffic_lights(False)
            self._held = False
