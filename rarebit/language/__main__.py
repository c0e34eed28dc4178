"""Writes what is generated from the constructs.

``python -m rarebit.language schema > scenarios/schema.json`` and ``python -m rarebit.language reference > docs/language.md``
bring the two up to date.
"""

from __future__ import annotations

import sys

from rarebit.language.reference import reference_text
from rarebit.language.schema import schema_text

WRITERS = {"schema": schema_text, "reference": reference_text}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in WRITERS:
        sys.exit(f"usage: python -m rarebit.language {'|'.join(WRITERS)}")
    sys.stdout.write(WRITERS[sys.argv[1]]())
