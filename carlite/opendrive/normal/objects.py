"""Objects: names that the client does not take for speed signs without a speed."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from carlite.opendrive.edits import Edits

_NUMBER_FIRST = re.compile(r"\s*[-+]?(\d|\.\d)")


def mend_names(road: Element, edits: Edits) -> None:
    """The client reads "Speed_30" as a sign of 30 and fails at "Speed_bump"."""
    for thing in road.findall("objects/object"):
        name = thing.get("name", "")
        if name[:6] in ("Speed_", "speed_"):
            rest = name[13:] if "STATIC" in name else name[6:]
            if not _NUMBER_FIRST.match(rest):
                edits.set(thing, "name", name[:5] + " " + name[6:])
