"""A camera that shows its last picture again and again: a stuck frame buffer, a video link that has lost its source."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rarebit.rig.faults import FaultKind, FaultSettings, Sighting, Touched
from rarebit.snapshot import Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraFrozenSettings(FaultSettings):
    """The picture at ``from_s``, or the last one before it, is shown until ``to_s``."""


def touch(settings: CameraFrozenSettings, sighting: Sighting) -> Touched | None:
    """The last picture in place of this one; a camera that freezes has shown the picture of that moment."""
    if sighting.last is None or sighting.time_s <= settings.from_s + 1e-9:
        return None
    assert isinstance(sighting.last, Picture)
    return Touched(data=sighting.last, mask=np.ones(sighting.last.bgra.shape[:2], np.bool_))


FAULT = FaultKind(name="camera_frozen", sensor="camera", settings=CameraFrozenSettings, touch=touch)
