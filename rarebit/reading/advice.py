"""What to say to somebody who wrote a key or a word that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

from rarebit.reading.units import ALIASES, FOREIGN, UNITS, Unit, siblings, unit_of

_SHOWN = 40


def nearest(name: str, known: Iterable[str]) -> str:
    """Advice for an unknown name: the nearest known one, or all."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]}?"
    return f"use one of {', '.join(names[:_SHOWN])}" if names else "there are none"


def unit_variants(name: str, unit: Unit) -> dict[str, str]:
    """Keys under which a field may be given: speed_mps also as speed_kph, by the unit's suffix."""
    if not unit.suffix:
        return {name: name}
    stem = name[: -len(unit.suffix) - 1]
    return {stem + suffix: name for suffix in siblings(unit)}


def nearest_key(key: str, names: Mapping[str, Unit]) -> str:
    """Advice for an unknown key of a block.

    A key whose stem is right and whose unit is not (``speed_kmh``, ``speed``) is answered by the unit that was meant, or by all
    that fit.

    Args:
        names: the declared names of the block's keys, with their units.
    """
    for name, unit in names.items():
        if not unit.suffix:
            continue
        stem = name[: -len(unit.suffix) - 1]
        if key not in (stem, name) and not key.startswith(f"{stem}_"):
            continue
        said = key[len(stem) + 1 :].lower()
        if said in ALIASES and any(UNITS[suffix].dimension == unit.dimension for suffix in ALIASES[said]):
            meant = next(suffix for suffix in ALIASES[said] if UNITS[suffix].dimension == unit.dimension)
            return f"did you mean {stem}_{meant}?"
        if key == stem or unit_of(key).suffix or said in ALIASES or said in FOREIGN:
            return f"write it with its unit: {', '.join(unit_variants(name, unit))}"
    variants = [variant for name, unit in names.items() for variant in unit_variants(name, unit)]
    advice = nearest(key, variants)
    return advice if advice.startswith("did") else nearest(key, names)
