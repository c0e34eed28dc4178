"""A job is data: it goes through JSON unchanged, and its key names its content alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rarebit.jobs import Job
from rarebit.jobs.job import from_json, to_json


def test_round_trip(job: Job) -> None:
    full = replace(job, road={"town": "Town01"}, packs=("/a", "/b"), packs_content="x", map_content="y")
    text = to_json(full)
    assert "\n" not in text
    assert from_json(text) == full
    assert from_json(text).key == full.key


@pytest.mark.parametrize("text", ["{}", '{"packs": []}', "[]", "nothing"])
def test_what_is_no_job(text: str) -> None:
    with pytest.raises(ValueError, match=r"job: cannot be read|Expecting value"):
        from_json(text)


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 1}, {"index": 1}, {"content": "other"}, {"rig": {"name": "other"}}, {"label_images": True},
        {"server": "carla"}, {"step_s": 0.025}, {"map_content": "other"}, {"packs_content": "other"}, {"name": "other"},
    ],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_what_determines_a_scene_is_in_the_key(job: Job, change: dict[str, object]) -> None:
    assert replace(job, **change).key != job.key  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change", [{"file": "elsewhere.yaml"}, {"attempts": 99}, {"packs": ("/elsewhere",)}, {"scenario": "# with a comment"}]
)
def test_what_does_not_is_not(job: Job, change: dict[str, object]) -> None:
    assert replace(job, **change).key == job.key  # type: ignore[arg-type]


@pytest.mark.parametrize("change", [{"seed": -1}, {"index": -1}, {"attempts": 0}, {"server": "carlight"}])
def test_impossible_jobs_are_refused(job: Job, change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"job: got .*, expected"):
        replace(job, **change)  # type: ignore[arg-type]
