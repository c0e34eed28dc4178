"""How long a map takes to load: for the first time, from the cache in a new server, and again in the same server.

    python benchmarks/maps.py FOLDER [--towns Town01 Town04] [--rounds 2]

FOLDER holds OpenDRIVE files; all are loaded unless ``--towns`` names some. Each time is that of ``client.load_world()`` with
the files that the client asks for by itself, in seconds; "picture" is the first tick with a camera after it. A map counts as
loaded when both are over.
"""

from __future__ import annotations

import argparse
import os
import queue
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import carla
import numpy as np
from common import carlite

_CALL_TIMEOUT_S = 300.0
_STEP_S = 0.05


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--towns", nargs="+")
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    towns = options.towns or sorted(path.stem for path in options.folder.glob("*.xodr"))
    times: dict[str, list[list[float]]] = {town: [] for town in towns}
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory() as cache:
            first = _loads(options.folder, Path(cache), towns)
            second = _loads(options.folder, Path(cache), [*towns, *towns])
        for number, town in enumerate(towns):
            times[town].append([*first[number], *second[number], *second[len(towns) + number]])
    print("town              first + picture    from the cache + picture    again + picture    first / cache")
    for town in towns:
        a, b, c, d, e, f = np.median(times[town], axis=0)
        print(f"{town:16s} {a:6.2f} + {b:5.2f} s {c:18.2f} + {d:5.2f} s {e:12.2f} + {f:5.2f} s {(a + b) / (c + d):12.1f}")
    sys.stdout.flush()
    os._exit(0)  # without the destructors of the clients, which wait for servers that have gone


_KEPT: list[Any] = []


def _loads(folder: Path, cache: Path, towns: list[str]) -> list[tuple[float, float]]:
    """Seconds of loading and of the first picture, for each map in turn, by a server of its own."""
    with carlite("--maps", str(folder), "--cache", str(cache)) as (_, port):
        client = carla.Client("127.0.0.1", port)
        client.set_timeout(_CALL_TIMEOUT_S)
        _KEPT.append((client, client.get_world()))
        _look(client.get_world())  # what the very first picture of a server costs belongs to no map
        found = []
        for town in towns:
            begin_s = time.perf_counter()
            world = client.load_world(town)
            loaded_s = time.perf_counter()
            _look(world)
            found.append((loaded_s - begin_s, time.perf_counter() - loaded_s))
        return found


def _look(world: Any) -> None:
    """One tick with a camera."""
    settings = world.get_settings()
    settings.synchronous_mode, settings.fixed_delta_seconds = True, _STEP_S
    world.apply_settings(settings)
    blueprint = world.get_blueprint_library().find("sensor.camera.rgb")
    blueprint.set_attribute("image_size_x", "320")
    blueprint.set_attribute("image_size_y", "240")
    place = (world.get_map().get_spawn_points() or [carla.Transform()])[0]
    place.location.z += 2.0
    camera = world.spawn_actor(blueprint, place)
    images: queue.Queue[Any] = queue.Queue()
    camera.listen(images.put)
    world.tick(_CALL_TIMEOUT_S)
    images.get(timeout=_CALL_TIMEOUT_S)
    camera.stop()
    camera.destroy()


if __name__ == "__main__":
    main()
