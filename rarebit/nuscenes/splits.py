"""Which scenes train and which validate."""

from __future__ import annotations

from collections.abc import Sequence


def splits(names: Sequence[str]) -> dict[str, list[str]]:
    """Every fifth scene validates, the last one if there are fewer; "all" has every scene.

    The devkit takes "train" and "val" for the real dataset's and refuses them under another version, hence the prefix.
    """
    val = list(names[4::5]) or list(names[1:][-1:])
    return {"sim_train": [name for name in names if name not in set(val)], "sim_val": val, "all": list(names)}
