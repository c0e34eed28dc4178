"""Puts the devices of a rig on the surface of the ego at hand.

A rig's poses are those of some car; on another one they may lie inside its body, where a ray meets nothing but sheet metal.
CARLA's lidars and radars ignore themselves alone, not what carries them.
"""

from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from rarebit.core.errors import Fault, SpecError
from rarebit.rig.rig import Mount, Rig
from rarebit.session.stage import Stage

_log = logging.getLogger(__name__)
_CLEAR_M = 0.03  # how far before the surface a device stands
_STEP_M = 0.001
_MOST_OWN = 0.9


def fitted(rig: Rig, stage: Stage) -> Rig:
    """The rig as it stands on the ego of ``stage``, which has settled.

    A mount of a modality that goes on the surface (``Modality.outward``) and lies inside the ego's body is moved outwards along
    that direction, its turn kept; ``Mount.asked`` then holds what the rig says. All others stay.

    Raises:
        ServerError: the server failed.
    """
    row = stage.state.names.index("ego")
    world_from_ego = stage.state.world_from_actor[row] @ stage.actor_from_ego
    return replace(rig, mounts=tuple(_placed(mount, stage, world_from_ego) for mount in rig.mounts))


def _placed(mount: Mount, stage: Stage, world_from_ego: NDArray[np.float64]) -> Mount:
    if mount.modality.outward is None:
        return mount
    outward = mount.ego_from_body[:3, :3] @ np.asarray(mount.modality.outward)
    place = (world_from_ego @ mount.ego_from_body)[:3, 3]
    way_m = stage.way_out("ego", place, world_from_ego[:3, :3] @ outward)
    if way_m is None:
        return mount
    # Whole millimetres: the last bits of a ray are nothing to build a calibration on.
    moved_m = float(np.ceil(way_m / _STEP_M) * _STEP_M) + _CLEAR_M
    pose = mount.ego_from_body.copy()
    pose[:3, 3] = np.round(pose[:3, 3] + outward * moved_m, 6)
    _log.info("%s: moved %.3f m outwards to the surface of %s", mount.channel, moved_m, stage.actors["ego"].type_id)
    return replace(mount, ego_from_body=pose, asked=mount.ego_from_body)


def check_view(mount: Mount, own_share: float, rig_name: str, ego_type: str) -> None:
    """Told of a channel's first measurement: which part of what it met is the ego itself.

    Raises:
        SpecError: nearly all; the rig puts the device where it can see nothing else.
    """
    if own_share <= _MOST_OWN:
        return
    x, y, z = mount.ego_from_body[:3, 3]
    raise SpecError(
        [
            Fault(
                file=f"rig {rig_name}",
                path=f"sensors.{mount.channel}.at",
                value=f"({x:.2f}, {y:.2f}, {z:.2f}) m",
                problem=f"{own_share:.0%} of what it sees is the ego itself ({ego_type})",
                remedy="move it out of the ego's body, or turn it away from it",
            )
        ]
    )
