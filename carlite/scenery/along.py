"""Things in rows along an edge: rails, parapets, walls. Each piece follows the edge in direction and slope."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from carlite.models.structures import PIECE_M
from carlite.opendrive import Generation
from carlite.scenery.placement import Placement
from carlite.scenery.placing import footprint
from carlite.scenery.site import Site, depth_and_front
from carlite.scenery.spans import CEILING_M, DECK_M, TUNNEL_LEDGE_M, Span
from carlite.scenery.strips import LaneStrip, by_section, outer_edges
from carlite.scenery.verges import outward_normals

Array = NDArray[np.float64]
_PARAPET_OUT_M = 0.18
_LAMP_EVERY_M = 12.0
_PIER_EVERY_M, _PIER_APART_M, _PIER_CLEAR_M = 18.0, 9.0, 1.2
_MARGIN_M = 0.05
_WALL_OUT_M = 0.02
_LEVEL_M = 0.9  # of the ground beside a road; where it lies lower there is a bridge or a cliff


def row(kind: str, variant: int, line: Array, inside: Array, *, piece_m: float) -> list[Placement]:
    """Pieces of one kind in a row along ``line``, evenly spaced, none further apart than a piece is long.

    Args:
        kind, variant: a model that runs along y.
        line: (n, 3) polyline.
        inside: (n, 3) points on the side that the pieces look to.
        piece_m: length of a piece.
    """
    outward = outward_normals(line, inside)
    walked = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line[:, :2], axis=0), axis=1))])
    if walked[-1] < 0.5 * piece_m:
        return []
    at = np.linspace(0.0, walked[-1], int(np.ceil(walked[-1] / piece_m - 1e-6)) + 1)
    corners = np.stack([np.interp(at, walked, column) for column in line.T], -1)
    across = np.stack([np.interp(0.5 * (at[1:] + at[:-1]), walked, column) for column in outward.T], -1)
    placements = []
    for first, second, out in zip(corners[:-1], corners[1:], across, strict=True):
        location, rotation = _pose_between(first, second, out)
        placements.append(Placement(kind=kind, variant=variant, location=location, rotation_deg=rotation))
    return placements


def moved_out(edge: Array, inside: Array, out_m: float) -> Array:
    """An edge (n, 3) moved sideways by ``out_m``, away from the points ``inside`` (n, 3)."""
    outward = outward_normals(edge, inside)
    return np.asarray(edge + out_m * np.concatenate([outward, np.zeros((len(edge), 1))], 1))


def rail(site: Site, kind: str, line: Array, inside: Array) -> None:
    """A row on the ground along a line beside a road; left out where the land falls away and on roads."""
    ground = site.ground_z(line)
    _, piece = depth_and_front(kind, 0)
    for start, end in _runs(np.abs(ground - line[:, 2]) < _LEVEL_M):
        grounded = np.concatenate([line[start:end, :2], ground[start:end, None]], 1)
        put_row(site, row(kind, 0, grounded, inside[start:end], piece_m=piece))


def put_row(site: Site, placements: list[Placement]) -> None:
    """Puts pieces up but those that would stand on a lane at their height or in another thing; they take their ground."""
    taken = []
    for placement in placements:
        x, y, z = placement.location
        plot = footprint(placement.kind, placement.variant, x, y, placement.rotation_deg[1], margin_m=-_MARGIN_M)
        if not site.is_road_at(plot, z) and site.plots.is_free(plot):
            taken.append(plot)
            site.placements.append(placement)
    for plot in taken:  # afterwards: pieces of one row overlap a little
        site.plots.add(plot)


def _runs(inside: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """(start, end) of the stretches of at least two neighbours that are True."""
    changes = np.flatnonzero(np.diff(np.concatenate([[False], inside, [False]]).astype(np.int8)))
    return [(int(start), int(end)) for start, end in changes.reshape(-1, 2) if end - start >= 2]


def _pose_between(first: Array, second: Array, outward: Array) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Where a piece stands whose y axis runs from one point (3,) to another, or back, and whose x axis looks inwards."""
    chord = second - first
    # The y axis is to the right of the x axis, in CARLA's frame.
    looks = np.array([chord[1], -chord[0]])
    if looks @ outward > 0.0:
        chord, looks = -chord, -looks
    roll = -np.degrees(np.arctan2(chord[2], np.hypot(chord[0], chord[1])))
    middle = 0.5 * (first + second)
    yaw = float(np.degrees(np.arctan2(looks[1], looks[0])))
    return (float(middle[0]), float(middle[1]), float(middle[2])), (0.0, yaw, float(roll))


