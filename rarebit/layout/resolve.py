"""Puts a concrete scenario on a map.

Fallbacks, so that one spec works on any road (each is noted in ``Layout.notes``; see ``section.find_spot`` for lanes):

* a story actor takes the most similar place the road has; if there is none, that is an error;
* parked cars, traffic and passers-by never take a lane of another kind than asked, save that parked cars may stand on a
  shoulder or beside the road; whoever finds no room, or would stand in a junction, on a crossing or in another's box, is
  dropped;
* a place on a town's map where a wall, a pole or a car of the map is in the way is given up for the next best one;
* where a story vehicle drives in a lane of the other direction, no traffic comes towards it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from rarebit.core.errors import SceneError
from rarebit.layout.boxes import Footprint, Obstacle
from rarebit.layout.paths import EXTRA_PATH_M, Paths, lane_shifts
from rarebit.layout.placed import Layout, Placed, Size, Stand
from rarebit.layout.room import NoRoomError, Room
from rarebit.layout.section import Slot, Spot, cross_section, driving, find_spot, paved_edges
from rarebit.layout.stretch import BEHIND_M, Stretch, needed_m, suited
from rarebit.motions import Cross, Roll
from rarebit.roads.lane_map import LaneKey, LaneMap
from rarebit.roads.route import Route, follow, wrap
from rarebit.scenario import ActorPlan, ConcreteScenario

_AHEAD_M = 400.0
_NEAR_WAY_M = 40.0
_STRETCHES = 40
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
    for stretch in suited(scenario, lane_map)[:_STRETCHES]:
        try:
            return _on(stretch, scenario, lane_map, sizes, obstacles)
        except SceneError as error:
            first = first or error
    raise first or SceneError(f"{lane_map.name}: no stretch suits {scenario.scenario}; choose another road")


def _on(
    stretch: Stretch,
    scenario: ConcreteScenario,
    lane_map: LaneMap,
    sizes: Mapping[str, Size],
    obstacles: Sequence[Obstacle],
) -> Layout:
    """The layout on one stretch of road; SceneError if an actor of the story has no place on it."""
    ahead = max(needed_m(scenario) + EXTRA_PATH_M, _AHEAD_M)
    way = follow(lane_map, stretch.key, stretch.index, ahead_m=ahead, behind_m=BEHIND_M)
    near = [o for o in obstacles if _from(way, o.outline) < _NEAR_WAY_M]
    return _Placing(scenario, lane_map, sizes, way, near).layout()


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
        way: Route,
        obstacles: Sequence[Obstacle],
    ) -> None:
        self._scenario, self._map, self._sizes, self._way = scenario, lane_map, sizes, way
        self._plans = {plan.name: plan for plan in (scenario.ego, *scenario.actors)}
        self._stands: dict[str, Stand] = {}
        self._sections: dict[float, tuple[Slot, ...]] = {}
        self._notes: list[str] = []
        self._crossing = {
            name
            for rule in scenario.story
            for name, move in rule.do
            if isinstance(move, Cross) or (isinstance(move, Roll) and move.towards == "road")
        }
        self._oncoming_closed = False
        self._room = Room(lane_map, way, obstacles)
        self._paths = Paths(scenario, lane_map, way, self._room)

    def layout(self) -> Layout:
        """Everybody, the story's actors first, so that the others make room."""
        placed: dict[str, Placed] = {}
        dropped: dict[str, str] = {}
        for plan in sorted(self._plans.values(), key=lambda p: p.role not in _STORY):
            try:
                placed[plan.name] = self._place(plan)
            except NoRoomError as reason:
                if plan.role in _STORY:
                    text = f"{self._scenario.scenario} on {self._map.name}: {plan.name}: {reason}; choose another road or place"
                    raise SceneError(text) from reason
                dropped[plan.name] = str(reason)
        actors = tuple(placed[plan.name] for plan in self._scenario.actors if plan.name in placed)
        return Layout(
            ego=placed[self._scenario.ego.name], actors=actors, dropped=tuple(dropped.items()), notes=tuple(self._notes)
        )

    def _place(self, plan: ActorPlan) -> Placed:
        size = self._size(plan)
        stand = self._stand(plan, size)
        point, yaw, key = self._at(stand.station_m)
        slots = self._slots(stand.station_m)
        base = point + stand.offset_m * np.array([-math.sin(yaw), math.cos(yaw), 0.0])
        if stand.slot is not None:
            base[2] = stand.slot.point_m[2]
        heading = yaw if stand.forward else wrap(yaw + math.pi)
        box_yaw = wrap(heading + plan.place.heading_rad)
        self._room.take(plan, base, box_yaw, size)
        self._room.keep_lanes_free(plan, stand, slots, size)
        if plan.role == "hazard" and plan.name in self._crossing and not plan.model.startswith("vehicle."):
            self._room.keep_way_across_free(stand, base, yaw, slots)
        self._stands[plan.name] = stand
        path, limits = self._paths.path(plan, stand, base)
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

    # -------------------------------------------------------------------------------------------- where it stands

    def _stand(self, plan: ActorPlan, size: Size) -> Stand:
        if plan.role == "ego":
            slots = self._slots(0.0)
            return Stand(0.0, 0.0, next(slot for slot in slots if abs(slot.offset_m) < 1e-6), True)
        place = plan.place
        reference = self._reference(place.behind or place.reference)
        if place.behind is not None:
            far = 1.0 if reference.station_m >= 0.0 else -1.0
            other = self._size(self._plans[place.behind])
            station = reference.station_m + far * (other[0] / 2 + place.gap_m + _extent_along(size, place.heading_rad) / 2)
            return Stand(station, reference.offset_m + place.lateral_m, None, True)
        station = reference.station_m + (place.ahead_m if reference.forward else -place.ahead_m)
        slots = self._slots(station)
        spot = self._spot(plan, reference, slots, size)
        forward = spot.slot is None or spot.slot.same_way or spot.foreign or spot.slot.kind == "sidewalk"
        if spot.foreign:
            self._oncoming_closed = True
        offset = spot.offset_m + (place.lateral_m if forward else -place.lateral_m)
        return Stand(station, offset, spot.slot, forward)

    def _reference(self, name: str) -> Stand:
        if name not in self._stands:
            plan = self._plans.get(name)
            if plan is None:
                raise NoRoomError(f"there is no actor {name!r} to stand by")
            self._stands[name] = self._stand(plan, self._size(plan))
        return self._stands[name]

    def _spot_in_junction(self, plan: ActorPlan, reference: Stand, size: Size) -> Spot | None:
        """In a junction the road's other lanes are roads of their own; then the lanes before it count, drawn through it."""
        station = reference.station_m + (plan.place.ahead_m if reference.forward else -plan.place.ahead_m)
        slots = self._slots_before_junction(station)
        spot = find_spot(plan.place.lane, slots, _base_slot(slots, reference), size[1], fallback=True)
        if spot is None:
            return None
        note = f"lane {plan.place.lane} drawn on through a junction"
        return Spot(offset_m=spot.offset_m, slot=None, note=spot.note or note, foreign=spot.foreign)

    def _spot(self, plan: ActorPlan, reference: Stand, slots: tuple[Slot, ...], size: Size) -> Spot:
        base = _base_slot(slots, reference)
        word = plan.place.lane
        story = plan.role in _STORY
        spot = find_spot(word, slots, base, size[1], fallback=story or plan.role == "parked")
        if spot is None and story:
            spot = self._spot_in_junction(plan, reference, size)
        if spot is None:
            raise NoRoomError(f"the road has no lane {word}")
        if spot.slot is not None and not spot.slot.same_way and plan.role == "traffic" and self._oncoming_closed:
            raise NoRoomError("an actor of the story drives in the oncoming lane")
        if spot.note and story:
            self._notes.append(f"{plan.name}: {spot.note}")
        return spot

    def _at(self, station_m: float) -> tuple[NDArray[np.float64], float, LaneKey]:
        try:
            return self._way.at(station_m)
        except ValueError as error:
            raise NoRoomError(str(error)) from error

    def _slots(self, station_m: float) -> tuple[Slot, ...]:
        if station_m not in self._sections:
            point, yaw, key = self._at(station_m)
            self._sections[station_m] = cross_section(self._map, key, point, yaw)
        return self._sections[station_m]

    def _slots_before_junction(self, station_m: float) -> tuple[Slot, ...]:
        """The road crosswise where it enters the junction that a station lies in; as it is there if it lies in none."""
        inside = np.array([self._room.in_junction(key) for key in self._way.keys])
        if not self._room.in_junction(self._at(station_m)[2]):
            return self._slots(station_m)
        before = np.flatnonzero(~inside & (self._way.station_m < station_m))
        return self._slots(float(self._way.station_m[before[-1]]) if len(before) else station_m)

    def _size(self, plan: ActorPlan) -> Size:
        try:
            return self._sizes[plan.model]
        except KeyError:
            raise SceneError(f"{plan.name}: the size of {plan.model!r} is not known; add it to sizes") from None


def _base_slot(slots: tuple[Slot, ...], reference: Stand) -> Slot:
    """The lane that a reference drives in, at another station: the driving lane of its direction nearest to its offset."""
    lanes = driving(slots, same_way=reference.forward) or list(slots)
    return min(lanes, key=lambda slot: (abs(slot.offset_m - reference.offset_m), slot.offset_m))


def _extent_along(size: Size, heading_rad: float) -> float:
    """Length that a turned box takes along the road."""
    return abs(size[0] * math.cos(heading_rad)) + abs(size[1] * math.sin(heading_rad))
