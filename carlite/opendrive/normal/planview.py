"""The plan view as CARLA's client can follow it.

The client computes an arc about a centre in single precision and a spiral from its distance to where it would be straight, so
a curve that hardly bends (or a spiral whose curvature hardly changes) leaves it with positions that jump or are no numbers;
and it takes a record's first child for its curve, and where no record begins at 0 it fails.
"""

from __future__ import annotations

import itertools
import math
from xml.etree.ElementTree import Element

import numpy as np

from carlite.errors import MapError
from carlite.opendrive.edits import Edits, plain
from carlite.opendrive.planview import Curve, param_poly3, poly3
from carlite.opendrive.reading import SNAP_M, coefficients, number

CURVES = ("line", "arc", "spiral", "poly3", "paramPoly3")
_BENDS = {"arc": ("curvature",), "spiral": ("curvStart", "curvEnd")}
_NO_LENGTH_M = 1e-9
_MOST_TURN_RAD = 100.0  # sixteen rounds, more than any car park's ramp
_GENTLE_PER_M = 2e-5  # single precision steps by 4 mm at a radius of 50 km
_SHORT_TURN_RAD = 0.02  # up to which a cubic is an arc, to 0.3 mm in a kilometre
_STRAIGHT_M, _STRAIGHT_RAD = 1e-4, 1e-5
_TIGHTEST_PER_M = 5.0  # of a polynomial, which the client follows in steps
_STEADY = 1e-3  # change of curvature times length squared: below, an arc is within 0.1 mm of the spiral
_GO_ON = ("line", "arc")
_HOLE_M, _LARGEST_HOLE_M, _LARGEST_CURVED_HOLE_M, _MISFIT_M = 1e-3, 1.0, 0.1, 0.5
_LONG_POLY3_M = 200.0


def mend_plan_view(road: Element, length_m: float, where: str, edits: Edits) -> None:
    """Rewrites the geometry records of a road that the client cannot follow.

    Raises:
        MapError: a plan view that begins late or has holes, or a curve of another length than its record's.
    """
    plan = road.find("planView")
    if plan is None:
        return
    records = sorted(plan.findall("geometry"), key=lambda record: number(record, "s", where))
    for record in records[:]:
        if number(record, "length", where) <= _NO_LENGTH_M:
            edits.remove(plan, record)
            records.remove(record)
    for record, after in itertools.pairwise(records):
        if number(after, "s", where) - number(record, "s", where) <= _NO_LENGTH_M:
            edits.remove(plan, record)
            records.remove(record)
    if not records:
        return
    _begin_at_zero(records[0], where, edits)
    ends = [*(number(record, "s", where) for record in records[1:]), length_m]
    for record, end in zip(records, ends, strict=True):
        place = f"{where}, geometry at s={number(record, 's', where):g}"
        curve = _curve_first(record, place, edits)
        _close_hole(record, curve, end, place, edits)
        _mend_curve(record, curve, place, edits)


def _begin_at_zero(first: Element, where: str, edits: Edits) -> None:
    start = number(first, "s", where)
    if start > SNAP_M:
        raise MapError(f"{where}: the plan view begins at s={start:g}, expected 0")
    if start > 0.0:
        edits.set(first, "s", "0")


def _curve_first(record: Element, where: str, edits: Edits) -> Element:
    curve = next((child for child in record if child.tag in CURVES), None)
    if curve is None:
        found = ", ".join(f"<{child.tag}>" for child in record) or "nothing"
        raise MapError(f"{where}: holds {found}, expected line, arc, spiral, poly3 or paramPoly3")
    if record[0] is not curve or (record.text or "").strip():
        record.text = None
        edits.remove(record, curve)
        record.insert(0, curve)
    return curve


def _close_hole(record: Element, curve: Element, end_m: float, where: str, edits: Edits) -> None:
    """Lets a curve go on up to where the next one or the road's end is, over a little rounding."""
    start, length = number(record, "s", where), number(record, "length", where)
    hole = end_m - start - length
    if hole > (_LARGEST_HOLE_M if curve.tag in _GO_ON else _LARGEST_CURVED_HOLE_M):
        raise MapError(f"{where}: ends at s={start + length:g} and nothing follows before s={end_m:g}")
    if hole > _HOLE_M and curve.tag in _GO_ON:
        edits.set(record, "length", plain(end_m - start))


