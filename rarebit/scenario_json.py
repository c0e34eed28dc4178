"""A concrete scenario as JSON text and back, and the hash that names it."""

from __future__ import annotations

import json

from rarebit.core.files import canonical_json, content_hash
from rarebit.core.plain import from_plain, to_plain
from rarebit.scenario import ConcreteScenario


def to_json(scenario: ConcreteScenario) -> str:
    """Canonical JSON text; every object says its type under "kind"."""
    return canonical_json(to_plain(scenario))


def from_json(text: str) -> ConcreteScenario:
    """The scenario that ``to_json`` wrote.

    Raises:
        ValueError: the text is not JSON, or not that of a concrete scenario.
    """
    return from_plain(json.loads(text), ConcreteScenario, "scenario")


def scenario_key(scenario: ConcreteScenario) -> str:
    """32 hex digits that name the scenario's content."""
    return content_hash(to_plain(scenario))
