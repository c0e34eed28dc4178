"""The JSON Schema of the scenario language, so that editors complete and check specs as they are written."""

from __future__ import annotations

import json

from rarebit.language.construct import headed
from rarebit.language.spec import Spec
from rarebit.reading.dataclass_shapes import record_of
from rarebit.reading.shapes import Json

_KINDS = ("condition", "maneuver", "place", "distribution")


def json_schema() -> Json:
    """Draft 2020-12."""
    formula = {"type": "string", "pattern": r"\$", "description": "a formula over parameters, such as $speed_kph + 10"}
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Rarebit scenario"}
    kinds = {kind: headed(kind).schema() for kind in _KINDS}
    return {**head, **record_of(Spec).schema(), "$defs": {"formula": formula, **kinds}}


def schema_text() -> str:
    """The text of ``scenarios/schema.json``."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"
