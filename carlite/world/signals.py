"""Traffic lights and signs of a map: their actors, the cycles of the lights, and which light a vehicle faces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from carlite.mesh import Box
from carlite.opendrive import Road, RoadNetwork, Signal, signal_pose
from carlite.wire.binary import LightState
from carlite.world.actors import Actor, Kind
from carlite.world.records import SnapshotRecords
from carlite.world.state import ActorStates

AddActor = Callable[..., Actor]
_STAGES = (LightState.GREEN, LightState.YELLOW, LightState.RED)
_TRIGGER_HALF_LENGTH_M = 2.0
_TRIGGER_HALF_HEIGHT_M = 2.0
_LONE_RED_S = 10.0
_NO_LANE_HALF_WIDTH_M = 1.75
_SPEED_SIGNS = frozenset({30, 40, 50, 60, 90, 100, 120, 130})


@dataclass(slots=True, eq=False)
class Controller:
    """Lights that change together.

    Attributes:
        lights: their actors.
        times_s: of green, yellow and red.
        stage: index into green, yellow, red.
        elapsed_s: in the present stage.
    """

    lights: list[Actor] = field(default_factory=list)
    times_s: list[float] = field(default_factory=lambda: [10.0, 3.0, 2.0])
    stage: int = 2
    elapsed_s: float = 0.0


@dataclass(slots=True, eq=False)
class Group:
    """The lights of a junction: one controller after the other has its green, yellow and red."""

    controllers: list[Controller]
    turn: int = 0

    def restart(self) -> None:
        """Begins the cycle anew with the first controller's green."""
        self.turn = 0
        for controller in self.controllers:
            controller.stage, controller.elapsed_s = 2, 0.0
        self.controllers[0].stage = 0

    def step(self, delta_s: float) -> bool:
        """Lets time pass; whether any light changed."""
        for controller in self.controllers:
            controller.elapsed_s += delta_s
        active = self.controllers[self.turn]
        changed = False
        while active.elapsed_s >= active.times_s[active.stage] > 0.0 or active.times_s[active.stage] <= 0.0:
            over_s = max(active.elapsed_s - active.times_s[active.stage], 0.0)
            changed = True
            if active.stage < 2:
                active.stage += 1
                active.elapsed_s = over_s
            else:
                self.turn = (self.turn + 1) % len(self.controllers)
                active = self.controllers[self.turn]
                active.stage, active.elapsed_s = 0, over_s
            if sum(active.times_s) <= 0.0:
                break
        return changed


