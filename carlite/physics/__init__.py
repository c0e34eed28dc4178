"""Vehicles, walkers and props in motion, and their contacts."""

from __future__ import annotations

from carlite.physics.controls import (
    AckermannControl,
    AckermannSettings,
    GearPhysicsControl,
    VehicleControl,
    VehiclePhysicsControl,
    VehicleTelemetry,
    WalkerControl,
    WheelPhysicsControl,
    WheelTelemetry,
)
from carlite.physics.core import GRAVITY_MPS2, Physics
from carlite.physics.types import Contact, GroundBelow, GroundSource

__all__ = [
    "GRAVITY_MPS2",
    "AckermannControl",
    "AckermannSettings",
    "Contact",
    "GearPhysicsControl",
    "GroundBelow",
    "GroundSource",
    "Physics",
    "VehicleControl",
    "VehiclePhysicsControl",
    "VehicleTelemetry",
    "WalkerControl",
    "WheelPhysicsControl",
    "WheelTelemetry",
]
