"""Before time 0: who moves at the start is put back by what it covers until then, so that it passes its place on time."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from rarebit.layout import Layout, Placed
from rarebit.roads.path import Path
from rarebit.run.carrying import Carrier, carriers
from rarebit.run.movers import RUN_UP_TICKS
from rarebit.scenario import ConcreteScenario
from rarebit.session.session import Session


def with_run_up(scenario: ConcreteScenario, layout: Layout, loads: Mapping[str, Carrier], step_s: float) -> Layout:
    """The layout ``RUN_UP_TICKS`` before time 0: along the path of those who have one, along their heading else.

    A load goes where its carrier goes.
    """
    plans = {plan.name: plan for plan in (scenario.ego, *scenario.actors)}

    def back(placed: Placed) -> Placed:
        if placed.name in loads:
            carrier = loads[placed.name].placed
            return _moved(placed, placed.position_m + back(carrier).position_m - carrier.position_m)
        plan = plans[placed.name]
        way_m = plan.speed_mps * RUN_UP_TICKS * step_s
        if placed.path_m is not None and len(placed.path_m) > 1:
            point = Path(placed.path_m).at(-way_m)
            # A path need not begin exactly in the box's heading (a lateral start); only the place moves.
            return _moved(placed, np.array([point.x_m, point.y_m, placed.position_m[2]]))
        if plan.model.startswith("vehicle."):  # without a path it stands
            return placed
        ahead = np.array([math.cos(placed.yaw_rad), math.sin(placed.yaw_rad), 0.0])
        return _moved(placed, placed.position_m - way_m * ahead)

    return dataclasses.replace(layout, ego=back(layout.ego), actors=tuple(back(placed) for placed in layout.actors))


def _moved(placed: Placed, position_m: NDArray[np.float64]) -> Placed:
    return dataclasses.replace(placed, position_m=position_m)


def start(session: Session, scenario: ConcreteScenario, layout: Layout) -> Layout:
    """Where everybody has to be spawned for a run whose time 0 is ``layout``.

    Raises:
        SceneError: something hangs in the air, or stands wrongly on what carries it.
    """
    casting = session.cast(scenario)
    size_m = {plan.name: casting.size_lwh_m(plan.model) for plan in (scenario.ego, *scenario.actors)}
    return with_run_up(scenario, layout, carriers(scenario, layout, size_m), session.config.step_s)
