"""CAN001: the CAN bus says everything, at its rates, for the whole scene."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from rarebit.nuscenes.can_bus import MESSAGES
from rarebit.nuscenes.checks.check import Check
from rarebit.nuscenes.reader import Dataset
from rarebit.nuscenes.records import Scene

# Real messages jitter, and zoesensors come at 794 to 973 Hz.
_RATE_TOLERANCE = 0.2


def find(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Messages that are missing, out of order, too slow or too fast, or that do not cover their scene. None without a bus."""
    if not (dataset.root / "can_bus").is_dir():
        return
    for scene in dataset.scenes():
        for name, rate_hz in MESSAGES.items():
            path = dataset.root / "can_bus" / f"{scene.name}_{name}.json"
            try:
                messages = json.loads(path.read_text(encoding="utf-8"))
            except (OSError, ValueError) as error:
                yield path.name, f"cannot be read: {error}"
                continue
            if problem := _problem(dataset, scene, messages, rate_hz):
                yield path.name, problem


def _problem(dataset: Dataset, scene: Scene, messages: list[dict[str, Any]], rate_hz: int) -> str | None:
    times = np.array([message["utime"] for message in messages], np.int64)
    steps = np.diff(times)
    if len(times) < 2 or steps.min() <= 0:
        return f"{len(times)} messages, not in the order of time"
    mean_hz = 1e6 / float(steps.mean())
    if abs(mean_hz / rate_hz - 1.0) > _RATE_TOLERANCE:
        return f"comes at {mean_hz:.1f} Hz, expected {rate_hz}"
    samples = dataset.samples(scene)
    late_us, early_us = times[0] - samples[0].timestamp, samples[-1].timestamp - times[-1]
    if late_us > 0 or early_us > 1e6 / rate_hz:
        return f"begins {late_us} us after the scene and ends {early_us} us before it"
    return None


CHECK = Check(
    id="CAN001", rule="Every CAN bus message comes in order, at its rate, from the first sample to the last.", find=find
)
