"""Names as OpenDRIVE spells them: no namespaces, elements, attributes and words of lists in their one case."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from carlite.opendrive.edits import Edits

_ELEMENTS = (
    "header geoReference offset road link predecessor successor type speed planView geometry line arc spiral poly3 "
    "paramPoly3 elevationProfile elevation lateralProfile superelevation crossfall shape lanes laneOffset laneSection "
    "left center right lane width border roadMark material visibility access height rule objects object outlines outline "
    "cornerRoad cornerLocal repeat bridge tunnel objectReference signals signal signalReference validity dependency "
    "reference positionRoad positionInertial junction connection laneLink controller control junctionGroup userData"
)
_ATTRIBUTES = (
    "revMajor revMinor vendor north south east west name id length junction rule elementType elementId contactPoint "
    "elementS elementDir s t x y z hdg a b c d aU bU cU dU aV bV cV dV pRange curvature curvStart curvEnd side type max "
    "unit level sOffset weight color material width laneChange height space tOffset surface friction roughness forward "
    "back left right restriction inner outer dynamic orientation zOffset country countryRevision subtype value text "
    "hOffset pitch roll fromLane toLane u v dz radius distance lengthStart lengthEnd tStart tEnd zOffsetStart zOffsetEnd "
    "heightStart heightEnd widthStart widthEnd validLength closed outer fillType laneType sequence signalId incomingRoad "
    "connectingRoad linkedRoad from to mainRoad sStart sEnd roadId singleSide"
)
_HOLDERS = ["link", "planView", "elevationProfile", "lateralProfile", "lanes", "objects", "signals", "left", "center", "right"]
_LANE_TYPES = (
    "shoulder border driving stop none restricted parking median biking sidewalk curb exit entry onRamp offRamp "
    "connectingRamp bidirectional special1 special2 special3 roadWorks tram rail bus taxi HOV mwyEntry mwyExit slipLane "
    "walking shared"
)
_MARK_TYPES = "none solid broken curb grass edge custom"
_WORDS = {
    ("road", "rule"): "RHT LHT",
    ("predecessor", "elementType"): "road junction",
    ("successor", "elementType"): "road junction",
    ("predecessor", "contactPoint"): "start end",
    ("successor", "contactPoint"): "start end",
    ("connection", "contactPoint"): "start end",
    ("junction", "type"): "default direct virtual crossing",
    ("paramPoly3", "pRange"): "arcLength normalized",
    ("crossfall", "side"): "left right both",
    ("lane", "type"): _LANE_TYPES,
    ("roadMark", "type"): _MARK_TYPES,
    ("roadMark", "color"): "standard white yellow red blue green orange violet",
    ("object", "type"): "crosswalk parkingSpace pole tree barrier building obstacle roadMark",
    ("object", "orientation"): "none",
    ("signal", "orientation"): "none",
    ("signal", "dynamic"): "yes no",
    ("signalReference", "orientation"): "none",
}


def _by_lower_case(words: str) -> dict[str, str]:
    return {word.lower(): word for word in words.split()}


_ELEMENT_OF, _ATTRIBUTE_OF = _by_lower_case(_ELEMENTS), _by_lower_case(_ATTRIBUTES)
_WORD_OF = {place: _by_lower_case(words) for place, words in _WORDS.items()}


def gather(root: Element, edits: Edits) -> None:
    """Puts what several holders of one kind hold into the first of them, the only one that the client looks into."""
    for road in root.findall("road"):
        for parent in (road, *road.findall("lanes/laneSection"), *road.findall("lanes/laneSection/*/lane")):
            for tag in _HOLDERS:
                holders = parent.findall(tag)
                for other in holders[1:]:
                    holders[0].extend(other)
                    edits.remove(parent, other)


def spell(root: Element, edits: Edits) -> None:
    """Gives every element and attribute the name that OpenDRIVE has for it; what lies in ``<userData>`` stays as it is."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        _spell(element, edits)
        if element.tag != "userData":
            waiting.extend(element)


def _spell(element: Element, edits: Edits) -> None:
    tag = _local(element.tag)
    tag = _ELEMENT_OF.get(tag.lower(), tag)
    if tag != element.tag:
        element.tag, edits.changed = tag, True
    for key in list(element.attrib):
        name = _local(key)
        name = _ATTRIBUTE_OF.get(name.lower(), name)
        if name != key:
            value = element.attrib.pop(key)
            element.attrib.setdefault(name, value)
            edits.changed = True
    for key, value in element.attrib.items():
        word = _WORD_OF.get((tag, key), {}).get(value.strip().lower())
        if word is not None and word != value:
            edits.set(element, key, word)


def _local(name: str) -> str:
    return name.rpartition("}")[2]
