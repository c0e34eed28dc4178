"""How long a tick takes, client included: starts carlite, drives vehicles with one batch a tick through the official client.

    python benchmarks/tick.py [--ticks 200] [--vehicles 0 10 30 50] [--props 1 50] [--map FILE]

Prints milliseconds: the median and the 95th percentile of a batch of one control for each vehicle and a tick, the median of the
batch alone, and the median round trip of a call that does nothing. Then, with props and no vehicles, the median tick while they
stay where they are put, while they roll and slide, and when they have come to rest.
"""

from __future__ import annotations

import argparse
import math
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import carla
import numpy as np

_CALL_TIMEOUT_S = 60.0
_STEP_S = 0.05
_SPACING_M = 9.0
_PROPS = ("carlite.prop.wheel", "static.prop.bin", "static.prop.barrel", "static.prop.constructioncone", "static.prop.box01")
_REST_TICKS = 400


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ticks", type=int, default=200)
    parser.add_argument("--vehicles", type=int, nargs="+", default=[0, 10, 30, 50])
    parser.add_argument("--props", type=int, nargs="*", default=[1, 50])
    parser.add_argument("--map", help="OpenDRIVE file; by default a straight road long enough for all")
    options = parser.parse_args()
    with _carlite(options.map) as port:
        client = carla.Client("127.0.0.1", port)
        client.set_timeout(_CALL_TIMEOUT_S)
        if options.map is None:
            world = client.generate_opendrive_world(_road(200.0 + _SPACING_M * max(options.vehicles)))
        else:
            world = client.get_world()
        settings = world.get_settings()
        settings.synchronous_mode, settings.fixed_delta_seconds = True, _STEP_S
        world.apply_settings(settings)
        print(f"round trip of get_server_version: {1e3 * _median(client.get_server_version, options.ticks):.2f} ms")
        print("vehicles  batch + tick (median, 95 %)   batch   tick")
        for count in options.vehicles:
            _measure(client, world, count, options.ticks)
        print("props  held  moving  at rest (median tick)")
        for count in options.props:
            _measure_props(client, world, count)


def _measure(client: Any, world: Any, count: int, ticks: int) -> None:
    blueprint = world.get_blueprint_library().find("vehicle.tesla.model3")
    cars = []
    for number in range(count):
        place = carla.Transform(carla.Location(20.0 + _SPACING_M * (number // 2), 1.75 - 3.5 * (number % 2), 0.3))
        place.rotation.yaw = 0.0
        cars.append(world.spawn_actor(blueprint, place))
    batches, whole = [], []
    for tick in range(ticks + 20):
        control = carla.VehicleControl(throttle=0.3, steer=0.001 * (tick % 7))
        commands = [carla.command.ApplyVehicleControl(car.id, control) for car in cars]
        start = time.perf_counter()
        if commands:
            client.apply_batch(commands)
        middle = time.perf_counter()
        world.tick(_CALL_TIMEOUT_S)
        if tick >= 20:
            batches.append(middle - start)
            whole.append(time.perf_counter() - start)
    client.apply_batch_sync([carla.command.DestroyActor(car.id) for car in cars], True)
    both, batch = 1e3 * np.array(whole), 1e3 * np.array(batches)
    middle, slow = np.percentile(both, (50, 95))
    print(f"{count:8d}  {middle:12.2f} ms {slow:9.2f} ms {np.median(batch):8.2f} {np.median(both - batch):6.2f}", flush=True)


def _measure_props(client: Any, world: Any, count: int) -> None:
    library = world.get_blueprint_library()
    props = []
    for number in range(count):
        place = carla.Transform(carla.Location(20.0 + 4.0 * (number // 2), 1.75 - 3.5 * (number % 2), 0.1))
        props.append(world.spawn_actor(library.find(_PROPS[number % len(_PROPS)]), place))
    held = 1e3 * _median(lambda: world.tick(_CALL_TIMEOUT_S), 40)
    for prop in props:
        prop.set_simulate_physics(True)
        prop.set_target_velocity(carla.Vector3D(4.0, 0.0, 0.0))
        prop.set_target_angular_velocity(carla.Vector3D(0.0, math.degrees(4.0 / 0.33), 0.0))
    world.tick(_CALL_TIMEOUT_S)  # looks for the ground
    moving = 1e3 * _median(lambda: world.tick(_CALL_TIMEOUT_S), 40)
    for _ in range(_REST_TICKS):
        world.tick(_CALL_TIMEOUT_S)
    rest = 1e3 * _median(lambda: world.tick(_CALL_TIMEOUT_S), 40)
    client.apply_batch_sync([carla.command.DestroyActor(prop.id) for prop in props], True)
    print(f"{count:5d} {held:5.2f} {moving:7.2f} {rest:8.2f}", flush=True)


def _median(call: Callable[[], object], times: int) -> float:
    """Median seconds of a call."""
    passed = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        passed.append(time.perf_counter() - start)
    return float(np.median(passed))


@contextmanager
def _carlite(path: str | None) -> Iterator[int]:
    """A server of its own; gives its port."""
    command = [sys.executable, "-m", "carlite", "--port", "0", "--exit-with-parent", *(["--map", path] if path else [])]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        started = time.monotonic()
        line = process.stdout.readline()
        if "ready on" not in line:
            raise SystemExit(f"carlite ended with {process.wait(10)} before it was ready")
        print(f"carlite ready after {time.monotonic() - started:.1f} s")
        yield int(line.rsplit(":", 1)[1])
    finally:
        process.terminate()
        process.wait(20)


def _road(length_m: float) -> str:
    """A straight street along x with one lane for each direction."""
    lane = '<lane id="{}" type="driving" level="false"><width sOffset="0" a="3.5" b="0" c="0" d="0"/></lane>'
    return f"""<?xml version="1.0"?>
<OpenDRIVE><header revMajor="1" revMinor="4" name="street"/>
<road name="street" length="{length_m}" id="1" junction="-1">
<planView><geometry s="0" x="0" y="0" hdg="0" length="{length_m}"><line/></geometry></planView>
<lanes><laneSection s="0"><left>{lane.format(1)}</left><center><lane id="0" type="none" level="false"/></center>
<right>{lane.format(-1)}</right></laneSection></lanes></road></OpenDRIVE>"""


if __name__ == "__main__":
    main()
