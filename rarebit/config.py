"""The Hydra configuration as checked, typed values; the last place that sees a DictConfig."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from rarebit.core.errors import Fault, SpecError


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterConfig:
    """See hydra_conf/writer/nuscenes.yaml."""

    label_images: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingConfig:
    """See hydra_conf/sampling/default.yaml."""

    scenes: int
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CarlaSection:
    """See hydra_conf/carla/embedded.yaml."""

    host: str | None
    port: int
    timeout_s: float
    step_s: float
    maps: Path | None
    threads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AppConfig:
    """One run of the command.

    Attributes:
        specs: names or paths of the specs to record.
        road: replaces every spec's road block unless None.
        rig: the rig block as plain data, read by ``sensors``.
    """

    name: str
    out: Path
    seed: int
    specs: tuple[str, ...]
    road: Mapping[str, Any] | None
    pictures: bool
    carla: CarlaSection
    rig: Mapping[str, Any]
    writer: WriterConfig
    sampling: SamplingConfig


def read_config(cfg: DictConfig, *, chosen_spec: str | None) -> AppConfig:
    """Checks every value and raises SpecError with all faults at once.

    Args:
        cfg: the composed configuration.
        chosen_spec: the option of the ``scenarios`` group, which goes before ``specs``.
    """
    reader = _Reader(OmegaConf.to_container(cfg, resolve=True))
    take = reader.take
    config = AppConfig(
        name=take("name", str, lambda v: bool(v), "a folder name"),
        out=Path(take("out", str, lambda v: bool(v), "a path")),
        seed=take("seed", int, lambda v: v >= 0, "an integer of 0 or more"),
        specs=(chosen_spec,) if chosen_spec else tuple(take("specs", list, lambda v: bool(v), "a list of names or paths")),
        road=take("road", (dict, type(None)), lambda v: True, "a road block or null"),
        pictures=take("pictures", bool, lambda v: True, "true or false"),
        carla=CarlaSection(
            host=take("carla.host", (str, type(None)), lambda v: True, "a host name or null"),
            port=take("carla.port", int, lambda v: 0 < v < 65536, "1 to 65535"),
            timeout_s=take("carla.timeout_s", (int, float), lambda v: v > 0, "seconds above 0"),
            step_s=take("carla.step_s", (int, float), lambda v: 0 < v <= 0.1, "seconds up to 0.1"),
            maps=_path(take("carla.maps", (str, type(None)), lambda v: v is None or Path(v).is_dir(), "an existing folder")),
            threads=take("carla.threads", int, lambda v: v >= 0, "0 (all cores) or more"),
        ),
        rig=take("rig", dict, lambda v: True, "a rig"),
        writer=WriterConfig(
            label_images=take("writer.label_images", bool, lambda v: True, "true or false"),
        ),
        sampling=SamplingConfig(
            scenes=take("sampling.scenes", int, lambda v: v >= 1, "1 or more"),
            attempts=take("sampling.attempts", int, lambda v: v >= 1, "1 or more"),
        ),
    )
    reader.finish()
    return config


def _path(value: str | None) -> Path | None:
    return Path(value).resolve() if value else None


class _Reader:
    """Takes values by dotted path and collects what is wrong with them."""

    def __init__(self, data: Any) -> None:
        self._data = data
        self._faults: list[Fault] = []

    def take(self, path: str, kind: type | tuple[type, ...], ok: Callable[[Any], bool], wanted: str) -> Any:
        value: Any = self._data
        for key in path.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        kinds = kind if isinstance(kind, tuple) else (kind,)
        right_kind = isinstance(value, kinds) and not (isinstance(value, bool) and bool not in kinds)
        if not right_kind or not ok(value):
            self._faults.append(
                Fault(
                    file="command line",
                    path=path,
                    value=repr(value),
                    problem=f"is not {wanted}",
                    remedy=f"give {path}= {wanted}",
                )
            )
            return kinds[0]() if kinds[0] is not type(None) else None
        return value

    def finish(self) -> None:
        if self._faults:
            raise SpecError(self._faults)
