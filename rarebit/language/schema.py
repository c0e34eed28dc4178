"""The JSON Schema of the scenario language, so that editors complete and check specs as they are written."""

from __future__ import annotations

import json

from rarebit.language.language import language
from rarebit.language.shapes import Json


def json_schema() -> Json:
    """Draft 2020-12."""
    schema = language().schema()
    formula = {"type": "string", "pattern": r"\$", "description": "a formula over parameters, such as $speed_kph + 10"}
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Rarebit scenario"}
    return {**head, **schema, "$defs": {"formula": formula}}


def schema_text() -> str:
    """The text of ``scenarios/schema.json``."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"
