"""Formulas: values against closed forms, units, and what is refused."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rarebit.reading.expressions import MAX_DEPTH, MAX_LENGTH, ExpressionError, parse
from rarebit.reading.units import UNITS, convert, unit_of

VALUES = {"v_kph": 36.0, "w_mps": 5.0, "t_s": 2.0, "d_m": 30.0, "share": 0.25, "word": "ClearNoon", "on": True}


@pytest.mark.parametrize(
    ("text", "value", "suffix"),
    [
        ("1 + 2 * 3", 7.0, ""),
        ("(1 + 2) * 3", 9.0, ""),
        ("8 / 4 / 2", 1.0, ""),
        ("2 - 3 - 4", -5.0, ""),
        ("-$t_s + 5", 3.0, "s"),
        ("--2", 2.0, ""),
        ("1e-3 * 2E3", 2.0, ""),
        ("min($t_s, 1, 7)", 1.0, "s"),
        ("max(abs(-4), 3)", 4.0, ""),
        ("$v_kph * 2", 72.0, "kph"),
        ("$share * $v_kph", 9.0, "kph"),
        ("$v_kph + $w_mps", 54.0, "kph"),
        ("$v_kph * $t_s", 20.0, "m"),
        ("$d_m / $v_kph", 3.0, "s"),
        ("$w_mps * $w_mps / (2 * $d_m)", 25.0 / 60.0, "mps2"),
        ("sqrt(2 * $d_m * $w_mps / $t_s)", math.sqrt(150.0), "mps"),
        ("$v_kph / $w_mps", 2.0, ""),
    ],
)
def test_value_and_unit(text: str, value: float, suffix: str) -> None:
    result = parse(text).value(VALUES)
    assert result.value == pytest.approx(value, rel=1e-12)
    assert result.unit.suffix == suffix


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$v_kph >= 36", True),
        ("$v_kph > 10 and $t_s < 1", False),
        ("$v_kph == $w_mps * 2", True),
        ("$d_m / $v_kph >= 2.9 + 0.05", True),
        ("$word == $word", True),
        ("$t_s != 2", False),
    ],
)
def test_comparisons_take_bare_numbers_in_the_unit_they_meet(text: str, value: bool) -> None:
    assert parse(text).value(VALUES).value is value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("$v_kph + $t_s", "joins a speed and a time"),
        ("$v_kph < $d_m", "joins a speed and a length"),
        ("1 / 0", "division by zero"),
        ("sqrt(-1)", "negative"),
        ("sqrt($t_s)", "no meaning"),
        ("$nope", "no parameter 'nope'"),
        ("$word * 2", "not a number"),
        ("1e200 * 1e200", "finite"),
        ("1 and 2", "comparisons only"),
    ],
)
def test_what_has_no_value(text: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message):
        parse(text).value(VALUES)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1 +",
        "(1",
        "1)",
        "import os",
        "x",
        "$a.b",
        "$a[0]",
        "2 ** 3",
        "__import__('os')",
        "min(1)",
        "abs(1, 2)",
        "1 2",
        "'a'",
        "$",
    ],
)
def test_what_is_no_formula(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse(text)


def test_length_and_depth_are_bounded() -> None:
    with pytest.raises(ExpressionError, match="characters"):
        parse("1" + "+1" * MAX_LENGTH)
    with pytest.raises(ExpressionError, match="nested"):
        parse("(" * (MAX_DEPTH + 1) + "1" + ")" * (MAX_DEPTH + 1))


@given(st.text(alphabet="$ab_m1.5+-*/()<>=, minsqrt", max_size=40))
def test_any_text_is_read_or_refused_cleanly(text: str) -> None:
    def outcome() -> object:
        try:
            return parse(text).value({"a_m": 1.0, "b": 2.0})
        except ExpressionError as error:
            return str(error)

    assert outcome() not in (None, "")
    assert outcome() == outcome()


@given(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3), st.floats(0.1, 1e3))
def test_arithmetic_agrees_with_python(a: float, b: float, c: float) -> None:
    result = parse("($a - $b) * $c + $a / $c").value({"a": a, "b": b, "c": c})
    assert result.number() == pytest.approx((a - b) * c + a / c, rel=1e-12, abs=1e-12)


@given(st.floats(-1e6, 1e6), st.sampled_from(sorted(UNITS)), st.sampled_from(sorted(UNITS)))
def test_unit_conversion_round_trip(value: float, one: str, other: str) -> None:
    a, b = UNITS[one], UNITS[other]
    if a.dimension == b.dimension:
        assert convert(convert(value, a, b), b, a) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("speed_kph", "kph"),
        ("a_mps2", "mps2"),
        ("vehicles_per_km", "per_km"),
        ("per_km", "km"),
        ("speed", ""),
        ("m", ""),
        ("s", ""),
    ],
)
def test_unit_in_a_name(name: str, suffix: str) -> None:
    assert unit_of(name).suffix == suffix
