"""What a generated road offers, known from its parameters alone: so a spec can be checked before any map is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rarebit.roads.opendrive.records import Traffic

Side = Literal["left", "right"]
BOTH: frozenset[Side] = frozenset({"left", "right"})
NEITHER: frozenset[Side] = frozenset()


def sides(word: object) -> frozenset[Side]:
    """The sides that a parameter's word means: "left", "right", "both" or "none"."""
    named: dict[str, frozenset[Side]] = {"left": frozenset({"left"}), "right": frozenset({"right"}), "both": BOTH}
    return named.get(str(word), NEITHER)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadProfile:
    """A road where ego starts on it; sides are those that ego sees.

    Attributes:
        traffic: the side it keeps to.
        length_m: that ego can drive from end to end.
        lanes, opposite_lanes: driving lanes of ego's direction and of the other.
        parking, shoulders, sidewalks, cycle_lanes: the sides that have one.
        arms: names of the junction's arms as ego sees them, "near" first; () without a junction.
        signalised: whether the junction has traffic lights.
    """

    traffic: Traffic = "right"
    length_m: float
    lanes: int
    opposite_lanes: int
    parking: frozenset[Side] = NEITHER
    shoulders: frozenset[Side] = NEITHER
    sidewalks: frozenset[Side] = NEITHER
    cycle_lanes: frozenset[Side] = NEITHER
    arms: tuple[str, ...] = ()
    signalised: bool = False

    def lane_index(self, word: str) -> int:
        """Which of its direction's lanes ego starts on, counted from the left: "leftmost", "middle" or "rightmost"."""
        return {"leftmost": 0, "middle": self.lanes - 1 - (self.lanes - 1) // 2}.get(word, self.lanes - 1)

    def offers(self, lane: str, ego_lane: str = "rightmost") -> bool:
        """Whether there is such a lane, seen from ego's.

        Args:
            lane: "same", "left_1", "right_2", "opposite_1", "parking_left", "shoulder_right", "sidewalk_left", "biking_right".
            ego_lane: "leftmost", "middle" or "rightmost".
        """
        head, _, tail = lane.partition("_")
        at = self.lane_index(ego_lane)
        counts = {"left": at, "right": self.lanes - 1 - at, "opposite": self.opposite_lanes}
        if head in counts:
            return tail.isdigit() and 1 <= int(tail) <= counts[head]
        beside = {
            "parking": self.parking,
            "shoulder": self.shoulders,
            "sidewalk": self.sidewalks,
            "biking": self.cycle_lanes,
        }
        return lane == "same" or (head in beside and tail in beside[head])

    @property
    def places(self) -> tuple[str, ...]:
        """Every lane word that the road offers to an ego on some lane, for error messages."""
        words = [f"{side}_{i}" for side in ("left", "right") for i in range(1, self.lanes)]
        words += [f"opposite_{i}" for i in range(1, self.opposite_lanes + 1)]
        for kind, there in (
            ("parking", self.parking),
            ("shoulder", self.shoulders),
            ("biking", self.cycle_lanes),
            ("sidewalk", self.sidewalks),
        ):
            words += [f"{kind}_{side}" for side in sorted(there)]
        return ("same", *words)
