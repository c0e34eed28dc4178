"""Reads and checks scenario specs: one logical scenario a YAML file.

``load(path) -> LogicalScenario`` or SpecError with every fault; ``find(name)`` locates shipped ones; ``json_schema()`` is for
editors.
"""

from __future__ import annotations

from rarebit.language.load import find, load, read
from rarebit.language.logical import LogicalScenario
from rarebit.language.schema import json_schema, schema_text

__all__ = ["LogicalScenario", "find", "json_schema", "load", "read", "schema_text"]
