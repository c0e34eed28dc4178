"""Who stands where already: boxes on the ground, the map's obstacles, lanes, junctions and crossings to keep free."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import Point, Polygon

from rarebit.layout.boxes import Footprint, Obstacle
from rarebit.layout.errors import NoRoomError
from rarebit.layout.placed import Size, Stand
from rarebit.layout.section import Slot, paved_edges
from rarebit.roads.lane_map import LaneKey, LaneMap
from rarebit.roads.route import Route
from rarebit.scenario import ActorPlan

_CLEAR_M = {"parked": 0.25, "traffic": 0.5}
_JUNCTION_CLEAR_M = 6.0
_WALKER_CLEAR_M = 0.4
_CROSSING_CLEAR_M = 1.0
_HEADROOM_M = 3.0
_CROSSING_HALF_M = 0.5
_LANE_CLEAR_M = 1.35  # from the middle of a driving lane to what stands beside it: half a car and a third of a metre


class Room:
    """The free room along ego's way; every check raises NoRoomError with the reason.

    Args:
        lane_map: for junctions and crossings.
        way: ego's.
        obstacles: of the map, near that way.
    """

    def __init__(self, lane_map: LaneMap, way: Route, obstacles: Sequence[Obstacle]) -> None:
        self._map, self._way, self._obstacles = lane_map, way, obstacles
        self._boxes: dict[str, Footprint] = {}
        self._crossings = [Polygon(outline[:, :2]) for outline in lane_map.crossings if len(outline) >= 4]

    def take(self, plan: ActorPlan, base_m: NDArray[np.float64], yaw_rad: float, size: Size) -> None:
        """Puts an actor's box on the ground at ``base_m`` (3,), if nothing is there and its role may stand there."""
        box = Footprint(float(base_m[0]), float(base_m[1]), yaw_rad, size[0] / 2, size[1] / 2)
        margin = _CLEAR_M.get(plan.role, 0.0)
        for name, other in self._boxes.items():
            if plan.place.height_m == 0.0 and box.grown(margin).overlaps(other):
                raise NoRoomError(f"overlaps {name}")
        if plan.place.height_m == 0.0 and self._hits(box, float(base_m[2])):
            raise NoRoomError("something of the map stands there")
        if plan.role == "parked":
            self._keep_clear(base_m, size)
        elif plan.role == "traffic" and self.in_junction(self._nearest_key(base_m)):
            raise NoRoomError("would start in a junction")
        if plan.place.height_m == 0.0:
            self._boxes[plan.name] = box

    def keep_lanes_free(self, plan: ActorPlan, stand: Stand, slots: tuple[Slot, ...], size: Size) -> None:
        """What stands beside the driving lanes leaves a car room in each."""
        beside = stand.slot is None or stand.slot.kind != "driving"
        if plan.place.height_m > 0.0 or plan.role not in ("parked", "occluder", "static") or not beside:
            return
        turn = plan.place.heading_rad
        half = (abs(size[0] * math.sin(turn)) + abs(size[1] * math.cos(turn))) / 2.0
        lanes = [slot for slot in slots if slot.kind == "driving"]
        if any(abs(slot.offset_m - stand.offset_m) - half < _LANE_CLEAR_M for slot in lanes):
            raise NoRoomError("would stand in a driving lane")

    def keep_way_across_free(
        self, stand: Stand, base_m: NDArray[np.float64], road_yaw_rad: float, slots: tuple[Slot, ...]
    ) -> None:
        """Who runs or rolls across the road meets nothing of the map before the far edge."""
        far = paved_edges(slots)[1 if stand.offset_m > 0.0 else 0]
        across = np.array([-math.sin(road_yaw_rad), math.cos(road_yaw_rad)])
        for offset in np.arange(0.0, abs(far - stand.offset_m), _CROSSING_HALF_M):
            x, y = base_m[:2] + math.copysign(offset, far - stand.offset_m) * across
            step = Footprint(float(x), float(y), road_yaw_rad, _CROSSING_HALF_M, _CROSSING_HALF_M)
            if self._hits(step, float(base_m[2])):
                raise NoRoomError("its way across the road is blocked")

    def free_points(self, points_m: NDArray[np.float64], name: str) -> int:
        """How many points of a walk (n, 3) come before the first box of another actor."""
        others = [box for other, box in self._boxes.items() if other != name]
        for i, (x, y) in enumerate(points_m[:, :2].tolist()):
            step = Footprint(x, y, 0.0, _WALKER_CLEAR_M, _WALKER_CLEAR_M)
            if any(abs(x - box.x) + abs(y - box.y) < 12.0 and step.overlaps(box) for box in others):
                return i
        return len(points_m)

    def keep_path_free(self, points_m: NDArray[np.float64], width_m: float) -> None:
        """Who drives beside the lanes meets nothing of the map on its path (n, 3)."""
        steps = np.diff(points_m[:, :2], axis=0)
        for point, step in zip(points_m[:-1:2], steps[::2], strict=False):
            body = Footprint(float(point[0]), float(point[1]), math.atan2(step[1], step[0]), 1.0, width_m / 2.0)
            if self._hits(body, float(point[2])):
                raise NoRoomError("something of the map stands in its way")

    def in_junction(self, key: LaneKey) -> bool:
        """Whether a lane belongs to a junction."""
        return self._map.lanes[key].junction is not None

    def _hits(self, box: Footprint, ground_m: float) -> bool:
        """Whether something of the map stands in a box of a vehicle's height."""
        return any(
            o.bottom_m < ground_m + _HEADROOM_M and o.top_m > ground_m + 0.05 and box.overlaps(o.outline)
            for o in self._obstacles
        )

    def _keep_clear(self, base_m: NDArray[np.float64], size: Size) -> None:
        """Nobody parks in a junction, within 6 m of one, or on a crossing."""
        reach = size[0] / 2 + _JUNCTION_CLEAR_M
        apart = np.hypot(*(self._way.points_m[:, :2] - base_m[:2]).T)
        abreast = (apart < reach + 8.0) & (np.abs(self._way.station_m - self._way.station_m[int(apart.argmin())]) < reach)
        if any(self.in_junction(self._way.keys[i]) for i in np.flatnonzero(abreast)):
            raise NoRoomError("would stand in a junction")
        spot = Point(base_m[0], base_m[1])
        if any(crossing.distance(spot) < size[0] / 2 + _CROSSING_CLEAR_M for crossing in self._crossings):
            raise NoRoomError("would stand on a crossing")

    def _nearest_key(self, base_m: NDArray[np.float64]) -> LaneKey:
        return self._way.keys[int(np.argmin(np.hypot(*(self._way.points_m[:, :2] - base_m[:2]).T)))]
