"""Dataclasses read from plain data and YAML: values, units, and every fault with its remedy."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import jsonschema
import pytest

from rarebit.core.errors import Fault, SpecError
from rarebit.reading import read_as, read_entry
from rarebit.reading.dataclass_shapes import record_of
from rarebit.reading.entries import read_yaml
from rarebit.reading.marks import Count, LowFirst, Matches, Names, OneOrMany, Within


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where it sits.

    Attributes:
        x_m: forward of the rear axle.
        yaw_deg: to the left.
    """

    x_m: Annotated[float, Within(-50, 50)]
    yaw_deg: Annotated[float, Within(-360, 360)] = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device of a car.

    It looks around.

    Attributes:
        kind: what it is.
        at: where it sits.
        speed_mps: of its turns,
            at the rim.
        low, high: ends.
    """

    kind: Literal["camera", "lidar"]
    at: Place
    speed_mps: Annotated[float, Within(0, 20)] = 1.0
    count: Annotated[int, Within(1, 8)] = 1
    host: str | None = None
    on: bool = True
    low: float = 0.0
    high: float = 1.0
    name: Annotated[str, Matches(r"[A-Z_]+", "CAM_FRONT")] = "X"
    lights: Annotated[tuple[str, ...], OneOrMany(), Count(1, 2)] = ("a",)
    band_s: Annotated[tuple[float, float], LowFirst()] = (0.0, 1.0)
    attributes: Mapping[str, float | int | str | bool] | None = None
    inside: Annotated[dict[str, Place], Names("place")] | None = None
    raw: Any = None
    from_: str = ""

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise ValueError("low is not below high; swap them")


GOOD: dict[str, Any] = {"kind": "lidar", "at": {"x_m": 1.5}}


def faults(data: Any) -> tuple[Fault, ...]:
    with pytest.raises(SpecError) as caught:
        read_as(Device, data, file="rig.yaml", path="sensors.TOP")
    return caught.value.faults


def test_defaults_are_those_of_the_dataclass() -> None:
    assert read_as(Device, GOOD, file="f") == Device(kind="lidar", at=Place(x_m=1.5))


@pytest.mark.parametrize(
    ("key", "value", "name", "expected"),
    [
        ("speed_kph", 36, "speed_mps", 10.0),
        ("speed_mps", 3, "speed_mps", 3.0),
        ("count", 3, "count", 3),
        ("host", None, "host", None),
        ("on", False, "on", False),
        ("lights", "b", "lights", ("b",)),
        ("lights", ["b", "c"], "lights", ("b", "c")),
        ("band_ms", [500, 2000], "band_s", (0.5, 2.0)),
        ("attributes", {"fstop": 2.0, "x": "y"}, "attributes", {"fstop": 2.0, "x": "y"}),
        ("inside", {"left": {"x_km": 0.01}}, "inside", {"left": Place(x_m=10.0)}),
        ("raw", {"a": [1, None]}, "raw", {"a": [1, None]}),
        ("from", "a", "from_", "a"),
    ],
)
def test_values_and_units(key: str, value: Any, name: str, expected: Any) -> None:
    read = getattr(read_as(Device, {**GOOD, key: value}, file="f"), name)
    assert read == pytest.approx(expected) if isinstance(expected, float) else read == expected


@pytest.mark.parametrize(
    ("change", "path", "problem", "remedy"),
    [
        ({"kind": "lidr"}, "kind", "'lidr' is not known", "did you mean lidar?"),
        ({"at": {}}, "at", "x_m is missing", "add x_m"),
        ({"at": {"x_m": 60}}, "at.x_m", "60 is out of range", "give -50 to 50 m"),
        ({"at": {"x_km": 60}}, "at.x_km", "60 is out of range", "give -0.05 to 0.05 km"),
        ({"at": {"x_m": math.nan}}, "at.x_m", "not a finite number", "finite"),
        ({"at": {"x_m": 1, "yaw_grad": 3}}, "at.yaw_grad", "not a known key", "did you mean yaw_deg?"),
        ({"speed_kmh": 36}, "speed_kmh", "not a known key", "did you mean speed_kph?"),
        ({"speed_knots": 36}, "speed_knots", "not a known key", "its unit: speed_mps, speed_kph, speed_mph"),
        ({"speed": 36}, "speed", "not a known key", "its unit: speed_mps, speed_kph, speed_mph"),
        ({"speed_ms": 36}, "speed_ms", "not a known key", "did you mean speed_mps?"),
        ({"count": 1.5}, "count", "not a whole number", "give 1 to 8"),
        ({"count": 10**400}, "count", "not a finite number", "finite"),
        ({"count": True}, "count", "is not a number", "give a number"),
        ({"on": "yes"}, "on", "is not true or false", "write true or false"),
        ({"low": 2.0}, "", "low is not below high", "swap them"),
        ({"name": "cam"}, "name", "does not fit", "like CAM_FRONT"),
        ({"lights": ["a", "b", "c"]}, "lights", "has 3 values", "give 1 to 2"),
        ({"band_s": [2, 1]}, "band_s", "the low end is above the high end", "write [1, 2]"),
        ({"band_s": [2, 1, 3]}, "band_s", "is not a pair", "[0.5, 2.0]"),
        ({"attributes": {"a": [1]}}, "attributes.a", "is no plain value", "write a number or a word"),
        ({"inside": {"Left!": {"x_m": 1}}}, "inside.Left!", "is no name", "small letters"),
        ({"speed_mps": 1, "speed_kph": 2}, "speed_kph", "a second time", "keep one"),
    ],
)
def test_a_fault_says_where_what_and_what_to_do(change: dict[str, Any], path: str, problem: str, remedy: str) -> None:
    (fault,) = faults({**GOOD, **change})
    assert (fault.file, fault.path) == ("rig.yaml", f"sensors.TOP.{path}" if path else "sensors.TOP")
    assert problem in fault.problem
    assert remedy in fault.remedy


def test_all_faults_come_at_once() -> None:
    assert len(faults({"kind": 3, "at": {"z": 1}, "on": 2})) == 4


@pytest.mark.parametrize("data", [None, 3, "camera", [1]])
def test_what_is_no_block_is_refused(data: Any) -> None:
    (fault,) = faults(data)
    assert "not a block of keys" in fault.problem


def test_the_schema_takes_what_the_reader_takes() -> None:
    schema = {**record_of(Device).schema(), "$defs": {"formula": {"type": "string", "pattern": r"\$"}}}
    validator = jsonschema.Draft202012Validator(schema)
    for change in ({}, {"speed_kph": 3}, {"lights": "a"}, {"attributes": {"a": 1}}, {"raw": [None]}):
        assert validator.is_valid({**GOOD, **change})
    for change in ({"speed_kmh": 3}, {"kind": "x"}, {"at": {}}, {"count": "a"}):
        assert not validator.is_valid({**GOOD, **change})
    assert schema["description"] == "A device of a car."
    assert schema["properties"]["speed_kph"]["description"] == "of its turns, at the rim. (1 unless given)"
    assert schema["properties"]["low"]["description"] == "ends. (0 unless given)"


MERGED = """\
base: &base {x_m: 1, yaw_deg: 2}
other: &other {x_m: 7, yaw_deg: 8}
a:
  <<: *base
  x_m: 3
