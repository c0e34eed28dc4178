"""The command ``rarebit``: composes the configuration, makes the dataset, tells what happened. Hydra ends here."""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

import hydra
import yaml
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.plugins import Plugins
from hydra.errors import HydraException
from hydra.plugins.search_path_plugin import SearchPathPlugin
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from rarebit.cli.help import help_text, version_text
from rarebit.cli.lines import left_over, line_of, replaces, told_once
from rarebit.cli.sweeps import folder_of
from rarebit.config import AppConfig, read_config
from rarebit.core.errors import Fault, Interrupted, RarebitError, SpecError
from rarebit.jobs.folder import clean, leftovers, replaced, size_bytes
from rarebit.jobs.outcome import Outcome
from rarebit.jobs.plan import plan
from rarebit.packs import Pack, builtin, files, in_use, packs_with, use
from rarebit.record import Finished, record_dataset

# Jobs of a sweep may run in other processes: each leaves its exit status as the name of a file in the folder that this names.
_STATUS_FOLDER = "RAREBIT_STATUS_FOLDER"


class PackFolders(SearchPathPlugin):
    """Puts the packs in use on Hydra's search path: their options, and their ``scenarios`` as a group to choose and sweep."""

    def manipulate_search_path(self, search_path: Any) -> None:
        """Adds the folders of every pack."""
        for pack in in_use():
            if pack != builtin():
                search_path.append(f"rarebit-{pack.name}-options", f"file://{pack.folder / 'hydra_conf'}")
            search_path.append(f"rarebit-{pack.name}", f"file://{pack.folder}")


def main() -> None:
    """Entry point of the console script; the exit status is that of the worst job."""
    faulthandler.enable()
    signal.signal(signal.SIGTERM, _stop)
    arguments = sys.argv[1:]
    if "--version" in arguments:
        print(version_text())
        return
    task = _clean if arguments[:1] == ["clean"] else _record
    if task is _clean:
        del sys.argv[1]
    with tempfile.TemporaryDirectory(prefix="rarebit-") as folder:
        os.environ[_STATUS_FOLDER] = folder
        _run(task, sys.argv[1:])
        codes = [int(path.name) for path in Path(folder).iterdir()]
    sys.exit(max(codes, default=0))


def _run(task: Callable[[DictConfig], None], arguments: Sequence[str]) -> None:
    """Composes the configuration and gives it to ``task``; what goes wrong is told and noted."""
    os.environ.setdefault("HYDRA_FULL_ERROR", "1")  # Hydra raises its errors instead of ending the process
    try:
        use(_packs_on(arguments))
        if "--help" in arguments or "-h" in arguments:
            print(help_text())
            return
        Plugins.instance().register(PackFolders)
        hydra.main(config_path=str(builtin().folder / "hydra_conf"), config_name="config", version_base="1.3")(task)()
    except RarebitError as error:
        _report(str(error), error.exit_code)
    except KeyboardInterrupt:
        stopped = Interrupted("stopped; finished scenes are kept and the same command goes on from here")
        _report(str(stopped), stopped.exit_code)
    except (HydraException, OmegaConfBaseException, yaml.YAMLError) as error:
        cause = f"\n{error.__cause__}" if isinstance(error.__cause__, OmegaConfBaseException) else ""
        _report(f"{error}{cause}", SpecError.exit_code)


def _record(cfg: DictConfig) -> None:
    """One dataset; the task of every job of Hydra's."""
    try:
        _record_and_tell(_config(cfg), Console())
    except RarebitError as error:
        _report(str(error), error.exit_code)
    except Exception:
        _report(f"this is a fault of rarebit's own; please report it:\n{traceback.format_exc()}", RarebitError.exit_code)


