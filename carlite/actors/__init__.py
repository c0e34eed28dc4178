"""What there is in the world as plain data: actors, their state as arrays, and what clients asked of sensors."""

from carlite.actors.actor import Actor, Kind
from carlite.actors.requests import SensorRequests, Texture
from carlite.actors.states import ActorStates

__all__ = ["Actor", "ActorStates", "Kind", "SensorRequests", "Texture"]
