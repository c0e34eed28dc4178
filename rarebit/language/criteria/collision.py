"""Touching."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from rarebit.history import RunView
from rarebit.language.kinds import Criterion, criterion
from rarebit.reading.marks import Fixed


@criterion("collision", example="allowed")
@dataclass(frozen=True, slots=True, kw_only=True)
class Collision(Criterion):
    """Whether ego may or must touch somebody of the story; nobody else is ever to be touched.

    Attributes:
        collision: forbidden, allowed or required.
    """

    collision: Annotated[Literal["forbidden", "allowed", "required"], Fixed()] = "forbidden"

    def judge(self, run: RunView) -> Iterator[str]:
        """See Criterion."""
        for partner in run.touched:
            if partner not in run.story:
                yield f"ego touched {partner}, which is not part of the story"
            elif self.collision == "forbidden":
                yield f"ego touched {partner}, and the spec allows no collision"
        if self.collision == "required" and not run.story & set(run.touched):
            yield "ego touched nobody, and the spec requires a collision"


def with_touching(criteria: Sequence[Criterion]) -> tuple[Criterion, ...]:
    """The criteria with one that says who may touch: nobody unless they say otherwise."""
    if any(isinstance(criterion, Collision) for criterion in criteria):
        return tuple(criteria)
    return (*criteria, Collision())
