"""Signals: each under an id of its own, on its road, with the lanes that it governs said outright.

Without ``<validity>`` OpenDRIVE goes by the orientation: "+" is traffic along s. The client takes "+" for the lanes with
positive ids, which is what RoadRunner's files mean and, where traffic keeps to the right, the opposite of what others mean.
The client fails at references to signals that are not there, and knows one signal of each id only.
"""

from __future__ import annotations

from copy import deepcopy
from xml.etree.ElementTree import Element

from carlite.opendrive.edits import Edits, plain
from carlite.opendrive.normal.links import Roads, is_driven
from carlite.opendrive.normal.sections import by_id
from carlite.opendrive.objects import ROADRUNNER_VENDORS
from carlite.opendrive.reading import integer, number

_RECORDS = ("signal", "signalReference")


def mend_signals(root: Element, roads: Roads, edits: Edits) -> None:
    """Makes the signals of a map plain to every reader."""
    signals = [(road, signal) for road in roads.values() for signal in road.element.findall("signals/signal")]
    ids = _part_ids(root, [signal for _, signal in signals], edits)
    header = root.find("header")
    vendor = "" if header is None else header.get("vendor", "")
    by_roadrunner = any(name in vendor for name in ROADRUNNER_VENDORS)
    for road_id, road in roads.items():
        holder = road.element.find("signals")
        for record in [] if holder is None else [child for child in holder if child.tag in _RECORDS]:
            where = f"road {road_id}, signal {record.get('id')}"
            assert holder is not None
            if record.tag == "signalReference" and record.get("id", "") not in ids:
                edits.note(f"{where}: refers to a signal that is not there; left out")
                edits.remove(holder, record)
                continue
            for element in (record, *record.findall("positionInertial")):
                for key in ("pitch", "roll"):
                    number(element, key, where, 0.0)
            _onto_road(record, number(road.element, "length", where), where, edits)
            _tell_validity(record, road.element, road.sections, where, by_roadrunner=by_roadrunner, edits=edits)
    for controller in root.findall("controller"):
        for control in controller.findall("control"):
            if control.get("signalId", "") not in ids:
                edits.note(f"controller {controller.get('id')}: signal {control.get('signalId')} is not there; left out")
                edits.remove(controller, control)


def _part_ids(root: Element, signals: list[Element], edits: Edits) -> set[str]:
    """Gives signals that are called like one before them names of their own, which their controllers then list too."""
    names = {signal.get("id", "") for signal in signals}
    seen: set[str] = set()
    for signal in signals:
        old = signal.get("id", "")
        if old in seen:
            number_ = 2
            while f"{old}_{number_}" in names:
                number_ += 1
            new = f"{old}_{number_}"
            edits.note(f"signal {old}: this id occurs twice; the later one is called {new}")
            edits.set(signal, "id", new)
            names.add(new)
            for controller in root.findall("controller"):
                for control in controller.findall("control"):
                    if control.get("signalId") == old:
                        twin = deepcopy(control)
                        twin.set("signalId", new)
                        edits.replace(controller, [], [twin])
        seen.add(signal.get("id", ""))
    return names


def _onto_road(record: Element, length_m: float, where: str, edits: Edits) -> None:
    s = number(record, "s", where)
    if not 0.0 <= s <= length_m:
        edits.note(f"{where}: stands at s={s:g}, beyond its road; read as the road's end")
        edits.set(record, "s", plain(min(max(s, 0.0), length_m)))


def _tell_validity(
    record: Element, road: Element, sections: list[Element], where: str, *, by_roadrunner: bool, edits: Edits
) -> None:
    told = record.findall("validity")
    for validity in told:
        low, high = integer(validity, "fromLane", where), integer(validity, "toLane", where)
        if low > high:
            edits.set(validity, "fromLane", str(high))
            edits.set(validity, "toLane", str(low))
    if told or not sections:
        return
    s = number(record, "s", where)
    at = next((section for section in reversed(sections) if number(section, "s", where) <= s + 1e-9), sections[0])
    lanes = by_id(at, where)
    ids = sorted(lanes)
    if record.get("orientation") in ("+", "-"):
        left_runs_along = by_roadrunner or road.get("rule") == "LHT"
        ids = [key for key in ids if (key > 0) == (left_runs_along == (record.get("orientation") == "+"))]
    # Traffic lights and signs speak to those who drive, if anybody does.
    ids = [key for key in ids if is_driven(lanes[key])] or ids
    for low, high in _runs(ids) or [(0, 0)]:
        edits.add(record, "validity", {"fromLane": str(low), "toLane": str(high)})


def _runs(ids: list[int]) -> list[tuple[int, int]]:
    """(first, last) of the stretches of numbers that follow each other."""
    starts = [key for key in ids if key - 1 not in ids]
    ends = [key for key in ids if key + 1 not in ids]
    return list(zip(starts, ends, strict=True))
