"""What is known of blueprints without a server: the names of CARLA 0.9.16 and of the embedded server, and their kinds."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

FAMILIES = (
    *("walker.child", "walker.teenager", "walker.adult", "walker.elderly"),
    *("vehicle.car", "vehicle.truck", "vehicle.van", "vehicle.bus", "vehicle.motorcycle", "vehicle.bicycle"),
    *("vehicle.emergency", "vehicle.taxi"),
)
"""Models that name a kind of blueprint; the server's library says which blueprints are of it."""

_NEAR = 0.85  # share of the best likeness from which others are worth naming
_FILE = Path(__file__).with_name("blueprints.txt")


@cache
def names() -> frozenset[str]:
    """Blueprints of vehicles, walkers, animals and props of CARLA 0.9.16, and carlite's own."""
    return frozenset(_FILE.read_text(encoding="utf-8").splitlines())


def known(model: str) -> bool:
    """Whether a model is a blueprint, a family, or the beginning of blueprints' names."""
    return model in names() or model in FAMILIES or any(name.startswith(model.rstrip(".") + ".") for name in names())


def kind_of(model: str) -> str:
    """One of "vehicle", "walker", "animal" and "prop"."""
    if model.startswith(("vehicle.", "walker.")):
        return model.split(".")[0]
    return "animal" if ".animal." in f".{model}." else "prop"


def nearest_models(model: str, among: Iterable[str] = (), count: int = 3) -> list[str]:
    """The names most like a model's: of its kind, those first that share words with it, then by their letters.

    Args:
        model: that nobody has.
        among: names of a server; the known ones unless given.
    """
    found = sorted({*(among or names()), *FAMILIES})
    kind, _, rest = model.partition(".")
    alike = [name for name in found if name.split(".")[0] == kind] or found
    ranked = sorted((-_likeness(rest, name.partition(".")[2]), name) for name in alike)
    return [name for likeness, name in ranked[:count] if likeness <= _NEAR * ranked[0][0]]


def _likeness(one: str, other: str) -> float:
    """Between 0 and 1: how alike their words are, each with the best of the other's."""
    words, others = _words(one), _words(other)
    if not words or not others:
        return 0.0
    best = [max(difflib.SequenceMatcher(None, word, candidate).ratio() for candidate in others) for word in words]
    whole = difflib.SequenceMatcher(None, one, other).ratio()
    return 0.7 * sum(best) / len(best) + 0.3 * whole


def _words(name: str) -> list[str]:
    return [word for word in name.replace("_", ".").split(".") if word and word != "prop"]
