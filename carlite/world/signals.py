"""Traffic lights and signs of a map: their actors, and which of them a vehicle faces."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from carlite.actors import Actor, ActorStates, Kind
from carlite.mesh import Box
from carlite.opendrive import GovernedLane, Road, RoadNetwork, Signal, governed_lanes, signal_pose
from carlite.wire.binary import LightState
from carlite.world.light_cycles import Controller, Group, light_groups
from carlite.world.records import SnapshotRecords
from carlite.world.signs import GiveWaySigns, GivingWay, SpeedSigns
from carlite.world.zones import ZONE_M, Visits, ZoneTable, trigger_box, zone_of

AddActor = Callable[..., Actor]
_STAGES = (LightState.GREEN, LightState.YELLOW, LightState.RED)
_NO_LANE_HALF_WIDTH_M = 1.75
_STANDS_MPS = 0.5
_ID_BYTES = 31  # and a zero
_STOP, _YIELD = "traffic.stop", "traffic.yield"
_SIGN_TYPES = {  # those that CARLA has models of
    ("206", ""): _STOP,
    ("205", ""): _YIELD,
    **{("274", str(kph)): f"traffic.speed_limit.{kph}" for kph in (30, 40, 50, 60, 90)},
}
_SPEED_TYPE = "274"
_PAINTED_STOP = "Stencil_STOP"
_SAME_SIGN_M = 5.0


class TrafficSignals:
    """All lights and signs of a map.

    Args:
        network: the map.
        add: creates an actor of the map.
        records: the snapshot, which carries states and times.
    """

    def __init__(self, network: RoadNetwork, add: AddActor, records: SnapshotRecords) -> None:
        self._records = records
        self._controller_of: dict[int, Controller] = {}
        self._group_of: dict[int, Group] = {}
        self._give_way_of: dict[int, int] = {}
        self._speed_of: dict[int, int] = {}
        governed = governed_lanes(network)
        controlled = {key for controller in network.controllers.values() for key in controller.signal_ids}
        lights: dict[str, Actor] = {}
        signs: list[tuple[str, NDArray[np.float64]]] = []
        giving_way: list[GivingWay] = []
        speeds: list[tuple[float, list[GovernedLane]]] = []
        for road, signal in network.signals():
            if signal.id in lights:
                continue  # a map that names two lights alike has one of them, as in CARLA
            lanes = governed.get(signal.id, [])
            if signal.is_traffic_light:
                if road.junction == -1 or signal.id in controlled:  # as in CARLA; others have no actor
                    lights[signal.id] = actor = _add_signal(road, signal, "traffic.traffic_light", lanes, add)
                    records.lights["sign_id"][actor.row] = signal.id.encode()[:_ID_BYTES]
                continue
            type_id, place = _sign_type(signal), signal_pose(road, signal)[0]
            if not type_id or any(type_id == other and _is_near(place, there) for other, there in signs):
                continue  # as in CARLA one sign stands for all of its kind within 5 m
            signs.append((type_id, place))
            actor = _add_signal(road, signal, type_id, lanes, add)
            records.signs["sign_id"][actor.row] = signal.id.encode()[:_ID_BYTES]
            if lanes and type_id == _STOP:
                self._give_way_of[actor.id] = len(giving_way)
                giving_way.append(GivingWay.stop(lanes))
            elif lanes and type_id == _YIELD:
                self._give_way_of[actor.id] = len(giving_way)
                giving_way.append(GivingWay.give_way(lanes))
            elif lanes and (limit := _limit_kph(signal)) is not None:
                self._speed_of[actor.id] = len(speeds)
                speeds.append((limit, lanes))
        self.lights = list(lights.values())
        self.groups = light_groups(network, lights)
        for group in self.groups:
            for controller in group.controllers:
                for light in controller.lights:
                    self._controller_of[light.id] = controller
                    self._group_of[light.id] = group
        self._zones = ZoneTable([[zone_of(lane) for lane in governed.get(key, [])] for key in lights])
        self._visits = Visits(len(lights))
        self._give_way = GiveWaySigns(network, giving_way)
        self._speeds = SpeedSigns(speeds)
        self._light_rows = np.array([light.row for light in self.lights], np.intp)
        self._light_ids = np.array([light.id for light in self.lights], np.uint32)
        self.reset_all()

    def step(self, delta_s: float, states: ActorStates, vehicles: Sequence[Actor]) -> None:
        """Runs the cycles and tells each vehicle which light or sign it faces."""
        if self.lights:
            passed = np.float32(delta_s)
            self._records.lights["elapsed"][self._active_rows] += passed
            changed = [controller for group in self.groups for controller in group.step(passed)]
            if changed:
                self._show(changed)
        if vehicles:
            self._tell(delta_s, states, vehicles)

    def speed_limits(
        self, states: ActorStates, vehicles: Sequence[Actor], recorded_kph: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Limits in km/h (vehicles,): those of the map's records, or of the sign that a vehicle has passed."""
        return self._speeds.limits(states, vehicles, recorded_kph)

    def remove(self, signal: Actor) -> None:
        """Takes a light or a sign away that a client destroys; the cycle of a light's junction goes on without it."""
        if signal.kind is Kind.TRAFFIC_LIGHT:
            self.lights.remove(signal)
            self._controller_of[signal.id].lights.remove(signal)
            self._zones.close(int(np.flatnonzero(self._light_ids == signal.id)[0]))
            self._follow_turns()
        elif signal.id in self._give_way_of:
            self._give_way.remove(self._give_way_of[signal.id])
        elif signal.id in self._speed_of:
            self._speeds.remove(self._speed_of[signal.id])

    def shown_as(self, signal: Actor) -> str:
        """The name of the placed object that shows a light or a sign."""
        if signal.kind is Kind.TRAFFIC_LIGHT:
            return f"traffic_light_{self.sign_id(signal)}"
        return f"sign_{bytes(self._records.signs['sign_id'][signal.row]).decode(errors='replace')}"

    def group(self, light: Actor) -> list[Actor]:
        """All lights of the junction of ``light``, itself included."""
        return [other for controller in self._group_of[light.id].controllers for other in controller.lights]

    def sign_id(self, light: Actor) -> str:
        """The OpenDRIVE id of a light's signal."""
        return bytes(self._records.lights["sign_id"][light.row]).decode(errors="replace")

    def set_state(self, light: Actor, state: LightState) -> None:
        """Shows a state on one light until its controller's next stage begins; the cycle goes on, as in CARLA."""
        self._records.lights["state"][light.row] = state

    def restore(self, light: Actor, state: LightState, elapsed_s: float, *, frozen: bool) -> None:
        """Shows a recorded state on one light; the cycle of its group goes on from there."""
        group, controller = self._group_of[light.id], self._controller_of[light.id]
        group.frozen = frozen
        if state in _STAGES:
            controller.stage = _STAGES.index(state)
            if state is not LightState.RED:
                group.turn = group.controllers.index(controller)
        controller.elapsed_s = np.float32(elapsed_s)
        lights = self._records.lights
        lights["state"][light.row], lights["elapsed"][light.row], lights["frozen"][light.row] = state, elapsed_s, frozen
        self._follow_turns()

    def set_time(self, light: Actor, state: LightState, seconds: float) -> None:
        """Sets how long a stage of the light's controller lasts."""
        self._controller_of[light.id].times_s[_STAGES.index(state)] = seconds
        self._publish_times()

    def freeze(self, frozen: bool, light: Actor | None = None) -> None:
        """Stops or resumes all cycles, or that of the junction of ``light``."""
        for group in self.groups if light is None else [self._group_of[light.id]]:
            group.frozen = frozen
            for controller in group.controllers:
                for member in controller.lights:
                    self._records.lights["frozen"][member.row] = frozen
        self._follow_turns()

    def reset(self, light: Actor) -> None:
        """Restarts the cycle of the light's junction."""
        group = self._group_of[light.id]
        group.restart()
        self._show(group.controllers)

    def reset_all(self) -> None:
        """Restarts all cycles."""
        for group in self.groups:
            group.restart()
            self._show(group.controllers)
        self._publish_times()

    def _show(self, controllers: Iterable[Controller]) -> None:
        """Lights show the stages of their controllers."""
        lights = self._records.lights
        for controller in controllers:
            for light in controller.lights:
                lights["state"][light.row] = _STAGES[controller.stage]
                lights["elapsed"][light.row] = controller.elapsed_s
        self._follow_turns()

    def _follow_turns(self) -> None:
        """Finds the lights whose time passes."""
        running = [group.controllers[group.turn] for group in self.groups if not group.frozen]
        self._active_rows = np.array([light.row for controller in running for light in controller.lights], np.intp)

    def _publish_times(self) -> None:
        lights = self._records.lights
        for group in self.groups:
            for controller in group.controllers:
                for light in controller.lights:
                    for name, seconds in zip(("green_time", "yellow_time", "red_time"), controller.times_s, strict=True):
                        lights[name][light.row] = seconds

    def _tell(self, delta_s: float, states: ActorStates, vehicles: Sequence[Actor]) -> None:
        """Vehicles in a light's zone are told its state, whichever it is; all others see green, as in CARLA.

        The Traffic Manager takes a light that a vehicle has seen green for green until the vehicle has left its zone, so that
        who has waited in a queue there would go on at red. Unlike in CARLA such a vehicle is told nothing for one tick.
        """
        rows = np.array([vehicle.row for vehicle in vehicles])
        inside, before = self._zones.occupied(states, vehicles)
        _, seen_green = self._visits.recall(states, rows)
        green = self._records.lights["state"][self._light_rows] == LightState.GREEN
        stands = np.linalg.norm(states.velocity[rows, :2], axis=1) < _STANDS_MPS
        silent = inside & ~green & seen_green & before & stands[:, None]
        self._visits.keep(states, rows, inside, inside & (green | seen_green) & ~silent)
        inside &= ~silent
        shown = np.where(self._give_way.held(delta_s, states, vehicles), LightState.RED, LightState.GREEN)
        details = self._records.vehicles
        details["has_light"][rows] = False
        details["light_state"][rows], details["light_id"][rows] = shown, 0
        vehicle, light = np.nonzero(inside)
        told = rows[vehicle]
        details["has_light"][told] = True
        details["light_state"][told] = self._records.lights["state"][self._light_rows[light]]
        details["light_id"][told] = self._light_ids[light]


