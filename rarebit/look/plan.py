"""The map expansion as polygons and lines for the bird's eye view."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rarebit.look.draw import Plan


def read_plan(path: Path) -> Plan:
    """Reads a map expansion JSON (schema 1.3); the global frame of the dataset."""
    data = json.loads(path.read_text())
    at = {node["token"]: (node["x"], node["y"]) for node in data["node"]}
    polygons = {row["token"]: _points(at, row["exterior_node_tokens"]) for row in data["polygon"]}
    lines = {row["token"]: _points(at, row["node_tokens"]) for row in data["line"]}

    def layer(name: str) -> tuple[NDArray[np.float64], ...]:
        return tuple(polygons[row["polygon_token"]] for row in data[name])

    return Plan(
        drivable=tuple(polygons[token] for row in data["drivable_area"] for token in row["polygon_tokens"]),
        walkways=layer("walkway"),
        crossings=layer("ped_crossing"),
        dividers=tuple(lines[row["line_token"]] for name in ("lane_divider", "road_divider") for row in data[name]),
    )


def _points(at: dict[str, Any], tokens: list[str]) -> NDArray[np.float64]:
    return np.asarray([at[token] for token in tokens], np.float64).reshape(-1, 2)
