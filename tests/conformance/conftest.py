"""A simulator to check: carlite, or the server that CARLA_HOST (and CARLA_PORT) names.

The wheel's Traffic Manager works in a thread that a tick wakes without holding its lock, so a tick that follows the last one at
once can find it half asleep, and both wait for ever. So ticks are a moment apart, and a wait that has no end ends the run.
"""

from __future__ import annotations

import faulthandler
import os
import queue
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import carla
import pytest

_STARTING_S = 300.0  # carlite may have to compile its kernels first
_CALL_S = 60.0
_STEP_S = 0.05
_MOMENT_S, _FOR_EVER_S = 0.001, 600.0
_DRIVEN = "vehicle.tesla.model3"
_LANE = '<lane id="{}" type="{}" level="false"><width sOffset="0" a="{}" b="0" c="0" d="0"/></lane>'
_ROAD = f"""<?xml version="1.0"?>
<OpenDRIVE><header revMajor="1" revMinor="4" name="conformance"/>
<road name="street" length="400" id="1" junction="-1">
<type s="0" type="town"><speed max="50" unit="km/h"/></type>
<planView><geometry s="0" x="0" y="0" hdg="0" length="400"><line/></geometry></planView>
<lanes><laneSection s="0">
<left>{_LANE.format(2, "sidewalk", 2.5)}{_LANE.format(1, "driving", 3.5)}</left>
<center><lane id="0" type="none" level="false"/></center>
<right>{_LANE.format(-1, "driving", 3.5)}{_LANE.format(-2, "sidewalk", 2.5)}</right></laneSection></lanes>
<signals><signal s="200" t="-5" id="10" name="light" dynamic="yes" orientation="+" type="1000001" subtype="-1" zOffset="0"
 country="OpenDRIVE" value="-1" height="1" width="1"/></signals></road></OpenDRIVE>"""


@dataclass(frozen=True)
class Bench:
    """What the checks work with.

    Attributes:
        client: connected.
        errors: carlite's log of refused and failed calls; None for another server.
    """

    client: Any
    errors: Path | None = None

    @property
    def is_carlite(self) -> bool:
        """Whether it is carlite that is checked."""
        return self.errors is not None

    def refused(self, call: str) -> bool:
        """Whether carlite has refused a call that nobody waits for; never known of another server."""
        return self.errors is not None and f"{call} refused" in self.errors.read_text()


@pytest.fixture(scope="session")
def bench(run_carlite: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """The simulator, with a client that lives until the process ends: the wheel can crash when one goes earlier."""
    host = os.environ.get("CARLA_HOST")
    if host:
        client = carla.Client(host, int(os.environ.get("CARLA_PORT", "2000")))
        client.set_timeout(_CALL_S)
        before = client.get_world().get_settings()
        yield Bench(client)
        client.get_world().apply_settings(before)
        return
    folder = tmp_path_factory.mktemp("conformance")
    (folder / "Street.xodr").write_text(_ROAD)
    with run_carlite("--maps", str(folder), "--map", "Street_Opt", "--recordings", str(folder / "logs")) as carlite:
        client = carla.Client("127.0.0.1", carlite.port)
        client.set_timeout(_STARTING_S)
        yield Bench(client, errors=carlite.errors)


@pytest.fixture
def world(bench: Bench) -> Any:
    """A fresh world in synchronous mode at 20 Hz."""
    world = bench.client.reload_world(False)
    settings = world.get_settings()
    if not settings.synchronous_mode or settings.fixed_delta_seconds != _STEP_S:
        settings.synchronous_mode, settings.fixed_delta_seconds = True, _STEP_S
        world.apply_settings(settings)
    return world


@pytest.fixture
def place(bench: Bench, world: Any) -> Callable[..., Any]:
    """``place(ahead_m, left_m, up_m)``: a pose along the first spawn point's lane, where there is room."""
    points = world.get_map().get_spawn_points()
    assert points, "the map has no spawn points"
    start = carla.Transform(carla.Location(50.0, 1.75, 0.3)) if bench.is_carlite else points[0]
    yaw = start.rotation.yaw

    def at(ahead_m: float = 0.0, left_m: float = 0.0, up_m: float = 0.0, *, turn_deg: float = 0.0) -> Any:
        ahead, right = start.get_forward_vector(), start.get_right_vector()
        where = start.location + ahead * ahead_m - right * left_m + carla.Location(z=up_m)
        return carla.Transform(where, carla.Rotation(yaw=yaw + turn_deg))

    return at


@pytest.fixture
def spawn(world: Any, place: Callable[..., Any]) -> Callable[..., Any]:
    """``spawn(id, pose=None, **attributes)``: an actor, and one tick so that the client knows its state."""

    def make(type_id: str, pose: Any = None, *, parent: Any = None, **attributes: str) -> Any:
        blueprint = world.get_blueprint_library().find(type_id)
        for name, value in attributes.items():
            blueprint.set_attribute(name, value)
        actor = world.spawn_actor(blueprint, pose if pose is not None else place(), attach_to=parent)
        world.tick()
        return actor

    return make


@pytest.fixture
def listening(world: Any) -> Callable[..., Any]:
    """``with listening(id, pose, on=None, **attributes) as (sensor, data)``: a sensor and the queue of its data."""

    @contextmanager
    def open_sensor(type_id: str, pose: Any, on: Any = None, **attributes: object) -> Iterator[tuple[Any, queue.Queue[Any]]]:
        blueprint = world.get_blueprint_library().find(type_id)
        for name, value in attributes.items():
            blueprint.set_attribute(name, str(value))
        sensor = world.spawn_actor(blueprint, pose, attach_to=on)
        data: queue.Queue[Any] = queue.Queue()
        sensor.listen(data.put)
        try:
            yield sensor, data
        finally:
            sensor.stop()
            sensor.destroy()

    return open_sensor


@pytest.fixture
def ticks(world: Any) -> Callable[[int], int]:
    """``ticks(n)``: n ticks, a moment apart; the last frame's number."""

    def run(count: int) -> int:
        frame = 0
        for _ in range(count):
            frame = world.tick()
            time.sleep(_MOMENT_S)
        return frame

    return run


@pytest.fixture
def manager(bench: Bench, world: Any) -> Iterator[Any]:
    """A Traffic Manager in synchronous mode."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    faulthandler.dump_traceback_later(_FOR_EVER_S, exit=True)
    manager = bench.client.get_trafficmanager(port)
    try:
        manager.set_synchronous_mode(True)
        manager.set_random_device_seed(3)
        yield manager
    finally:
        manager.shut_down()
        faulthandler.cancel_dump_traceback_later()


@pytest.fixture
def driven(manager: Any, spawn: Callable[..., Any]) -> Callable[..., Any]:
    """``driven(pose=None)``: a car that the Traffic Manager drives and that keeps its lane."""

    def make(pose: Any = None, **attributes: str) -> Any:
        car = spawn(_DRIVEN, pose, **attributes)
        car.set_autopilot(True, manager.get_port())
        manager.auto_lane_change(car, False)
        return car

    return make
