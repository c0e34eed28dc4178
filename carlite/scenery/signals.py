"""Traffic lights and signs where the map puts them, and the barriers, poles and plants that it lists as objects."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from carlite.opendrive import MapObject, Road, RoadNetwork, Signal, facing_yaw_deg, signal_pose
from carlite.scenery.along import rail
from carlite.scenery.placement import Placement
from carlite.scenery.site import Site, depth_and_front

Array = NDArray[np.float64]
_ASIDE_M, _ARM_M = 0.7, 4.3
_STEP_M = 2.0
_LINES = {"barrier": "guard_rail", "railing": "guard_rail", "rail": "guard_rail", "vegetation": "hedge"}
_SINGLES = {"tree": "tree", "vegetation": "bush", "streetlamp": "street_lamp", "lamp": "street_lamp"}


def place_signals(site: Site, network: RoadNetwork) -> None:
    """A post at each signal: traffic lights are named "traffic_light_<signal id>", signs "sign_<signal id>"."""
    for road, signal in network.signals():
        kind = "traffic_light" if signal.is_traffic_light else "sign"
        location, _ = signal_pose(road, signal)
        yaw = facing_yaw_deg(road, signal, vendor=network.vendor)
        foot = _beside(site, location[:2])
        ground = site.ground_z(np.array([[foot[0], foot[1], location[2]]]), lift_m=3.0)
        site.plots.take(shapely.Point(foot).buffer(0.4, quad_segs=1))
        variant = _sign_variant(signal) if kind == "sign" else _light_variant(site, foot, yaw)
        site.placements.append(
            Placement(
                kind=kind,
                variant=variant,
                location=(float(foot[0]), float(foot[1]), float(ground[0])),
                rotation_deg=(0.0, yaw, 0.0),
                name=f"{kind}_{signal.id}",
            )
        )


def place_map_objects(site: Site, network: RoadNetwork) -> None:
    """Objects of the map that have a look here, repeats included."""
    for road in network.roads.values():
        for item in road.objects:
            kind = _LINES.get(item.type)
            if item.repeats and kind is not None:
                _line(site, road, item, kind)
            elif item.type in _SINGLES:
                point = road.surface([item.s], [item.t])[0]
                site.put(_SINGLES[item.type], 0, point, float(road.reference([item.s])[1][0]), off=site.off_street, thin=True)


def _line(site: Site, road: Road, item: MapObject, kind: str) -> None:
    _, length = depth_and_front(kind, 0)
    for repeat in item.repeats:
        step = max(repeat.distance_m, length)
        end = min(repeat.s + repeat.length_m, road.length_m)
        if repeat.distance_m <= length and end - repeat.s >= 1.0:
            whole = np.linspace(repeat.s, end, int(np.ceil((end - repeat.s) / _STEP_M)) + 1)
            across = repeat.t_start + (whole - repeat.s) / max(repeat.length_m, 1e-6) * (repeat.t_end - repeat.t_start)
            rail(site, kind, road.surface(whole, across), road.surface(whole, np.zeros_like(whole)))
            continue
        for s in np.arange(repeat.s + 0.5 * length, end - 0.4 * length, step):
            share = (s - repeat.s) / max(repeat.length_m, 1e-6)
            t = repeat.t_start + share * (repeat.t_end - repeat.t_start)
            point = road.surface([s], [t])[0]
            yaw = float(road.reference([s])[1][0])
            site.put(kind, 0, point, yaw + (-90.0 if t > 0.0 else 90.0), off=site.off_street, margin_m=-0.05)


def _beside(site: Site, xy: Array) -> Array:
    """``xy``, or the nearest place beside the lanes if it lies on one."""
    point = shapely.Point(xy)
    if not site.off_street.intersects(point):
        return xy
    area = next((part for part in shapely.get_parts(site.off_street) if part.intersects(point)), None)
    if area is None:
        return xy
    ring = area.boundary
    nearest = np.asarray(shapely.get_coordinates(ring.interpolate(ring.project(point)))[0])
    away = nearest - xy
    distance = float(np.linalg.norm(away))
    return np.asarray(nearest + (away / distance * _ASIDE_M if distance > 1e-6 else 0.0))


def _light_variant(site: Site, foot: Array, yaw_deg: float) -> int:
    """1, a light with a mast arm along -y, where that arm reaches over a lane; else 0, a plain post."""
    yaw = np.radians(yaw_deg)
    tip = foot + _ARM_M * np.array([np.sin(yaw), -np.cos(yaw)])
    return int(shapely.contains_xy(site.off_street, tip[0], tip[1]))


def _sign_variant(signal: Signal) -> int:
    """Number of the sign's plate: the speed for limits (274), else the OpenDRIVE type where it is a number, else 0."""
    if signal.type.startswith("274"):
        digits = signal.subtype if signal.subtype.isdigit() else ""
        return int(digits) if digits else int(signal.value or 50)
    return int(signal.type) if signal.type.isdigit() and len(signal.type) < 4 else 0