def _mend_curve(record: Element, curve: Element, where: str, edits: Edits) -> None:
    length = number(record, "length", where)
    bends = [number(curve, key, where) for key in _BENDS.get(curve.tag, ())]
    if max(map(abs, bends), default=0.0) * length > _MOST_TURN_RAD:
        raise MapError(
            f"{where}: bends by {max(map(abs, bends)):g} 1/m over {length:g} m, expected {_MOST_TURN_RAD:g} rad at most"
        )
    if curve.tag == "arc":
        bend = number(curve, "curvature", where)
        if abs(bend) < _GENTLE_PER_M:
            _gentle(record, curve, bend, length, edits)
    elif curve.tag == "spiral":
        first, last = number(curve, "curvStart", where), number(curve, "curvEnd", where)
        if abs(last - first) * length**2 < _STEADY:
            bend = 0.5 * (first + last)
            if abs(bend) < _GENTLE_PER_M:
                _gentle(record, curve, bend, length, edits)
            else:
                edits.replace(record, [curve], [Element("arc", {"curvature": plain(bend)})])
    elif curve.tag == "poly3":
        _check_bend(poly3(coefficients(curve, "", where), length), length, where)
        _mend_poly3(record, curve, where, length, edits)
    elif curve.tag == "paramPoly3":
        _mend_parametric(record, curve, where, length, edits)


def _gentle(record: Element, curve: Element, bend: float, length: float, edits: Edits) -> None:
    """A line, or the cubic that an arc of that curvature is close to (the series of sine and cosine)."""
    turn = abs(bend) * length
    if 0.5 * turn * length < _STRAIGHT_M and turn < _STRAIGHT_RAD:
        edits.replace(record, [curve], [Element("line")])
    elif turn < _SHORT_TURN_RAD:
        cubic = {"bU": 1.0, "dU": -(bend**2) / 6.0, "cV": 0.5 * bend}
        edits.replace(record, [curve], [_parametric(cubic)])
    elif curve.tag != "arc":
        edits.replace(record, [curve], [Element("arc", {"curvature": plain(bend)})])


def _parametric(cubic: dict[str, float], p_range: str = "arcLength") -> Element:
    keys = [letter + axis for axis in "UV" for letter in "abcd"]
    return Element("paramPoly3", {**{key: plain(cubic.get(key, 0.0)) for key in keys}, "pRange": p_range})


def _mend_poly3(record: Element, curve: Element, where: str, length: float, edits: Edits) -> None:
    """The client walks a poly3 in steps of 1 cm from the origin of its frame; a parametric one in a thousand steps."""
    a, b, c, d = coefficients(curve, "", where)
    if a != 0.0 or length > _LONG_POLY3_M:
        _shift_start(record, 0.0, a, where, edits)
        edits.replace(record, [curve], [_parametric({"bU": 1.0, "bV": b, "cV": c, "dV": d})])


def _mend_parametric(record: Element, curve: Element, where: str, length: float, edits: Edits) -> None:
    u, v = coefficients(curve, "U", where), coefficients(curve, "V", where)
    if u[0] != 0.0 or v[0] != 0.0:
        _shift_start(record, u[0], v[0], where, edits)
        edits.set(curve, "aU", "0")
        edits.set(curve, "aV", "0")
    by_length = curve.get("pRange") == "arcLength"
    if curve.get("pRange") not in ("arcLength", "normalized"):
        edits.set(curve, "pRange", "normalized")
    p = np.linspace(0.0, length if by_length else 1.0, 2001)
    speed = np.hypot(u[1] + p * (2.0 * u[2] + p * 3.0 * u[3]), v[1] + p * (2.0 * v[2] + p * 3.0 * v[3]))
    walked = float(np.sum(0.5 * (speed[1:] + speed[:-1]) * np.diff(p)))
    # A curve by arc length may go on beyond its record's length: it ends where that is used up.
    misfit = max(length - walked, 0.0) if by_length else abs(length - walked)
    if misfit > _MISFIT_M:
        raise MapError(f"{where}: its curve is {walked:.2f} m long, expected the record's length {length:g} m")
    if float(np.min(speed)) <= 1e-6 * float(np.max(speed)):
        raise MapError(f"{where}: its curve stands still at one of its points, expected one that goes on")
    _check_bend(param_poly3(u, v, length, p_end=float(p[-1])), length, where)


def _check_bend(curve: Curve, length: float, where: str) -> None:
    bend = float(np.max(np.abs(curve.curvature(np.linspace(0.0, length, 201)))))
    if not bend <= _TIGHTEST_PER_M:
        raise MapError(f"{where}: bends by {bend:.4g} 1/m, expected {_TIGHTEST_PER_M:g} 1/m at most")


def _shift_start(record: Element, u: float, v: float, where: str, edits: Edits) -> None:
    x, y, heading = (number(record, key, where) for key in ("x", "y", "hdg"))
    edits.set(record, "x", plain(x + u * math.cos(heading) - v * math.sin(heading)))
    edits.set(record, "y", plain(y + u * math.sin(heading) + v * math.cos(heading)))
