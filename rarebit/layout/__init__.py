"""A concrete scenario on a map: start poses and paths.

``resolve(scenario, lane_map, sizes) -> Layout`` is pure; ``sizes`` maps each model of the scenario to its (length, width, height).
"""

from __future__ import annotations

from rarebit.layout.placed import Layout, Placed

__all__ = ["Layout", "Placed"]
