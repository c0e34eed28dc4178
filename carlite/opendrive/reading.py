"""Reads attributes of XML elements; every fault names the element it is in."""

from __future__ import annotations

import math
import re
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from carlite.errors import MapError
from carlite.opendrive.piecewise import Cubics, cubics

Element = ElementTree.Element
_MPS = {"": 1.0, "m/s": 1.0, "mph": 0.44704, "km/h": 1.0 / 3.6}
_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
_INTEGER = re.compile(r"[-+]?[0-9]+")
_LARGEST = 1e12
_LARGEST_ID = 2**31 - 1
SNAP_M = 0.01
"""A record that begins this little late was meant to begin with its road or lane section."""


def number(element: Element, key: str, where: str, default: float | None = None) -> float:
    """A number of no more than 1e12; CARLA's client reads the same digits as C does.

    Raises:
        MapError: absent without a default, not a number, or not finite.
    """
    text = element.get(key)
    if text is None or not text.strip():
        if default is not None:
            return default
        raise MapError(f"{where}: <{element.tag}> has no {key!r}, expected a number")
    value = float(text) if _NUMBER.fullmatch(text.strip()) else math.nan
    if not abs(value) < _LARGEST:
        raise MapError(f"{where}: <{element.tag} {key}={text[:40]!r}>, expected a finite number")
    return value


def integer(element: Element, key: str, where: str, default: int | None = None) -> int:
    """A whole number; CARLA's client reads the same ids as integers of 32 bits.

    Raises:
        MapError: absent without a default, or not a whole number.
    """
    text = element.get(key)
    if text is None or (default is not None and not text.strip()):
        if default is not None:
            return default
        raise MapError(f"{where}: <{element.tag}> has no {key!r}, expected a whole number")
    if not _INTEGER.fullmatch(text.strip()) or abs(int(text)) > _LARGEST_ID:
        raise MapError(f"{where}: <{element.tag} {key}={text[:40]!r}>, expected a whole number (CARLA needs them)")
    return int(text)


def polynomials(elements: list[Element], start_key: str, where: str) -> Cubics:
    """Cubics from elements with a start and a, b, c, d; 0 before the first of them."""
    records = [(number(e, start_key, where), *_abcd(e, where)) for e in elements]
    if records and min(records)[0] > 0.0:
        records.append((0.0, 0.0, 0.0, 0.0, 0.0))
    return cubics(records)


def coefficients(element: Element, suffix: str, where: str) -> NDArray[np.float64]:
    """(4,) of ``a<suffix>`` to ``d<suffix>``, such as aU ... dU."""
    return np.array([number(element, letter + suffix, where, 0.0) for letter in "abcd"])


def speeds_mps(elements: list[Element], start_key: str, where: str) -> tuple[tuple[float, float | None], ...]:
    """(start, limit in m/s) records of ``<speed>`` elements or of ``<type>`` elements, None where a record tells no limit."""
    found: list[tuple[float, float | None]] = []
    for element in elements:
        start = number(element, start_key, where, 0.0)
        speed = element if element.tag == "speed" else element.find("speed")
        if speed is None or speed.get("max", "").strip() in ("no limit", "undefined", ""):
            found.append((start, None))
            continue
        unit = speed.get("unit", "")
        if unit not in _MPS:
            raise MapError(f"{where}: <speed unit={unit!r}>, expected one of m/s, mph, km/h")
        found.append((start, number(speed, "max", where) * _MPS[unit]))
    return tuple(sorted(found, key=lambda record: record[0]))


def _abcd(element: Element, where: str) -> tuple[float, float, float, float]:
    a, b, c, d = (number(element, letter, where, 0.0) for letter in "abcd")
    return a, b, c, d
