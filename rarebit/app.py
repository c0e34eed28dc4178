"""The command ``rarebit``: composes the configuration, makes the batch, tells what happened."""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import FrameType
from typing import Any

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.plugins import Plugins
from hydra.plugins.search_path_plugin import SearchPathPlugin
from hydra.types import RunMode
from omegaconf import DictConfig
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from rarebit.batch import Batch, Outcome
from rarebit.config import AppConfig, read_config
from rarebit.core.errors import Interrupted, RarebitError, SceneError
from rarebit.gallery import words_of, write_gallery
from rarebit.language.load import FOLDER
from rarebit.packs import builtin

_exit_code = 0


class ScenarioFolder(SearchPathPlugin):
    """Makes the YAML files of ``scenarios/`` options of the group ``scenarios``, so that Hydra can sweep over them."""

    def manipulate_search_path(self, search_path: Any) -> None:
        """Adds the folder that holds ``scenarios/``."""
        search_path.append("rarebit-scenarios", f"file://{FOLDER.parent}")


def main() -> None:
    """Entry point of the console script; the exit status is that of the worst job."""
    faulthandler.enable()
    signal.signal(signal.SIGTERM, _stop)
    Plugins.instance().register(ScenarioFolder)
    try:
        _hydra_main()
    except KeyboardInterrupt:
        _report_error(Interrupted("stopped; finished scenes are kept and the same command goes on from here"))
    sys.exit(_exit_code)


def run(config: AppConfig, console: Console) -> list[Outcome]:
    """Makes one dataset with all its pictures.

    Raises:
        RarebitError: see its kinds; finished scenes are kept.
    """
    with _progress_bar(console) as bar:
        count = len(config.specs) * config.sampling.scenes
        whole = bar.add_task("scenes", total=count, detail="")
        part = bar.add_task("scene", total=1.0, detail="")

        def tell(what: str, share: float) -> None:
            bar.update(part, completed=min(share, 1.0), detail=what)

        batch = Batch(config, tell)
        outcomes = []
        for outcome in batch.run():
            outcomes.append(outcome)
            bar.update(whole, advance=1)
            bar.console.print(_line(outcome), highlight=False, soft_wrap=True)
        made = [outcome for outcome in outcomes if outcome.accepted is not None]
        if made:
            tell("assembling the dataset", 1.0)
            root = batch.finish(outcomes)
            bar.console.print(f"dataset   {root}", highlight=False, soft_wrap=True)
            if config.pictures:
                tell("drawing pictures", 0.0)
                for done, path in enumerate(write_gallery(root, "v1.0-sim", [o.draws for o in made], os.cpu_count() or 1), 1):
                    tell("drawing pictures", done / (len(made) + 1))
                    bar.console.print(f"look      {path}", highlight=False, soft_wrap=True)
    failed = [outcome for outcome in outcomes if outcome.accepted is None]
    if failed:
        raise SceneError("\n".join(_why(outcome, config) for outcome in failed))
    return outcomes


@hydra.main(config_path=str(builtin().folder / "hydra_conf"), config_name="config", version_base="1.3")
def _hydra_main(cfg: DictConfig) -> None:
    try:
        run(_config(cfg), Console())
    except RarebitError as error:
        _report_error(error)


def _config(cfg: DictConfig) -> AppConfig:
    """The checked configuration; jobs of a sweep get a folder each below ``out``."""
    job = HydraConfig.get()
    chosen = job.runtime.choices.get("scenarios")
    config = read_config(cfg, chosen_spec=None if chosen in (None, "null") else str(FOLDER / f"{chosen}.yaml"))
    if job.mode == RunMode.MULTIRUN:
        name = job.job.override_dirname.replace("/", "_").replace(",", "_") or str(job.job.num)
        config = replace(config, out=config.out / name)
    return config


@contextmanager
def _progress_bar(console: Console) -> Iterator[Progress]:
    columns = (
        TextColumn("{task.description:6}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[detail]}"),
    )
    with Progress(*columns, console=console, transient=True, refresh_per_second=2) as bar:
        yield bar


def _line(outcome: Outcome) -> str:
    """One scene on one line: did the event happen, smallest TTC, who saw the hazard first, samples, frames per second."""
    name = f"{outcome.spec.name}[{outcome.index}]"
    accepted = outcome.accepted
    if accepted is None:
        return f"[red]✗[/red] {name}  no draw of {len(outcome.draws.rejected)} was accepted"
    facts = [f"event yes (draw {accepted.attempt + 1})"]
    chosen = ("min_ttc_s", "max_required_decel_mps2", "min_distance_m")
    facts += [" ".join(words_of(key, accepted.measures[key])) for key in chosen if key in accepted.measures]
    if accepted.first_seen is not None:
        facts.append(f"first seen by {accepted.first_seen[0]} {accepted.first_seen[1]:+.1f} s")
    facts.append(f"{accepted.samples} samples")
    rate = outcome.frames_per_second
    facts.append("already recorded" if rate is None else f"{rate:.1f} frames/s")
    return f"[green]✓[/green] {name}  " + "  ".join(facts)


def _why(outcome: Outcome, config: AppConfig) -> str:
    lines = [f"{outcome.spec.name}[{outcome.index}]: none of {config.sampling.attempts} draws was accepted; the last ones:"]
    lines += [f"  draw {row.attempt + 1}: {'; '.join(row.reasons)}" for row in outcome.draws.rejected[-3:]]
    lines.append("  widen the parameters or the accept block, or raise sampling.attempts")
    return "\n".join(lines)


def _report_error(error: RarebitError) -> None:
    global _exit_code
    _exit_code = max(_exit_code, error.exit_code)
    print(f"rarebit: {error}", file=sys.stderr)


def _stop(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
