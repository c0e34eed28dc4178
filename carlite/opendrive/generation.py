"""How a client wants a world made from its OpenDRIVE text (``generate_opendrive_world``)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from carlite.errors import MapError

_RANGES = {
    "vertex_distance_m": (0.1, 100.0),
    "max_road_length_m": (0.1, 1e6),
    "wall_height_m": (0.0, 100.0),
    "additional_width_m": (0.0, 20.0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """CARLA's ``OpendriveGenerationParameters``, with its defaults.

    Attributes:
        vertex_distance_m: the farthest that two points of a road's surface lie apart along it.
        max_road_length_m: of one mesh in CARLA; nobody can tell how many meshes there are here.
        wall_height_m: of walls along both edges of roads outside junctions; 0 builds none.
        additional_width_m: asphalt beyond the outermost lanes, where those are for driving.
        smooth_junctions: one even sheet over a junction; otherwise the lanes as they cross each other.
        mesh_visible: whether sensors see roads and sidewalks; wheels stand on them in any case.
        pedestrian_navigation: whether there is a navigation mesh.
    """

    vertex_distance_m: float = 2.0
    max_road_length_m: float = 50.0
    wall_height_m: float = 1.0
    additional_width_m: float = 0.6
    smooth_junctions: bool = True
    mesh_visible: bool = True
    pedestrian_navigation: bool = True

    def __post_init__(self) -> None:
        for name, (low, high) in _RANGES.items():
            value = getattr(self, name)
            if not (math.isfinite(value) and low <= value <= high):
                raise MapError(f"OpendriveGenerationParameters: got {name} {value:g}, expected {low:g} to {high:g}")


LEVEL = Generation(wall_height_m=0.0, additional_width_m=0.0)
"""What maps are built with that a server has of its own."""
