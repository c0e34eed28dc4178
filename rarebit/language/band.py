"""A measure that has to lie within a band."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from rarebit.core.errors import Fault
from rarebit.history import RunView
from rarebit.language.kinds import Criterion, Measure
from rarebit.reading.dataclass_shapes import record_of
from rarebit.reading.entries import Entry
from rarebit.reading.records import Draft, Field, Record
from rarebit.reading.shapes import Checked, Json, Number, Span
from rarebit.reading.units import PLAIN, Unit, unit_of

_LARGEST = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Band(Criterion):
    """A measure from ``low`` to ``high`` over the rehearsal from the first event on, in the unit of the measure's name."""

    json_kind: ClassVar[str] = "criterion.band"

    measure: Measure
    low: float
    high: float

    def judge(self, run: RunView) -> Iterator[str]:
        """See Criterion."""
        name, actors = self.measure.registered.name, self.measure.actors()
        missing = [actor for actor in actors if actor not in run.history.tracks]
        if missing:
            yield f"{name}: {', '.join(missing)} not in the scene"
        elif run.first is not None:
            value = self.measure.value(run)
            if not self.low <= value <= self.high:
                yield f"{name} of {' and '.join(actors)}: {value:.2f}, expected {self.low:g} to {self.high:g}"


@dataclass(frozen=True, slots=True)
class BandShape:
    """What stands under a measure's name in ``accept``: the measure's own keys, and ``in``."""

    measure: type[Any]

    def check(self, entry: Entry, unit: Unit, faults: list[Fault]) -> Checked:
        """See Shape; the band is in the unit of the key that it stands under."""
        draft = self._record(unit).check(entry, PLAIN, faults)
        if draft is None or "in_" not in draft.values:
            return None
        ends = draft.values["in_"]
        measure = Draft(self.measure, {name: item for name, item in draft.values.items() if name != "in_"}, entry)
        low, high = ends if ends is not None else (None, None)
        return Draft(Band, {"measure": measure, "low": low, "high": high}, entry)

    def schema(self) -> Json:
        """See Shape."""
        return self._record(self._declared).schema()

    @property
    def _declared(self) -> Unit:
        return unit_of(self.measure.registered.name)

    def _record(self, unit: Unit) -> Record:
        own = record_of(self.measure)
        ends = _In(Span(Number(0.0, _LARGEST, self._declared)), unit)
        return Record(self.measure, (*own.fields, Field("in", "in_", ends, PLAIN, True, about="low and high end")), own.about)


@dataclass(frozen=True, slots=True)
class _In:
    """A span in the unit of a key further out."""

    span: Span
    unit: Unit

    def check(self, entry: Entry, unit: Unit, faults: list[Fault]) -> Checked:
        """See Shape."""
        return self.span.check(entry, self.unit, faults)

    def schema(self) -> Json:
        """See Shape."""
        return self.span.schema()
