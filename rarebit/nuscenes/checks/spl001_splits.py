"""SPL001: splits name scenes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from rarebit.nuscenes.checks.check import Check
from rarebit.nuscenes.reader import Dataset


def find(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Splits with scenes that are not there, and names that the CAN bus API refuses."""
    names = {scene.name for scene in dataset.scenes()}
    if len(names) != len(dataset.scenes()):
        yield "scene", "two scenes have one name"
    for name in sorted(names):
        if not re.fullmatch(r"scene-\d{4}", name):
            yield f"scene {name}", "expected scene- and four digits"
    path = dataset.root / dataset.version / "splits.json"
    if path.exists():
        for split, members in json.loads(path.read_text(encoding="utf-8")).items():
            for name in sorted(set(members) - names):
                yield f"splits.json {split}", f"has no scene {name}"


CHECK = Check(id="SPL001", rule="Scenes have names of their own that readers take, and splits name scenes.", find=find)
