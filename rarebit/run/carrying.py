"""Loads: which actor of a layout carries which other one at the start."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rarebit.core.errors import SceneError
from rarebit.core.frames import yaw_of
from rarebit.layout import Layout, Placed
from rarebit.layout.boxes import Footprint
from rarebit.scenario import ActorPlan, ConcreteScenario

TOUCHES_M = 0.35
"""A load's underside is that near to the top of what carries it: boxes are higher than most of the body in them."""

_SAME_MPS, _SAME_SHARE = 1.0, 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """What carries a load: its name, its place and its speed at time 0."""

    name: str
    placed: Placed
    speed_mps: float


def carriers(scenario: ConcreteScenario, layout: Layout, sizes_m: Mapping[str, NDArray[np.float64]]) -> dict[str, Carrier]:
    """What carries each actor that is placed above the ground.

    Args:
        sizes_m: (length, width, height) of every actor by name.

    Raises:
        SceneError: something hangs in the air that no rule lets go, or is not where or as fast as what is below it.
    """
    plans = {plan.name: plan for plan in (scenario.ego, *scenario.actors)}
    directed = {name for rule in scenario.story for name, _ in rule.do}
    result = {}
    for placed in layout.actors:
        plan = plans[placed.name]
        if plan.place.height_m <= 0.0 or placed.name not in sizes_m:
            continue
        below = _below(placed, layout, sizes_m)
        if below is not None:
            result[placed.name] = _checked(plan, placed, below, plans[below.name], sizes_m)
        elif plan.speed_mps <= 0.0 and plan.name not in directed:
            raise SceneError(
                f"{plan.name}: hangs {plan.place.height_m:g} m above the ground, nothing below it, no rule that lets it go; "
                "put it on a vehicle (from, height_m), on the ground, or give it a rule"
            )
    return result


def _below(placed: Placed, layout: Layout, sizes_m: Mapping[str, NDArray[np.float64]]) -> Placed | None:
    """The highest actor under the middle of ``placed``."""
    x, y, _ = placed.position_m.tolist()
    spot = Footprint(x, y, placed.yaw_rad, 0.0, 0.0)
    under = [
        other
        for other in (layout.ego, *layout.actors)
        if other.name != placed.name
        and other.name in sizes_m
        and other.position_m[2] < placed.position_m[2]
        and spot.overlaps(_outline(other, sizes_m[other.name]))
    ]
    return max(under, key=lambda other: float(other.position_m[2] + sizes_m[other.name][2]), default=None)


def _checked(
    plan: ActorPlan, placed: Placed, below: Placed, carrier: ActorPlan, sizes_m: Mapping[str, NDArray[np.float64]]
) -> Carrier:
    """``below`` as the carrier.

    Raises:
        SceneError: the load hovers above it, stands inside it, or has another speed.
    """
    top_m = float(below.position_m[2] + sizes_m[below.name][2])
    gap_m = float(placed.position_m[2]) - top_m
    if abs(gap_m) > TOUCHES_M:
        where = f"{gap_m:.2f} m above" if gap_m > 0.0 else f"{-gap_m:.2f} m inside"
        right_m = plan.place.height_m - gap_m
        raise SceneError(f"{plan.name}: stands {where} the top of {below.name}; write height_m: {right_m:.2f}")
    if plan.speed_mps > 0.0 and abs(plan.speed_mps - carrier.speed_mps) > max(_SAME_MPS, _SAME_SHARE * carrier.speed_mps):
        raise SceneError(
            f"{plan.name}: starts at {plan.speed_mps:.1f} m/s on {below.name}, which goes {carrier.speed_mps:.1f} m/s; "
            "a load has the speed of what carries it"
        )
    return Carrier(name=below.name, placed=below, speed_mps=carrier.speed_mps)


def footprints_meet(
    a: tuple[NDArray[np.float64], NDArray[np.float64]], b: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> bool:
    """Whether two boxes, each ``world_from_box`` (4, 4) and full sizes (3,), overlap as seen from above."""
    return _flat(*a).overlaps(_flat(*b))


def _flat(world_from_box: NDArray[np.float64], size_m: NDArray[np.float64]) -> Footprint:
    x, y = world_from_box[:2, 3].tolist()
    return Footprint(x, y, yaw_of(world_from_box), float(size_m[0]) / 2.0, float(size_m[1]) / 2.0)


def _outline(placed: Placed, size_m: NDArray[np.float64]) -> Footprint:
    x, y, _ = placed.position_m.tolist()
    return Footprint(x, y, math.remainder(placed.yaw_rad, 2.0 * math.pi), float(size_m[0]) / 2.0, float(size_m[1]) / 2.0)
