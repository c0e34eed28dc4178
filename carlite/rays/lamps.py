"""The lamps that light a view at night: street lamps and head lamps near the camera."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from carlite.actors import Actor
from carlite.mesh import StreetLamp
from carlite.rays import layout as at
from carlite.rays.lights import HIGH_BEAM, LOW_BEAM
from carlite.rays.results import CameraRequest
from carlite.rays.sky import LUX
from carlite.rays.slots import Slots

_MOST_LAMPS = 48
_STREET_REACH_M, _LOW_REACH_M, _HIGH_REACH_M = 32.0, 70.0, 140.0
_NEARBY_M = 110.0
_LOW_CANDELA, _HIGH_CANDELA = 16_000.0, 45_000.0


def lamp_table(
    street: Sequence[StreetLamp],
    street_on: NDArray[np.bool_] | None,
    actors: Sequence[tuple[Actor, int]],
    slots: Slots,
    request: CameraRequest,
    night: float,
) -> NDArray[np.float32]:
    """(n, LIGHT_COLUMNS) of the lamps that matter to a view, nearest first; none by day."""
    if night <= 0.02:
        return np.zeros((0, at.LIGHT_COLUMNS), np.float32)
    eye = request.world_from_camera[:, 3]
    rows = [_street_row(lamp) for index, lamp in enumerate(street) if street_on is None or bool(street_on[index])]
    for actor, slot in actors:
        if actor.model is not None and actor.light_state & (LOW_BEAM | HIGH_BEAM):
            rows += _head_rows(actor, slots.transforms[slot].astype(np.float64))
    if not rows:
        return np.zeros((0, at.LIGHT_COLUMNS), np.float32)
    table = np.asarray(rows, np.float32)
    distance = np.linalg.norm(table[:, :3] - eye.astype(np.float32), axis=1)
    near = np.argsort(distance, kind="stable")[:_MOST_LAMPS]
    return np.ascontiguousarray(table[near[distance[near] < _NEARBY_M + table[near, at.K_RANGE]]])


def _street_row(lamp: StreetLamp) -> list[float]:
    row = [0.0] * at.LIGHT_COLUMNS
    candela = lamp.intensity_lm / np.pi  # a downward cosine lobe
    row[at.K_X : at.K_Z + 1] = lamp.position
    row[at.K_R : at.K_B + 1] = [channel * candela * LUX for channel in lamp.colour]
    row[at.K_AX : at.K_AZ + 1] = (0.0, 0.0, -1.0)
    row[at.K_EDGE], row[at.K_CORE], row[at.K_RANGE], row[at.K_SHADOW] = 0.02, 0.75, _STREET_REACH_M, 1.0
    return row


def _head_rows(actor: Actor, world_from_actor: NDArray[np.float64]) -> list[list[float]]:
    assert actor.model is not None
    high = bool(actor.light_state & HIGH_BEAM)
    tilt = 0.0 if high else -0.055
    axis = world_from_actor[:, :3] @ np.array([1.0, 0.0, tilt])
    axis = axis / np.linalg.norm(axis)
    rows = []
    for lamp in actor.model.head_lamps:
        row = [0.0] * at.LIGHT_COLUMNS
        candela = _HIGH_CANDELA if high else _LOW_CANDELA
        row[at.K_X : at.K_Z + 1] = list(world_from_actor[:, :3] @ (np.add(lamp, (0.15, 0.0, 0.0))) + world_from_actor[:, 3])
        row[at.K_R : at.K_B + 1] = [channel * candela * LUX for channel in (1.0, 0.95, 0.86)]
        row[at.K_AX : at.K_AZ + 1] = list(axis)
        row[at.K_EDGE], row[at.K_CORE] = (0.80, 0.985) if high else (0.72, 0.975)
        row[at.K_RANGE], row[at.K_SHADOW] = _HIGH_REACH_M if high else _LOW_REACH_M, 1.0
        rows.append(row)
    return rows
