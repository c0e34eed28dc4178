"""Puts a concrete scenario on a map.

Nothing is adapted in silence:

* a driving lane that the road has not is an error for a story actor. On a town, where nobody chose the kerbs, another place at
  the kerb will do (see ``section.find_spot``), which is noted in ``Layout.notes``; on a generated road that is an error, too;
* parked cars, traffic and passers-by never take a lane of another kind than asked, save that parked cars may stand on a
  shoulder or beside the road; whoever finds no room, or would stand in a junction, on a crossing or in another's box, or
  would drive off the end of the road, is dropped and listed in ``Layout.dropped``;
* a place on a town's map where a wall, a pole or a car of the map is in the way is given up for the next best one;
* where a story vehicle drives against the traffic of a lane, no traffic comes towards it there.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from rarebit.core.errors import SceneError
from rarebit.layout.boxes import Footprint, Obstacle
from rarebit.layout.errors import NoRoomError
from rarebit.layout.lights import phases
from rarebit.layout.meeting import start_station
from rarebit.layout.paths import EXTRA_PATH_M, Paths, lane_shifts
from rarebit.layout.placed import Layout, Placed, Size, Stand
from rarebit.layout.room import Room
from rarebit.layout.section import Slot, Spot, driving, find_spot, paved_edges
from rarebit.layout.site import Approach, approaches, ego_way, speaks_of_arms
from rarebit.layout.stretch import BEHIND_M, needed_m, suited
from rarebit.layout.way import Way
from rarebit.roads.lane_map import LaneKey, LaneMap
from rarebit.roads.path import Path
from rarebit.roads.route import NoWayError, Route, follow, shifted, wrap
from rarebit.roads.timing import pace
from rarebit.scenario import ActorPlan, ConcreteScenario, TownRoad

_AHEAD_M = 400.0
_NEAR_WAY_M = 40.0
_STRETCHES = 40
_CLEAR_OF_JUNCTION_M = 5.0
_NEAR_JUNCTION_M = 20.0
_START_SHARE = 0.95  # of its speed, that a vehicle on an arm can have where it starts
_STORY = ("ego", "hazard", "occluder", "static")


def resolve(
    scenario: ConcreteScenario, lane_map: LaneMap, sizes: Mapping[str, Size], obstacles: Sequence[Obstacle] = ()
) -> Layout:
    """Start poses and paths of everybody.

    Args:
        obstacles: of the map; nobody is put into them, and who crosses the road has a way free of them.
        sizes: (length, width, height) in metres of each model that the scenario names.

    Raises:
        SceneError: no stretch of the map fits, or an actor of the story has no place on it.
    """
    first: SceneError | None = None
    for way, approach in _ways(scenario, lane_map):
        try:
            near = [o for o in obstacles if _from(way.route, o.outline) < _NEAR_WAY_M]
            return _Placing(scenario, lane_map, sizes, way, near if approach is None else obstacles, approach).layout()
        except SceneError as error:
            first = first or error
    raise first or SceneError(f"{lane_map.name}: no stretch suits {scenario.scenario}; choose another road")


def _ways(scenario: ConcreteScenario, lane_map: LaneMap) -> Iterator[tuple[Way, Approach | None]]:
    """Ego's ways that may serve, the best first; with the junction that they lead to where the scenario speaks of its arms."""
    if speaks_of_arms(scenario):
        for approach in approaches(scenario, lane_map)[:_STRETCHES]:
            yield ego_way(scenario, lane_map, approach), approach
        return
    ahead = max(needed_m(scenario) + EXTRA_PATH_M, _AHEAD_M)
    turns = () if scenario.ego.route == "straight" else (scenario.ego.route,)
    for stretch in suited(scenario, lane_map)[:_STRETCHES]:
        try:
            route = follow(lane_map, stretch.key, stretch.index, ahead_m=ahead, behind_m=BEHIND_M, turns=turns)
        except NoWayError as error:
            raise SceneError(f"{scenario.scenario} on {lane_map.name}: ego: {error}; choose another route") from error
        yield Way(lane_map, route, turns=bool(turns)), None


def _from(way: Route, box: Footprint) -> float:
    """Least distance that a box may have to a way."""
    apart = float(np.hypot(*(way.points_m[:, :2] - (box.x, box.y)).T).min())
    return apart - math.hypot(box.half_length, box.half_width)


