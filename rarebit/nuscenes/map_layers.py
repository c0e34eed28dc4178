"""Nodes, lines and polygons of a map expansion, each point stored once."""

from __future__ import annotations

import math
import uuid
from typing import Any

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import Polygon

from rarebit.core.files import content_hash

# Ends of lanes that meet differ by what the sampling of the map leaves; closer than this they are one node.
_SNAP_M = 0.3


class Layers:
    """The geometric layers under construction; tokens follow from the location and the order of calls."""

    def __init__(self, location: str) -> None:
        self._location = location
        self.node: list[dict[str, Any]] = []
        self.line: list[dict[str, Any]] = []
        self.polygon: list[dict[str, Any]] = []
        self._places: dict[str, tuple[float, float]] = {}
        self._exact: dict[tuple[int, int], str] = {}
        self._corners: dict[tuple[int, int], list[tuple[float, float, str]]] = {}

    def token(self, role: str, *names: str | int) -> str:
        """A dashed UUID that names this thing of this location."""
        return str(uuid.UUID(content_hash([self._location, role, *names])))

    def add_corner(self, xy: NDArray[np.float64]) -> str:
        """The node of a lane's corner: an existing corner within 0.3 m, or a new one."""
        x, y = float(xy[0]), float(xy[1])
        cell = (math.floor(x / _SNAP_M), math.floor(y / _SNAP_M))
        near = [
            (math.hypot(corner[0] - x, corner[1] - y), corner)
            for i in (-1, 0, 1)
            for j in (-1, 0, 1)
            for corner in self._corners.get((cell[0] + i, cell[1] + j), ())
        ]
        if near and min(near)[0] < _SNAP_M:
            return min(near)[1][2]
        token = self.add_node(xy)
        self._corners.setdefault(cell, []).append((x, y, token))
        return token

    def add_node(self, xy: NDArray[np.float64]) -> str:
        """The node at a place; places that agree to the millimetre are one node."""
        key = (round(float(xy[0]) * 1000), round(float(xy[1]) * 1000))
        if key not in self._exact:
            self._exact[key] = self.token("node", *key)
            self._places[self._exact[key]] = key[0] / 1000, key[1] / 1000
            self.node.append({"token": self._exact[key], "x": key[0] / 1000, "y": key[1] / 1000})
        return self._exact[key]

    def add_line(self, node_tokens: list[str]) -> str:
        token = self.token("line", len(self.line))
        self.line.append({"token": token, "node_tokens": node_tokens})
        return token

    def add_polygon(self, polygon: Polygon) -> str:
        """A polygon with its holes; rings are not closed."""
        holes = [{"node_tokens": self._ring(ring.coords)} for ring in polygon.interiors]
        return self.add_ring(self._ring(polygon.exterior.coords), holes)

    def add_valid_ring(self, node_tokens: list[str], instead: Polygon) -> str:
        """The polygon of a ring of nodes, or ``instead`` where the ring crosses itself or holds nothing."""
        places = [self._places[token] for token in node_tokens]
        if len(places) >= 3 and (ring := Polygon(places)).is_valid and ring.area > 0.0:
            return self.add_ring(node_tokens)
        return self.add_polygon(instead)

    def add_ring(self, node_tokens: list[str], holes: list[dict[str, Any]] | None = None) -> str:
        token = self.token("polygon", len(self.polygon))
        self.polygon.append({"token": token, "exterior_node_tokens": node_tokens, "holes": holes or []})
        return token

    def _ring(self, coordinates: Any) -> list[str]:
        return without_repeats([self.add_node(np.asarray(xy)) for xy in list(coordinates)[:-1]])


def without_repeats(tokens: list[str]) -> list[str]:
    """The ring without neighbours that are equal."""
    return [token for i, token in enumerate(tokens) if token != tokens[i - 1] or len(tokens) == 1]
