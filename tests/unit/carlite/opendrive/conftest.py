from __future__ import annotations

import importlib.util
import math
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from carlite.opendrive import Reading, RoadNetwork, read

Agree = Callable[[str], tuple[Reading, dict[str, Any]]]


@pytest.fixture(scope="session")
def client_map() -> ModuleType:
    """The module ``tests/client_map.py``: CARLA's client in a process of its own."""
    path = Path(__file__).parents[3] / "client_map.py"
    spec = importlib.util.spec_from_file_location("carlite_client_map", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def client(client_map: ModuleType) -> Iterator[Any]:
    with client_map.client_process() as process:
        yield process


@pytest.fixture(scope="session")
def agree(client: Any) -> Agree:
    """Reads a text and lets the client read what it is handed; both must have the same lanes, signals and crosswalks."""

    def run(text: str) -> tuple[Reading, dict[str, Any]]:
        reading = read(text)
        stations = _stations(reading.network)
        said = client.read(reading.text, stations)
        assert said["end"] == "ok", said["end"]
        for station, waypoint in zip(stations, said["waypoints"], strict=True):
            _assert_same_lane(reading.network, station, waypoint)
        for waypoint in said["generated"]:
            assert all(map(math.isfinite, waypoint[:5])), waypoint
        _assert_same_signals(reading.network, said["signals"])
        crosswalks = sum(thing.type == "crosswalk" for road in reading.network.roads.values() for thing in road.objects)
        assert len(outlines(said["crosswalks"])) == crosswalks
        return reading, said

    return run


def outlines(points: list[list[float]]) -> list[list[list[float]]]:
    """The client's row of corners cut where each outline's first corner comes again."""
    found, start = [], 0
    while start < len(points):
        end = next(at for at in range(start + 1, len(points)) if math.dist(points[at], points[start]) < 1e-3)
        found.append(points[start:end])
        start = end + 1
    return found


def _stations(network: RoadNetwork) -> list[tuple[int, int, float]]:
    return [
        (road.id, lane.id, section.start_m + share * (section.end_m - section.start_m))
        for road in network.roads.values()
        for section in road.sections
        for lane in section.lanes
        for share in (0.0, 0.02, 0.5, 0.98)
    ]


def _assert_same_lane(network: RoadNetwork, station: tuple[int, int, float], waypoint: list[Any] | None) -> None:
    road_id, lane_id, s = station
    road = network.roads[road_id]
    s = float(np.float32(s))  # as the client takes it
    section = road.section_at(s)
    if not any(lane.id == lane_id for lane in section.lanes) or s >= road.length_m - 1e-6:
        return
    assert waypoint is not None, station
    assert all(map(math.isfinite, waypoint[:5])), (station, waypoint)
    inner, outer = (float(border[0]) for border in road.lane_borders(section, lane_id, [s]))
    (x,), (y,), (heading,) = road.plan.evaluate(np.array([s]))
    t = 0.5 * (inner + outer)
    # The client lays lanes flat across; banks lie in the surface only.
    place = (x - t * math.sin(heading), -(y + t * math.cos(heading)))
    assert math.dist(place, waypoint[:2]) < 0.05, (station, place, waypoint)
    assert float(road.elevation(s)) == pytest.approx(waypoint[2], abs=0.02), (station, waypoint)
    assert abs(outer - inner) == pytest.approx(waypoint[4], abs=0.03), (station, waypoint)


def _assert_same_signals(network: RoadNetwork, told: list[list[Any]]) -> None:
    by_place = {(signal_id, road_id): lanes for signal_id, road_id, _, lanes, _, _ in told}
    for road in network.roads.values():
        for signal in road.signals:
            lanes = sorted(map(list, signal.validity))
            if lanes != [[0, 0]]:  # a signal for no lane; the client does not list it
                assert by_place[signal.id, road.id] == lanes, signal
