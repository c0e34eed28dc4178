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
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import Point, Polygon

from rarebit.core.errors import SceneError
from rarebit.lane_map import LaneKey, LaneMap
from rarebit.layout.boxes import Footprint, Obstacle
from rarebit.layout.corridor import Corridor, follow, shifted, wrap
from rarebit.layout.placed import Layout, Placed
from rarebit.layout.section import Slot, Spot, cross_section, driving, find_spot, paved_edges
from rarebit.layout.stretch import BEHIND_M, Stretch, needed_m, suited
from rarebit.scenario import ActorPlan, ConcreteScenario, Cross, Roll

_EXTRA_PATH_M = 60.0
_AHEAD_M = 400.0
_CLEAR_M = {"parked": 0.25, "traffic": 0.5}
_JUNCTION_CLEAR_M = 6.0
_WALKER_CLEAR_M = 0.4
_CROSSING_CLEAR_M = 1.0
_NEAR_WAY_M = 40.0
_HEADROOM_M = 3.0
_CROSSING_HALF_M = 0.5
_LANE_CLEAR_M = 1.35  # from the middle of a driving lane to what stands beside it: half a car and a third of a metre
_STRETCHES = 40
_STORY = ("ego", "hazard", "occluder", "static")
Size = tuple[float, float, float]


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
    ahead = max(needed_m(scenario) + _EXTRA_PATH_M, _AHEAD_M)
    way = follow(lane_map, stretch.key, stretch.index, ahead_m=ahead, behind_m=BEHIND_M)
    near = [o for o in obstacles if _from(way, o.outline) < _NEAR_WAY_M]
    return _Placing(scenario, lane_map, sizes, way, near).layout()


def _from(way: Corridor, box: Footprint) -> float:
    """Least distance that a box may have to a way."""
    apart = float(np.hypot(*(way.points_m[:, :2] - (box.x, box.y)).T).min())
    return apart - math.hypot(box.half_length, box.half_width)


class _NoRoomError(Exception):
    """Why somebody has no place."""


@dataclass(frozen=True, slots=True)
class _Stand:
    """Where an actor stands, seen from ego's way."""

    station_m: float
    offset_m: float
    slot: Slot | None
    forward: bool


