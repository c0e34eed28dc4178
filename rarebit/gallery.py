"""The pictures and the report of a finished dataset."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from rarebit.jobs.ledger import Rejected
from rarebit.look.report import SceneReport, write_report
from rarebit.look.scene import SceneStory, write_scene_pictures
from rarebit.nuscenes import sidecars
from rarebit.nuscenes.reader import Dataset, open_dataset
from rarebit.nuscenes.records import Scene

_UNITS = {"_mps2": " m/s²", "_mps": " m/s", "_s": " s", "_m": " m"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A scene to draw: its story, and what the report says of it."""

    scene: Scene
    story: SceneStory
    summary: str
    facts: tuple[tuple[str, str], ...]


def write_gallery(root: Path, version: str, rejected: Sequence[Sequence[Rejected]], workers: int) -> Iterator[Path]:
    """Draws every scene in processes of their own and yields each scene's contact sheet when it is there; last the report.

    Args:
        root: the dataset. version: its table folder.
        rejected: draws of each scene, in the dataset's order.
        workers: processes to draw with.
    """
    items = _items(root, version)
    folder = root / "pictures"
    reports = []
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting = [pool.submit(_draw, root, version, item.scene.name, item.story, folder) for item in items]
        for item, own, future in zip(items, rejected, waiting, strict=True):
            *pictures, clip = future.result()
            reports.append(
                SceneReport(
                    heading=f"{item.scene.name} · {item.story.title}",
                    summary=item.summary,
                    facts=item.facts,
                    rejected=tuple(f"draw {row.attempt + 1}: {'; '.join(row.reasons)}" for row in own),
                    pictures=tuple(pictures),
                    clip=clip,
                )
            )
            yield pictures[-1]
    write_report(root / "report.html", f"Rarebit · {root.name}", reports)
    yield root / "report.html"


def words_of(name: str, value: float) -> tuple[str, str]:
    """A measure as a person reads it: "min_ttc_s", 0.8 -> ("min ttc", "0.80 s")."""
    suffix = next((suffix for suffix in _UNITS if name.endswith(suffix)), "")
    return name.removesuffix(suffix).replace("_", " "), f"{value:.2f}{_UNITS.get(suffix, '')}"


def _draw(root: Path, version: str, name: str, story: SceneStory, folder: Path) -> list[Path]:
    dataset = open_dataset(root, version)
    return write_scene_pictures(dataset, dataset.scene(name), story, folder)


def _items(root: Path, version: str) -> list[Item]:
    dataset = open_dataset(root, version)
    return [_item(dataset, scene, dataset.get(sidecars.SceneStory, scene.token)) for scene in dataset.scenes()]


def _item(dataset: Dataset, scene: Scene, facts: sidecars.SceneStory) -> Item:
    hazards: set[str] = set()
    nearest: tuple[float, int] | None = None
    samples = dataset.samples(scene)
    for sample in samples:
        ego = dataset.ego_pose(next(iter(dataset.key_frames(sample).values()))).translation
        for row in dataset.annotations(sample):
            truth = dataset.truth(row)
            if truth is None or truth.name not in facts.hazards:
                continue
            hazards.add(row.instance_token)
            distance = float(np.hypot(row.translation[0] - ego[0], row.translation[1] - ego[1]))
            if nearest is None or distance < nearest[0]:
                nearest = distance, sample.timestamp
    rules = [event for event in facts.events if event["kind"] == "rule"]
    moment = nearest[1] if nearest else rules[0]["timestamp"] if rules else samples[0].timestamp
    measures = tuple(words_of(name, value) for name, value in facts.measures.items())
    values = tuple((name, str(round(v, 3) if isinstance(v, float) else v)) for name, v in facts.values.items())
    story = SceneStory(
        title=facts.scenario,
        lines=("   ".join(f"{name} {value}" for name, value in measures),),
        hazards=frozenset(hazards),
        moment_us=moment,
    )
    return Item(scene=scene, story=story, summary=facts.summary, facts=measures + values)
