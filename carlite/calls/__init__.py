"""Every function of the CARLA 0.9.16 RPC protocol, one module a group."""

from __future__ import annotations

from carlite.calls import (
    actors,
    batch,
    bodies,
    episode,
    lights,
    looks,
    recorder,
    scenery,
    sensors,
    traffic_managers,
    vehicles,
    walkers,
)
from carlite.calls.context import WORLD_STREAM, Context
from carlite.calls.table import Call

__all__ = ["WORLD_STREAM", "Call", "Context", "all_calls"]


def all_calls() -> dict[str, Call]:
    """All calls by name."""
    modules = (episode, actors, sensors, bodies, vehicles, walkers, lights, scenery, looks, traffic_managers, recorder, batch)
    return {name: call for module in modules for name, call in module.TABLE.calls.items()}
