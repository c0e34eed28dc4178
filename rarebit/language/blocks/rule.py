"""A rule of the block ``story``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, TypeAlias

from rarebit.language.kinds import Condition, Maneuver
from rarebit.reading.marks import Count, Names, OneOrMany

Maneuvers: TypeAlias = Annotated[tuple[Maneuver, ...], OneOrMany(), Count(1, 10)]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBlock:
    """When something becomes true the first time, actors do something.

    Attributes:
        when: the rule fires, once.
        do: what each actor does then.
    """

    when: Condition
    do: Annotated[Mapping[str, Maneuvers], Names("actor")]
