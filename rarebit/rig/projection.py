"""How cameras project: pinhole, and the fisheye model of Kannala and Brandt.

Frames are nuScenes' camera frame: x right, y down, z forward. Pixel coordinates have the first pixel's centre at (0.5, 0.5).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_NEAR_M = 0.1
_STEPS = 20  # of Newton's method; five are enough where the model is well behaved
_EDGE_POINTS, _EDGE_MARGIN_PX = 9, 2.0
# Pairs of corners, as core.frames.box_corners numbers them, that share an edge.
_EDGES = np.array([(i, i | bit) for i in range(8) for bit in (1, 2, 4) if not i & bit])


class Projection(Protocol):
    """A camera's lens.

    Attributes:
        model: name of the lens model.
        width_px, height_px: of the image.
        fov_rad: angle across the image's width.
        distortion: coefficients of the model beyond the 3x3 matrix.
    """

    @property
    def model(self) -> str: ...

    @property
    def width_px(self) -> int: ...

    @property
    def height_px(self) -> int: ...

    @property
    def fov_rad(self) -> float: ...

    @property
    def distortion(self) -> tuple[float, ...]: ...

    @property
    def intrinsic(self) -> Array:
        """(3, 3) matrix of focal lengths and centre, pixels; by itself it is the whole lens of a pinhole alone."""

    def project(self, points: Array) -> tuple[Array, NDArray[np.bool_]]:
        """Pixel coordinates (n, 2) of (n, 3) points in the camera's frame, and which of them (n,) the lens takes in.

        Coordinates are given beyond the image's edge too; those of points that the lens cannot take in mean nothing.
        """

    def rays(self, u: Array, v: Array) -> Array:
        """(..., 3) viewing ray of each pixel coordinate in the camera's frame, NaN where the lens shows nothing.

        A ray's length is such that the camera's depth image holds the parameter along it: a pinhole's ray has z = 1, since its
        depth is measured along the axis; a fisheye's has length 1, since its depth is the range.
        """

    def bounds(self, corners: Array) -> tuple[Array, Array] | None:
        """Least and greatest pixel coordinates (2,) of a box in the picture, which may reach beyond its edges.

        Args:
            corners: (8, 3) in the camera's frame, numbered as by ``core.frames.box_corners``.

        Returns:
            Bounds that hold the whole of what the picture shows of it, perhaps more; None if it shows nothing.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinhole:
    """A camera without distortion: u = f x / z + w / 2."""

    width_px: int
    height_px: int
    fov_rad: float
    model: str = "pinhole"
    distortion: tuple[float, ...] = ()

    @property
    def focal_px(self) -> float:
        """Focal length; the horizontal field of view gives it."""
        return float(self.width_px / (2.0 * np.tan(self.fov_rad / 2.0)))

    @property
    def intrinsic(self) -> Array:
        """See ``Projection``."""
        return _matrix(self.focal_px, self.width_px, self.height_px)

    def project(self, points: Array) -> tuple[Array, NDArray[np.bool_]]:
        """See ``Projection``."""
        ahead = points[:, 2] > 1e-6
        depth = np.where(ahead, points[:, 2], 1.0)[:, None]
        return points[:, :2] / depth * self.focal_px + _centre(self.width_px, self.height_px), ahead

    def rays(self, u: Array, v: Array) -> Array:
        """See ``Projection``."""
        x, y = np.broadcast_arrays((u - self.width_px / 2.0) / self.focal_px, (v - self.height_px / 2.0) / self.focal_px)
        return np.stack([x, y, np.ones_like(x)], axis=-1)

    def bounds(self, corners: Array) -> tuple[Array, Array] | None:
        """See ``Projection``."""
        ahead = corners[:, 2] > _NEAR_M
        if not ahead.any():
            return None
        if not ahead.all():
            # The box reaches behind the image plane: its projection has no hull, so look everywhere.
            return np.zeros(2), np.array([self.width_px, self.height_px], np.float64)
        pixels, _ = self.project(corners)
        return pixels.min(axis=0), pixels.max(axis=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class KannalaBrandt:
    """A fisheye: a ray at the angle theta from the axis lands f (theta + k1 theta^3 + ... + k4 theta^9) from the centre.

    The model of Kannala and Brandt, "A generic camera model and calibration method for conventional, wide-angle, and fish-eye
    lenses", PAMI 2006, equation 6 with unit factor before theta, as OpenCV's ``cv2.fisheye`` has it. The lens shows a circle
    whose diameter is the width of the image, ``fov_rad`` across.
    """

    width_px: int
    height_px: int
    fov_rad: float
    distortion: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    model: str = "kannala_brandt"

    @property
    def focal_px(self) -> float:
        """Pixels per radian at the centre."""
        return float(self.width_px / 2.0 / self.distorted(np.array(self.fov_rad / 2.0)))

    @property
    def intrinsic(self) -> Array:
        """See ``Projection``."""
        return _matrix(self.focal_px, self.width_px, self.height_px)

    def distorted(self, theta: Array) -> Array:
        """theta + k1 theta^3 + k2 theta^5 + k3 theta^7 + k4 theta^9."""
        k1, k2, k3, k4 = self.distortion
        t = theta * theta
        result: Array = theta * (1.0 + t * (k1 + t * (k2 + t * (k3 + t * k4))))
        return result

    def slope(self, theta: Array) -> Array:
        """Derivative of ``distorted``; above 0 in the whole field of a lens that can be inverted."""
        k1, k2, k3, k4 = self.distortion
        t = theta * theta
        result: Array = 1.0 + t * (3.0 * k1 + t * (5.0 * k2 + t * (7.0 * k3 + t * 9.0 * k4)))
        return result

    def project(self, points: Array) -> tuple[Array, NDArray[np.bool_]]:
        """See ``Projection``."""
        flat = np.hypot(points[:, 0], points[:, 1])
        theta = np.arctan2(flat, points[:, 2])
        inside = theta <= self.fov_rad / 2.0
        # Beyond the field the polynomial may turn back; there a point lands on the circle's edge or farther.
        edge = self.fov_rad / 2.0
        radius = np.where(inside, self.distorted(np.minimum(theta, edge)), self.distorted(np.array(edge)) + theta - edge)
        direction = points[:, :2] / np.maximum(flat, 1e-12)[:, None]
        return self.focal_px * radius[:, None] * direction + _centre(self.width_px, self.height_px), inside

    def rays(self, u: Array, v: Array) -> Array:
        """See ``Projection``; Newton's method on the polynomial."""
        x, y = np.broadcast_arrays((u - self.width_px / 2.0) / self.focal_px, (v - self.height_px / 2.0) / self.focal_px)
        radius = np.hypot(x, y)
        edge = self.distorted(np.array(self.fov_rad / 2.0))
        wanted = np.minimum(radius, edge)
        theta = wanted * (self.fov_rad / 2.0 / edge)
        for _ in range(_STEPS):
            theta = np.clip(theta - (self.distorted(theta) - wanted) / self.slope(theta), 0.0, self.fov_rad / 2.0)
        share = np.sin(theta) / np.maximum(radius, 1e-12)
        result = np.stack([x * share, y * share, np.cos(theta)], axis=-1)
        result[radius > edge] = np.nan
        return result

    def bounds(self, corners: Array) -> tuple[Array, Array] | None:
        """See ``Projection``; edges are curves here, so points along them are looked at."""
        if float(np.linalg.norm(corners, axis=1).min()) < float(np.linalg.norm(corners[7] - corners[0])):
            # So near that it may reach around the camera.
            return np.zeros(2), np.array([self.width_px, self.height_px], np.float64)
        share = np.linspace(0.0, 1.0, _EDGE_POINTS)[:, None, None]
        ends = corners[_EDGES]
        points = ((1.0 - share) * ends[:, 0] + share * ends[:, 1]).reshape(-1, 3)
        pixels, taken_in = self.project(points)
        # A narrow field may lie within a face, past all of its edges.
        if not taken_in.any() and not _on_axis(corners):
            return None
        return pixels.min(axis=0) - _EDGE_MARGIN_PX, pixels.max(axis=0) + _EDGE_MARGIN_PX


def _on_axis(corners: Array) -> bool:
    """Whether the optical axis, ahead of the camera, meets the box of (8, 3) corners (slab test)."""
    sides = np.stack([corners[4] - corners[0], corners[2] - corners[0], corners[1] - corners[0]], axis=1)
    start, slope = np.linalg.solve(sides, np.stack([-corners[0], [0.0, 0.0, 1.0]], axis=1)).T
    slope = np.where(np.abs(slope) < 1e-12, 1e-12, slope)
    one, other = -start / slope, (1.0 - start) / slope
    leaves = float(np.maximum(one, other).min())
    return leaves > 0.0 and float(np.minimum(one, other).max()) <= leaves


def _matrix(focal_px: float, width_px: int, height_px: int) -> Array:
    return np.array([[focal_px, 0.0, width_px / 2.0], [0.0, focal_px, height_px / 2.0], [0.0, 0.0, 1.0]])


def _centre(width_px: int, height_px: int) -> Array:
    return np.array([width_px / 2.0, height_px / 2.0])
