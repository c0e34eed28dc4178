"""Whether the server's memory stays flat: many ticks with actors and sensors that come and go, then many maps.

    python benchmarks/memory.py [--ticks 20000] [--loads 50] [--maps FOLDER] [--every 1000]

Prints the resident memory of the server in megabytes as a curve, and at the end how much it grew over the second half of each
part. The ticks run as fast as they can: 20000 of them are 1000 s of simulated time. With ``--maps`` the towns Town01 and
Town10HD take turns with generated streets, without it there are only generated ones, each of another length.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import carla
from common import carlite, street

_CALL_TIMEOUT_S = 300.0
_STEP_S = 0.05
_CARS = 12
_TOWNS = ("Town01", "Town10HD")


@dataclass(frozen=True)
class _Carlite:
    process: subprocess.Popen[str]
    port: int
    cache: Path

    def resident_mb(self) -> float:
        """Memory in use by the server."""
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

    def cache_mb(self) -> float:
        """Size of the maps and models that it keeps on disk."""
        return sum(path.stat().st_size for path in self.cache.rglob("*") if path.is_file()) / 1e6


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ticks", type=int, default=20_000)
    parser.add_argument("--loads", type=int, default=50)
    parser.add_argument("--every", type=int, default=1000, help="ticks between two lines")
    parser.add_argument("--maps", type=Path, help="folder with Town01.xodr and Town10HD.xodr")
    options = parser.parse_args()
    maps = ["--maps", str(options.maps)] if options.maps is not None else []
    with tempfile.TemporaryDirectory() as cache, carlite("--cache", cache, *maps) as (process, port):
        server = _Carlite(process, port, Path(cache))
        client = carla.Client("127.0.0.1", server.port)
        client.set_timeout(_CALL_TIMEOUT_S)
        if options.ticks:
            _grown("ticks", _tick(server, client, options.ticks, options.every), options.every / 1000.0, "MB per 1000 ticks")
        if options.loads:
            _grown("loads", _load(server, client, options.loads, options.maps is not None), 1.0, "MB per load")
        sys.stdout.flush()
        server.process.terminate()
        server.process.wait(30)
    os._exit(0)  # without the destructors of the client, which wait for a server that has gone


def _tick(server: _Carlite, client: Any, ticks: int, every: int) -> list[float]:
    """Cars that drive; every tenth tick some actors and sensors go and others of other kinds come."""
    world = client.generate_opendrive_world(street(400.0, 1, 1))
    settings = world.get_settings()
    settings.synchronous_mode, settings.fixed_delta_seconds = True, _STEP_S
    world.apply_settings(settings)
    library = world.get_blueprint_library()
    kinds = [*library.filter("vehicle.*"), *library.filter("walker.*"), *library.filter("static.prop.*")]
    sensors = [_small(b) for b in library.filter("sensor.*") if b.id.split(".")[1] in ("camera", "lidar") or "imu" in b.id]
    cars = [world.spawn_actor(library.find("vehicle.tesla.model3"), _at(20.0 + 15.0 * number)) for number in range(_CARS)]
    client.apply_batch_sync(
        [carla.command.ApplyVehicleControl(car.id, carla.VehicleControl(steer=1.0, throttle=0.3)) for car in cars]
    )
    guests: list[Any] = []
    curve = []
    print("  ticks  resident MB   ticks/s", flush=True)
    begin_s = time.perf_counter()
    for tick in range(1, ticks + 1):
        world.tick(_CALL_TIMEOUT_S)
        if tick % 10 == 0:
            for guest in guests:
                if hasattr(guest, "stop"):
                    guest.stop()
                guest.destroy()
            number = tick // 10
            guests = [world.try_spawn_actor(kinds[(3 * number + i) % len(kinds)], _at(250.0 + 20.0 * i, 1.0)) for i in range(3)]
            guests.append(world.spawn_actor(sensors[number % len(sensors)], _at(0.0, 2.0), attach_to=cars[number % _CARS]))
            guests = [guest for guest in guests if guest is not None]
            guests[-1].listen(_ignore)
        if tick % every == 0:
            curve.append(server.resident_mb())
            print(f"{tick:7d} {curve[-1]:12.1f} {every / (time.perf_counter() - begin_s):9.0f}", flush=True)
            begin_s = time.perf_counter()
    return curve


def _load(server: _Carlite, client: Any, loads: int, towns: bool) -> list[float]:
    """Towns and generated streets in turn, each looked at by a camera once."""
    curve = []
    print("  loads  resident MB   seconds  map", flush=True)
    for number in range(loads):
        begin_s = time.perf_counter()
        if towns and number % 3 < 2:
            name = _TOWNS[number % 3]
            world = client.load_world(name)
        else:
            name = "generated"
            world = client.generate_opendrive_world(street(200.0 + number, 1, 1))
        passed_s = time.perf_counter() - begin_s
        settings = world.get_settings()
        settings.synchronous_mode, settings.fixed_delta_seconds = True, _STEP_S
        world.apply_settings(settings)
        camera = world.spawn_actor(_small(world.get_blueprint_library().find("sensor.camera.rgb")), _at(0.0, 2.0))
        camera.listen(_ignore)
        for _ in range(3):
            world.tick(_CALL_TIMEOUT_S)
        camera.stop()
        camera.destroy()
        curve.append(server.resident_mb())
        print(f"{number + 1:7d} {curve[-1]:12.1f} {passed_s:9.2f}  {name}", flush=True)
    print(f"the cache on disk holds {server.cache_mb():.0f} MB")
    return curve


def _grown(what: str, curve: list[float], per_sample: float, unit: str) -> None:
    """Prints how much the memory grew over the second half: the mean of its second half less that of its first."""
    half = curve[len(curve) // 2 :]
    quarter = max(len(half) // 2, 1)
    early, late = sum(half[:quarter]) / quarter, sum(half[-quarter:]) / quarter
    growth = (late - early) / max(len(half) - quarter, 1) / per_sample
    print(
        f"{what}: {early:.1f} -> {late:.1f} MB in the second half, {growth:+.3f} {unit}; peak {max(curve):.1f} MB", flush=True
    )


def _ignore(_: Any) -> None:
    """A listener."""


def _small(blueprint: Any) -> Any:
    """The blueprint with a small picture."""
    for name, value in (("image_size_x", "64"), ("image_size_y", "48"), ("points_per_second", "10000")):
        if blueprint.has_attribute(name):
            blueprint.set_attribute(name, value)
    return blueprint


def _at(x: float, z: float = 0.3) -> Any:
    return carla.Transform(carla.Location(x, 1.75, z))


if __name__ == "__main__":
    main()
