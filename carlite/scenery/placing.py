"""Models and boxes of placed things, and the plots that keep them apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import shapely
from numpy.typing import NDArray

from carlite.geometry import world_from_local
from carlite.library import find
from carlite.mesh import ActorModel, Box, Material, PlacedObject, StreetLamp
from carlite.models import actor_model, scenery_box, scenery_model
from carlite.scenery.placement import Placement
from carlite.tags import Tag

Array = NDArray[np.float64]
_CELL_M = 32.0
_FIRST_ID = 1 << 15  # instance images have 16 bits for objects and actors, and actors count from 1
TAGS = {
    "building": Tag.BUILDING,
    "house": Tag.BUILDING,
    "tree": Tag.VEGETATION,
    "bush": Tag.VEGETATION,
    "hedge": Tag.VEGETATION,
    "street_lamp": Tag.POLE,
    "pole": Tag.POLE,
    "traffic_light": Tag.TRAFFIC_LIGHT,
    "sign": Tag.TRAFFIC_SIGN,
    "guard_rail": Tag.GUARD_RAIL,
    "fence": Tag.FENCE,
    "wall_panel": Tag.WALL,
    "parapet": Tag.BRIDGE,
    "pier": Tag.BRIDGE,
    "tunnel_lamp": Tag.POLE,
}
_LAMPS = ("street_lamp", "tunnel_lamp")


@cache
def low_reach_m(kind: str, variant: int, below_m: float) -> float:
    """How far from the upright through its origin a model reaches lower than ``below_m``."""
    vertices = np.concatenate([part.mesh.vertices + np.array(part.pivot) for part in extent(kind, variant).model.parts])
    low = vertices[vertices[:, 2] < below_m]
    return float(np.hypot(low[:, 0], low[:, 1]).max(initial=0.0))


@dataclass(frozen=True, slots=True)
class Extent:
    """A model and its box in its own frame."""

    model: ActorModel
    box: Box


@cache
def extent(kind: str, variant: int) -> Extent:
    """The model of a kind and its upright box, as a blueprint or the model tells it."""
    blueprint = find(kind)
    if blueprint is not None:
        model = actor_model(kind, blueprint.defaults(), blueprint.half_extent, blueprint.centre)
        return Extent(model, Box(centre=blueprint.centre, half_extent=blueprint.half_extent))
    return Extent(scenery_model(kind, variant), scenery_box(kind, variant))


def realise(placements: Sequence[Placement]) -> tuple[PlacedObject, ...]:
    """The objects of a map, numbered in the order given."""
    counts: dict[str, int] = {}
    objects = []
    poses = np.array([(*placement.location, *placement.rotation_deg) for placement in placements], np.float64).reshape(-1, 6)
    matrices = world_from_local(poses[:, :3], poses[:, 3:])  # at once: one by one takes half a second in a town
    for number, (placement, matrix) in enumerate(zip(placements, matrices, strict=True), start=_FIRST_ID):
        of = extent(placement.kind, placement.variant)
        counts[placement.kind] = counts.get(placement.kind, 0) + 1
        is_vehicle = "." in placement.kind
        title = placement.kind + "_parked" if is_vehicle else placement.kind.title()
        objects.append(
            PlacedObject(
                object_id=number,
                name=placement.name or f"{title}_{counts[placement.kind]}",
                tag=Tag.CAR if is_vehicle else TAGS.get(placement.kind, Tag.STATIC),
                model=of.model,
                world_from_local=matrix,
                box=of.box,
                tint=placement.tint,
                solid=placement.kind != "bush",
            )
        )
    return tuple(objects)


def lamps_of(placements: Sequence[Placement]) -> tuple[StreetLamp, ...]:
    """The lights of all street lamps, at the middle of what shines in their models."""
    lamps = []
    for placement in placements:
        if placement.kind not in _LAMPS:
            continue
        head = _lamp_head(placement.kind, placement.variant)
        if head is not None:
            matrix = world_from_local(placement.location, placement.rotation_deg)
            lamps.append(StreetLamp(position=_triple(matrix[:, :3] @ head + matrix[:, 3])))
    return tuple(lamps)


@cache
def _lamp_head(kind: str, variant: int) -> Array | None:
    points = [
        part.mesh.vertices[part.mesh.triangles[part.mesh.materials == Material.LAMP_STREET]].reshape(-1, 3)
        + np.array(part.pivot)
        for part in extent(kind, variant).model.parts
    ]
    shining = np.concatenate(points)
    return shining.mean(0) if len(shining) else None


class Plots:
    """Areas that are taken, so that things do not stand in each other."""

    def __init__(self) -> None:
        self._cells: dict[tuple[int, int], list[shapely.Polygon]] = {}

    def take(self, area: shapely.Polygon) -> bool:
        """Takes ``area`` if it is free; tells whether it was."""
        if not self.is_free(area):
            return False
        self.add(area)
        return True

    def add(self, area: shapely.Polygon) -> None:
        """Takes ``area`` whether it is free or not."""
        for cell in self._around(area):
            self._cells.setdefault(cell, []).append(area)

    def is_free(self, area: shapely.Polygon) -> bool:
        """Whether nothing that was taken touches ``area``."""
        return not any(area.intersects(other) for cell in self._around(area) for other in self._cells.get(cell, ()))

    def _around(self, area: shapely.Polygon) -> list[tuple[int, int]]:
        x0, y0, x1, y1 = (int(np.floor(v / _CELL_M)) for v in area.bounds)
        return [(i, j) for i in range(x0, x1 + 1) for j in range(y0, y1 + 1)]


def footprint(kind: str, variant: int, x: float, y: float, yaw_deg: float, *, margin_m: float = 0.0) -> shapely.Polygon:
    """The rectangle on the ground that a placed model's box covers."""
    box = extent(kind, variant).box
    (cx, cy, _), (hx, hy, _) = box.centre, box.half_extent
    hx, hy = hx + margin_m, hy + margin_m
    yaw = np.radians(yaw_deg)
    corners = np.array([[cx + hx, cy + hy], [cx - hx, cy + hy], [cx - hx, cy - hy], [cx + hx, cy - hy]])
    turn = np.array([[np.cos(yaw), np.sin(yaw)], [-np.sin(yaw), np.cos(yaw)]])
    return shapely.Polygon(corners @ turn + [x, y])


def _triple(values: Array) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])
