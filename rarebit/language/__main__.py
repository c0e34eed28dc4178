"""``python -m rarebit.language > scenarios/schema.json`` brings the JSON Schema up to date."""

from __future__ import annotations

import sys

from rarebit.language.schema import schema_text

if __name__ == "__main__":
    sys.stdout.write(schema_text())
