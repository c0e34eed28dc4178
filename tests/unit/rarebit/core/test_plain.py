"""Dataclasses as plain data and back: types are known, and what does not fit is told with its place."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest

from rarebit.core.files import content_hash
from rarebit.core.plain import from_plain, to_plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Something small."""

    size_m: float
    name: str = "a"


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """The same fields as Part."""

    size_m: float
    name: str = "a"


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Something with another name in JSON."""

    json_kind: ClassVar[str] = "thing.other"

    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """Something of everything."""

    first: Part | Other
    parts: tuple[Part, ...] = ()
    pair: tuple[str, float] = ("a", 1.0)
    named: dict[str, Part] | None = None
    values: dict[str, float | int | str | bool] | None = None
    maybe: float | None = None


WHOLE = Whole(
    first=Other(count=3),
    parts=(Part(size_m=1.0), Part(size_m=2.5, name="b")),
    pair=("x", 2.0),
    named={"k": Part(size_m=4.0)},
    values={"a": 1, "b": "w", "c": True, "d": 0.5},
)


def test_json_both_ways() -> None:
    text = json.dumps(to_plain(WHOLE))
    assert from_plain(json.loads(text), Whole, "whole") == WHOLE
    assert json.loads(text)["first"] == {"kind": "thing.other", "count": 3}
    assert json.loads(text)["parts"][0]["kind"] == "Part"


def test_the_hash_tells_types_of_equal_fields_apart() -> None:
    one, other = Part(size_m=1.0), Twin(size_m=1.0)
    assert content_hash(one) != content_hash(other)
    assert content_hash({"x": [one]}) != content_hash({"x": [other]})
    assert content_hash(one) == content_hash(Part(size_m=1.0))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"first": {"kind": "Twin", "size_m": 1.0}}, r"whole\.first: got kind 'Twin', expected Part, Other"),
        ({"first": 3}, r"whole\.first: got 3, expected Part or Other"),
        ({"parts": {"kind": "Part", "size_m": 1.0}}, r"whole\.parts: .*expected a list"),
        ({"parts": [{"kind": "Part", "size_m": "x"}]}, r"whole\.parts\[0\]\.size_m: got 'x', expected float"),
        ({"parts": [{"kind": "Part", "size": 1.0}]}, r"whole\.parts\[0\]: Part has no field 'size'"),
        ({"parts": [{"kind": "Part"}]}, r"whole\.parts\[0\]: .*size_m"),
        ({"pair": ["a"]}, r"whole\.pair: .*expected a list of 2"),
        ({"named": [1]}, r"whole\.named: got \[1\]"),
        ({"maybe": "x"}, r"whole\.maybe: got 'x', expected float"),
    ],
)
def test_what_does_not_fit_is_told_with_its_place(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        from_plain({**to_plain(WHOLE), **change}, Whole, "whole")
