"""What of an actor touches others: clients read CARLA's bounding boxes, which reach around mirrors and handlebars."""

from __future__ import annotations

from carlite.library import Blueprint
from carlite.mesh import Box


def contact_hull(blueprint: Blueprint | None, box: Box) -> Box:
    """The box that touches: a vehicle's as wide as its body, in the middle of its track, as CARLA's collision meshes.

    Args:
        blueprint: of the actor; None leaves the box as it is.
        box: the actor's bounding box, in its frame.
    """
    if blueprint is None or blueprint.preset is None:
        return box
    half_width_m = min(blueprint.preset.body_half_width_m, box.half_extent[1])
    return Box(
        centre=(box.centre[0], 0.0, box.centre[2]),
        half_extent=(box.half_extent[0], half_width_m, box.half_extent[2]),
        rotation_deg=box.rotation_deg,
    )
