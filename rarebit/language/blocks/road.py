"""The block ``road``: a template, or a stretch of an existing map."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Literal, TypeAlias

from rarebit.core.errors import Fault
from rarebit.language.construct import constructs
from rarebit.packs import Pack, in_use
from rarebit.reading.choices import Headed, Tagged
from rarebit.reading.dataclass_shapes import record_of
from rarebit.reading.entries import Entry
from rarebit.reading.expressions import Scalar
from rarebit.reading.marks import Matches, Within
from rarebit.reading.shapes import Checked, Json
from rarebit.reading.units import Unit

Side: TypeAlias = Literal["left", "right", "both", "any"]
Lanes: TypeAlias = Annotated[int, Within(1, 10)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Conditions on the stretch of road.

    Attributes:
        sidewalk: side as seen by ego.
        parking: side as seen by ego.
        shoulder: side as seen by ego.
        straight_m: nearly straight road ahead of ego.
        length_m: road ahead of ego, junctions crossed straight on.
        lanes_min: lanes of ego's direction.
        lanes_max: lanes of ego's direction.
        speed_limit_min_mps: speed limit.
        speed_limit_max_mps: speed limit.
        junction_within_m: a junction begins this near ahead.
        no_junction_within_m: no junction this near ahead.
        one_way: whether no lane beside ego's comes the other way.
    """

    sidewalk: Side | None = None
    parking: Side | None = None
    shoulder: Side | None = None
    straight_m: Annotated[float, Within(1, 5000)] | None = None
    length_m: Annotated[float, Within(1, 5000)] | None = None
    lanes_min: Lanes | None = None
    lanes_max: Lanes | None = None
    speed_limit_min_mps: Annotated[float, Within(0, 60)] | None = None
    speed_limit_max_mps: Annotated[float, Within(0, 60)] | None = None
    junction_within_m: Annotated[float, Within(0, 2000)] | None = None
    no_junction_within_m: Annotated[float, Within(0, 2000)] | None = None
    one_way: bool | None = None

    def query(self) -> dict[str, Scalar]:
        """The conditions that are given."""
        values = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        return {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Conditions on the junction where a scenario with arms takes place; the arms and turns that it names must be there anyhow.

    Attributes:
        junction: what governs it.
        arms_min: number of its arms.
        arms_max: number of its arms.
        id: of OpenDRIVE, for one certain junction.
    """

    junction: Literal["signalised", "priority", "any"] = "any"
    arms_min: Annotated[int, Within(2, 10)] | None = None
    arms_max: Annotated[int, Within(2, 10)] | None = None
    id: int | None = None

    def query(self) -> dict[str, Scalar]:
        """The conditions that are given."""
        values = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        return {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """A stretch of an existing map.

    Attributes:
        town: map that the server knows.
        where: conditions on the stretch of road.
        site: conditions on the junction, for scenarios that speak of arms.
    """

    town: Annotated[str, Matches(r"[A-Za-z0-9_./-]+|[^\n]+\.xodr", "Town10HD")]
    where: Where | None = None
    site: Site | None = None


class RoadShape:
    """A template with its parameters, or a town."""

    def check(self, entry: Entry, unit: Unit, faults: list[Fault]) -> Checked:
        """See Shape."""
        template, either = _shapes(in_use())
        if isinstance(entry.value, dict) and "template" in entry.value and "town" not in entry.value:
            return template.check(entry, unit, faults)
        return either.check(entry, unit, faults)

    def schema(self) -> Json:
        """See Shape."""
        options = [*_shapes(in_use())[0].schema()["anyOf"], record_of(Town).schema()]
        return {"description": "the road: a template or a town", "anyOf": options}


@cache
def _shapes(_packs: tuple[Pack, ...]) -> tuple[Tagged, Headed]:
    records = {name: record_of(make) for name, make in constructs("road").items()}
    town = record_of(Town)
    head = dataclasses.replace(town, fields=tuple(dataclasses.replace(f, key="template") for f in town.fields[:1]))
    return Tagged("template", records), Headed({"template": head, "town": town}, "a road")