def place_spans(site: Site, spans: list[Span]) -> None:
    """Parapets and piers of bridges, walls and lamps of tunnels."""
    for span in spans:
        for edge, inside in ((span.left, span.right), (span.right, span.left)):
            if span.is_tunnel:
                line = moved_out(edge, inside, TUNNEL_LEDGE_M)
                put_row(site, row("wall_panel", round(100 * CEILING_M), line, inside, piece_m=PIECE_M))
            else:
                put_row(site, row("parapet", 0, moved_out(edge, inside, _PARAPET_OUT_M), inside, piece_m=PIECE_M))
        if span.is_tunnel:
            site.placements.extend(_lamps(span))
        else:
            _piers(site, span)


def place_walls(site: Site, strips: list[LaneStrip], generation: Generation) -> None:
    """The walls along both edges of every road outside junctions that a client may ask for."""
    height_cm = round(100.0 * generation.wall_height_m)
    if height_cm <= 0:
        return
    for of, (left, right) in zip(by_section(strips), outer_edges(strips), strict=True):
        for strip, edge, inside in ((of[0], left, right), (of[-1], right, left)):
            out_m = _WALL_OUT_M + (generation.additional_width_m if strip.lane.type == "driving" else 0.0)
            put_row(site, row("wall_panel", height_cm, moved_out(edge, inside, out_m), inside, piece_m=PIECE_M))


def _lamps(span: Span) -> list[Placement]:
    walked = np.arange(0.5 * min(_LAMP_EVERY_M, span.length_m), span.length_m, _LAMP_EVERY_M) + span.s[0]
    width = float(np.median(np.linalg.norm((span.left - span.right)[:, :2], axis=1)))
    placements = []
    for share in (0.25, 0.75) if width > 9.0 else (0.5,):
        line = span.left * share + span.right * (1.0 - share)
        yaw = span.road.reference(walked)[1]
        points = np.stack([np.interp(walked, span.s, column) for column in line.T], -1)
        for (x, y, z), along in zip(points.tolist(), yaw.tolist(), strict=True):
            pose = (0.0, (along + 270.0) % 360.0 - 180.0, 0.0)
            placements.append(Placement(kind="tunnel_lamp", variant=0, location=(x, y, z + CEILING_M), rotation_deg=pose))
    return placements


def _piers(site: Site, span: Span) -> None:
    """Columns under a bridge where the land is open: none on a road below."""
    width = float(np.median(np.linalg.norm((span.left - span.right)[:, :2], axis=1)))
    count = max(1, round(width / _PIER_APART_M))
    shares = (np.arange(count) + 0.5) / count
    for s in np.arange(span.s[0] + 0.5 * _PIER_EVERY_M, span.s[-1] - 4.0, _PIER_EVERY_M):
        left, right = (np.array([np.interp(s, span.s, column) for column in edge.T]) for edge in (span.left, span.right))
        yaw = float(span.road.reference([s])[1][0])
        for share in shares:
            x, y, z = (left * (1.0 - share) + right * share).tolist()
            foot = float(site.ground_z(np.array([[x, y, z - DECK_M]]), lift_m=-0.2)[0])
            height = z - DECK_M - foot
            plot = footprint("pier", 30, x, y, 0.0, margin_m=_PIER_CLEAR_M)
            if height < 2.0 or site.is_road_at(plot, foot) or not site.plots.take(plot):
                continue
            site.placements.append(
                Placement(kind="pier", variant=round(10.0 * height), location=(x, y, foot), rotation_deg=(0.0, yaw, 0.0))
            )
