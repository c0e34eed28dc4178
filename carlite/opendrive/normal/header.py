"""The header: where on Earth the map lies, told with single blanks between, and its offset.

CARLA's client splits the geoReference at blanks alone and wants both ``+lat_0`` and ``+lon_0``; it takes 42 and 2 degrees for
them otherwise.
"""

from __future__ import annotations

import math
import re
from xml.etree.ElementTree import Element

from carlite.errors import MapError
from carlite.opendrive.edits import Edits, plain

DEFAULT_ORIGIN_DEG = (42.0, 2.0)
_KEYS = ("lat_0", "lon_0")
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"


def origin_deg(root: Element) -> tuple[float, float]:
    """Latitude and longitude of the map's origin: what the geoReference tells, 0 for one of two, CARLA's 42 and 2 for none.

    Raises:
        MapError: one of them is no number.
    """
    text = root.findtext("header/geoReference") or ""
    found: list[float | None] = []
    for key in _KEYS:
        match = re.search(rf"\+{key}\s*=\s*([^\s+][^\s]*)", text)
        if match is not None and not re.fullmatch(_NUMBER, match[1]):
            raise MapError(f"geoReference: {key} is not a number in {text[:80]!r}")
        found.append(None if match is None else float(match[1]))
    if found[0] is None and found[1] is None:
        return DEFAULT_ORIGIN_DEG
    latitude, longitude = (value or 0.0 for value in found)
    if not (abs(latitude) <= 90.0 and abs(longitude) <= 360.0 and math.isfinite(longitude)):
        raise MapError(f"geoReference: expected lat_0 within 90 and lon_0 within 360 degrees in {text[:80]!r}")
    return latitude, longitude


def mend_geo_reference(root: Element, edits: Edits) -> None:
    """Rewrites a geoReference that the client would read otherwise; the rest of it stays."""
    element = root.find("header/geoReference")
    origin = origin_deg(root)
    if element is not None and origin != _as_the_client_reads(element.text or ""):
        others = re.sub(rf"\+(?:{'|'.join(_KEYS)})\s*=\s*\S*", " ", element.text or "").split()
        element.text = " ".join([*others, f"+lat_0={plain(origin[0])}", f"+lon_0={plain(origin[1])}"])
        edits.changed = True


def _as_the_client_reads(text: str) -> tuple[float, float]:
    parts = dict(part.split("=") for part in text.split(" ") if part.count("=") == 1)
    try:
        return float(parts["+lat_0"]), float(parts["+lon_0"])
    except (KeyError, ValueError):
        return DEFAULT_ORIGIN_DEG
