"""The world snapshot: one packed record per actor, kept up to date so that a tick only refreshes the moving columns."""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

from carlite.actors import Actor, ActorStates, Kind
from carlite.physics.controls import VehicleControl, WalkerControl
from carlite.wire import binary
from carlite.wire.binary import LightState

DEFAULT_SPEED_LIMIT_KPH = 30.0
_CONTROL = struct.Struct("<fff???i")
_WALK = struct.Struct("<ffff?")


class SnapshotRecords:
    """One 119-byte record per row of ``states``; the class-specific part is written when something changes it.

    Attributes (replaced when the table grows, so never hold an array):
        vehicles, walkers, lights, signs: the class-specific part of every record under the dtype of that class.
    """

    def __init__(self, states: ActorStates) -> None:
        self._states = states
        self._records: NDArray[np.void] = np.zeros(0, binary.ACTOR_RECORD)
        self._rows: NDArray[np.intp] = np.zeros(0, np.intp)
        self._bytes = memoryview(b"")
        self.vehicles: NDArray[np.void]
        self.walkers: NDArray[np.void]
        self.lights: NDArray[np.void]
        self.signs: NDArray[np.void]
        self._grow()

    def add(self, actor: Actor) -> None:
        """Starts the record of a new actor with the values that clients expect before anything happened."""
        self._grow()
        row = actor.row
        self._records[row] = np.zeros((), binary.ACTOR_RECORD)
        self._records["id"][row] = actor.id
        self._records["state"][row] = binary.ActorState.ACTIVE
        if actor.kind is Kind.VEHICLE:
            self.vehicles["speed_limit"][row] = DEFAULT_SPEED_LIMIT_KPH
            self.vehicles["light_state"][row] = LightState.GREEN  # zero would be red and stop the Traffic Manager
        elif actor.kind is Kind.WALKER:
            self.walkers["direction"][row] = (1.0, 0.0, 0.0)
        self._index()

    def remove(self, actor: Actor) -> None:
        """Ends the record of an actor whose row is free now."""
        self._records["id"][actor.row] = 0
        self._index()

    def write_vehicle_control(self, row: int, control: VehicleControl) -> None:
        """What the client will read back as the control of a vehicle."""
        _CONTROL.pack_into(
            self._bytes,
            row * binary.ACTOR_RECORD.itemsize + binary.DETAIL_OFFSET,
            control.throttle,
            control.steer,
            control.brake,
            control.hand_brake,
            control.reverse,
            control.manual_gear_shift,
            control.gear,
        )

    def write_walker_control(self, row: int, control: WalkerControl) -> None:
        """What the client will read back as the control of a walker."""
        offset = row * binary.ACTOR_RECORD.itemsize + binary.DETAIL_OFFSET
        _WALK.pack_into(self._bytes, offset, *control.direction, control.speed, control.jump)

    def pack(self) -> bytes:
        """All actors' records with the present poses and speeds of the states."""
        rows, states = self._rows, self._states
        packed = self._records[rows]
        packed["location"] = states.location[rows]
        packed["rotation"] = states.rotation_deg[rows]
        packed["velocity"] = states.velocity[rows]
        packed["angular_velocity"] = states.angular_velocity_dps[rows]
        packed["acceleration"] = states.acceleration[rows]
        return packed.tobytes()

    def _index(self) -> None:
        rows = np.flatnonzero(self._records["id"])
        self._rows = rows[np.argsort(self._records["id"][rows])]

    def _grow(self) -> None:
        """Follows the capacity of the states."""
        missing = len(self._states.actor_id) - len(self._records)
        if missing <= 0:
            return
        self._records = np.concatenate([self._records, np.zeros(missing, binary.ACTOR_RECORD)])
        self._bytes = self._records.view(np.uint8).data
        self.vehicles = binary.detail_view(self._records, binary.VEHICLE_DETAIL)
        self.walkers = binary.detail_view(self._records, binary.WALKER_DETAIL)
        self.lights = binary.detail_view(self._records, binary.LIGHT_DETAIL)
        self.signs = binary.detail_view(self._records, binary.SIGN_DETAIL)
