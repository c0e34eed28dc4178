"""Several distributions in one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

from rarebit.core.errors import Fault
from rarebit.language.construct import headed
from rarebit.language.kinds import Distribution, distribution
from rarebit.reading.entries import Entry
from rarebit.reading.expressions import Scalar
from rarebit.reading.marks import Count
from rarebit.reading.records import Draft
from rarebit.reading.shapes import Checked, Json, Number
from rarebit.reading.units import PLAIN, Unit

_LARGEST = 1e9
_WEIGHT = Number(0.0, _LARGEST, formula=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A distribution and how often it is drawn from, relative to the others."""

    of: Distribution
    weight: float


class PartShape:
    """``{weight: 3, uniform: [0, 2]}``: any distribution with a weight, 1 unless given."""

    told = "`{weight: 3, uniform: [0, 2]}`: any distribution with a weight, 1 unless given"

    def check(self, entry: Entry, unit: Unit, faults: list[Fault]) -> Checked:
        """See Shape."""
        given = dict(entry.value) if isinstance(entry.value, dict) else {}
        weight = given.pop("weight", None)
        of = headed("distribution").check(Entry(given or entry.value, entry.path, entry.file), unit, faults)
        return Draft(Part, {"of": of, "weight": 1.0 if weight is None else _WEIGHT.check(weight, PLAIN, faults)}, entry)

    def schema(self) -> Json:
        """See Shape."""
        return {"type": "object", "properties": {"weight": _WEIGHT.schema()}, "minProperties": 1}


@distribution("mixture", example="{mixture: [{weight: 3, uniform: [10, 20]}, {weight: 7, uniform: [20, 60]}]}")
@dataclass(frozen=True, slots=True, kw_only=True)
class Mixture(Distribution):
    """One of several distributions, by weight, and then a value of it.

    Its quantiles go through the parts in the order in which they stand there.

    Attributes:
        mixture: the parts.
    """

    mixture: Annotated[tuple[Annotated[Part, PartShape()], ...], Count(1, 100)]

    def __post_init__(self) -> None:
        if not math.fsum(part.weight for part in self.mixture) > 0.0:
            raise ValueError("weights are all 0; give one that is above 0")

    def quantile(self, u: float) -> Scalar:
        """See Distribution."""
        at = u * math.fsum(part.weight for part in self.mixture)
        drawn = [part for part in self.mixture if part.weight > 0.0]
        for part in drawn:
            if at < part.weight:
                return part.of.quantile(at / part.weight)
            at -= part.weight
        return drawn[-1].of.quantile(math.nextafter(1.0, 0.0))

    @property
    def varies(self) -> bool:
        """See Distribution."""
        drawn = [part.of for part in self.mixture if part.weight > 0.0]
        return any(of.varies for of in drawn) or len({of.quantile(0.5) for of in drawn}) > 1

    def ends(self) -> tuple[Scalar, ...]:
        """The ends of all parts."""
        return tuple(dict.fromkeys(end for part in self.mixture if part.weight > 0.0 for end in part.of.ends()))
