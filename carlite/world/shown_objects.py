"""Which placed objects of a map are there: clients disable single ones, and take layers out of maps that have layers."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntFlag

from carlite.mesh import PlacedObject
from carlite.physics import Physics
from carlite.tags import Tag
from carlite.world.level import Level
from carlite.world.maps import LAYERED


class MapLayer(IntFlag):
    """CARLA's layers; what belongs to none (traffic lights, signs) always stays."""

    NONE = 0
    BUILDINGS = 1
    DECALS = 2
    FOLIAGE = 4
    GROUND = 8
    PARKED_VEHICLES = 16
    PARTICLES = 32
    PROPS = 64
    STREET_LIGHTS = 128
    WALLS = 256
    ALL = 0xFFFF


_LAYERS = {
    Tag.BUILDING: MapLayer.BUILDINGS,
    Tag.VEGETATION: MapLayer.FOLIAGE,
    Tag.CAR: MapLayer.PARKED_VEHICLES,
    Tag.WALL: MapLayer.WALLS,
    Tag.FENCE: MapLayer.WALLS,
    Tag.GUARD_RAIL: MapLayer.WALLS,
    Tag.TRAFFIC_LIGHT: MapLayer.NONE,
    Tag.TRAFFIC_SIGN: MapLayer.NONE,
}


class ShownObjects:
    """Keeps rays and physics to the objects that are there.

    Args:
        level: whose objects these are; all are there at first but those of layers that are not loaded.
        physics: of the episode.
        layers: that are loaded; all stay loaded in a map without layers.
    """

    def __init__(self, level: Level, physics: Physics, layers: MapLayer = MapLayer.ALL) -> None:
        self._level = level
        self._physics = physics
        self._disabled: frozenset[int] = frozenset()
        self._loaded = MapLayer.ALL
        self._hidden: frozenset[int] = frozenset()
        level.rays.hide_objects(self._hidden)
        self.unload(MapLayer.ALL & ~layers)

    def loaded(self) -> list[PlacedObject]:
        """The objects of loaded layers, disabled ones included."""
        return [thing for thing in self._level.static_world.objects if self._is_loaded(thing)]

    def enable(self, ids: Iterable[int], enabled: bool) -> None:
        """Shows or hides single objects; ids that no object has are passed over."""
        self._disabled = self._disabled - frozenset(ids) if enabled else self._disabled | frozenset(ids)
        self._apply()

    def load(self, layers: MapLayer) -> None:
        """Brings layers back."""
        self._loaded |= layers
        self._apply()

    def unload(self, layers: MapLayer) -> None:
        """Takes layers out, where the map has any."""
        if self._level.source.name.endswith(LAYERED):
            self._loaded &= ~layers
            self._apply()

    def _is_loaded(self, thing: PlacedObject) -> bool:
        layer = layer_of(thing)
        return layer is MapLayer.NONE or bool(layer & self._loaded)

    def _apply(self) -> None:
        objects = self._level.static_world.objects
        hidden = frozenset(
            thing.object_id for thing in objects if thing.object_id in self._disabled or not self._is_loaded(thing)
        )
        if hidden == self._hidden:
            return
        self._hidden = hidden
        self._level.rays.hide_objects(hidden)
        self._physics.set_obstacles([thing for thing in objects if thing.object_id not in hidden])


def layer_of(thing: PlacedObject) -> MapLayer:
    """The layer that an object belongs to, NONE for what always stays."""
    if thing.name.startswith("Street_Lamp"):
        return MapLayer.STREET_LIGHTS
    return _LAYERS.get(thing.tag, MapLayer.PROPS)
