"""The Embree scene in which every slot is an instance: what the tables in ``Slots`` say, rays can hit here."""

from __future__ import annotations

from collections.abc import Iterable

from carlite.rays.embree import FLOAT3X4_ROW_MAJOR, MEDIUM, Device
from carlite.rays.slots import Slots
from carlite.rays.store import ModelStore


class Instances:
    """Instances by slot.

    Args:
        device: owner of all that is built.

    Attributes:
        scene: address of the Embree scene.
        slots: what each instance is and where it stands.
        store: meshes of the models.
    """

    def __init__(self, device: Device) -> None:
        self.device = device
        self.slots = Slots()
        self.store = ModelStore(device)
        self.scene = device.scene(quality=MEDIUM)

    def attach(self, scene: int, slot: int) -> int:
        """Shows a mesh's scene at a slot, with the slot's transform; returns the geometry."""
        api = self.device.api
        geometry = self.device.instance(scene)
        api.rtcSetGeometryTransform(geometry, 0, FLOAT3X4_ROW_MAJOR, self.slots.transforms[slot].ctypes.data)
        api.rtcCommitGeometry(geometry)
        api.rtcAttachGeometryByID(self.scene, geometry, slot)
        api.rtcReleaseGeometry(geometry)  # the scene holds it
        return geometry

    def detach(self, slot: int) -> None:
        """Takes the instance of a slot away; the slot stays claimed."""
        self.device.api.rtcDetachGeometry(self.scene, slot)

    def show(self, geometries: Iterable[int], *, shown: bool) -> None:
        """Lets rays hit geometries, or pass through them."""
        switch = self.device.api.rtcEnableGeometry if shown else self.device.api.rtcDisableGeometry
        for geometry in geometries:
            switch(geometry)

    def commit(self) -> None:
        """Makes all changes since the last commit take effect."""
        self.device.api.rtcCommitScene(self.scene)
        self.device.check()
