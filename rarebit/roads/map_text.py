"""What an OpenDRIVE text tells beyond what ``carla.Map`` lists: lane sections, speed limits, crosswalks, whom signals mean.

Carlite hands out texts that need no interpretation; other servers hand out files as they are, so this reads both.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

Limits = tuple[tuple[float, float | None], ...]
_MPS = {"m/s": 1.0, "mph": 0.44704, "km/h": 1 / 3.6, "": 1.0}
_ROADRUNNER = ("VectorZero", "MathWorks")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One lane section.

    Attributes:
        road, index: as ``carla.Waypoint`` numbers them: sections in the order of the text.
        start_m, end_m: along the road.
        kinds: type of each lane by its id.
        junction: id of the junction that the road lies in, or None.
        road_limits: (s, limit in m/s) of the road, by s; None where a record tells no limit.
        lane_limits: the same of lanes that have records of their own; s counts from the road's start.
    """

    road: int
    index: int
    start_m: float
    end_m: float
    kinds: dict[int, str]
    junction: int | None
    road_limits: Limits
    lane_limits: dict[int, Limits]

    def limits(self, lane: int) -> Limits:
        """(s, limit in m/s) of a lane from ``start_m`` on, each where it begins to hold."""
        own = self.lane_limits.get(lane, ())
        starts = {self.start_m, *(s for s, _ in (*own, *self.road_limits) if self.start_m < s < self.end_m)}
        held = [(s, _held(own, s, _held(self.road_limits, s, None))) for s in sorted(starts)]
        return tuple(record for at, record in enumerate(held) if at == 0 or record[1] != held[at - 1][1])


@dataclass(frozen=True, slots=True, kw_only=True)
class MapText:
    """An OpenDRIVE text.

    Attributes:
        sections: all lane sections, in the order of the text.
        crosswalks: (k, 3) corners of each crosswalk in its own frame, as the client takes them.
        meant: lanes (lowest, highest) by (signal id, road) of records that tell an orientation only.
        has_borders: whether lanes are given by ``<border>``, which CARLA's client does not know.
    """

    sections: tuple[Section, ...]
    crosswalks: tuple[NDArray[np.float64], ...]
    meant: dict[tuple[str, int], tuple[tuple[int, int], ...]]
    has_borders: bool


def read_text(text: str) -> MapText:
    """Reads an OpenDRIVE text.

    Raises:
        ValueError: it is not XML, or an id or a place in it is no number; the message says where.
    """
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise ValueError(f"the map's OpenDRIVE text is not XML ({error})") from error
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    roads = root.findall("road")
    sections = tuple(section for road in roads for section in _sections(road))
    header = root.find("header")
    vendor = "" if header is None else header.get("vendor", "")
    return MapText(
        sections=sections,
        crosswalks=_crosswalks(roads),
        meant=_meant(roads, sections, by_roadrunner=any(name in vendor for name in _ROADRUNNER)),
        has_borders=any(True for road in roads for _ in road.iterfind("lanes/laneSection/*/lane/border")),
    )


def _number(element: ElementTree.Element, key: str, default: float = 0.0) -> float:
    text = element.get(key, "").strip()
    try:
        value = float(text) if text else default
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"<{element.tag} {key}={text[:40]!r}>: expected a number")
    return value


def _id(element: ElementTree.Element, key: str, default: int) -> int:
    return int(_number(element, key, default))


def _sections(road: ElementTree.Element) -> list[Section]:
    junction = _id(road, "junction", -1)
    elements = road.findall("lanes/laneSection")
    starts = [_number(element, "s") for element in elements]
    road_limits = _limits([(_number(kind, "s"), kind.find("speed")) for kind in road.findall("type")])
    result = []
    for index, element in enumerate(elements):
        lanes = {_id(lane, "id", 0): lane for side in ("left", "right") for lane in element.findall(f"{side}/lane")}
        limits = {
            key: _limits([(starts[index] + _number(speed, "sOffset"), speed) for speed in lane.findall("speed")])
            for key, lane in lanes.items()
        }
        result.append(
            Section(
                road=_id(road, "id", 0),
                index=index,
                start_m=starts[index],
                end_m=min((s for s in starts if s > starts[index]), default=_number(road, "length")),
                kinds={key: lane.get("type", "none") for key, lane in lanes.items()},
                junction=junction if junction >= 0 else None,
                road_limits=road_limits,
                lane_limits={key: records for key, records in limits.items() if records},
            )
        )
    return result


def _limits(records: list[tuple[float, ElementTree.Element | None]]) -> Limits:
    return tuple(sorted(((s, None if speed is None else _mps(speed)) for s, speed in records), key=lambda record: record[0]))


def _mps(speed: ElementTree.Element) -> float | None:
    try:
        return float(speed.get("max", "")) * _MPS.get(speed.get("unit", ""), 1.0)
    except ValueError:  # "no limit", "undefined"
        return None


def _held(records: Limits, s: float, otherwise: float | None) -> float | None:
    """The limit of the record that holds at ``s``, ``otherwise`` before the first."""
    return next((limit for start, limit in reversed(records) if start <= s + 1e-6), otherwise)


def _crosswalks(roads: list[ElementTree.Element]) -> tuple[NDArray[np.float64], ...]:
    found: list[NDArray[np.float64]] = []
    for road in roads:
        for thing in road.findall("objects/object"):
            if thing.get("type") != "crosswalk":
                continue
            outline = thing.find("outline")
            if outline is not None:
                corners = [[_number(corner, key) for key in "uvz"] for corner in outline.findall("cornerLocal")]
                found.append(np.array(corners, np.float64).reshape(-1, 3))
            elif found:  # the client takes the last outline it has seen
                found.append(found[-1])
    return tuple(corners for corners in found if len(corners))


def _meant(
    roads: list[ElementTree.Element], sections: tuple[Section, ...], *, by_roadrunner: bool
) -> dict[tuple[str, int], tuple[tuple[int, int], ...]]:
    """Signals without ``<validity>`` mean the traffic that their orientation names, "+" being along s (OpenDRIVE 1.7, 14.2).

    RoadRunner means the lanes with positive ids by "+", as CARLA's client does with everybody's files.
    """
    found = {}
    for road in roads:
        road_id = _id(road, "id", 0)
        left_runs_along = by_roadrunner or road.get("rule", "RHT").upper() == "LHT"
        for record in (*road.findall("signals/signal"), *road.findall("signals/signalReference")):
            if record.find("validity") is not None:
                continue
            s = _number(record, "s")
            here = [section for section in sections if section.road == road_id and section.start_m <= s + 1e-6]
            kinds = max(here, key=lambda section: section.start_m).kinds if here else {}
            ids = sorted(kinds)
            if record.get("orientation") in ("+", "-"):
                ids = [key for key in ids if (key > 0) == (left_runs_along == (record.get("orientation") == "+"))]
            ids = [key for key in ids if kinds[key].lower() == "driving"] or ids
            found[record.get("id", ""), road_id] = tuple((key, key) for key in ids)
    return found
