"""Reads the curves of each family of car bodies."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from carlite.models.carbody import Style

_SAME_CURVES = {"taxi": "sedan", "police": "muscle"}


def frozen(value: Any) -> Any:
    """YAML data with tuples in the place of lists."""
    if isinstance(value, dict):
        return {key: frozen(item) for key, item in value.items()}
    return tuple(frozen(item) for item in value) if isinstance(value, list) else value


@cache
def _styles() -> dict[str, Style]:
    text = Path(__file__).with_name("carstyles.yaml").read_text(encoding="utf-8")
    return {name: Style(**frozen(fields)) for name, fields in yaml.safe_load(text).items()}


def style(body: str) -> Style:
    """The curves of a body family.

    Raises:
        KeyError: no such family.
    """
    return _styles()[_SAME_CURVES.get(body, body)]