class TrafficSignals:
    """All lights and signs of a map.

    Args:
        network: the map.
        add: creates an actor of the map.
        records: the snapshot, which carries states and times.
    """

    def __init__(self, network: RoadNetwork, add: AddActor, records: SnapshotRecords) -> None:
        self._records = records
        self.frozen = False
        self._controller_of: dict[int, Controller] = {}
        self._group_of: dict[int, Group] = {}
        lights: dict[str, Actor] = {}
        for road, signal in network.signals():
            actor = _add_signal(road, signal, add)
            if actor is None:
                continue
            if actor.kind is Kind.TRAFFIC_LIGHT:
                lights.setdefault(signal.id, actor)
                records.lights["sign_id"][actor.row] = signal.id.encode()[:31]
            else:
                records.signs["sign_id"][actor.row] = signal.id.encode()[:31]
        self.lights = list(lights.values())
        self.groups = _groups(network, lights)
        for group in self.groups:
            for controller in group.controllers:
                for light in controller.lights:
                    self._controller_of[light.id] = controller
                    self._group_of[light.id] = group
        self._boxes: tuple[NDArray[np.float64], ...] | None = None
        self._light_rows = np.array([light.row for light in self.lights], np.intp)
        self._light_ids = np.array([light.id for light in self.lights], np.uint32)
        self.reset_all()

    def step(self, delta_s: float, states: ActorStates, vehicles: Sequence[Actor]) -> None:
        """Runs the cycles and tells each vehicle which light it faces."""
        if not self.lights:
            return
        if not self.frozen:
            changed = [group.step(delta_s) for group in self.groups]
            if any(changed):
                self._publish()
            else:
                self._records.lights["elapsed"][self._light_rows] += delta_s
        self._tell(states, vehicles)

    def group(self, light: Actor) -> list[Actor]:
        """All lights of the junction of ``light``, itself included."""
        return [other for controller in self._group_of[light.id].controllers for other in controller.lights]

    def set_state(self, light: Actor, state: LightState) -> None:
        """Shows a state on all lights of the controller at once; the cycle goes on from there."""
        group, controller = self._group_of[light.id], self._controller_of[light.id]
        if state in _STAGES:
            group.turn = group.controllers.index(controller)
            controller.stage = _STAGES.index(state)
        controller.elapsed_s = 0.0
        for member in controller.lights:
            self._records.lights["state"][member.row] = state
            self._records.lights["elapsed"][member.row] = 0.0

    def restore(self, light: Actor, state: LightState, elapsed_s: float, *, frozen: bool) -> None:
        """Shows a recorded state on one light; the cycle of its group goes on from there."""
        group, controller = self._group_of[light.id], self._controller_of[light.id]
        if state in _STAGES:
            controller.stage = _STAGES.index(state)
            if state is not LightState.RED:
                group.turn = group.controllers.index(controller)
        controller.elapsed_s = elapsed_s
        self._records.lights["state"][light.row] = state
        self._records.lights["elapsed"][light.row] = elapsed_s
        if frozen != self.frozen:
            self.freeze(frozen)

    def set_time(self, light: Actor, state: LightState, seconds: float) -> None:
        """Sets how long a stage of the light's controller lasts."""
        self._controller_of[light.id].times_s[_STAGES.index(state)] = max(seconds, 0.0)
        self._publish_times()

    def freeze(self, frozen: bool) -> None:
        """Stops or resumes all cycles."""
        self.frozen = frozen
        for light in self.lights:
            self._records.lights["frozen"][light.row] = frozen

    def reset(self, light: Actor) -> None:
        """Restarts the cycle of the light's junction."""
        self._group_of[light.id].restart()
        self._publish()

    def reset_all(self) -> None:
        """Restarts all cycles."""
        for group in self.groups:
            group.restart()
        self._publish()
        self._publish_times()

    def _publish(self) -> None:
        lights = self._records.lights
        for controller in self._controller_of_all():
            for light in controller.lights:
                lights["state"][light.row] = _STAGES[controller.stage]
                lights["elapsed"][light.row] = controller.elapsed_s

    def _publish_times(self) -> None:
        lights = self._records.lights
        for controller in self._controller_of_all():
            for light in controller.lights:
                for name, seconds in zip(("green_time", "yellow_time", "red_time"), controller.times_s, strict=True):
                    lights[name][light.row] = seconds

    def _controller_of_all(self) -> list[Controller]:
        return [controller for group in self.groups for controller in group.controllers]

    def _tell(self, states: ActorStates, vehicles: Sequence[Actor]) -> None:
        """Vehicles inside the trigger of a light that is not green face it; all others see green, as in CARLA."""
        if not vehicles:
            return
        if self._boxes is None:
            self._boxes = _trigger_boxes(self.lights, states)
        centre, heading, half = self._boxes
        rows = np.array([vehicle.row for vehicle in vehicles])
        reach = np.array([vehicle.box.half_extent[0] for vehicle in vehicles])
        offset = states.location[rows][:, None, :] - centre[None]
        along = offset[:, :, 0] * heading[:, 0] + offset[:, :, 1] * heading[:, 1]
        across = offset[:, :, 1] * heading[:, 0] - offset[:, :, 0] * heading[:, 1]
        inside = np.abs(along) <= half[:, 0] + reach[:, None]
        inside &= (np.abs(across) <= half[:, 1]) & (np.abs(offset[:, :, 2]) <= half[:, 2] + 2.0)
        states_now = self._records.lights["state"][self._light_rows]
        held = inside & ((states_now == LightState.RED) | (states_now == LightState.YELLOW))
        faced = np.argmax(held, 1)
        any_held = held.any(1)
        details = self._records.vehicles
        details["has_light"][rows] = any_held
        details["light_state"][rows] = np.where(any_held, states_now[faced], LightState.GREEN)
        details["light_id"][rows] = np.where(any_held, self._light_ids[faced], 0)


