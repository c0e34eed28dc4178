"""CNT001: counters and ends are right."""

from __future__ import annotations

from collections.abc import Iterator

from rarebit.nuscenes.checks.check import Check
from rarebit.nuscenes.reader import Dataset
from rarebit.nuscenes.records import Instance


def find(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Scenes and objects that miscount, or misname, their samples or boxes."""
    for scene in dataset.scenes():
        samples = [sample.token for sample in dataset.samples(scene)]
        got = (scene.nbr_samples, scene.first_sample_token, scene.last_sample_token)
        yield from _differences(f"scene {scene.name}", got, samples)
    for instance in dataset.rows(Instance).values():
        track = [row.token for row in dataset.track(instance)]
        ends = (instance.nbr_annotations, instance.first_annotation_token, instance.last_annotation_token)
        yield from _differences(f"instance {instance.token}", ends, track)


def _differences(where: str, got: tuple[int, str, str], chain: list[str]) -> Iterator[tuple[str, str]]:
    count, first, last = got
    if count != len(chain):
        yield where, f"says {count}, has {len(chain)}"
    elif chain and (first, last) != (chain[0], chain[-1]):
        yield where, "does not name the first and the last of its chain"


CHECK = Check(id="CNT001", rule="Scenes and objects count their samples and boxes, and name the first and the last.", find=find)
