"""The plan view of a road: lines, arcs, clothoids and polynomials (ASAM OpenDRIVE 1.7, section 8).

Everything here is in OpenDRIVE's own right-handed frame (x east, y north, heading counter-clockwise, radians).
``carlite.opendrive.network`` turns it into CARLA's frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_GAUSS_NODES, _GAUSS_WEIGHTS = np.polynomial.legendre.leggauss(12)
_TABLE_STEPS = 200
_FAR_BEYOND, _MOST_TABLES = 1.5, 6


class Curve(Protocol):
    """A planar curve that starts at the origin along +u."""

    def local(self, ds: Array) -> tuple[Array, Array, Array]:
        """(u, v, heading) at arc lengths ``ds``, all (n,)."""
        ...

    def curvature(self, ds: Array) -> Array:
        """Signed curvature in 1/m at ``ds``, (n,)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Clothoid:
    """Curvature that changes linearly with arc length: a line and an arc are the special cases.

    Attributes:
        curvature_start: 1/m at ds = 0.
        curvature_rate: 1/m^2.
    """

    curvature_start: float
    curvature_rate: float

    def local(self, ds: Array) -> tuple[Array, Array, Array]:
        heading = self._heading(ds)
        if self.curvature_rate == 0.0:
            # sin(k s)/k and (1 - cos(k s))/k, written so that k -> 0 is exact.
            half = 0.5 * self.curvature_start * ds
            chord = ds * np.sinc(half / np.pi)
            return chord * np.cos(half), chord * np.sin(half), heading
        # Gauss-Legendre over sub-intervals short enough that the heading turns by less than 0.5 rad in each.
        turn = np.max(np.abs(self.curvature(ds)) * np.abs(ds), initial=0.0) + abs(self.curvature_start) * float(
            np.max(np.abs(ds), initial=0.0)
        )
        pieces = max(1, int(np.ceil(turn / 0.5)))
        nodes = ((np.arange(pieces)[:, None] + 0.5 * (_GAUSS_NODES + 1.0)) / pieces).ravel()
        weights = np.tile(0.5 * _GAUSS_WEIGHTS / pieces, pieces)
        angles = self._heading(ds[:, None] * nodes)
        return ds * (np.cos(angles) @ weights), ds * (np.sin(angles) @ weights), heading

    def curvature(self, ds: Array) -> Array:
        return self.curvature_start + self.curvature_rate * ds

    def _heading(self, ds: Array) -> Array:
        return ds * (self.curvature_start + 0.5 * self.curvature_rate * ds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Polynomial:
    """A cubic curve u(p), v(p), with p from arc length by a table (or p proportional to arc length, as OpenDRIVE says).

    Attributes:
        u: (4,) coefficients of u(p).
        v: (4,) coefficients of v(p).
        arc_length: (k,) ascending table of arc lengths.
        parameter: (k,) p at them.
    """

    u: Array
    v: Array
    arc_length: Array
    parameter: Array

    def local(self, ds: Array) -> tuple[Array, Array, Array]:
        p = self._parameter(ds)
        powers = p[:, None] ** np.arange(4)
        du, dv = _derivative(self.u, p), _derivative(self.v, p)
        return powers @ self.u, powers @ self.v, np.arctan2(dv, du)

    def curvature(self, ds: Array) -> Array:
        p = self._parameter(ds)
        du, dv = _derivative(self.u, p), _derivative(self.v, p)
        ddu, ddv = _second_derivative(self.u, p), _second_derivative(self.v, p)
        return np.asarray((du * ddv - dv * ddu) / np.maximum((du * du + dv * dv) ** 1.5, 1e-12))

    def _parameter(self, ds: Array) -> Array:
        # A record may be a little longer than its curve, which then goes straight on.
        beyond = np.maximum(ds - self.arc_length[-1], 0.0)
        pace = (self.parameter[-1] - self.parameter[-2]) / max(self.arc_length[-1] - self.arc_length[-2], 1e-12)
        return np.asarray(np.interp(ds, self.arc_length, self.parameter) + beyond * pace)


def poly3(coefficients: Array, length: float) -> Polynomial:
    """``v = a + b u + c u^2 + d u^3`` over ``length`` metres of arc (the record deprecated in 1.6)."""
    return _tabulated(np.array([0.0, 1.0, 0.0, 0.0]), coefficients, p_end=length, length=length)


def param_poly3(u: Array, v: Array, length: float, *, p_end: float) -> Polynomial:
    """A parametric cubic over ``length`` metres of arc; p runs over 0 .. ``p_end`` at most.

    OpenDRIVE takes p proportional to arc length; here it follows the true arc length, as in CARLA, so that distances
    along the road are metres.
    """
    return _tabulated(u, v, p_end=p_end, length=length)


def _tabulated(u: Array, v: Array, *, p_end: float, length: float) -> Polynomial:
    for _ in range(_MOST_TABLES):
        p = np.linspace(0.0, p_end, _TABLE_STEPS + 1)
        speed = np.hypot(_derivative(u, p), _derivative(v, p))
        walked = np.concatenate([[0.0], np.cumsum(0.5 * (speed[1:] + speed[:-1]) * np.diff(p))])
        if walked[-1] <= _FAR_BEYOND * length:
            break
        # A steep curve uses the record's length up long before p ends: the table is for what is used.
        p_end = float(p[np.searchsorted(walked, length)])
    return Polynomial(u=u, v=v, arc_length=walked, parameter=p)


def _derivative(c: Array, p: Array) -> Array:
    result: Array = c[1] + p * (2.0 * c[2] + p * 3.0 * c[3])
    return result


def _second_derivative(c: Array, p: Array) -> Array:
    result: Array = 2.0 * c[2] + 6.0 * c[3] * p
    return result


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """The reference line: curves one after the other.

    Attributes:
        starts: (k,) s of each curve's start, ascending.
        poses: (k, 3) x, y, heading of each start.
        curves: the k curves.
        length_m: of the road.
    """

    starts: Array
    poses: Array
    curves: tuple[Curve, ...]
    length_m: float

    def evaluate(self, s: Array) -> tuple[Array, Array, Array]:
        """(x, y, heading) at ``s``, each (n,); s beyond an end is taken at the end."""
        at = np.clip(s, 0.0, self.length_m)
        row = np.clip(np.searchsorted(self.starts, at + 1e-9, side="right") - 1, 0, None)
        x, y, heading = np.empty_like(at), np.empty_like(at), np.empty_like(at)
        for index in np.unique(row):
            of = row == index
            u, v, turn = self.curves[index].local(at[of] - self.starts[index])
            x0, y0, h0 = self.poses[index]
            x[of] = x0 + u * np.cos(h0) - v * np.sin(h0)
            y[of] = y0 + u * np.sin(h0) + v * np.cos(h0)
            heading[of] = h0 + turn
        return x, y, heading

    def ends(self) -> tuple[Array, Array, Array]:
        """(x, y, heading) of the start and the end, (2,) each."""
        return self.evaluate(np.array([0.0, self.length_m]))

    def curvature(self, s: Array) -> Array:
        """Signed curvature in 1/m at ``s``, (n,), positive to the left."""
        at = np.clip(s, 0.0, self.length_m)
        row = np.clip(np.searchsorted(self.starts, at + 1e-9, side="right") - 1, 0, None)
        result = np.empty_like(at)
        for index in np.unique(row):
            of = row == index
            result[of] = self.curves[index].curvature(at[of] - self.starts[index])
        return result
