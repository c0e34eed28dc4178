"""Tyres by the weather: servers know the rain, but their tyres do not."""

from __future__ import annotations

from collections.abc import Iterable

import carla

from rarebit.core.errors import ServerError
from rarebit.session.server import CarlaServer
from rarebit.session.spawning import Spawned


def fit_tyres(server: CarlaServer, client: carla.Client, vehicles: Iterable[Spawned], share: float) -> None:
    """Leaves every tyre of ``vehicles`` that share of its friction; nothing is done on a dry road.

    Raises:
        ServerError: the server failed or refused it.
    """
    if share >= 1.0:
        return
    batch = []
    with server.asking("fitting tyres to the weather"):
        for one in vehicles:
            physics = one.handle.get_physics_control()
            wheels = list(physics.wheels)
            for wheel in wheels:
                wheel.tire_friction *= share
            physics.wheels = wheels
            batch.append(carla.command.ApplyVehiclePhysicsControl(one.cast.actor_id, physics))
        for response in client.apply_batch_sync(batch, False):
            if response.error:
                raise ServerError(f"{server.name}: refused the tyres of actor {response.actor_id}: {response.error}")
