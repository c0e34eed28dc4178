"""The plan view of a road from its XML."""

from __future__ import annotations

import numpy as np

from carlite.errors import MapError
from carlite.opendrive.planview import Clothoid, Curve, PlanView, param_poly3, poly3
from carlite.opendrive.reading import Element, coefficients, number


def parse_plan(road: Element, length: float, where: str) -> PlanView:
    """The reference line of a road that is ``length`` metres long.

    Raises:
        MapError: no geometry records, or faulty ones.
    """
    geometries = road.findall("planView/geometry")
    if not geometries:
        raise MapError(f"{where}: no <geometry> in <planView>, expected one at least")
    geometries.sort(key=lambda geometry: number(geometry, "s", where))
    return PlanView(
        starts=np.array([number(g, "s", where) for g in geometries]),
        poses=np.array([[number(g, key, where) for key in ("x", "y", "hdg")] for g in geometries]),
        curves=tuple(_curve(g, f"{where}, geometry at s={number(g, 's', where):g}") for g in geometries),
        length_m=length,
    )


def _curve(geometry: Element, where: str) -> Curve:
    length = number(geometry, "length", where)
    for kind in geometry:
        if kind.tag == "line":
            return Clothoid(curvature_start=0.0, curvature_rate=0.0)
        if kind.tag == "arc":
            return Clothoid(curvature_start=number(kind, "curvature", where), curvature_rate=0.0)
        if kind.tag == "spiral":
            start, end = number(kind, "curvStart", where), number(kind, "curvEnd", where)
            return Clothoid(curvature_start=start, curvature_rate=(end - start) / length if length > 0.0 else 0.0)
        if kind.tag == "poly3":
            return poly3(coefficients(kind, "", where), length)
        if kind.tag == "paramPoly3":
            p_end = length if kind.get("pRange") == "arcLength" else 1.0
            return param_poly3(coefficients(kind, "U", where), coefficients(kind, "V", where), length, p_end=p_end)
    found = ", ".join(f"<{kind.tag}>" for kind in geometry) or "nothing"
    raise MapError(f"{where}: holds {found}, expected line, arc, spiral, poly3 or paramPoly3")
