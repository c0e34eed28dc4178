"""Centre lines as nuScenes' arc-line paths: chains of circular arcs and straight pieces, written as Dubins triples."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

_TOLERANCE_M = 0.04
_LONGEST_M = 50.0
_STRAIGHT_RAD = 1e-3
_STRAIGHT_RADIUS_M = 999.999


def arcline_path(centre_xy_m: NDArray[np.float64]) -> list[dict[str, Any]]:
    """Pieces that follow the (n, 2) polyline within 4 cm; each starts and ends on one of its points.

    A piece is an arc through both its end points that turns by the change of the polyline's heading between them. It is a
    triple with one bent part ("LSL" or "RSR", lengths [a, 0, 0]) or one straight part ("LSR", lengths [0, L, 0]).
    """
    steps = np.linalg.norm(np.diff(centre_xy_m, axis=0), axis=1)
    points = centre_xy_m[np.concatenate([[True], steps > 0.01])]
    if len(points) < 2:
        return []
    heading = _headings(points)
    along_m = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    pieces: list[dict[str, Any]] = []
    start = 0
    while start < len(points) - 1:
        end, piece = start + 1, _piece(points, heading, start, start + 1)
        # Grow by doubling, then by single points: few tries on long straights, none missed in bends.
        stride = 1
        while stride:
            candidate = min(end + stride, len(points) - 1)
            if (
                candidate > end
                and along_m[candidate] - along_m[start] <= _LONGEST_M
                and _fits(points, heading, start, candidate)
            ):
                end, piece = candidate, _piece(points, heading, start, candidate)
                stride *= 2
            else:
                stride //= 2
        pieces.append(piece)
        start = end
    return pieces


def _headings(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) unwrapped headings at the points: between the two neighbouring chords; the ends continue their arcs."""
    chords = np.diff(points, axis=0)
    angle = np.unwrap(np.arctan2(chords[:, 1], chords[:, 0]))
    length = np.linalg.norm(chords, axis=1)
    if len(angle) == 1:
        return np.repeat(angle, 2)
    # On a circle the tangent at a point divides the chords' angles in proportion to their lengths.
    inner = angle[:-1] + (angle[1:] - angle[:-1]) * length[:-1] / (length[:-1] + length[1:])
    return np.concatenate([[2 * angle[0] - inner[0]], inner, [2 * angle[-1] - inner[-1]]])


def _shape(points: NDArray[np.float64], heading: NDArray[np.float64], start: int, end: int) -> tuple[float, float, float]:
    """Chord length, chord angle and turn of the arc between two points."""
    chord = points[end] - points[start]
    return float(np.hypot(*chord)), math.atan2(chord[1], chord[0]), float(heading[end] - heading[start])


def _fits(points: NDArray[np.float64], heading: NDArray[np.float64], start: int, end: int) -> bool:
    chord_m, angle, turn = _shape(points, heading, start, end)
    if abs(turn) > 2.5 or chord_m < 1e-6:
        return False
    relative = points[start : end + 1] - points[start]
    across = -math.sin(angle) * relative[:, 0] + math.cos(angle) * relative[:, 1]
    if abs(turn) < _STRAIGHT_RAD:
        return bool(np.max(np.abs(across)) <= _TOLERANCE_M)
    along = math.cos(angle) * relative[:, 0] + math.sin(angle) * relative[:, 1]
    radius = chord_m / (2.0 * math.sin(abs(turn) / 2.0))
    centre_across = math.copysign(radius * math.cos(turn / 2.0), turn)
    distance = np.hypot(along - chord_m / 2.0, across - centre_across)
    return bool(np.max(np.abs(distance - radius)) <= _TOLERANCE_M)


def _piece(points: NDArray[np.float64], heading: NDArray[np.float64], start: int, end: int) -> dict[str, Any]:
    chord_m, angle, turn = _shape(points, heading, start, end)
    straight = abs(turn) < _STRAIGHT_RAD or abs(turn) > 2.5
    turn = 0.0 if straight else turn
    radius = _STRAIGHT_RADIUS_M if straight else chord_m / (2.0 * math.sin(abs(turn) / 2.0))
    bent_m = 0.0 if straight else radius * abs(turn)
    return {
        "start_pose": [float(points[start, 0]), float(points[start, 1]), _wrapped(angle - turn / 2.0)],
        "end_pose": [float(points[end, 0]), float(points[end, 1]), _wrapped(angle + turn / 2.0)],
        "shape": "LSR" if straight else "LSL" if turn > 0 else "RSR",
        "radius": radius,
        "segment_length": [bent_m, chord_m if straight else 0.0, 0.0],
    }


def _wrapped(angle_rad: float) -> float:
    return (angle_rad + math.pi) % (2.0 * math.pi) - math.pi
