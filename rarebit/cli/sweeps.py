"""Names of the folders of a sweep's jobs."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

# Overrides that change no byte of a dataset, or say themselves where it goes.
_SILENT = (
    *("name", "out", "jobs", "pictures", "scenarios", "seed", "carla", "carla.host", "carla.port", "carla.timeout_s"),
    "carla.threads",
)


def folder_of(overrides: Sequence[str], *, number: int) -> str:
    """A short name that stays the same when the sweep grows: scenario and seed in words, all else as eight hex digits.

    Args:
        overrides: of the job, such as "seed=1".
        number: of the job in the sweep; names a job that nothing else tells from others.
    """
    given = dict(override.lstrip("+").partition("=")[::2] for override in overrides)
    parts = []
    if "scenarios" in given:
        parts.append(given["scenarios"].replace("/", "_"))
    if "seed" in given:
        parts.append(f"seed{given['seed']}")
    rest = sorted(o for o in overrides if o.lstrip("+~").partition("=")[0] not in _SILENT and not o.startswith("hydra"))
    if rest:
        parts.append(hashlib.sha256("\n".join(rest).encode()).hexdigest()[:8])
    return "-".join(parts) or f"job{number}"
