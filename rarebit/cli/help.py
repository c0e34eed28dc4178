"""What ``rarebit --help`` and ``rarebit --version`` say."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rarebit import __version__
from rarebit.packs import files, in_use

_HELP = """\
Rarebit records rare driving situations as nuScenes datasets, through CARLA.

usage: rarebit [OPTION=VALUE ...]         record the default scenarios into outputs/default
       rarebit clean [OPTION=VALUE ...]   remove what the dataset in `out` does not use
       rarebit -m OPTION=A,B ...          a sweep: one dataset for each combination

what to record
  scenarios=NAME            one scenario of: {scenarios}
  specs=[A,B.yaml]          several, by name or path
  sampling.scenes=N         scenes for each (1);  sampling.attempts=N  draws before one is given up (30)
  seed=N                    the same seed gives the same bytes (0)
  road={{town: Town10HD}}     replaces every scenario's road; carla.maps=FOLDER holds the towns' .xodr files
  packs=[FOLDER]            your own scenarios/, generators/, sensors/, hydra_conf/
how
  rig=NAME                  one of: {rigs}
  jobs=N                    processes, each with a carlite of its own (1)
  carla.host=H carla.port=P a CARLA 0.9.16 server instead of carlite
  takes={{NAME: [FAULT]}}     twins whose sensors have faults: takes/NAME beside the dataset
  writer.label_images=true  keep the cameras' label images too
where
  name=NAME  out=FOLDER     of the dataset (outputs/NAME)
  pictures=false            no contact sheets, clips and report

more
  --cfg job       the whole configuration as it would be used
  --hydra-help    flags of Hydra, which composes the configuration
  --version

exit status: 0 all scenes recorded, 2 a scenario or option is wrong, 3 the server failed, 4 no draw of a scene was accepted,
5 the output folder cannot take the result, 130 stopped"""


def help_text() -> str:
    """The options, with what the packs in use offer."""
    scenarios = ", ".join(files("scenarios", "*.yaml", in_use()))
    rigs = ", ".join(Path(name).name for name in files("hydra_conf", "rig/*.yaml", in_use()))
    return _HELP.format(scenarios=scenarios, rigs=rigs)


def version_text() -> str:
    """Rarebit's release and that of CARLA's client."""
    try:
        client = version("carla")
    except PackageNotFoundError:
        client = "not installed"
    return f"rarebit {__version__} (carla {client})"
