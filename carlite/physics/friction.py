"""Friction triggers: boxes of road with a grip of their own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from carlite.actors import Actor, ActorStates
from carlite.geometry import rotation_matrices
from carlite.library import number
from carlite.physics.controls import VehiclePhysicsControl
from carlite.physics.presets import MU_PER_FRICTION
from carlite.physics.solids import Solids
from carlite.physics.tables import Record

FRICTION_TRIGGER = "static.trigger.friction"
_DEFAULT_FRICTION = 3.5


class FrictionAreas:
    """The friction triggers of an episode; where two overlap the later one counts."""

    def __init__(self) -> None:
        self._triggers: dict[int, tuple[Actor, float]] = {}
        self._had_any = False

    def add(self, trigger: Actor) -> None:
        """Enters a trigger; its "friction" attribute has the scale of a wheel's tire_friction."""
        try:
            friction = number(trigger.attributes["friction"])
        except (KeyError, ValueError):
            friction = _DEFAULT_FRICTION
        self._triggers[trigger.id] = (trigger, max(friction, 0.0))

    def remove(self, trigger: Actor) -> None:
        """Takes a trigger out."""
        self._triggers.pop(trigger.id, None)

    def apply(self, solids: Solids, states: ActorStates) -> None:
        """Gives every vehicle whose origin lies in a trigger that trigger's friction, all others their tyres'."""
        if not self._triggers and not self._had_any:
            return
        self._had_any = bool(self._triggers)
        vehicles = solids.vehicles
        places = states.location[solids.bodies["row"][vehicles["body"]]]
        vehicles["mu"] = vehicles["mu_tyre"]
        for trigger, friction in self._triggers.values():
            vehicles["mu"][_inside(places, trigger, states)] = MU_PER_FRICTION * friction

    def on_tyres(self, vehicle: Record, physics: VehiclePhysicsControl) -> VehiclePhysicsControl:
        """The mechanics of a vehicle, in a trigger with the trigger's friction, as CARLA tells them."""
        if not self._had_any or (vehicle.mu == vehicle.mu_tyre).all():
            return physics
        friction = float(vehicle.mu[0]) / MU_PER_FRICTION
        return replace(physics, wheels=tuple(replace(wheel, tire_friction=friction) for wheel in physics.wheels))


def _inside(points: NDArray[np.float64], trigger: Actor, states: ActorStates) -> NDArray[np.bool_]:
    """Which of (n, 3) world points lie in the trigger's box."""
    turn = rotation_matrices(states.rotation_deg[trigger.row])
    local = (points - states.location[trigger.row]) @ turn - np.asarray(trigger.box.centre)
    inside: NDArray[np.bool_] = (np.abs(local) <= np.asarray(trigger.box.half_extent)).all(1)
    return inside
