"""How long a tick takes, client included: starts carlite, drives vehicles through the official client.

    python benchmarks/tick.py [--ticks 200] [--vehicles 0 10 50 200] [--map FILE]

First with one batch a tick, of one control for each vehicle: the median and the 95th percentile of batch and tick together, and
the median of each. Then with the Traffic Manager driving them, all lanes in one direction. "ticks/s" counts medians; "per
vehicle" is what one more vehicle adds to a tick, as against the line before; "/ call" is the tick in round trips of a call that
does nothing, a figure that depends less on the machine.
"""

from __future__ import annotations

import argparse
import math
import os
import socket
import sys
import time
from typing import Any

import carla
import numpy as np
from common import carlite, median_s, street
from numpy.typing import NDArray

_CALL_TIMEOUT_S = 60.0
_STEP_S = 0.05
_SPACING_M = 9.0
_SETTLING_TICKS = 20
_FEW_POINTS = 10
_PAUSE_S = (
    0.001  # the wheel's Traffic Manager can miss a tick that follows the last one within microseconds, and waits for ever
)
Array = NDArray[np.float64]
_PROPS = ("carlite.prop.wheel", "static.prop.bin", "static.prop.barrel", "static.prop.constructioncone", "static.prop.box01")
_REST_TICKS = 400


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ticks", type=int, default=200)
    parser.add_argument("--vehicles", type=int, nargs="+", default=[0, 10, 50, 200])
    parser.add_argument("--props", type=int, nargs="*", default=[1, 50])
    parser.add_argument("--map", help="OpenDRIVE file; by default a straight road long enough for all")
    options = parser.parse_args()
    with carlite(*(["--map", options.map] if options.map else [])) as (_, port):
        client = carla.Client("127.0.0.1", port)
        client.set_timeout(_CALL_TIMEOUT_S)
        if options.map is None:
            world = client.generate_opendrive_world(street(1000.0 + _SPACING_M * max(options.vehicles), 0, 2))
        else:
            world = client.get_world()
        settings = world.get_settings()
        settings.synchronous_mode, settings.fixed_delta_seconds = True, _STEP_S
        world.apply_settings(settings)
        call_s = median_s(client.get_server_version, options.ticks)
        print(f"round trip of get_server_version: {1e3 * call_s:.2f} ms")
        for manager in (None, client.get_trafficmanager(_free_port())):
            print("with the Traffic Manager" if manager else "with one batch of controls a tick")
            print("vehicles  batch + tick (median, 95 %)   batch    tick  ticks/s  / call  per vehicle")
            if manager:
                manager.set_synchronous_mode(True)
                manager.set_random_device_seed(0)
            before = (0, 0.0)
            for count in options.vehicles:
                cars = _cars(world, count)
                both, batch = _measure(client, world, cars, manager, options.ticks)
                _print_line(count, both, batch, call_s, before)
                before = count, float(np.median(both))
                client.apply_batch_sync([carla.command.DestroyActor(car.id) for car in cars], True)
            if manager:
                manager.set_synchronous_mode(False)
        print("props  held  moving  at rest (median tick, ms)")
        for count in options.props:
            _measure_props(client, world, count)
        sys.stdout.flush()
        os._exit(0)  # without the destructors of the client, which wait for a server that has gone


def _cars(world: Any, count: int) -> list[Any]:
    """Cars one after the other on both lanes, or on the spawn points of a map."""
    blueprint = world.get_blueprint_library().find("vehicle.tesla.model3")
    points = world.get_map().get_spawn_points()
    if len(points) > _FEW_POINTS:
        return [world.spawn_actor(blueprint, point) for point in points[:count]]
    cars = []
    for number in range(count):
        place = carla.Transform(carla.Location(20.0 + _SPACING_M * (number // 2), 1.75 + 3.5 * (number % 2), 0.3))
        cars.append(world.spawn_actor(blueprint, place))
    return cars


def _measure(client: Any, world: Any, cars: list[Any], manager: Any, ticks: int) -> tuple[Array, Array]:
    """Seconds of batch and tick together, and of the batch, for each tick."""
    if manager:
        for car in cars:
            car.set_autopilot(True, manager.get_port())
    batches, whole = [], []
    for tick in range(ticks + _SETTLING_TICKS):
        if manager:
            time.sleep(_PAUSE_S)
        control = carla.VehicleControl(throttle=0.3, steer=0.001 * (tick % 7))
        commands = [] if manager else [carla.command.ApplyVehicleControl(car.id, control) for car in cars]
        start = time.perf_counter()
        if commands:
            client.apply_batch(commands)
        middle = time.perf_counter()
        world.tick(_CALL_TIMEOUT_S)
        if tick >= _SETTLING_TICKS:
            batches.append(middle - start)
            whole.append(time.perf_counter() - start)
    return np.array(whole), np.array(batches)


def _measure_props(client: Any, world: Any, count: int) -> None:
    library = world.get_blueprint_library()
    props = []
    for number in range(count):
        place = carla.Transform(carla.Location(20.0 + 4.0 * (number // 2), 1.75 + 3.5 * (number % 2), 0.1))
        props.append(world.spawn_actor(library.find(_PROPS[number % len(_PROPS)]), place))
    held = 1e3 * median_s(lambda: world.tick(_CALL_TIMEOUT_S), 40)
    for prop in props:
        prop.set_simulate_physics(True)
        prop.set_target_velocity(carla.Vector3D(4.0, 0.0, 0.0))
        prop.set_target_angular_velocity(carla.Vector3D(0.0, math.degrees(4.0 / 0.33), 0.0))
    world.tick(_CALL_TIMEOUT_S)  # looks for the ground
    moving = 1e3 * median_s(lambda: world.tick(_CALL_TIMEOUT_S), 40)
    for _ in range(_REST_TICKS):
        world.tick(_CALL_TIMEOUT_S)
    rest = 1e3 * median_s(lambda: world.tick(_CALL_TIMEOUT_S), 40)
    client.apply_batch_sync([carla.command.DestroyActor(prop.id) for prop in props], True)
    print(f"{count:5d} {held:5.2f} {moving:7.2f} {rest:8.2f}", flush=True)


def _print_line(count: int, both: Array, batch: Array, call_s: float, before: tuple[int, float]) -> None:
    middle, slow = np.percentile(both, (50, 95))
    per_vehicle = f"{1e6 * (middle - before[1]) / (count - before[0]):9.0f} us" if count > before[0] else ""
    batch_ms, tick_ms = 1e3 * np.median(batch), 1e3 * np.median(both - batch)
    times = f"{1e3 * middle:12.2f} ms {1e3 * slow:9.2f} ms {batch_ms:8.2f} {tick_ms:7.2f}"
    print(f"{count:8d}  {times}  {1.0 / middle:7.0f} {middle / call_s:7.1f}  {per_vehicle}", flush=True)


def _free_port() -> int:
    """A port for the Traffic Manager."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


if __name__ == "__main__":
    main()
