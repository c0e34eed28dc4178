"""A concrete scenario on a map: start poses and paths.

``resolve(scenario, lane_map, sizes) -> Layout`` is pure; ``sizes`` maps each model of the scenario to its (length, width,
height) in metres.
"""

from __future__ import annotations

from rarebit.layout.placed import Layout, Placed
from rarebit.layout.resolve import resolve

__all__ = ["Layout", "Placed", "resolve"]
