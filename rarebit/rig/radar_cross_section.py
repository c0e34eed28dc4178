"""How strongly things throw radar waves back: mean cross-sections by what they are and from where they are seen."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from rarebit.core.frames import inverse
from rarebit.snapshot import ActorState

SCENERY_DBSM = 3.0
GROUND_DBSM = -12.0

# 3GPP TR 38.901 v19.4, tables of 7.9.2.1, a car of one scattering point, by face: azimuth of its middle, width in azimuth,
# zenith angle of its peak, width in zenith (degrees), peak (dBsm), depth of the fall (dB).
_CAR_FACES = (
    (0.0, 40.54, 71.75, 29.13, 15.52, 8.45),
    (90.0, 26.90, 79.70, 44.42, 20.75, 13.68),
    (180.0, 36.32, 79.65, 36.73, 14.56, 7.50),
    (270.0, 26.90, 79.70, 44.42, 20.75, 13.68),
)
_CAR_DEVIATION_DB = 3.41
# The same, human of model 1.
_WALKER_DBSM, _WALKER_DEVIATION_DB = -1.37, 3.94
# Not in 3GPP's tables; judgement.
_TWO_WHEELER_DBSM = {"bicycle": -1.0, "motorcycle": 2.0}
_TRUCK_DBSM, _TRUCK_SWING_DB, _TRUCK_HEIGHT_M = 16.0, 3.0, 2.4
_OTHER_DEVIATION_DB = 3.0


def cross_section(actor: ActorState, radar_world: NDArray[np.float64]) -> float:
    """Mean cross-section of ``actor`` as seen from ``radar_world`` (3,), dBsm."""
    if _is_walker(actor):
        return _WALKER_DBSM
    if actor.type_id.startswith("static.prop") or actor.tag in (20, 21):
        # Grows with the silhouette: a cone of 0.1 m2 has -12 dBsm, a container of 2 m2 about 1.
        area_m2 = max(float(np.max(actor.size_lwh_m[:2]) * actor.size_lwh_m[2]) * 0.5, 0.005)
        return float(np.clip(-2.0 + 10.0 * math.log10(area_m2), -20.0, 10.0))
    if actor.base_type in _TWO_WHEELER_DBSM:
        return _TWO_WHEELER_DBSM[actor.base_type]
    seen = inverse(actor.world_from_box)[:3, :3] @ (radar_world - actor.world_from_box[:3, 3])
    azimuth_deg = math.degrees(math.atan2(float(seen[1]), float(seen[0])))
    if not _is_car(actor):
        return _TRUCK_DBSM + _TRUCK_SWING_DB * math.cos(4.0 * math.radians(azimuth_deg))
    zenith_deg = math.degrees(math.acos(float(np.clip(seen[2] / max(float(np.linalg.norm(seen)), 1e-9), -1.0, 1.0))))
    return car_pattern_dbsm(azimuth_deg, zenith_deg)


def car_pattern_dbsm(azimuth_deg: float, zenith_deg: float) -> float:
    """Mean cross-section of a car, dBsm: the strongest of its faces (3GPP TR 38.901 v19.4, 7.9.2.1).

    Args:
        azimuth_deg: of the radar in the car's frame, 0 ahead.
        zenith_deg: of the radar, 90 level.
    """
    best = -math.inf
    for middle, width, peak_zenith, zenith_width, peak, fall in _CAR_FACES:
        turned = (azimuth_deg - middle + 180.0) % 360.0 - 180.0
        lost = min(12.0 * ((zenith_deg - peak_zenith) / zenith_width) ** 2, fall) + min(12.0 * (turned / width) ** 2, fall)
        best = max(best, peak - min(lost, fall))
    return best


def deviation_db(actor: ActorState) -> float:
    """Standard deviation of an actor's cross-section from look to look, dB."""
    if _is_walker(actor):
        return _WALKER_DEVIATION_DB
    return _CAR_DEVIATION_DB if _is_car(actor) else _OTHER_DEVIATION_DB


def _is_walker(actor: ActorState) -> bool:
    return actor.type_id.startswith("walker.") or "animal" in actor.type_id


def _is_car(actor: ActorState) -> bool:
    is_thing = _is_walker(actor) or actor.type_id.startswith("static.prop") or actor.tag in (20, 21)
    return not is_thing and actor.base_type not in _TWO_WHEELER_DBSM and float(actor.size_lwh_m[2]) <= _TRUCK_HEIGHT_M