def _trigger_boxes(lights: Sequence[Actor], states: ActorStates) -> tuple[NDArray[np.float64], ...]:
    """World centres (n, 3), unit x axes (n, 2) along the lane and half extents (n, 3) of the lights' trigger boxes."""
    rows = [light.row for light in lights]
    yaw = np.radians(states.rotation_deg[rows, 1])
    cos, sin = np.cos(yaw), np.sin(yaw)
    local = np.array([light.box.centre for light in lights])
    centre = states.location[rows].copy()
    centre[:, 0] += cos * local[:, 0] - sin * local[:, 1]
    centre[:, 1] += sin * local[:, 0] + cos * local[:, 1]
    centre[:, 2] += local[:, 2]
    lane = yaw + np.radians([light.box.rotation_deg[1] for light in lights])
    return centre, np.stack([np.cos(lane), np.sin(lane)], -1), np.array([light.box.half_extent for light in lights])


def _add_signal(road: Road, signal: Signal, add: AddActor) -> Actor | None:
    """The actor of a signal; None for a type that CARLA makes no actor of."""
    location, yaw_deg = signal_pose(road, signal)
    if signal.is_traffic_light:
        kind, type_id = Kind.TRAFFIC_LIGHT, "traffic.traffic_light"
    else:
        kind, type_id = Kind.TRAFFIC_SIGN, _sign_type(signal)
    if not type_id:
        return None
    actor_yaw_deg = yaw_deg + 90.0
    box = _trigger(road, signal, location, actor_yaw_deg, yaw_deg)
    return add(kind, type_id, {}, box, location, (0.0, actor_yaw_deg, 0.0))


def _sign_type(signal: Signal) -> str:
    if signal.type == "206":
        return "traffic.stop"
    if signal.type == "205":
        return "traffic.yield"
    if signal.type == "274":
        limit = signal.subtype if signal.subtype.isdecimal() else str(int(signal.value or 0))
        return f"traffic.speed_limit.{int(limit)}" if int(limit) in _SPEED_SIGNS else "traffic.unknown"
    return ""


def _trigger(road: Road, signal: Signal, location: NDArray[np.float64], actor_yaw_deg: float, lane_yaw_deg: float) -> Box:
    """A box over the lanes that the signal governs, at its s, in the actor's frame."""
    section = road.section_at(signal.s)
    governed = [
        lane.id
        for lane in section.lanes
        if lane.type == "driving"
        and (signal.orientation not in "+-" or (lane.id < 0) == (signal.orientation == "+"))
        and (not signal.validity or any(min(pair) <= lane.id <= max(pair) for pair in signal.validity))
    ]
    if not governed:
        half = (_TRIGGER_HALF_LENGTH_M, _NO_LANE_HALF_WIDTH_M, _TRIGGER_HALF_HEIGHT_M)
        return Box(centre=(0.0, 0.0, 0.0), half_extent=half, rotation_deg=(0.0, lane_yaw_deg - actor_yaw_deg, 0.0))
    borders = np.array([road.lane_borders(section, lane, [signal.s]) for lane in governed]).ravel()
    middle = road.surface([signal.s], [0.5 * (borders.min() + borders.max())])[0]
    yaw = np.radians(actor_yaw_deg)
    dx, dy, dz = middle - location
    centre = (float(dx * np.cos(yaw) + dy * np.sin(yaw)), float(dy * np.cos(yaw) - dx * np.sin(yaw)), float(dz))
    half = (_TRIGGER_HALF_LENGTH_M, float(0.5 * np.ptp(borders)), _TRIGGER_HALF_HEIGHT_M)
    return Box(centre=centre, half_extent=half, rotation_deg=(0.0, lane_yaw_deg - actor_yaw_deg, 0.0))


def _groups(network: RoadNetwork, lights: dict[str, Actor]) -> list[Group]:
    """One group per junction from its controllers in sequence; every other light is a group of its own."""
    taken: set[str] = set()
    groups = []
    for junction in network.junctions.values():
        listed = [network.controllers[key] for key in junction.controller_ids if key in network.controllers]
        controllers = []
        for listed_controller in sorted(listed, key=lambda controller: controller.sequence):
            ids = [key for key in listed_controller.signal_ids if key in lights and key not in taken]
            taken.update(ids)
            if ids:
                controllers.append(Controller([lights[key] for key in ids]))
        if controllers:
            groups.append(Group(controllers))
    for key, light in lights.items():
        if key not in taken:
            groups.append(Group([Controller([light], [10.0, 3.0, _LONE_RED_S])]))
    return groups
