"""How critical an encounter was: standard surrogate measures of traffic safety, from boxes and velocities, exact.

Everything is vectorised over the ticks of ``Boxes``, in closed form; the measures
follow Westhofen et al., "Criticality Metrics for Automated Driving", Arch. Comput. Methods Eng. 30 (2023).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rarebit.history import Track

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Boxes:
    """Footprints of one actor over n ticks: centre (n, 2), yaw (n,), velocity (n, 2), size (length, width)."""

    centre_m: Array
    yaw_rad: Array
    velocity_mps: Array
    size_lw_m: Array

    def __getitem__(self, rows: slice | NDArray[np.intp]) -> Boxes:
        """The same actor at some of the ticks."""
        return Boxes(
            centre_m=self.centre_m[rows],
            yaw_rad=self.yaw_rad[rows],
            velocity_mps=self.velocity_mps[rows],
            size_lw_m=self.size_lw_m,
        )


def boxes(track: Track) -> Boxes:
    """The footprints of a track."""
    return Boxes(
        centre_m=track.position_m[:, :2],
        yaw_rad=track.yaw_rad,
        velocity_mps=track.velocity_mps[:, :2],
        size_lw_m=track.size_lwh_m[:2],
    )


def time_to_collision_s(a: Boxes, b: Boxes) -> Array:
    """(n,) time until the footprints touch if both keep velocity and heading; 0 while they overlap, inf if never.

    Two convex shapes touch while their shadows overlap on every edge normal (separating axes). With constant relative velocity
    each of the four normals gives one interval of time; the boxes touch in their intersection.
    """
    enter, leave = _contact_interval(a, b)
    return np.where((enter <= leave) & (leave >= 0.0), np.maximum(enter, 0.0), np.inf)


def distance_m(a: Boxes, b: Boxes) -> Array:
    """(n,) smallest distance between the footprints, 0 while they overlap.

    Between two convex polygons apart from each other a corner of one is always among the nearest points.
    """
    still_a, still_b = _stopped(a), _stopped(b)
    apart = ~np.isfinite(time_to_collision_s(still_a, still_b))
    nearest = np.minimum(_corner_distance(a, b), _corner_distance(b, a))
    return np.asarray(np.where(apart, nearest, 0.0), np.float64)


def height_gap_m(a: Track, b: Track) -> Array:
    """(n,) clear height between the boxes, 0 while their heights overlap."""
    apart = np.abs(a.position_m[:, 2] - b.position_m[:, 2]) - (a.size_lwh_m[2] + b.size_lwh_m[2]) / 2.0
    return np.asarray(np.maximum(apart, 0.0))


def gap_ahead_m(a: Boxes, b: Boxes) -> Array:
    """(n,) distance along a's heading from a's front to the rearmost point of b; negative once b is beside or behind."""
    heading = _axis(a.yaw_rad)
    reach = _half_extent_along(b, heading)
    return np.asarray(np.einsum("ni,ni->n", b.centre_m - a.centre_m, heading) - reach - a.size_lw_m[0] / 2.0)


def required_deceleration_mps2(a: Boxes, b: Boxes) -> Array:
    """(n,) deceleration that a needs along its heading so as not to touch b, which keeps its velocity (DRAC).

    ``dv^2 / (2 d)`` where they are on a collision course, else 0; inf where they touch already.
    """
    heading = _axis(a.yaw_rad)
    closing = np.einsum("ni,ni->n", a.velocity_mps - b.velocity_mps, heading)
    gap = gap_ahead_m(a, b)
    ttc = time_to_collision_s(a, b)
    on_course = np.isfinite(ttc) & (closing > 0.0) & (gap > 0.0)
    needed = np.where(on_course, closing**2 / (2.0 * np.where(gap > 0.0, gap, 1.0)), 0.0)
    return np.where(ttc <= 0.0, np.inf, needed)


def drac_mps2(gap_m: ArrayLike, closing_mps: ArrayLike, lead_decel_mps2: ArrayLike = 0.0) -> Array:
    """Deceleration rate to avoid a crash for a follower: ``dv^2 / (2 d) + lead's deceleration`` (0 if it opens)."""
    gap, closing = np.asarray(gap_m, np.float64), np.asarray(closing_mps, np.float64)
    return np.where(closing > 0.0, closing**2 / (2.0 * gap), 0.0) + np.asarray(lead_decel_mps2, np.float64)


def time_to_collision_braking_s(gap_m: float, follower_mps: float, lead_mps: float, lead_decel_mps2: float) -> float:
    """Time until a follower at constant speed meets a lead that brakes to a stop; inf if never.

    While the lead moves: ``gap + v_l t - b t^2 / 2 = v_f t``; after it has stopped: the distance to where it stands.
    """
    if lead_decel_mps2 <= 0.0:
        closing = follower_mps - lead_mps
        return gap_m / closing if closing > 0.0 else float("inf")
    stop_s = lead_mps / lead_decel_mps2
    closing = follower_mps - lead_mps
    root = closing**2 + 2.0 * lead_decel_mps2 * gap_m
    moving_s = (-closing + np.sqrt(root)) / lead_decel_mps2
    if moving_s <= stop_s:
        return float(moving_s)
    if follower_mps <= 0.0:
        return float("inf")
    return float((gap_m + lead_mps**2 / (2.0 * lead_decel_mps2)) / follower_mps)