b: {<<: [*other, *base]}
c: {<<: 3}
"""


def test_merge_keys_bring_in_what_is_not_there_with_its_place() -> None:
    found: list[Fault] = []
    top = read_yaml(MERGED, "f", found)
    assert top is not None
    assert isinstance(top.value, dict)
    a = top.value["a"]
    assert a.plain() == {"x_m": 3, "yaw_deg": 2}
    assert isinstance(a.value, dict)
    assert (a.value["yaw_deg"].path, a.value["yaw_deg"].file) == ("a.yaw_deg", "f:1")
    assert (a.value["x_m"].path, a.value["x_m"].file) == ("a.x_m", "f:5")
    assert top.value["b"].plain() == {"x_m": 7, "yaw_deg": 8}
    assert [(fault.file, fault.path) for fault in found] == [("f:7", "c")]
    assert read_entry(Place, a) == Place(x_m=3.0, yaw_deg=2.0)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        ("'1e-3'", "1e-3"),
        ("0x1F", 31),
        ("1_000", 1000),
        ("2020-01-01", "2020-01-01"),
        ("yes", True),
        ("~", None),
    ],
)
def test_scalars_of_yaml(text: str, value: Any) -> None:
    top = read_yaml(f"a: {text}", "f", [])
    assert top is not None
    assert top.plain() == {"a": value}


@pytest.mark.parametrize("text", ["a: &a {<<: *a}", "a: &a [*a]", "[" * 1200, "\x00", "a: \ud800", "a: [1", ""])
def test_hostile_texts_end_in_one_fault(text: str) -> None:
    found: list[Fault] = []
    assert read_yaml(text, "f", found) is None
    assert len(found) == 1
