"""Camera views: weather and lamps around the trace kernel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from carlite.mesh import StaticWorld
from carlite.rays.results import CameraRequest, GBuffer
from carlite.rays.slots import Slots
from carlite.rays.store import ModelStore
from carlite.world.actors import Actor


class CameraTracer:
    """Renders views of one world under one weather."""

    def __init__(self, static_world: StaticWorld) -> None:
        self._lamps = static_world.lamps
        self._lamps_on: NDArray[np.bool_] | None = None
        self._weather: tuple[float, ...] = ()

    def set_weather(self, values: Sequence[float]) -> None:
        """The 14 weather numbers in wire order."""
        self._weather = tuple(float(value) for value in values)

    def set_street_lamps(self, on: NDArray[np.bool_] | None) -> None:
        """Which street lamps are lit; None lights all of them at night."""
        self._lamps_on = on

    def trace(
        self,
        request: CameraRequest,
        scene: int,
        store: ModelStore,
        slots: Slots,
        actors: Sequence[tuple[Actor, int]],
        out: GBuffer | None,
    ) -> GBuffer:
        """Renders one view."""
        raise NotImplementedError
