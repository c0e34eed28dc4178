"""What CARLA's client reads out of OpenDRIVE texts, each in a process of its own: the client may end by a signal.

Run as a program it answers one line of JSON to each line of JSON, ``{"text": ..., "stations": [[road, lane, s], ...]}``.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_TIMEOUT_S = 60


class ClientProcess:
    """The client in another process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def read(self, text: str, stations: list[tuple[int, int, float]]) -> dict[str, Any]:
        """What the client says of a map: ``end`` ("ok" or how it failed), and if it is "ok" what ``_describe`` gives."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"text": text, "stations": stations}) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


@contextmanager
def client_process() -> Iterator[ClientProcess]:
    """The client, as long as it is wanted."""
    command = [sys.executable, str(Path(__file__))]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            yield ClientProcess(process)
        finally:
            process.kill()


def _serve() -> None:
    import carla  # noqa: F401  loaded once, before the forks

    for line in sys.stdin:
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the client prints warnings
            signal.alarm(_TIMEOUT_S)
            with os.fdopen(writer, "w") as out:
                out.write(json.dumps(_tried(json.loads(line))))
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader) as answer:
            said = answer.read()
        _, status = os.waitpid(child, 0)
        if status or not said:
            name = signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else f"exit {status}"
            said = json.dumps({"end": name})
        print(said, flush=True)


def _tried(asked: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"end": "ok", **_describe(asked["text"], asked["stations"])}
    except Exception as error:
        return {"end": f"{type(error).__name__}: {error}"}


def _describe(text: str, stations: list[tuple[int, int, float]]) -> dict[str, Any]:
    import carla

    town = carla.Map("map", text)
    origin = town.transform_to_geolocation(carla.Location())
    waypoints = []
    for road, lane, s in stations:
        waypoint = town.get_waypoint_xodr(road, lane, s)
        waypoints.append(None if waypoint is None else _waypoint(waypoint))
        if waypoint is not None:
            waypoint.next(2.0)
            waypoint.previous(2.0)
            for beside in (waypoint.get_left_lane(), waypoint.get_right_lane()):
                if beside is not None and beside.lane_id != 0:
                    _waypoint(beside)
            if waypoint.is_junction:
                waypoint.get_junction().get_waypoints(carla.LaneType.Any)
            town.get_waypoint(waypoint.transform.location, lane_type=carla.LaneType.Any)
            waypoint.get_landmarks(100.0)
    return {
        "waypoints": waypoints,
        "generated": [_waypoint(w)[:7] for w in town.generate_waypoints(7.0)],
        "topology": [[[w.road_id, w.section_id, w.lane_id] for w in pair] for pair in town.get_topology()],
        "crosswalks": [[p.x, p.y, p.z] for p in town.get_crosswalks()],
        "signals": [
            [m.id, m.road_id, m.s, sorted(map(list, m.get_lane_validities())), m.transform.location.x, m.transform.location.y]
            for m in town.get_all_landmarks()
        ],
        "origin": [origin.latitude, origin.longitude],
    }


def _waypoint(w: Any) -> list[Any]:
    place, turn = w.transform.location, w.transform.rotation
    marks = [None if mark is None else str(mark.type) for mark in (w.left_lane_marking, w.right_lane_marking)]
    return [place.x, place.y, place.z, turn.yaw, w.lane_width, w.road_id, w.lane_id, str(w.lane_type), marks]


if __name__ == "__main__":
    _serve()
