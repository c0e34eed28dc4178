"""Soak of traffic: the client's own Traffic Manager and walker AI on a carlite server, and what went wrong meanwhile.

    python benchmarks/traffic.py --map Town10HD --maps FOLDER --vehicles 50 --walkers 30 --seconds 60

Prints, for the whole run: collisions a vehicle and minute by what was hit; how many vehicles stood longer than a minute with
neither a red light nor somebody before them; stop lines crossed by the state of their lights; how far vehicles were from the
middle of their lanes; how far walkers got; memory at the start and at the end; ticks a second with and without the Traffic
Manager. A vehicle that stands for 90 s is removed by the Traffic Manager, and its actor is dead from then on. An interrupt
(Ctrl-C) ends the run early with the figures so far.
"""

from __future__ import annotations

import argparse
import random
import socket
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import carla
import numpy as np
from common import carlite
from red_lights import StopLines

_STEP_S = 0.05
_SAME_COLLISION_S = 2.0
_STANDS_MPS = 0.1
_LONG_S = 60.0
_CLOSED = (carla.TrafficLightState.Red, carla.TrafficLightState.Yellow)
_LEADER_M, _LEADER_HALF_WIDTH_M = 15.0, 3.0
_FREE_TICKS = 200
_SETTLED_S = 20.0


def main() -> None:
    """Runs the soak and prints its figures."""
    options = _options()
    places = [f"--{name}={value}" for name in ("map", "maps", "cache") if (value := getattr(options, name)) is not None]
    with carlite(*places) as (process, port):
        client = carla.Client("127.0.0.1", port)
        client.set_timeout(120.0)
        if options.cache is not None:
            client.set_files_base_folder(str(options.cache))
        world = client.get_world()
        settings = world.get_settings()
        settings.synchronous_mode, settings.fixed_delta_seconds = True, _STEP_S
        world.apply_settings(settings)
        manager = client.get_trafficmanager(_free_port())
        manager.set_synchronous_mode(True)
        manager.set_random_device_seed(options.seed)
        soak = Soak(world, options, manager, process.pid)
        soak.people(options.walkers)
        soak.traffic(options.vehicles)
        try:
            with suppress(KeyboardInterrupt):
                soak.run(options.seconds)
            soak.report()
        finally:
            soak.end()


@dataclass
class Watched:
    """What is known of one vehicle."""

    actor: Any
    collisions: dict[str, float] = field(default_factory=dict)
    still_s: float = 0.0
    unexplained_s: float = 0.0
    longest_s: float = 0.0
    stood_s: float = 0.0


