"""Reads attributes of XML elements; every fault names the element it is in."""

from __future__ import annotations

import math
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from carlite.errors import MapError
from carlite.opendrive.piecewise import Cubics, cubics

Element = ElementTree.Element
_MPS = {"": 1.0, "m/s": 1.0, "mph": 0.44704, "km/h": 1.0 / 3.6}


def number(element: Element, key: str, where: str, default: float | None = None) -> float:
    """A finite number.

    Raises:
        MapError: absent without a default, not a number, or not finite.
    """
    text = element.get(key)
    if text is None or not text.strip():
        if default is not None:
            return default
        raise MapError(f"{where}: <{element.tag}> has no {key!r}, expected a number")
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise MapError(f"{where}: <{element.tag} {key}={text[:40]!r}>, expected a finite number")
    return value


def integer(element: Element, key: str, where: str, default: int | None = None) -> int:
    """A whole number; CARLA's client reads the same ids as integers.

    Raises:
        MapError: absent without a default, or not a whole number.
    """
    text = element.get(key)
    if text is None:
        if default is not None:
            return default
        raise MapError(f"{where}: <{element.tag}> has no {key!r}, expected a whole number")
    try:
        return int(text)
    except ValueError:
        raise MapError(f"{where}: <{element.tag} {key}={text[:40]!r}>, expected a whole number (CARLA needs them)") from None


def polynomials(elements: list[Element], start_key: str, where: str) -> Cubics:
    """Cubics from elements with a start and a, b, c, d."""
    return cubics([(number(e, start_key, where), *_abcd(e, where)) for e in elements])


def coefficients(element: Element, suffix: str, where: str) -> NDArray[np.float64]:
    """(4,) of ``a<suffix>`` to ``d<suffix>``, such as aU ... dU."""
    return np.array([number(element, letter + suffix, where, 0.0) for letter in "abcd"])


def speeds_mps(elements: list[Element], start_key: str, where: str) -> tuple[tuple[float, float], ...]:
    """(start, limit in m/s) records of ``<speed>`` elements or of ``<type>`` elements that hold one; no limit is left out."""
    found = []
    for element in elements:
        speed = element if element.tag == "speed" else element.find("speed")
        if speed is None or speed.get("max", "") in ("no limit", "undefined", ""):
            continue
        unit = speed.get("unit", "")
        if unit not in _MPS:
            raise MapError(f"{where}: <speed unit={unit!r}>, expected one of m/s, mph, km/h")
        found.append((number(element, start_key, where, 0.0), number(speed, "max", where) * _MPS[unit]))
    return tuple(sorted(found))


def _abcd(element: Element, where: str) -> tuple[float, float, float, float]:
    a, b, c, d = (number(element, letter, where, 0.0) for letter in "abcd")
    return a, b, c, d
