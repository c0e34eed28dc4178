"""Bridges and tunnels: where roads need them, and the surfaces that they are made of.

A road is on a bridge where the map says so or where the land lies well below it, and in a tunnel where the map says so. The
land follows the lowest road, so a tunnel is a passage with walls and a roof that stands on the land.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carlite.mesh import Mesh
from carlite.opendrive import Road
from carlite.scenery.shapes import DECK, ROOF, grid, wall
from carlite.scenery.strips import LaneStrip, by_section, outer_edges
from carlite.scenery.terrain import Terrain
from carlite.scenery.verges import outward_normals

Array = NDArray[np.float64]
LEDGE_M = 0.35
"""How far a bridge's deck reaches beyond the road: its parapets stand there."""
CEILING_M = 5.0
TUNNEL_LEDGE_M = 0.4
DECK_M = 0.9
"""How thick a bridge's deck is."""
_ROOF_M = 0.5
_LIFTED_M = 1.6
_LEAST_M = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of one section of a road that is a bridge or a tunnel.

    Attributes:
        is_tunnel: else it is a bridge.
        s: (n,) along the road.
        left, right: (n, 3) the road's outermost borders.
        starts, ends: whether the bridge or tunnel starts or ends with it, or goes on in the next section.
    """

    road: Road
    is_tunnel: bool
    s: Array
    left: Array
    right: Array
    starts: bool = True
    ends: bool = True

    @property
    def length_m(self) -> float:
        """Along the road."""
        return float(self.s[-1] - self.s[0])

    def edges(self, ledge_m: float) -> tuple[Array, Array]:
        """The borders moved outwards, (n, 3) each."""
        moved = []
        for edge, other in ((self.left, self.right), (self.right, self.left)):
            out = outward_normals(edge, other)
            moved.append(edge + ledge_m * np.concatenate([out, np.zeros((len(out), 1))], 1))
        return moved[0], moved[1]


def find_spans(by_road: dict[int, list[LaneStrip]], terrain: Terrain) -> list[Span]:
    """All bridges and tunnels of the roads outside junctions, in the order of the roads."""
    spans = []
    for strips in by_road.values():
        if not strips or strips[0].road.junction != -1:
            continue
        for of, (left, right) in zip(by_section(strips), outer_edges(strips), strict=True):
            first = of[0]
            tunnel = _told(first.s, first.road.tunnels)
            bridge = (_told(first.s, first.road.bridges) | _lifted(left, right, terrain)) & ~tunnel
            for is_tunnel, inside in ((False, bridge), (True, tunnel)):
                spans += _runs(first, left, right, inside, is_tunnel=is_tunnel)
    return spans


def span_meshes(span: Span, terrain: Terrain) -> list[Mesh]:
    """The surfaces of a bridge or tunnel besides the road: deck and abutments, or roof and portals."""
    return _tunnel(span) if span.is_tunnel else _bridge(span, terrain)


def _told(s: Array, stretches: tuple[tuple[float, float], ...]) -> NDArray[np.bool_]:
    inside = np.zeros(len(s), bool)
    for start, end in stretches:
        inside |= (s >= start - 1e-6) & (s <= end + 1e-6)
    return inside


def _lifted(left: Array, right: Array, terrain: Terrain) -> NDArray[np.bool_]:
    """Where the land is far below the whole width of the road."""
    share = np.linspace(0.0, 1.0, 5)[:, None, None]
    across = left[None] * (1.0 - share) + right[None] * share
    below = terrain.at(across[..., :2].reshape(-1, 2)).reshape(across.shape[:2])
    return np.asarray(np.min(across[..., 2] - below, axis=0) > _LIFTED_M)


def _runs(strip: LaneStrip, left: Array, right: Array, inside: NDArray[np.bool_], *, is_tunnel: bool) -> list[Span]:
    spans = []
    for value, group in itertools.groupby(range(len(inside)), key=lambda at: bool(inside[at])):
        at = list(group)
        if not value or len(at) < 2 or strip.s[at[-1]] - strip.s[at[0]] < _LEAST_M:
            continue
        spans.append(
            Span(
                road=strip.road,
                is_tunnel=is_tunnel,
                s=strip.s[at],
                left=left[at],
                right=right[at],
                starts=at[0] > 0 or strip.section is strip.road.sections[0],
                ends=at[-1] < len(inside) - 1 or strip.section is strip.road.sections[-1],
            )
        )
    return spans


def _bridge(span: Span, terrain: Terrain) -> list[Mesh]:
    left, right = span.edges(LEDGE_M)
    up = np.array([0.0, 0.0, 1.0])
    meshes = [grid(np.stack([left - DECK_M * up, right - DECK_M * up], 1), DECK)]
    for edge, outer in ((span.left, left), (span.right, right)):
        meshes.append(grid(np.stack([edge - 0.02 * up, outer - 0.02 * up], 1), DECK))
        meshes.append(wall(outer - 0.02 * up, outer - DECK_M * up, DECK))
    for end, there in ((0, span.starts), (-1, span.ends)):
        if there:
            line = np.linspace(left[end], right[end], 9)
            foot = np.minimum(terrain.at(line[:, :2]) - 1.0, line[:, 2] - DECK_M)
            meshes.append(wall(line - 0.05 * up, np.concatenate([line[:, :2], foot[:, None]], 1), DECK))
    return meshes


def _tunnel(span: Span) -> list[Mesh]:
    left, right = span.edges(TUNNEL_LEDGE_M)
    up = np.array([0.0, 0.0, 1.0])
    outer_left, outer_right = span.edges(TUNNEL_LEDGE_M + 0.12)
    ceiling = np.stack([left + CEILING_M * up, right + CEILING_M * up], 1)
    roof = np.stack([outer_left, outer_right], 1) + (CEILING_M + _ROOF_M) * up
    meshes = [grid(ceiling, ROOF), grid(roof, ROOF)]
    for outer in (outer_left, outer_right):
        meshes.append(wall(outer + (CEILING_M + _ROOF_M) * up, outer + CEILING_M * up, ROOF))
    for edge, inner in ((span.left, left), (span.right, right)):
        meshes.append(grid(np.stack([edge - 0.02 * up, inner - 0.02 * up], 1), DECK))
    for end, there in ((0, span.starts), (-1, span.ends)):
        if there:
            line = np.stack([outer_left[end], outer_right[end]])
            meshes.append(wall(line + (CEILING_M + _ROOF_M) * up, line + CEILING_M * up, ROOF))
    return meshes
