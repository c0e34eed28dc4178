"""Exit statuses: those of the error classes, and what the README and the help text tell of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from rarebit.cli.help import help_text
from rarebit.core import errors
from rarebit.core.errors import Fault, RarebitError, SpecError

README = Path(__file__).resolve().parents[4] / "README.md"


def kinds(of: type[RarebitError] = RarebitError) -> Iterator[type[RarebitError]]:
    for kind in of.__subclasses__():
        if kind.__module__ == errors.__name__:
            yield kind
            yield from kinds(kind)


def told(text: str) -> set[int]:
    """The numbers that the paragraph on exit statuses gives a meaning, 0 aside."""
    paragraph = text[text.lower().index("exit status:") :].partition("\n\n")[0]
    return {int(number) for number in re.findall(r"\b(\d+)\s+[a-z]", paragraph)} - {0}


def test_the_tree_in_the_docstring_has_the_exit_codes_of_the_classes() -> None:
    assert errors.__doc__ is not None
    _, _, tree = errors.__doc__.partition("\n\n")
    rows = [re.match(r"\W*(\w+)(?: +(\d+))?", line) for line in tree.strip().splitlines()]
    drawn = {row[1]: row[2] for row in rows if row is not None}
    of_classes = {kind.__name__: str(kind.exit_code) for kind in (RarebitError, *kinds())}
    assert set(drawn) == set(of_classes)
    assert {name: code for name, code in drawn.items() if code is not None}.items() <= of_classes.items()
    assert {name for name, code in drawn.items() if code is None} == {
        kind.__name__ for kind in kinds() if "exit_code" not in vars(kind)
    }


def test_the_readme_tells_every_exit_status_and_no_other() -> None:
    assert told(README.read_text(encoding="utf-8")) == {kind.exit_code for kind in kinds()}


def test_the_help_tells_those_that_a_recording_can_end_with() -> None:
    assert told(help_text()) == {kind.exit_code for kind in kinds()} - {errors.DatasetError.exit_code}


@pytest.mark.parametrize(("count", "head"), [(1, "1 fault:"), (3, "3 faults:")])
def test_a_spec_error_counts_its_faults_and_gives_each_a_line(count: int, head: str) -> None:
    faults = [Fault(file="a.yaml", path=f"ego.{i}", value="7", problem="is odd", remedy="write 8") for i in range(count)]
    lines = str(SpecError(faults)).splitlines()
    assert lines[0] == head
    assert lines[1:] == [f"  a.yaml: ego.{i}: is odd (got 7); write 8" for i in range(count)]
    assert SpecError(faults).faults == tuple(faults)
