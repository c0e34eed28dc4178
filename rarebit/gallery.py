"""The pictures and the report of a finished dataset."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from rarebit.draws import Draws
from rarebit.look.report import SceneReport, write_report
from rarebit.look.scene import SceneStory, write_scene_pictures
from rarebit.look.tables import Row, Tables

_UNITS = {"_mps2": " m/s²", "_mps": " m/s", "_s": " s", "_m": " m"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A scene to draw: its story, and what the report says of it."""

    scene: Row
    story: SceneStory
    summary: str
    facts: tuple[tuple[str, str], ...]


def write_gallery(root: Path, version: str, draws: Sequence[Draws], workers: int) -> Iterator[Path]:
    """Draws every scene in processes of their own and yields each scene's contact sheet when it is there; last the report.

    Args:
        root: the dataset. version: its table folder.
        draws: of the scenes, in the dataset's order.
        workers: processes to draw with.
    """
    items = _items(root, version)
    folder = root / "pictures"
    reports = []
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting = [pool.submit(_draw, root, version, item.scene["token"], item.story, folder) for item in items]
        for item, own, future in zip(items, draws, waiting, strict=True):
            *pictures, clip = future.result()
            reports.append(
                SceneReport(
                    heading=f"{item.scene['name']} · {item.story.title}",
                    summary=item.summary,
                    facts=item.facts,
                    rejected=tuple(f"draw {row.attempt + 1}: {'; '.join(row.reasons)}" for row in own.rejected),
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


def _draw(root: Path, version: str, token: str, story: SceneStory, folder: Path) -> list[Path]:
    tables = Tables(root, version)
    return write_scene_pictures(tables, tables.rows["scene"][token], story, folder)


def _items(root: Path, version: str) -> list[Item]:
    tables = Tables(root, version)
    sidecar = {row["scene_token"]: row for row in json.loads((root / version / "rarebit_scene.json").read_text())}
    names = {
        row["sample_annotation_token"]: row["name"]
        for row in json.loads((root / version / "rarebit_annotation.json").read_text())
    }
    return [_item(tables, scene, sidecar[scene["token"]], names) for scene in tables.rows["scene"].values()]


def _item(tables: Tables, scene: Row, facts: Row, names: dict[str, str]) -> Item:
    hazards = set(facts["hazards"])
    samples = {row["token"]: row for row in tables.samples(scene)}
    tokens: dict[str, str] = {}
    nearest: tuple[float, int] | None = None
    for row in tables.rows["sample_annotation"].values():
        if row["sample_token"] not in samples or names[row["token"]] not in hazards:
            continue
        tokens[row["instance_token"]] = names[row["token"]]
        sample = samples[row["sample_token"]]
        ego = tables.world_from_ego(tables.any_key_frame(scene, sample))[:2, 3]
        distance = float(np.hypot(*(np.asarray(row["translation"][:2]) - ego)))
        if nearest is None or distance < nearest[0]:
            nearest = distance, sample["timestamp"]
    rules = [event for event in facts["events"] if event["kind"] == "rule"]
    moment = nearest[1] if nearest else rules[0]["timestamp"] if rules else next(iter(samples.values()))["timestamp"]
    measures = tuple(words_of(name, value) for name, value in facts["measures"].items())
    values = tuple((name, str(round(v, 3) if isinstance(v, float) else v)) for name, v in facts["values"].items())
    story = SceneStory(
        title=facts["scenario"],
        lines=("   ".join(f"{name} {value}" for name, value in measures),),
        hazards=frozenset(tokens),
        moment_us=moment,
    )
    return Item(scene=scene, story=story, summary=facts["summary"], facts=measures + values)
