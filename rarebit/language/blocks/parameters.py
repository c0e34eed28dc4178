"""The parameters of families as keys of a spec."""

from __future__ import annotations

from collections.abc import Sequence

from rarebit.families.family import Parameter
from rarebit.reading.records import Field
from rarebit.reading.shapes import Flag, Number, Shape, Word
from rarebit.reading.units import PLAIN, unit_of


def fields_of(parameters: Sequence[Parameter]) -> tuple[Field, ...]:
    """A key for each."""
    return tuple(_field(parameter) for parameter in parameters)


def _field(parameter: Parameter) -> Field:
    default = parameter.default
    shape: Shape
    if isinstance(default, bool):
        return Field(parameter.name, parameter.name, Flag(), PLAIN, False, about=parameter.about, default=str(default).lower())
    if isinstance(default, str):
        shape = Word(choices=parameter.choices)
        return Field(parameter.name, parameter.name, shape, PLAIN, False, about=parameter.about, default=default)
    unit = unit_of(parameter.name)
    shape = Number(parameter.low, parameter.high, unit, whole=isinstance(default, int))
    return Field(parameter.name, parameter.name, shape, unit, False, about=parameter.about, default=f"{default:g}")