def _record_and_tell(config: AppConfig, console: Console) -> None:
    """Makes one dataset with all its pictures, with a progress bar; failures are told and noted.

    Raises:
        RarebitError: see its kinds; finished scenes are kept.
    """
    planned = plan(config)
    if planned.faults:
        _report(f"left out: {SpecError(planned.faults)}", SpecError.exit_code)
    if gone := replaced(config.out, planned.jobs):
        console.print(replaces(config.out, gone), highlight=False, soft_wrap=True, markup=False)
    outcomes: list[Outcome] = []
    with _progress_bar(console) as bar:
        whole = bar.add_task("scenes", total=len(planned.jobs), detail="")
        part = bar.add_task("scene", total=1.0, detail="")

        def tell(what: str, share: float) -> None:
            bar.update(part, completed=min(share, 1.0), detail=what)

        for event in record_dataset(config, planned, tell):
            if isinstance(event, Outcome):
                outcomes.append(event)
                bar.update(whole, advance=1)
                text = line_of(event)
            else:
                paths = (
                    [("dataset", event.root), *(("take", path) for path in event.takes)]
                    if isinstance(event, Finished)
                    else [("look", event)]
                )
                text = "\n".join(f"{kind:9} {path}" for kind, path in paths)
            bar.console.print(text, highlight=False, soft_wrap=True)
    if left := leftovers(config.out):
        console.print(left_over(config.out, left, size_bytes(left)), highlight=False, soft_wrap=True, markup=False)
    for message, code in told_once(outcomes):
        _report(message, code)


def _clean(cfg: DictConfig) -> None:
    """Removes what the dataset in ``out`` does not use."""
    try:
        config = _config(cfg)
        size = size_bytes(leftovers(config.out))
        removed = clean(config.out)
        print(f"removed {len(removed)} leftovers ({size / 1e6:.1f} MB) from {config.out}")
    except RarebitError as error:
        _report(str(error), error.exit_code)


def _config(cfg: DictConfig) -> AppConfig:
    """The checked configuration; jobs of a sweep get a folder each below ``out``."""
    job = HydraConfig.get()
    data = OmegaConf.to_container(cfg, resolve=True)
    assert isinstance(data, dict)
    chosen = job.runtime.choices.get("scenarios")
    config = read_config(
        {str(key): value for key, value in data.items()},
        chosen_spec=None if chosen in (None, "null") else _file_of(str(chosen)),
    )
    if job.mode == RunMode.MULTIRUN:
        config = replace(config, out=config.out / folder_of(list(job.overrides.task), number=int(job.job.num)))
    return config


def _file_of(chosen: str) -> str:
    """The file of an option of the group ``scenarios``, which Hydra found on its search path."""
    sources = HydraConfig.get().runtime.config_sources
    paths = [Path(str(source.path)) / "scenarios" / f"{chosen}.yaml" for source in sources if source.schema == "file"]
    return next((str(path) for path in paths if path.is_file()), chosen)


def _packs_on(arguments: Sequence[str]) -> tuple[Pack, ...]:
    """The packs that the command line names, which must be known before Hydra composes; checked for options of one name.

    Raises:
        SpecError: a pack is none, or two packs have a thing of one name.
    """
    folders: list[str] = []
    for argument in arguments:
        if argument.lstrip("+").startswith("packs="):
            override = OverridesParser.create().parse_override(argument)
            value = override.value() if not override.is_sweep_override() else None
            if not isinstance(value, list):
                remedy = "write packs=[./mine,./more]"
                raise SpecError(
                    [Fault(file="command line", path="packs", value=argument, problem="is not a list", remedy=remedy)]
                )
            folders += [str(folder) for folder in value]
    packs = packs_with(folders)
    files("hydra_conf", "**/*.yaml", packs)
    files("scenarios", "*.yaml", packs)
    return packs


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


def _report(message: str, exit_code: int) -> None:
    """Tells what went wrong, and notes the exit status for whoever started the command."""
    print(f"rarebit: {message}", file=sys.stderr)
    folder = Path(os.environ.get(_STATUS_FOLDER, ""))
    if not os.environ.get(_STATUS_FOLDER) or not folder.is_dir():
        raise RuntimeError(message)  # a sweep on another machine: Hydra brings it home
    (folder / str(exit_code)).touch()


def _stop(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