def time_headway_s(gap_m: ArrayLike, speed_mps: ArrayLike) -> Array:
    """Gap over the follower's speed; inf at standstill."""
    gap, speed = np.asarray(gap_m, np.float64), np.asarray(speed_mps, np.float64)
    return np.where(speed > 0.0, gap / np.where(speed > 0.0, speed, 1.0), np.inf)


def post_encroachment_s(a: Boxes, b: Boxes, step_s: float) -> float:
    """Shortest time between one leaving a place and the other taking it; 0 if they touched, inf if no place is shared."""
    n, m = len(a.yaw_rad), len(b.yaw_rad)
    i, j = np.divmod(np.arange(n * m), m)
    # A place can only be shared within the two half diagonals: most pairs end here.
    reach = (np.linalg.norm(a.size_lw_m) + np.linalg.norm(b.size_lw_m)) / 2.0
    near = np.linalg.norm(a.centre_m[i] - b.centre_m[j], axis=1) <= reach
    i, j = i[near], j[near]
    shared = np.isfinite(time_to_collision_s(_stopped(a[i]), _stopped(b[j])))
    return float(np.abs(i - j)[shared].min() * step_s) if shared.any() else float("inf")


def time_exposed_s(ttc_s: Array, threshold_s: float, step_s: float) -> float:
    """TET: time spent below a TTC threshold."""
    return float((ttc_s < threshold_s).sum() * step_s)


def time_integrated_s2(ttc_s: Array, threshold_s: float, step_s: float) -> float:
    """TIT: integral of how far the TTC lay below the threshold."""
    return float(np.maximum(threshold_s - np.minimum(ttc_s, threshold_s), 0.0).sum() * step_s)


def rss_distance_m(
    rear_mps: float, front_mps: float, *, response_s: float, accel_mps2: float, brake_mps2: float, front_brake_mps2: float
) -> float:
    """Safe longitudinal distance of RSS (Shalev-Shwartz et al. 2017, Definition 1)."""
    after = rear_mps + response_s * accel_mps2
    distance = (
        rear_mps * response_s
        + accel_mps2 * response_s**2 / 2.0
        + after**2 / (2.0 * brake_mps2)
        - front_mps**2 / (2.0 * front_brake_mps2)
    )
    return max(distance, 0.0)


# ------------------------------------------------------------------------------------------------ geometry


def _axis(yaw_rad: Array) -> Array:
    return np.stack([np.cos(yaw_rad), np.sin(yaw_rad)], axis=-1)


def _normals(box: Boxes) -> tuple[Array, Array]:
    forward = _axis(box.yaw_rad)
    return forward, np.stack([-forward[:, 1], forward[:, 0]], axis=-1)


def _half_extent_along(box: Boxes, direction: Array) -> Array:
    """(n,) half of the shadow that the box throws on a unit direction."""
    forward, left = _normals(box)
    length, width = box.size_lw_m / 2.0
    along = length * np.abs(np.einsum("ni,ni->n", forward, direction))
    return np.asarray(along + width * np.abs(np.einsum("ni,ni->n", left, direction)))


def _contact_interval(a: Boxes, b: Boxes) -> tuple[Array, Array]:
    """(n,) first and last time of overlap; first > last where there is none."""
    offset, velocity = b.centre_m - a.centre_m, b.velocity_mps - a.velocity_mps
    enter, leave = np.full(len(offset), -np.inf), np.full(len(offset), np.inf)
    for normal in (*_normals(a), *_normals(b)):
        reach = _half_extent_along(a, normal) + _half_extent_along(b, normal)
        d, v = np.einsum("ni,ni->n", offset, normal), np.einsum("ni,ni->n", velocity, normal)
        moving = np.abs(v) > 1e-9
        safe = np.where(moving, v, 1.0)
        t1, t2 = (-reach - d) / safe, (reach - d) / safe
        outside = np.abs(d) > reach
        enter = np.maximum(enter, np.where(moving, np.minimum(t1, t2), np.where(outside, np.inf, -np.inf)))
        leave = np.minimum(leave, np.where(moving, np.maximum(t1, t2), np.where(outside, -np.inf, np.inf)))
    return enter, leave


def _stopped(box: Boxes) -> Boxes:
    return Boxes(
        centre_m=box.centre_m, yaw_rad=box.yaw_rad, velocity_mps=np.zeros_like(box.velocity_mps), size_lw_m=box.size_lw_m
    )


def _corner_distance(of: Boxes, to: Boxes) -> Array:
    """(n,) smallest distance from a corner of ``of`` to the rectangle ``to``."""
    forward, left = _normals(of)
    to_forward, to_left = _normals(to)
    half, to_half = of.size_lw_m / 2.0, to.size_lw_m / 2.0
    result = np.full(len(of.yaw_rad), np.inf)
    for sx in (-1.0, 1.0):
        for sy in (-1.0, 1.0):
            corner = of.centre_m + sx * half[0] * forward + sy * half[1] * left - to.centre_m
            x = np.abs(np.einsum("ni,ni->n", corner, to_forward)) - to_half[0]
            y = np.abs(np.einsum("ni,ni->n", corner, to_left)) - to_half[1]
            result = np.minimum(result, np.hypot(np.maximum(x, 0.0), np.maximum(y, 0.0)))
    return result