class _Placing:
    """The work of ``resolve``: places the actors one by one."""

    def __init__(
        self,
        scenario: ConcreteScenario,
        lane_map: LaneMap,
        sizes: Mapping[str, Size],
        way: Corridor,
        obstacles: Sequence[Obstacle],
    ) -> None:
        self._obstacles = obstacles
        self._scenario, self._map, self._sizes, self._way = scenario, lane_map, sizes, way
        self._plans = {plan.name: plan for plan in (scenario.ego, *scenario.actors)}
        self._stands: dict[str, _Stand] = {}
        self._sections: dict[float, tuple[Slot, ...]] = {}
        self._boxes: dict[str, Footprint] = {}
        self._notes: list[str] = []
        self._crossing = {
            name
            for rule in scenario.story
            for name, move in rule.do
            if isinstance(move, Cross) or (isinstance(move, Roll) and move.towards == "road")
        }
        self._oncoming_closed = False
        self._crossings = [Polygon(outline[:, :2]) for outline in lane_map.crossings if len(outline) >= 4]

    def layout(self) -> Layout:
        """Everybody, the story's actors first, so that the others make room."""
        placed: dict[str, Placed] = {}
        dropped: dict[str, str] = {}
        for plan in sorted(self._plans.values(), key=lambda p: p.role not in _STORY):
            try:
                placed[plan.name] = self._place(plan)
            except _NoRoomError as reason:
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
        self._make_room(plan, base, box_yaw, size)
        self._keep_lanes_free(plan, stand, slots, size)
        self._keep_way_free(plan, stand, base, yaw, slots)
        self._stands[plan.name] = stand
        path, limits = self._path(plan, stand, base)
        left, right = paved_edges(slots)
        position = base + np.array([0.0, 0.0, plan.place.height_m])
        shifts = _shifts(slots, stand) if path is not None else ((), ())
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

    def _stand(self, plan: ActorPlan, size: Size) -> _Stand:
        if plan.role == "ego":
            slots = self._slots(0.0)
            return _Stand(0.0, 0.0, next(slot for slot in slots if abs(slot.offset_m) < 1e-6), True)
        place = plan.place
        reference = self._reference(place.behind or place.reference)
        if place.behind is not None:
            far = 1.0 if reference.station_m >= 0.0 else -1.0
            other = self._size(self._plans[place.behind])
            station = reference.station_m + far * (other[0] / 2 + place.gap_m + _extent_along(size, place.heading_rad) / 2)
            return _Stand(station, reference.offset_m + place.lateral_m, None, True)
        station = reference.station_m + (place.ahead_m if reference.forward else -place.ahead_m)
        slots = self._slots(station)
        spot = self._spot(plan, reference, slots, size)
        forward = spot.slot is None or spot.slot.same_way or spot.foreign or spot.slot.kind == "sidewalk"
        if spot.foreign:
            self._oncoming_closed = True
        offset = spot.offset_m + (place.lateral_m if forward else -place.lateral_m)
        return _Stand(station, offset, spot.slot, forward)

    def _reference(self, name: str) -> _Stand:
        if name not in self._stands:
            plan = self._plans.get(name)
            if plan is None:
                raise _NoRoomError(f"there is no actor {name!r} to stand by")
            self._stands[name] = self._stand(plan, self._size(plan))
        return self._stands[name]

    def _spot_in_junction(self, plan: ActorPlan, reference: _Stand, size: Size) -> Spot | None:
        """In a junction the road's other lanes are roads of their own; then the lanes before it count, drawn through it."""
        station = reference.station_m + (plan.place.ahead_m if reference.forward else -plan.place.ahead_m)
        slots = self._slots_before_junction(station)
        spot = find_spot(plan.place.lane, slots, _base_slot(slots, reference), size[1], fallback=True)
        if spot is None:
            return None
        note = f"lane {plan.place.lane} drawn on through a junction"
        return Spot(offset_m=spot.offset_m, slot=None, note=spot.note or note, foreign=spot.foreign)

    def _spot(self, plan: ActorPlan, reference: _Stand, slots: tuple[Slot, ...], size: Size) -> Spot:
        base = _base_slot(slots, reference)
        word = plan.place.lane
        story = plan.role in _STORY
        spot = find_spot(word, slots, base, size[1], fallback=story or plan.role == "parked")
        if spot is None and story:
            spot = self._spot_in_junction(plan, reference, size)
        if spot is None:
            raise _NoRoomError(f"the road has no lane {word}")
        if spot.slot is not None and not spot.slot.same_way and plan.role == "traffic" and self._oncoming_closed:
            raise _NoRoomError("an actor of the story drives in the oncoming lane")
        if spot.note and story:
            self._notes.append(f"{plan.name}: {spot.note}")
        return spot

    def _at(self, station_m: float) -> tuple[NDArray[np.float64], float, LaneKey]:
        try:
            return self._way.at(station_m)
        except ValueError as error:
            raise _NoRoomError(str(error)) from error

    def _slots(self, station_m: float) -> tuple[Slot, ...]:
        if station_m not in self._sections:
            point, yaw, key = self._at(station_m)
            self._sections[station_m] = cross_section(self._map, key, point, yaw)
        return self._sections[station_m]

    def _slots_before_junction(self, station_m: float) -> tuple[Slot, ...]:
        """The road crosswise where it enters the junction that a station lies in; as it is there if it lies in none."""
        inside = np.array([self._in_junction(key) for key in self._way.keys])
        if not self._in_junction(self._at(station_m)[2]):
            return self._slots(station_m)
        before = np.flatnonzero(~inside & (self._way.station_m < station_m))
        return self._slots(float(self._way.station_m[before[-1]]) if len(before) else station_m)

    def _size(self, plan: ActorPlan) -> Size:
        try:
            return self._sizes[plan.model]
        except KeyError:
            raise SceneError(f"{plan.name}: the size of {plan.model!r} is not known; add it to sizes") from None

    # -------------------------------------------------------------------------------------------- room

    def _make_room(self, plan: ActorPlan, base: NDArray[np.float64], yaw: float, size: Size) -> None:
        box = Footprint(float(base[0]), float(base[1]), yaw, size[0] / 2, size[1] / 2)
        margin = _CLEAR_M.get(plan.role, 0.0)
        for name, other in self._boxes.items():
            if plan.place.height_m == 0.0 and box.grown(margin).overlaps(other):
                raise _NoRoomError(f"overlaps {name}")
        if plan.place.height_m == 0.0 and self._hits(box, float(base[2])):
            raise _NoRoomError("something of the map stands there")
        if plan.role == "parked":
            self._keep_clear(base, size)
        elif plan.role == "traffic" and self._in_junction(self._nearest_key(base)):
            raise _NoRoomError("would start in a junction")
        if plan.place.height_m == 0.0:
            self._boxes[plan.name] = box

    def _hits(self, box: Footprint, ground_m: float) -> bool:
        """Whether something of the map stands in a box of a vehicle's height."""
        return any(
            o.bottom_m < ground_m + _HEADROOM_M and o.top_m > ground_m + 0.05 and box.overlaps(o.outline)
            for o in self._obstacles
        )

    def _keep_lanes_free(self, plan: ActorPlan, stand: _Stand, slots: tuple[Slot, ...], size: Size) -> None:
        """What stands beside the driving lanes leaves a car room in each."""
        beside = stand.slot is None or stand.slot.kind != "driving"
        if plan.place.height_m > 0.0 or plan.role not in ("parked", "occluder", "static") or not beside:
            return
        turn = plan.place.heading_rad
        half = (abs(size[0] * math.sin(turn)) + abs(size[1] * math.cos(turn))) / 2.0
        lanes = [slot for slot in slots if slot.kind == "driving"]
        if any(abs(slot.offset_m - stand.offset_m) - half < _LANE_CLEAR_M for slot in lanes):
            raise _NoRoomError("would stand in a driving lane")

    def _keep_way_free(
        self, plan: ActorPlan, stand: _Stand, base: NDArray[np.float64], yaw: float, slots: tuple[Slot, ...]
    ) -> None:
        """Who runs or rolls across the road meets nothing of the map before the far edge."""
        if plan.role != "hazard" or plan.model.startswith("vehicle.") or plan.name not in self._crossing:
            return
        far = paved_edges(slots)[1 if stand.offset_m > 0.0 else 0]
        across = np.array([-math.sin(yaw), math.cos(yaw)])
        for offset in np.arange(0.0, abs(far - stand.offset_m), _CROSSING_HALF_M):
            x, y = base[:2] + math.copysign(offset, far - stand.offset_m) * across
            if self._hits(Footprint(float(x), float(y), yaw, _CROSSING_HALF_M, _CROSSING_HALF_M), float(base[2])):
                raise _NoRoomError("its way across the road is blocked")

    def _keep_clear(self, base: NDArray[np.float64], size: Size) -> None:
        """Nobody parks in a junction, within 6 m of one, or on a crossing."""
        reach = size[0] / 2 + _JUNCTION_CLEAR_M
        near = np.hypot(*(self._way.points_m[:, :2] - base[:2]).T) < reach + 8.0
        abreast = np.flatnonzero(near & (np.abs(self._way.station_m - self._nearest_station(base)) < reach))
        if any(self._in_junction(self._way.keys[i]) for i in abreast):
            raise _NoRoomError("would stand in a junction")
        spot = Point(base[0], base[1])
        if any(crossing.distance(spot) < size[0] / 2 + _CROSSING_CLEAR_M for crossing in self._crossings):
            raise _NoRoomError("would stand on a crossing")

    def _nearest_station(self, base: NDArray[np.float64]) -> float:
        return float(self._way.station_m[int(np.argmin(np.hypot(*(self._way.points_m[:, :2] - base[:2]).T)))])

    def _nearest_key(self, base: NDArray[np.float64]) -> LaneKey:
        return self._way.keys[int(np.argmin(np.hypot(*(self._way.points_m[:, :2] - base[:2]).T)))]

    def _in_junction(self, key: LaneKey) -> bool:
        return self._map.lanes[key].junction is not None

    # -------------------------------------------------------------------------------------------- paths

    def _path(
        self, plan: ActorPlan, stand: _Stand, base: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64] | None, NDArray[np.float64] | None]:
        """What it drives or walks along, from where it stands, with the speed limits; (None, None) for what stays."""
        moves = plan.role in ("ego", "hazard", "traffic")
        along: Corridor | None
        if plan.model.startswith("vehicle.") and moves:
            along = self._drive(plan, stand)
        elif plan.model.startswith("walker.") and plan.speed_mps > 0.0 and moves:
            along = self._walk(plan, stand)
        else:
            return None, None
        if along is None:
            return None, None
        points = along.points_m
        points[0] = base
        limits = [self._map.lanes[key].speed_limit_mps for key in along.keys]
        return points, np.array([np.nan if limit is None else limit for limit in limits])

    def _drive(self, plan: ActorPlan, stand: _Stand) -> Corridor:
        length = max(plan.speed_mps, self._scenario.ego.speed_mps) * self._scenario.duration_s + _EXTRA_PATH_M
        slot = stand.slot
        if slot is not None and slot.kind == "driving" and slot.same_way == stand.forward:
            way = follow(self._map, slot.key, slot.index, ahead_m=length)
            offset = stand.offset_m - slot.offset_m if stand.forward else slot.offset_m - stand.offset_m
        else:
            way, offset = _tail(self._way, stand.station_m, length), stand.offset_m
        return Corridor(points_m=shifted(way.points_m, offset), station_m=way.station_m, keys=way.keys)

    def _walk(self, plan: ActorPlan, stand: _Stand) -> Corridor | None:
        """Along ego's way, forwards or backwards, up to the next junction or the first thing that stands there."""
        forward = math.cos(plan.place.heading_rad) >= 0.0
        length = plan.speed_mps * self._scenario.duration_s + 5.0
        whole = self._way
        inside = np.flatnonzero(whole.station_m > stand.station_m if forward else whole.station_m < stand.station_m)
        steps = inside if forward else inside[::-1]
        keep: list[int] = []
        for i in steps:
            if abs(whole.station_m[i] - stand.station_m) > length or self._in_junction(whole.keys[i]):
                break
            keep.append(int(i))
        if len(keep) < 3:
            return None
        start = self._at(stand.station_m)[0]
        points = np.vstack([start, whole.points_m[keep]])
        moved = shifted(points, stand.offset_m if forward else -stand.offset_m)
        free = self._free(moved, plan.name)
        if free < 3:
            return None
        station = np.concatenate([[0.0], np.abs(whole.station_m[keep] - stand.station_m)])
        keys = tuple(whole.keys[i] for i in (keep[0], *keep))
        return Corridor(points_m=moved[:free], station_m=station[:free], keys=keys[:free])

    def _free(self, points_m: NDArray[np.float64], name: str) -> int:
        """How many points of a walk come before the first box in the way."""
        others = [box for other, box in self._boxes.items() if other != name]
        for i, (x, y) in enumerate(points_m[:, :2].tolist()):
            step = Footprint(x, y, 0.0, _WALKER_CLEAR_M, _WALKER_CLEAR_M)
            if any(abs(x - box.x) + abs(y - box.y) < 12.0 and step.overlaps(box) for box in others):
                return i
        return len(points_m)


