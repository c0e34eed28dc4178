"""The block ``signals``: what the traffic lights of the junction's arms show."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Literal, TypeAlias

from rarebit.core.errors import Fault
from rarebit.reading.choices import Headed
from rarebit.reading.dataclass_shapes import record_of
from rarebit.reading.entries import Entry
from rarebit.reading.marks import Within
from rarebit.reading.shapes import Checked, Json
from rarebit.reading.units import Unit

Show: TypeAlias = Literal["red", "yellow", "green", "off"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change during the scene.

    Attributes:
        at_s: since the start of the scene.
        show: from then on.
    """

    at_s: Annotated[float, Within(0, 600)]
    show: Show


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the lights of an arm show; a bare word for one that they show all the time.

    Attributes:
        show: from the start of the scene on.
        then: changes during the scene.
    """

    show: Show
    then: tuple[Change, ...] = ()

    @property
    def for_s(self) -> float | None:
        """How long by the time that the story's traffic from the arm gets there; None: since before the scene."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class RedFor:
    """Red that has been shown for a time when the story's traffic from the arm comes to its stop line; yellow and green before.

    Attributes:
        red_for_s: the time; where nobody comes from the arm it counts at the start of the scene.
        then: changes during the scene.
    """

    red_for_s: Annotated[float, Within(0, 3600)]
    then: tuple[Change, ...] = ()

    @property
    def show(self) -> Show:
        """What it is."""
        return "red"

    @property
    def for_s(self) -> float | None:
        """See Shown."""
        return self.red_for_s


class SignalShape:
    """A bare word, or a block."""

    def check(self, entry: Entry, unit: Unit, faults: list[Fault]) -> Checked:
        """See Shape."""
        if isinstance(entry.value, dict):
            return _blocks().check(entry, unit, faults)
        return record_of(Shown).draft(entry, {"show": entry}, faults)

    def schema(self) -> Json:
        """See Shape."""
        word = next(f for f in record_of(Shown).fields if f.key == "show")
        return {"anyOf": [word.shape.schema(), *_blocks().schema()["anyOf"]]}


@cache
def _blocks() -> Headed:
    return Headed({"show": record_of(Shown), "red_for_s": record_of(RedFor)}, "what traffic lights show")