class _Placing:
    """The work of ``resolve``: places the actors one by one."""

    def __init__(
        self,
        scenario: ConcreteScenario,
        lane_map: LaneMap,
        sizes: Mapping[str, Size],
        way: Way,
        obstacles: Sequence[Obstacle],
        approach: Approach | None,
    ) -> None:
        self._scenario, self._map, self._sizes, self._way, self._approach = scenario, lane_map, sizes, way, approach
        self._plans = {plan.name: plan for plan in (scenario.ego, *scenario.actors)}
        self._stands: dict[str, Stand] = {}
        self._placed: dict[str, Placed] = {}
        self._notes: list[str] = []
        moves = [(name, move) for rule in scenario.story for name, move in rule.do]
        self._crossing = {name for name, move in moves if move.crosses}
        meetings = ((name, move.meeting()) for name, move in reversed(moves))
        self._meetings = {name: meeting for name, meeting in meetings if meeting is not None}
        self._against: set[LaneKey] = set()
        self._room = Room(lane_map, way.route, obstacles)
        self._paths = Paths(scenario, lane_map, self._room)

    def layout(self) -> Layout:
        """Everybody, the story's actors first, so that the others make room."""
        dropped: dict[str, str] = {}
        for plan in sorted(self._plans.values(), key=lambda p: (p.role not in _STORY, p.name in self._meetings)):
            try:
                self._placed[plan.name] = self._place(plan)
            except NoRoomError as reason:
                if plan.role in _STORY:
                    text = f"{self._scenario.scenario} on {self._map.name}: {plan.name}: {reason}; choose another road or place"
                    raise SceneError(text) from reason
                dropped[plan.name] = str(reason)
        placed, approach = self._placed, self._approach
        return Layout(
            ego=placed[self._scenario.ego.name],
            actors=tuple(placed[plan.name] for plan in self._scenario.actors if plan.name in placed),
            dropped=tuple(dropped.items()),
            notes=tuple(self._notes),
            junction=None if approach is None else approach.junction.id,
            lights=() if approach is None else phases(self._scenario, approach, placed),
        )

    def _place(self, plan: ActorPlan) -> Placed:
        size = self._size(plan)
        stand = self._stand(plan, size)
        point, yaw, key = stand.way.at(stand.station_m)
        slots = stand.way.slots(stand.station_m)
        base = point + stand.offset_m * np.array([-math.sin(yaw), math.cos(yaw), 0.0])
        if stand.slot is not None:
            base[2] = stand.slot.point_m[2]
        heading = yaw if stand.forward else wrap(yaw + math.pi)
        against = stand.slot is not None and stand.slot.kind == "driving" and stand.forward != stand.slot.same_way
        box_yaw = wrap(heading + plan.place.heading_rad - (math.pi if against else 0.0))
        self._room.take(plan, base, box_yaw, size)
        self._room.keep_lanes_free(plan, stand, slots, size)
        if plan.role == "hazard" and plan.name in self._crossing and not plan.model.startswith("vehicle."):
            self._room.keep_way_across_free(stand, base, yaw, slots)
        self._stands[plan.name] = stand
        path, limits = self._paths.path(plan, stand, base)
        self._check_path(plan, path, size)
        left, right = paved_edges(slots)
        position = base + np.array([0.0, 0.0, plan.place.height_m])
        shifts = lane_shifts(slots, stand) if path is not None else ((), ())
        return Placed(
            name=plan.name,
            position_m=position,
            yaw_rad=box_yaw,
            path_m=path,
            path_speed_limit_mps=limits,
            road_yaw_rad=yaw,
            side="on" if abs(stand.offset_m) < 0.5 else "left" if stand.offset_m > 0 else "right",
            to_far_edge_m=max(0.0, left - stand.offset_m if stand.offset_m < 0.5 else stand.offset_m - right),
            lane=stand.slot.key if stand.slot else None,
            lane_width_m=stand.slot.width_m if stand.slot else float(np.median(self._map.lanes[key].width_m)),
            left_shifts_m=shifts[0],
            right_shifts_m=shifts[1],
            station_m=stand.station_m,
        )

    def _check_path(self, plan: ActorPlan, path: NDArray[np.float64] | None, size: Size) -> None:
        """Nobody drives off the end of the road, and who comes on an arm meets nothing of the map."""
        if path is None or not plan.model.startswith("vehicle."):
            return
        there = float(np.hypot(*np.diff(path[:, :2], axis=0).T).sum())
        needed = plan.speed_mps * self._scenario.duration_s + size[0] / 2.0
        if there < needed:
            way = f"{needed:.0f} m in {self._scenario.duration_s:g} s, {there:.0f} m are there"
            raise NoRoomError(f"would drive off the end of the road: {way}")
        if plan.place.arm is not None:
            self._room.keep_path_free(path, size[1])
            allowed = float(pace(Path(path)).limits_mps[0])
            if allowed < _START_SHARE * plan.speed_mps:
                speeds = f"{3.6 * plan.speed_mps:.0f} km/h, {3.6 * allowed:.0f} would do"
                raise NoRoomError(f"its way is too curved where it starts for {speeds}")

    # -------------------------------------------------------------------------------------------- where it stands

    def _stand(self, plan: ActorPlan, size: Size) -> Stand:
        if plan.role == "ego":
            own = self._way.own_slot(0.0)
            return Stand(0.0, plan.place.lateral_m, own, True, self._way)
        return plan.place.stand(_Ground(self, plan, size))

    def in_lane(self, plan: ActorPlan, size: Size, lane: str, station_m: float, reference: Stand) -> Stand:
        """The place abreast of a station in a lane, or in the most similar one where that will do."""
        spot = self._spot(plan, lane, station_m, reference, size)
        with_lane = spot.slot is None or spot.slot.same_way or spot.slot.kind == "sidewalk"
        forward = with_lane != self._drives_against(plan, spot)
        offset = spot.offset_m + (plan.place.lateral_m if forward else -plan.place.lateral_m)
        return Stand(station_m, offset, spot.slot, forward, reference.way)

    def _drives_against(self, plan: ActorPlan, spot: Spot) -> bool:
        """Whether a story vehicle drives against the traffic of its lane: it faces backwards there."""
        moving = plan.model.startswith("vehicle.") and plan.speed_mps > 0.0 and plan.role in _STORY
        against = moving and spot.slot is not None and spot.slot.kind == "driving" and math.cos(plan.place.heading_rad) < 0.0
        if against and spot.slot is not None:
            self._against.add(spot.slot.key)
        return against

    def on_arm(self, plan: ActorPlan, size: Size) -> Stand:
        """On the lane of an arm that leads its way, or beside it, before the junction."""
        if self._approach is None:
            raise NoRoomError(f"ego comes to no junction that has an arm {plan.place.arm}")
        ahead = plan.speed_mps * self._scenario.duration_s + EXTRA_PATH_M
        way = self._approach.way(self._map, plan, ahead)
        at_mouth = way.slots(0.0)
        base = way.own_slot(0.0)
        spot = find_spot(_arm_lane(plan), at_mouth, base, size[1], fallback=self._may_adapt(plan))
        if spot is None:
            raise NoRoomError(f"the arm {plan.place.arm} has no lane {plan.place.lane}")
        if spot.note:
            self._notes.append(f"{plan.name}: {spot.note}")
        offset = spot.offset_m + plan.place.lateral_m
        station = -(plan.place.before_m if plan.place.before_m is not None else self._before_m(plan, way, offset, size))
        slots = way.slots(station)
        slot = min(slots, key=lambda s: abs(s.offset_m - spot.offset_m)) if spot.slot is not None else None
        return Stand(station, offset, slot, True, way)

    def _before_m(self, plan: ActorPlan, way: Way, offset_m: float, size: Size) -> float:
        """How far before the junction it starts so as to meet whom it shall meet."""
        meet = self._meetings.get(plan.name)
        if meet is None:
            raise NoRoomError(
                "at.before_m is missing, and the story lets it arrive with nobody; say how far before the junction"
            )
        other = self._placed.get(meet.other)
        if other is None:
            raise NoRoomError(f"{meet.other} has to be placed before it; give {meet.other} a place of its own")
        met = self._plans[meet.other]
        points = shifted(way.route.points_m, offset_m)
        near = int(np.searchsorted(way.route.station_m, -_NEAR_JUNCTION_M))
        start = start_station(points, near, size[1], plan.speed_mps, meet, other, self._size(met)[1], met.speed_mps)
        if way.route.start_m + start > -_CLEAR_OF_JUNCTION_M:
            raise NoRoomError(f"it would start in the junction to meet {meet.other}; let {meet.other} start farther away")
        return -(way.route.start_m + start)

    def stand_of(self, name: str) -> Stand:
        """Where another actor stands."""
        if name not in self._stands:
            plan = self._plans.get(name)
            if plan is None:
                raise NoRoomError(f"there is no actor {name!r} to stand by")
            self._stands[name] = self._stand(plan, self._size(plan))
        return self._stands[name]

    def _may_adapt(self, plan: ActorPlan) -> bool:
        """Whether another place at the kerb will do."""
        return plan.role == "parked" or (plan.role in _STORY and isinstance(self._scenario.road, TownRoad))

    def _spot_in_junction(self, plan: ActorPlan, word: str, station_m: float, reference: Stand, size: Size) -> Spot | None:
        """In a junction the road's other lanes are roads of their own; then the lanes before it count, drawn through it."""
        slots = reference.way.slots_before_junction(station_m)
        spot = find_spot(word, slots, _base_slot(slots, reference), size[1], fallback=self._may_adapt(plan))
        if spot is None:
            return None
        note = f"lane {word} drawn on through a junction"
        return Spot(offset_m=spot.offset_m, slot=None, note=spot.note or note)

    def _spot(self, plan: ActorPlan, word: str, station_m: float, reference: Stand, size: Size) -> Spot:
        slots = reference.way.slots(station_m)
        base = _base_slot(slots, reference)
        story = plan.role in _STORY
        spot = find_spot(word, slots, base, size[1], fallback=self._may_adapt(plan))
        if spot is None and story:
            spot = self._spot_in_junction(plan, word, station_m, reference, size)
        if spot is None:
            raise NoRoomError(f"the road has no lane {word}")
        if spot.slot is not None and spot.slot.key in self._against and plan.role == "traffic":
            raise NoRoomError("an actor of the story drives against the traffic there")
        if spot.note and story:
            self._notes.append(f"{plan.name}: {spot.note}")
        return spot

    def size_of(self, name: str) -> Size:
        """Of the box of the actor called so."""
        return self._size(self._plans[name])

    def _size(self, plan: ActorPlan) -> Size:
        try:
            return self._sizes[plan.model]
        except KeyError:
            raise SceneError(f"{plan.name}: the size of {plan.model!r} is not known; add it to sizes") from None


