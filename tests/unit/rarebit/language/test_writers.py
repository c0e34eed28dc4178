"""``python -m rarebit.language`` writes what is generated, and says how it is used."""

from __future__ import annotations

import runpy
import sys

import pytest

from rarebit.language.reference import reference_text
from rarebit.language.schema import schema_text


@pytest.mark.parametrize(("what", "text"), [("schema", schema_text), ("reference", reference_text)])
def test_it_writes_what_is_asked_for(
    what: str, text: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert callable(text)
    monkeypatch.setattr(sys, "argv", ["rarebit.language", what])
    runpy.run_module("rarebit.language.__main__", run_name="__main__")
    assert capsys.readouterr().out == text()


@pytest.mark.parametrize("arguments", [[], ["grammar"], ["schema", "reference"]])
def test_anything_else_is_told_the_usage(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["rarebit.language", *arguments])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("rarebit.language.__main__", run_name="__main__")
    assert ended.value.code == "usage: python -m rarebit.language schema|reference"
