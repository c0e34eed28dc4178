"""The output folder of a run: who owns it, which jobs its dataset is of, what earlier runs left there."""

from __future__ import annotations

import contextlib
import fcntl
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from rarebit.core.errors import OutputError
from rarebit.core.files import canonical_json, write_bytes
from rarebit.jobs.job import Job
from rarebit.jobs.ledger import Ledger
from rarebit.jobs.outcome import Outcome
from rarebit.nuscenes.naming import scene_name

INDEX = "jobs.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One scene of the dataset.

    Attributes:
        job: key of its job.
        scene: name of its folder in ``scenes``.
        takes: the same of each take with faults.
    """

    name: str
    seed: int
    index: int
    job: str
    scene: str
    takes: dict[str, str] = field(default_factory=dict)


@contextlib.contextmanager
def sole_owner(out: Path) -> Iterator[None]:
    """Holds the output folder for this process; the lock ends with the process, however it ends.

    Raises:
        OutputError: another run holds it, or it cannot be written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock = (out / ".lock").open("w")
    except OSError as error:
        raise OutputError(f"{out}: cannot be written: {error.strerror}; choose another out=") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise OutputError(f"{out}: another run is writing there; wait for it or choose another name=") from error
        yield


def entries(out: Path) -> tuple[Entry, ...]:
    """The scenes of the dataset in ``out``, in their order; none where there is no dataset."""
    try:
        return tuple(Entry(**row) for row in json.loads((out / INDEX).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return ()


def write_entries(out: Path, outcomes: Sequence[Outcome]) -> None:
    """Notes which jobs the dataset is of, and takes away the pictures of those it is of no longer.

    Raises:
        OutputError: the folder cannot be written.
    """
    before = entries(out)
    rows = [
        Entry(name=o.job.name, seed=o.job.seed, index=o.job.index, job=o.job.key, scene=o.accepted.key, takes=o.accepted.takes)
        for o in outcomes
        if o.accepted is not None
    ]
    scenes = [row.scene for row in rows]
    for number, row in enumerate(before):
        if number >= len(scenes) or scenes[number] != row.scene:
            for picture in sorted((out / "pictures").glob(f"{scene_name(number)}_*")):
                picture.unlink(missing_ok=True)
    if [row.scene for row in before] != scenes:
        (out / "report.html").unlink(missing_ok=True)
    write_bytes(out / INDEX, (canonical_json([asdict(row) for row in rows]) + "\n").encode())


def replaced(out: Path, jobs: Sequence[Job]) -> tuple[Entry, ...]:
    """The scenes of the dataset in ``out`` that ``jobs`` do not make again."""
    made = {job.key for job in jobs}
    return tuple(entry for entry in entries(out) if entry.job not in made)


def leftovers(out: Path) -> tuple[Path, ...]:
    """What the dataset in ``out`` does not use: scene folders and draws of other jobs, and what killed processes left."""
    used = entries(out)
    scenes = {entry.scene for entry in used}
    draws = {Ledger(out=out).path(entry.name, entry.index) for entry in used}
    found = [path for path in sorted((out / "scenes").glob("*")) if path.name not in scenes]
    found += [path for path in sorted((out / "draws").glob("*")) if path not in draws]
    for take in sorted((out / "takes").glob("*")):
        kept = {entry.takes[take.name] for entry in used if take.name in entry.takes}
        found += [path for path in sorted((take / "scenes").glob("*")) if path.name not in kept] if kept else [take]
    return tuple(found + [path for path in [out / ".building"] if path.exists()])


def clean(out: Path) -> tuple[Path, ...]:
    """Removes the ``leftovers`` and returns them.

    Raises:
        OutputError: there is no dataset, a run is in progress, or the folder cannot be written.
    """
    if not entries(out):
        raise OutputError(f"{out}: holds no finished dataset; let a run finish first, or delete the folder as a whole")
    with sole_owner(out):
        found = leftovers(out)
        for path in found:
            try:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
            except OSError as error:
                raise OutputError(f"{path}: cannot be removed: {error.strerror or error}") from error
        return found


def size_bytes(paths: Sequence[Path]) -> int:
    """What removing ``paths`` frees: a file that the dataset links to is not counted."""
    files = [file for path in paths for file in ([path] if path.is_file() else path.rglob("*")) if file.is_file()]
    return sum(file.stat().st_size for file in files if file.stat().st_nlink == 1)
