"""Lines that the command prints."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from rarebit.gallery import words_of
from rarebit.jobs.folder import Entry
from rarebit.jobs.outcome import Outcome

_SHOWN_MEASURES = ("min_ttc_s", "max_required_decel_mps2", "min_distance_m")


def line_of(outcome: Outcome) -> str:
    """One scene on one line: did the event happen, smallest TTC, who saw the hazard first, samples, frames per second."""
    accepted = outcome.accepted
    if accepted is None:
        wrong = "failed" if not outcome.rejected else f"no draw of {len(outcome.rejected)} was accepted"
        return f"[red]✗[/red] {_escaped(outcome.job.title)}  {wrong}"
    facts = [f"event yes (draw {accepted.attempt + 1})"]
    facts += [" ".join(words_of(key, accepted.measures[key])) for key in _SHOWN_MEASURES if key in accepted.measures]
    if accepted.first_seen is not None:
        facts.append(f"first seen by {accepted.first_seen[0]} {accepted.first_seen[1]:+.1f} s")
    facts.append(f"{accepted.samples} samples")
    rate = outcome.frames_per_second
    facts.append("already recorded" if rate is None else f"{rate:.1f} frames/s")
    return f"[green]✓[/green] {_escaped(outcome.job.title)}  " + "  ".join(facts)


def told_once(outcomes: Iterable[Outcome]) -> list[tuple[str, int]]:
    """Messages and exit codes of the failures; one that ended several jobs is told once, with their number."""
    count: dict[tuple[str, int], int] = {}
    for outcome in outcomes:
        if outcome.failure is not None:
            key = outcome.failure.message, outcome.failure.exit_code
            count[key] = count.get(key, 0) + 1
    return [(m if n == 1 else f"{m}\n  ({n} scenes were not recorded for this reason)", code) for (m, code), n in count.items()]


def replaces(out: Path, gone: Sequence[Entry]) -> str:
    """Says that another dataset stood where this one goes."""
    names = ", ".join(dict.fromkeys(f"{entry.name} (seed {entry.seed})" for entry in gone))
    return (
        f"note      {out} holds a dataset with {len(gone)} scenes that this run does not make: {names}; it is replaced when "
        "this run ends. Its scene folders stay."
    )


def left_over(out: Path, paths: Sequence[Path], size: int) -> str:
    """Says that earlier runs left something."""
    return (
        f"note      {out} keeps {len(paths)} scene folders and draws of earlier runs that the dataset does not use "
        f"({size / 1e6:.1f} MB); `rarebit clean out={out}` removes them"
    )


def _escaped(title: str) -> str:
    """Rich reads a word in brackets as a style."""
    return title.replace("[", r"\[")
