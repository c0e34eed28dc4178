"""Tyres by the weather."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import carla
import pytest

from rarebit.core.errors import ServerError
from rarebit.session.config import CarlaConfig
from rarebit.session.server import CarlaServer
from rarebit.session.tyres import fit_tyres

SERVER = CarlaServer(CarlaConfig(host="there"))


def vehicle(number: int, frictions: tuple[float, ...]) -> Any:
    physics = carla.VehiclePhysicsControl()
    wheels = [carla.WheelPhysicsControl() for _ in frictions]
    for wheel, friction in zip(wheels, frictions, strict=True):
        wheel.tire_friction = friction
    physics.wheels = wheels
    return SimpleNamespace(cast=SimpleNamespace(actor_id=number), handle=SimpleNamespace(get_physics_control=lambda: physics))


def test_every_tyre_keeps_the_weathers_share_of_its_friction() -> None:
    sent: list[Any] = []

    def apply_batch_sync(batch: list[Any], tick: bool) -> list[Any]:
        sent.extend(batch)
        return [SimpleNamespace(error="", actor_id=1) for _ in batch]

    client: Any = SimpleNamespace(apply_batch_sync=apply_batch_sync)
    fit_tyres(SERVER, client, [vehicle(5, (3.5, 3.0)), vehicle(6, (2.0,))], 0.5)
    assert [command.actor_id for command in sent] == [5, 6]
    frictions = [[wheel.tire_friction for wheel in command.physics_control.wheels] for command in sent]
    assert frictions == [pytest.approx([1.75, 1.5]), pytest.approx([1.0])]
    fit_tyres(SERVER, client, [vehicle(5, (3.5,))], 1.0)
    assert len(sent) == 2  # a dry road asks for nothing


def test_refused_tyres_are_told() -> None:
    client: Any = SimpleNamespace(apply_batch_sync=lambda batch, tick: [SimpleNamespace(error="unknown actor", actor_id=5)])
    with pytest.raises(ServerError, match=r"refused the tyres of actor 5: unknown actor"):
        fit_tyres(SERVER, client, [vehicle(5, (3.5,))], 0.5)