def _add_signal(road: Road, signal: Signal, type_id: str, lanes: Sequence[GovernedLane], add: AddActor) -> Actor:
    """The actor of a signal."""
    location, yaw_deg = signal_pose(road, signal)
    kind = Kind.TRAFFIC_LIGHT if signal.is_traffic_light else Kind.TRAFFIC_SIGN
    actor_yaw_deg = yaw_deg + 90.0
    return add(kind, type_id, {}, _trigger(lanes, location, actor_yaw_deg), location, (0.0, actor_yaw_deg, 0.0))


def _sign_type(signal: Signal) -> str:
    """What the actor of a sign is called; "" for signs that CARLA makes no actor of."""
    if signal.name == _PAINTED_STOP:
        return ""
    return _SIGN_TYPES.get((signal.type, signal.subtype if signal.type == _SPEED_TYPE else ""), "")


def _is_near(place: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    return float(np.linalg.norm(place - other)) < _SAME_SIGN_M


def _limit_kph(signal: Signal) -> float | None:
    """The limit of a speed sign: its value, as in CARLA, or the subtype where that tells none; None for other signs."""
    if signal.type != _SPEED_TYPE:
        return None
    return signal.value if signal.value is not None and signal.value > 0.0 else float(signal.subtype)


def _trigger(lanes: Sequence[GovernedLane], location: NDArray[np.float64], yaw_deg: float) -> Box:
    """A box over the governed lanes before the stop line, in the actor's frame.

    Of signals that govern several roads, over the road with the most lanes. Of those that govern none, at the signal itself.
    """
    if not lanes:
        half = (0.5 * ZONE_M, _NO_LANE_HALF_WIDTH_M, 0.5 * ZONE_M)
        return Box(centre=(0.0, 0.0, 0.0), half_extent=half)
    by_road: dict[tuple[int, float], list[GovernedLane]] = {}
    for lane in lanes:
        by_road.setdefault((lane.road.id, lane.direction), []).append(lane)
    most = max(by_road.values(), key=len)
    return trigger_box([zone_of(lane) for lane in most], location, yaw_deg)
