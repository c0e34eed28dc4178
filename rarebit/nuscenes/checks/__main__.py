"""``python -m rarebit.nuscenes.checks DATAROOT [ID ...]``: what a dataset breaks of the rules; exit status 1 if anything."""

from __future__ import annotations

import sys
from pathlib import Path

from rarebit.core.errors import DatasetError
from rarebit.nuscenes.checks import run_checks
from rarebit.nuscenes.reader import open_dataset


def main(arguments: list[str]) -> int:
    """Runs the checks that ``arguments`` name, or all."""
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        findings = list(run_checks(open_dataset(Path(arguments[0])), arguments[1:] or None))
    except DatasetError as error:
        print(f"rarebit: {error}", file=sys.stderr)
        return error.exit_code
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
