"""What stands in the ray scene: the ground and the placed objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from carlite.mesh import Mesh, PlacedObject, StaticWorld, merged
from carlite.rays.embree import MEDIUM
from carlite.rays.instances import Instances
from carlite.rays.lights import emission_bits, signal_bits
from carlite.rays.static import FlatPart, choose_flat, flatten
from carlite.tags import Tag


class StandingObjects:
    """Ground and placed objects; must be the first to claim slots.

    Slot 0 is the flat scene and the ground in it; each object has a slot, those of big models are instances. What is flat lies
    in the store as one mesh in world coordinates, at its beginning.

    Args:
        instances: where they are shown.
        static_world: the map.

    Attributes:
        ground: address of an Embree scene of the ground alone; None where there is none.
        owners: (triangles of the flat scene,) the slot of each.
    """

    def __init__(self, instances: Instances, static_world: StaticWorld) -> None:
        self._instances = instances
        self._slots = instances.slots
        self._static_world = static_world
        self.ground: int | None = None
        self.owners: NDArray[np.int32] = np.zeros(1, np.int32)
        self._flat: Mesh | None = None
        self._flat_scene: int | None = None
        self._object_geometries: dict[int, list[int]] = {}
        self._object_slots: dict[int, list[int]] = {}
        self._hidden: frozenset[int] = frozenset()
        flat = choose_flat(static_world.objects)
        self._add_ground_and(flat)
        for placed in static_world.objects:
            if id(placed.model) not in flat:
                for group in instances.store.add_model(placed.model, rigid=True).groups:
                    slot = self._add_object(placed, group.first_triangle)
                    self._slots.transforms[slot] = placed.world_from_local
                    self._object_geometries.setdefault(placed.object_id, []).append(instances.attach(group.scene, slot))

    def hide(self, hidden: frozenset[int]) -> bool:
        """Takes out the objects of exactly these ids; returns whether anything has changed.

        Small models lie in one mesh, which is built anew without them; that takes as long as it took when the map was loaded.
        """
        changed = hidden ^ self._hidden
        if not changed:
            return False
        self._hidden = hidden
        for object_id in sorted(changed):
            self._instances.show(self._object_geometries.get(object_id, ()), shown=object_id not in hidden)
        if changed - self._object_geometries.keys():
            self._build_flat()
        return True

    def paint(self, object_id: int, tint: Sequence[float]) -> None:
        """Gives an object a paint, linear 0..1; it shows where its model is painted."""
        for slot in self._object_slots.get(object_id, ()):
            self._slots.tints[slot] = tint

    def light(self, object_id: int, state: int) -> None:
        """Lights the lamp of a traffic light's object that stands for a CARLA state, and no other."""
        for slot in self._object_slots.get(object_id, ()):
            self._slots.emission[slot] = signal_bits(state)

    def own(self, actor_ids: Mapping[int, int]) -> None:
        """Says which objects show an actor (traffic lights, signs), by object id; rays that hit them tell its id."""
        for object_id, slots in self._object_slots.items():
            self._slots.table[slots, 2] = np.uint32(actor_ids.get(object_id, 0)).astype(np.int32)

    def _add_ground_and(self, flat: Mapping[int, Mesh]) -> None:
        """Everything of the flat scene: the ground and the objects whose models (by ``id``) are in ``flat``."""
        ground = self._slots.claim()
        self._slots.fill(ground, first_triangle=0, instance_id=0, actor_id=0, row=-1, tint=(1.0, 1.0, 1.0))
        parts: list[FlatPart] = []
        meshes = [mesh for mesh in self._static_world.ground if len(mesh.triangles)]
        if meshes:
            mesh = merged(meshes)
            self.ground = self._instances.device.mesh_scene(mesh.vertices, mesh.triangles, quality=MEDIUM)
            parts.append(FlatPart(slot=ground, mesh=mesh))
        for placed in self._static_world.objects:
            if id(placed.model) in flat:
                slot = self._add_object(placed, 0)
                parts.append(FlatPart(slot=slot, mesh=flat[id(placed.model)], world_from_local=placed.world_from_local))
        if parts:
            self._flat, self.owners = flatten(parts)
            first = self._instances.store.add_attributes(self._flat)
            assert first == 0  # owners and ground_kernel count from the store's first triangle
            self._build_flat()

    def _build_flat(self) -> None:
        """The flat scene, at slot 0, with hidden objects' triangles shrunk to points, which no ray meets."""
        if self._flat is None:
            return
        triangles = self._flat.triangles
        if not self._static_world.roads_visible:
            of_roads = (self.owners == 0) & np.isin(self._flat.tags, (Tag.ROADS, Tag.ROAD_LINE, Tag.SIDEWALKS))
            triangles = np.where(of_roads[:, None], np.uint32(0), triangles)
        if self._hidden:
            hidden = [slot for object_id in self._hidden for slot in self._object_slots.get(object_id, ())]
            triangles = np.where(np.isin(self.owners, hidden)[:, None], np.uint32(0), triangles)
        if self._flat_scene is not None:
            self._instances.detach(0)
            self._instances.commit()
            self._instances.device.release(self._flat_scene)
        self._flat_scene = self._instances.device.mesh_scene(self._flat.vertices, triangles, quality=MEDIUM)
        self._instances.attach(self._flat_scene, 0)

    def _add_object(self, placed: PlacedObject, first_triangle: int) -> int:
        slot = self._slots.claim()
        self._object_slots.setdefault(placed.object_id, []).append(slot)
        self._slots.fill(
            slot, first_triangle=first_triangle, instance_id=placed.object_id & 0xFFFF, actor_id=0, row=-1, tint=placed.tint
        )
        self._slots.emission[slot] = emission_bits(None)
        return slot