class Soak:
    """Vehicles and walkers of one run and the counts of what they did."""

    def __init__(self, world: Any, options: argparse.Namespace, manager: Any, server_pid: int) -> None:
        self.world, self.options, self.manager, self.server_pid = world, options, manager, server_pid
        self.port = manager.get_port()
        self.map = world.get_map()
        self.lines = StopLines(world)
        self.random = random.Random(options.seed)
        self.vehicles: dict[int, Watched] = {}
        self.walkers: list[Any] = []
        self.controllers: list[Any] = []
        self.sensors: list[Any] = []
        self.hits: Counter[str] = Counter()
        self.memory: list[str] = []
        self.offsets: list[float] = []
        self.off_road = 0
        self.speed_share: list[float] = []
        self.walked: dict[int, float] = {}
        self.walker_surface: Counter[str] = Counter()
        self.elapsed_s = 0.0
        self.wall_s = 0.0

    def traffic(self, count: int) -> None:
        """Spawns vehicles with autopilot and a collision sensor each."""
        library = self.world.get_blueprint_library()
        kinds = [
            kind
            for kind in library.filter("vehicle.*")
            if self.options.all_kinds or int(kind.get_attribute("number_of_wheels")) == 4
        ]
        places = self.map.get_spawn_points()
        self.random.shuffle(places)
        for place in places[:count]:
            actor = self.world.try_spawn_actor(self.random.choice(kinds), place)
            if actor is not None:
                self.vehicles[actor.id] = Watched(actor)
        self.world.tick()
        sensor = library.find("sensor.other.collision")
        for watched in self.vehicles.values():
            eye = self.world.spawn_actor(sensor, carla.Transform(), attach_to=watched.actor)
            eye.listen(lambda event, watched=watched: self._hit(watched, event))
            self.sensors.append(eye)
            watched.actor.set_autopilot(True, self.port)
        print(f"{len(self.vehicles)} vehicles of {count}, {len(places)} spawn points")

    def people(self, count: int) -> None:
        """Spawns walkers with an AI each that never stops going somewhere."""
        self.world.set_pedestrians_seed(self.options.seed)
        self.world.set_pedestrians_cross_factor(self.options.cross)
        library = self.world.get_blueprint_library()
        kinds = library.filter("walker.pedestrian.*")
        for _ in range(3 * count):
            where = self.world.get_random_location_from_navigation()
            if where is None or len(self.walkers) == count:
                break
            where.z += 1.0
            actor = self.world.try_spawn_actor(self.random.choice(kinds), carla.Transform(where))
            if actor is not None:
                self.walkers.append(actor)
        self.world.tick()
        brain = library.find("controller.ai.walker")
        self.controllers = [self.world.spawn_actor(brain, carla.Transform(), attach_to=walker) for walker in self.walkers]
        self.world.tick()
        for controller in self.controllers:
            controller.start()
            controller.go_to_location(self.world.get_random_location_from_navigation())
            controller.set_max_speed(self.random.uniform(1.0, 2.0))
        if count:
            print(f"{len(self.walkers)} walkers of {count}")

    def run(self, seconds: float) -> None:
        """Lets ``seconds`` pass and watches."""
        places = {walker.id: walker.get_location() for walker in self.walkers}
        started = time.monotonic()
        try:
            for tick in range(round(seconds / _STEP_S)):
                if tick == round(_SETTLED_S / _STEP_S):
                    self.memory.append(self._memory())
                self.world.tick()
                self.elapsed_s += _STEP_S
                snapshot = self.world.get_snapshot()
                self._watch(snapshot, look=tick % 20 == 0)
                for walker in self.walkers:
                    pose = snapshot.find(walker.id)
                    if pose is None:
                        continue
                    here = pose.get_transform().location
                    self.walked[walker.id] = self.walked.get(walker.id, 0.0) + here.distance(places[walker.id])
                    places[walker.id] = here
        finally:
            self.wall_s = time.monotonic() - started
            self.memory.append(self._memory())

    def _memory(self) -> str:
        return f"server {_resident_mb(self.server_pid)} MB, client {_resident_mb(None)} MB"

    def end(self) -> None:
        """Takes everybody away; the Traffic Manager first, which ends the process when its vehicles vanish under it."""
        self._shut_down()
        for actor in [*self.controllers, *self.sensors, *self.walkers, *(watched.actor for watched in self.vehicles.values())]:
            if actor.is_alive and self.world.get_snapshot().find(actor.id) is not None:
                actor.destroy()
        settings = self.world.get_settings()
        settings.synchronous_mode, settings.fixed_delta_seconds = False, None
        self.world.apply_settings(settings)

    def _shut_down(self) -> None:
        if self.manager is not None:
            self.manager.shut_down()
            self.manager = None

    def _hit(self, watched: Watched, event: Any) -> None:
        kind = event.other_actor.type_id
        what = next((name for name in ("vehicle", "walker", "traffic") if kind.startswith(name)), "static")
        key = f"{what} {event.other_actor.id}"
        if event.timestamp - watched.collisions.get(key, -1e9) > _SAME_COLLISION_S:
            self.hits[what] += 1
            if self.options.verbose:
                at = event.transform.location
                other = event.other_actor
                print(
                    f"  {event.timestamp:.1f} s: {watched.actor.id} {watched.actor.type_id} hit {other.id} {kind}"
                    f" at ({at.x:.1f}, {at.y:.1f}), impulse {event.normal_impulse.length():.0f}"
                )
        watched.collisions[key] = event.timestamp

    def _watch(self, snapshot: Any, *, look: bool) -> None:
        poses = {key: snapshot.find(key) for key in self.vehicles}
        places = {key: _xy(pose.get_transform().location) for key, pose in poses.items() if pose is not None}
        self.lines.tick(_STEP_S)
        for key, watched in self.vehicles.items():
            pose = poses[key]
            if pose is None or not watched.actor.is_alive:
                continue
            velocity = pose.get_velocity()
            speed = float(np.hypot(velocity.x, velocity.y))
            red = self.lines.watch(watched.actor, pose)
            if red and self.options.verbose:
                print(f"  {self.elapsed_s:.1f} s: {key} {watched.actor.type_id} over red {red}, {speed:.1f} m/s")
            if speed > _STANDS_MPS:
                watched.still_s = watched.unexplained_s = 0.0
            else:
                watched.still_s += _STEP_S
                held = watched.actor.get_traffic_light_state() in _CLOSED
                free = not held and not self._has_leader(key, pose.get_transform(), places)
                watched.unexplained_s = watched.unexplained_s + _STEP_S if free else 0.0
                watched.longest_s = max(watched.longest_s, watched.unexplained_s)
                watched.stood_s = max(watched.stood_s, watched.still_s)
            if look:
                self._look(watched, pose.get_transform().location, speed)
        if look:
            for walker in self.walkers:
                lane = self.map.get_waypoint(walker.get_location(), project_to_road=False, lane_type=carla.LaneType.Any)
                self.walker_surface[str(lane.lane_type) if lane is not None else "none"] += 1

    def _has_leader(self, key: int, pose: Any, places: dict[int, Any]) -> bool:
        forward = pose.get_forward_vector()
        here = places[key]
        people = [_xy(walker.get_location()) for walker in self.walkers]
        for other in [*(place for number, place in places.items() if number != key), *people]:
            away = other - here
            along = away[0] * forward.x + away[1] * forward.y
            across = abs(away[1] * forward.x - away[0] * forward.y)
            if 0.0 < along < _LEADER_M and across < _LEADER_HALF_WIDTH_M:
                return True
        return False

    def _look(self, watched: Watched, location: Any, speed: float) -> None:
        lane = self.map.get_waypoint(location)
        if lane is None or lane.is_junction:
            return
        right = lane.transform.get_right_vector()
        away = location - lane.transform.location
        across = abs(away.x * right.x + away.y * right.y)
        self.offsets.append(across)
        if across > 0.5 * lane.lane_width + 0.5:
            self.off_road += 1
        self.speed_share.append(3.6 * speed / max(watched.actor.get_speed_limit(), 1.0))

    def report(self) -> None:
        """Prints the figures."""
        rate = self.elapsed_s / _STEP_S / self.wall_s
        print(f"{self.elapsed_s:.0f} s in {self.wall_s:.0f} s: {rate:.0f} ticks/s with the Traffic Manager")
        minutes = max(len(self.vehicles) * self.elapsed_s / 60.0, 1e-9)
        for kind, count in sorted(self.hits.items()):
            print(f"collisions with {kind}: {count}, {count / minutes:.3f} a vehicle-minute")
        if self.vehicles:
            self._report_standing()
            print(f"stop lines crossed while the light showed: {dict(self.lines.crossed)}")
        if self.offsets:
            p50, p95, p99 = np.percentile(self.offsets, [50, 95, 99])
            beyond = f"beyond the lane {self.off_road} of {len(self.offsets)}"
            print(f"from the lane's middle: median {p50:.2f} m, 95 % {p95:.2f} m, 99 % {p99:.2f} m; {beyond}")
            share = np.array(self.speed_share)
            print(f"speed over limit: mean {share.mean():.2f}, 95 % {np.percentile(share, 95):.2f}")
        if self.walked:
            speeds = np.array(list(self.walked.values())) / self.elapsed_s
            print(f"walkers: {speeds.mean():.2f} m/s on average, slowest {speeds.min():.2f}; on {dict(self.walker_surface)}")
        print(f"memory after {_SETTLED_S:.0f} s and at the end: {'; '.join(self.memory)}")
        print(f"{self._free_rate():.0f} ticks/s without the Traffic Manager")

    def _report_standing(self) -> None:
        stuck = [watched for watched in self.vehicles.values() if watched.longest_s > _LONG_S]
        gone = sum(self.world.get_snapshot().find(key) is None for key in self.vehicles)
        still = sum(watched.still_s > _LONG_S for watched in self.vehicles.values())
        print(f"stood > {_LONG_S:.0f} s without cause: {len(stuck)} of {len(self.vehicles)}; at the end for any cause: {still}")
        most = max(watched.stood_s for watched in self.vehicles.values())
        print(f"removed by the Traffic Manager: {gone}; longest stand for any cause {most:.0f} s")
        for watched in stuck[:10]:
            if not watched.actor.is_alive:
                continue
            at = watched.actor.get_location()
            print(f"  {watched.actor.id} {watched.actor.type_id} at ({at.x:.1f}, {at.y:.1f}): {watched.longest_s:.0f} s")

    def _free_rate(self) -> float:
        """Ticks a second with all vehicles braked and nobody in charge."""
        for sensor in self.sensors:
            sensor.stop()
        for controller in self.controllers:
            controller.stop()
        for key, watched in self.vehicles.items():
            if watched.actor.is_alive and self.world.get_snapshot().find(key) is not None:
                watched.actor.set_autopilot(False, self.port)
                watched.actor.apply_control(carla.VehicleControl(brake=1.0))
        self._shut_down()
        self.world.tick()
        started = time.monotonic()
        for _ in range(_FREE_TICKS):
            self.world.tick()
        return _FREE_TICKS / (time.monotonic() - started)


def _xy(location: Any) -> Any:
    return np.array([location.x, location.y])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _resident_mb(pid: int | None) -> int:
    """Memory that a process (this one for None) holds, MB."""
    status = Path(f"/proc/{pid or 'self'}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) // 1024


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--map", default="Town10HD", help="name of a map, or a file")
    parser.add_argument("--maps", type=Path, default=None, help="folder of .xodr files")
    parser.add_argument("--cache", type=Path, default=None, help="where built maps are kept")
    parser.add_argument("--vehicles", type=int, default=50)
    parser.add_argument("--walkers", type=int, default=0)
    parser.add_argument("--cross", type=float, default=0.0, help="share of walkers that cross roads anywhere")
    parser.add_argument("--seconds", type=float, default=60.0, help="simulated")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--all-kinds", action="store_true", help="two-wheelers too")
    parser.add_argument("--verbose", action="store_true", help="every collision and every red light driven over")
    return parser.parse_args()


if __name__ == "__main__":
    main()
