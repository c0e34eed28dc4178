"""Records along a road or a lane section: each begins somewhere and holds until the next one."""

from __future__ import annotations

import itertools
from xml.etree.ElementTree import Element

import numpy as np

from carlite.errors import MapError
from carlite.opendrive.edits import Edits
from carlite.opendrive.reading import SNAP_M, number, polynomials

_SAME_M = 1e-9
_PROFILES = (
    ("elevationProfile", "elevation", 10e3),
    ("lanes", "laneOffset", 1e3),
    ("lateralProfile", "superelevation", 1.6),
)
_NOTHING = {"a": "0", "b": "0", "c": "0", "d": "0"}


def mend_profiles(road: Element, length_m: float, where: str, edits: Edits) -> None:
    """Elevation, lane offset and what tilts the road tell something from s = 0 on: nothing, before their first record.

    Raises:
        MapError: values beyond what any road has.
    """
    for parent, tag, most in _PROFILES:
        holder = road.find(parent)
        if holder is None:
            continue
        fill_from_zero(holder, tag, "s", where, edits)
        values = polynomials(holder.findall(tag), "s", where)
        s = np.concatenate([np.linspace(0.0, length_m, 33), np.clip(values.starts, 0.0, length_m)])
        farthest = float(np.max(np.abs(values(s))))
        if not farthest <= most:
            raise MapError(f"{where}: its {tag} reaches {farthest:g}, expected at most {most:g}")


def fill_from_zero(holder: Element, tag: str, key: str, where: str, edits: Edits) -> None:
    """Gives polynomial records one that begins at 0, and leaves of those that begin at one place the last.

    The client has no value before the first record, and fails where it needs one.
    """
    records = sorted(holder.findall(tag), key=lambda record: number(record, key, where, 0.0))
    for record, after in itertools.pairwise(records):
        if number(after, key, where, 0.0) - number(record, key, where, 0.0) <= _SAME_M:
            edits.remove(holder, record)
    records = [record for record in records if record in list(holder)]
    if not records:
        return
    start = number(records[0], key, where, 0.0)
    if start <= 0.0:
        return
    if start <= SNAP_M:
        edits.set(records[0], key, "0")
    else:
        edits.add(holder, tag, {key: "0", **_NOTHING}, at=list(holder).index(records[0]))
