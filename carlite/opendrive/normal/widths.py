"""Every lane has widths: made from borders where the text gives those, nowhere less than nothing, from its section's start on.

The client knows ``<width>`` alone, fails where a lane has none, and takes a negative one as it is.
"""

from __future__ import annotations

import itertools
from xml.etree.ElementTree import Element

import numpy as np
from numpy.typing import NDArray

from carlite.errors import MapError
from carlite.opendrive.edits import Edits, plain
from carlite.opendrive.normal.records import fill_from_zero
from carlite.opendrive.normal.sections import by_id
from carlite.opendrive.piecewise import Cubics, cubics
from carlite.opendrive.reading import number, polynomials

Array = NDArray[np.float64]
_LEAST_M = -0.01  # rounding where lanes begin and end
WIDEST_M = 250.0


def mend_widths(section: Element, length_m: float, where: str, edits: Edits) -> None:
    """Gives the lanes of a section that is ``length_m`` long widths that the client can read.

    Raises:
        MapError: a lane that is wider than any road.
    """
    lanes = by_id(section, where)
    for sign in (1, -1):
        side = [lanes[key] for key in sorted((key for key in lanes if key * sign > 0), key=abs)]
        if any(_has_borders(lane) for lane in side):
            _widths_from_borders(side, sign, length_m, where, edits)
        for lane in side:
            place = f"{where}, lane {lane.get('id')}"
            if lane.find("width") is None:
                edits.add(lane, "width", {"sOffset": "0", "a": "0", "b": "0", "c": "0", "d": "0"}, at=_place_of_widths(lane))
            fill_from_zero(lane, "width", "sOffset", place, edits)
            _check_width(lane, length_m, place, edits)


def _has_borders(lane: Element) -> bool:
    """Of both, the width counts (OpenDRIVE 1.4, 5.3.7.2.1.1.3)."""
    return lane.find("border") is not None and lane.find("width") is None


def _place_of_widths(lane: Element) -> int:
    return 1 if len(lane) and lane[0].tag == "link" else 0


def _widths_from_borders(side: list[Element], sign: int, length_m: float, where: str, edits: Edits) -> None:
    """Widths are the distances between neighbouring borders, exact piece by piece."""
    inner = Cubics(starts=np.zeros(1), coefficients=np.zeros((1, 4)))
    for lane in side:
        place = f"{where}, lane {lane.get('id')}"
        if _has_borders(lane):
            outer = polynomials(lane.findall("border"), "sOffset", place)
            width = _sum(outer, inner, float(sign), -float(sign), length_m)
            widths = [
                Element("width", {"sOffset": plain(start), **dict(zip("abcd", map(plain, row), strict=True))})
                for start, row in zip(width.starts.tolist(), width.coefficients.tolist(), strict=True)
            ]
            edits.replace(lane, [], [])
            for offset, record in enumerate(widths):
                lane.insert(_place_of_widths(lane) + offset, record)
            for border in lane.findall("border"):
                edits.remove(lane, border)
        else:
            outer = _sum(polynomials(lane.findall("width"), "sOffset", place), inner, float(sign), 1.0, length_m)
        inner = outer


def _sum(first: Cubics, second: Cubics, times: float, other_times: float, length_m: float) -> Cubics:
    """``times * first + other_times * second`` over 0 .. ``length_m``."""
    starts = np.unique(np.concatenate([[0.0], first.starts, second.starts]))
    starts = starts[(starts >= 0.0) & ((starts < length_m) | (starts == 0.0))]
    rows = times * _moved(first, starts) + other_times * _moved(second, starts)
    return cubics([(start, *row) for start, row in zip(starts.tolist(), rows.tolist(), strict=True)])


def _moved(of: Cubics, starts: Array) -> Array:
    """(k, 4) coefficients of the pieces that hold at ``starts`` (k,), about those starts (Taylor)."""
    row = np.clip(np.searchsorted(of.starts, starts + 1e-9, side="right") - 1, 0, None)
    a, b, c, d = of.coefficients[row].T
    x = starts - of.starts[row]
    return np.stack([a + x * (b + x * (c + x * d)), b + x * (2.0 * c + 3.0 * x * d), c + 3.0 * x * d, d], -1)


def _check_width(lane: Element, length_m: float, where: str, edits: Edits) -> None:
    records = sorted(lane.findall("width"), key=lambda record: number(record, "sOffset", where, 0.0))
    starts = [number(record, "sOffset", where, 0.0) for record in records]
    pieces: list[Element] = []
    for record, start, end in zip(records, starts, [*starts[1:], length_m], strict=True):
        low, high = max(0.0, -start), min(end, length_m) - start
        row = np.array([number(record, key, where, 0.0) for key in "abcd"])
        at = _turning_points(row, low, high)
        values = np.polyval(row[::-1], at)
        if float(np.max(values, initial=0.0)) > WIDEST_M:
            s = start + float(at[np.argmax(values)])
            raise MapError(f"{where}: is {np.max(values):.4g} m wide at ds={s:g}, expected at most {WIDEST_M:g} m")
        if float(np.min(values, initial=0.0)) < _LEAST_M:
            edits.note(f"{where}: is {np.min(values):.4g} m wide at ds={start + float(at[np.argmin(values)]):g}; read as 0")
            pieces += _not_negative(row, start, low, high)
        else:
            pieces.append(record)
    if pieces != records:
        edits.replace(lane, records, pieces)


def _turning_points(row: Array, low: float, high: float) -> Array:
    """Where a cubic may be least or greatest between ``low`` and ``high``; empty when that is no stretch."""
    if high < low:
        return np.zeros(0)
    slope = np.trim_zeros(np.array([3.0 * row[3], 2.0 * row[2], row[1]]), "f")
    roots = np.roots(slope) if len(slope) > 1 else np.zeros(0)
    inside = roots.real[(np.abs(roots.imag) < 1e-9) & (roots.real > low) & (roots.real < high)]
    return np.concatenate([[low], inside, [high]])


def _not_negative(row: Array, start: float, low: float, high: float) -> list[Element]:
    """Records of a cubic that hold 0 where it is negative."""
    coefficients = np.trim_zeros(row[::-1], "f")
    roots = np.roots(coefficients) if len(coefficients) > 1 else np.zeros(0)
    inside = np.sort(roots.real[(np.abs(roots.imag) < 1e-9) & (roots.real > low) & (roots.real < high)])
    cuts = np.concatenate([[low], inside, [high]])
    of = Cubics(starts=np.array([start]), coefficients=row[None])
    records = []
    for first, last in itertools.pairwise(cuts):
        is_there = np.polyval(row[::-1], 0.5 * (first + last)) > 0.0
        values = _moved(of, np.array([start + first]))[0] if is_there else np.zeros(4)
        records.append(
            Element("width", {"sOffset": plain(start + first), **dict(zip("abcd", map(plain, values), strict=True))})
        )
    return records