def _tail(way: Corridor, station_m: float, length_m: float) -> Corridor:
    """The part of a way from a station on, its points exact at the start."""
    start, _, key = way.at(station_m)
    after = (way.station_m > station_m + 0.05) & (way.station_m <= station_m + length_m)
    if not after.any():
        after[-1] = True
    keys = tuple(k for k, inside in zip(way.keys, after, strict=True) if inside)
    points = np.vstack([start, way.points_m[after]])
    return Corridor(points_m=points, station_m=np.concatenate([[0.0], way.station_m[after] - station_m]), keys=(key, *keys))


def _base_slot(slots: tuple[Slot, ...], reference: _Stand) -> Slot:
    """The lane that a reference drives in, at another station: the driving lane of its direction nearest to its offset."""
    lanes = driving(slots, same_way=reference.forward) or list(slots)
    return min(lanes, key=lambda slot: (abs(slot.offset_m - reference.offset_m), slot.offset_m))


def _shifts(slots: tuple[Slot, ...], stand: _Stand) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Offsets to the lanes on the left and right of who travels ``stand``'s way; ego's lane counts for an overtaker, too."""
    lanes = [slot for slot in slots if slot.kind == "driving" and slot.same_way == stand.forward]
    sign = 1.0 if stand.forward else -1.0
    moves = sorted(sign * (slot.offset_m - stand.offset_m) for slot in lanes)
    right = tuple(move for move in reversed(moves) if move < -1.0)
    return tuple(move for move in moves if move > 1.0), right


def _extent_along(size: Size, heading_rad: float) -> float:
    """Length that a turned box takes along the road."""
    return abs(size[0] * math.cos(heading_rad)) + abs(size[1] * math.sin(heading_rad))
