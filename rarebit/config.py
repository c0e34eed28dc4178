"""The settings of one run as checked, typed values, from the plain data of a composed configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeAlias

from rarebit.core.errors import Fault
from rarebit.reading import read_as
from rarebit.reading.entries import Entry
from rarebit.reading.marks import Count, Fixed, Within
from rarebit.reading.shapes import Json
from rarebit.reading.units import Unit
from rarebit.reading.values import Given
from rarebit.session.config import CarlaConfig

# The first start on a machine compiles carlite's kernels.
_START_LIMIT_S = 400.0


@dataclass(frozen=True, slots=True)
class _Place:
    """A path; ``exists`` wants a folder there."""

    exists: bool

    def check(self, entry: Entry, unit: Unit, faults: list[Fault]) -> Given | None:
        """See Shape."""
        if not isinstance(entry.value, str) or not entry.value:
            faults.append(entry.fault("is not a path", "give the path of a folder"))
        elif self.exists and not Path(entry.value).is_dir():
            faults.append(entry.fault("is not an existing folder", "give the path of one"))
        else:
            return Given(Path(entry.value))
        return None

    def schema(self) -> Json:
        """See Shape."""
        return {"type": "string"}


Text: TypeAlias = Annotated[str, Fixed()]
Flag: TypeAlias = Annotated[bool, Fixed()]


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterConfig:
    """See hydra_conf/writer/nuscenes.yaml."""

    label_images: Flag = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingConfig:
    """See hydra_conf/sampling/default.yaml."""

    scenes: Annotated[int, Within(1, 1_000_000), Fixed()] = 1
    attempts: Annotated[int, Within(1, 1_000_000), Fixed()] = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class CarlaSection:
    """See hydra_conf/carla/embedded.yaml."""

    host: Text | None = None
    port: Annotated[int, Within(1, 65535), Fixed()] = 2000
    timeout_s: Annotated[float, Within(0.1, 86_400), Fixed()] = 60.0
    step_s: Annotated[float, Within(0.001, 0.1), Fixed()] = 0.05
    maps: Annotated[Path, _Place(exists=True)] | None = None
    threads: Annotated[int, Within(0, 4096), Fixed()] = 0

    def __post_init__(self) -> None:
        if abs(self.step_s * 1e6 - round(self.step_s * 1e6)) > 1e-6:
            raise ValueError(f"step_s={self.step_s} is no whole number of microseconds; use a step such as 0.05 or 0.025")
        if self.host is not None and self.maps is not None:
            raise ValueError("maps is for carlite, and host names another server; give one of the two")


@dataclass(frozen=True, slots=True, kw_only=True)
class AppConfig:
    """One run of the command.

    Attributes:
        out: folder of the dataset.
        specs: names or paths of the specs to record.
        packs: folders of the user's packs.
        jobs: processes that record; 0 records in this process.
        road: replaces every spec's road block unless None.
        rig: the rig block as plain data, read by ``rarebit.rig``.
        takes: by name the faults of a twin's sensors, as plain data, read by ``rarebit.rig.faults``.
    """

    name: Text
    out: Annotated[Path, _Place(exists=False)]
    seed: Annotated[int, Within(0, 2**63 - 1), Fixed()] = 0
    specs: Annotated[tuple[Text, ...], Count(1, 100_000)]
    packs: Annotated[tuple[Text, ...], Count(0, 1000)] = ()
    jobs: Annotated[int, Within(0, 1024), Fixed()] = 1
    road: Any = None
    pictures: Flag = True
    carla: CarlaSection = CarlaSection()
    rig: Any
    takes: Any = None
    writer: WriterConfig = WriterConfig()
    sampling: SamplingConfig = SamplingConfig()

    def __post_init__(self) -> None:
        if self.carla.host is not None and self.jobs > 1:
            raise ValueError(f"jobs={self.jobs} processes cannot share the server at {self.carla.host}; give jobs=1")

    def server(self) -> CarlaConfig:
        """The server that is asked for."""
        carla = self.carla
        return CarlaConfig(
            host=carla.host,
            port=carla.port,
            timeout_s=carla.timeout_s,
            start_timeout_s=_START_LIMIT_S,
            step_s=carla.step_s,
            seed=self.seed,
            threads=carla.threads,
            maps=None if carla.maps is None else carla.maps.resolve(),
        )


def read_config(data: Mapping[str, Any], *, chosen_spec: str | None = None, file: str = "command line") -> AppConfig:
    """Checks every key and every value.

    Args:
        data: the composed configuration.
        chosen_spec: the option of the ``scenarios`` group, which goes before ``specs``.
        file: what faults name as the place of the settings.

    Raises:
        SpecError: every fault, unknown keys among them.
    """
    known = {key: value for key, value in data.items() if key != "scenarios"}  # the content of the spec that was chosen
    if chosen_spec is not None:
        known["specs"] = [chosen_spec]
    return read_as(AppConfig, known, file=file)
