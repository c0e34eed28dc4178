"""Writes OpenDRIVE: plain records of roads and junctions (``records``), and their text (``write``)."""

from __future__ import annotations

from rarebit.roads.opendrive.records import NetworkText, RoadText, Traffic
from rarebit.roads.opendrive.write import write

__all__ = ["NetworkText", "RoadText", "Traffic", "write"]