class _Ground:
    """What an actor's place may ask while the actors are placed; see ``rarebit.language.kinds.Ground``."""

    def __init__(self, placing: _Placing, plan: ActorPlan, size: Size) -> None:
        self._placing, self._plan, self._size = placing, plan, size

    def stand_of(self, actor: str) -> Stand:
        return self._placing.stand_of(actor)

    def length_m(self, actor: str) -> float:
        return self._placing.size_of(actor)[0]

    def own_extent_m(self, heading_rad: float) -> float:
        return _extent_along(self._size, heading_rad)

    def in_lane(self, lane: str, station_m: float, reference: Stand) -> Stand:
        return self._placing.in_lane(self._plan, self._size, lane, station_m, reference)

    def beside_lanes(self, station_m: float, offset_m: float, reference: Stand) -> Stand:
        return Stand(station_m, offset_m, None, True, reference.way)

    def on_arm(self) -> Stand:
        return self._placing.on_arm(self._plan, self._size)


def _arm_lane(plan: ActorPlan) -> str:
    """The lane word as seen from the lane that leads the way; which of several it is has been chosen already."""
    return "same" if plan.place.lane in ("leftmost", "middle", "rightmost") else plan.place.lane


def _base_slot(slots: tuple[Slot, ...], reference: Stand) -> Slot:
    """The lane that a reference drives in, at another station: the driving lane of its direction nearest to its offset."""
    lanes = driving(slots, same_way=reference.forward) or list(slots)
    return min(lanes, key=lambda slot: (abs(slot.offset_m - reference.offset_m), slot.offset_m))


def _extent_along(size: Size, heading_rad: float) -> float:
    """Length that a turned box takes along the road."""
    return abs(size[0] * math.cos(heading_rad)) + abs(size[1] * math.sin(heading_rad))
