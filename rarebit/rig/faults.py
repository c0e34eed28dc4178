"""Faults of sensors: what one module of a pack's ``sensors/faults/`` folder exports as ``FAULT``.

A fault is a pure function of the data, its strength and a random stream. It is put on what the sensors delivered, so the clean
twin of a scene and any number of faulty ones come from one rendering.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from types import ModuleType
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from rarebit.core import errors
from rarebit.core.errors import SpecError
from rarebit.packs import collect, in_use
from rarebit.reading import collect as read_into
from rarebit.reading.entries import Entry, from_plain
from rarebit.reading.marks import Fixed, Within
from rarebit.rig.rig import Rig
from rarebit.snapshot import SensorData


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultSettings:
    """What every fault has; a kind of fault adds its strength.

    Attributes:
        channel: of the sensor that has it.
        from_s: when it begins, seconds of the scene.
        to_s: when it has ended.
    """

    channel: Annotated[str, Fixed()]
    from_s: Annotated[float, Within(0.0, 86_400.0), Fixed()]
    to_s: Annotated[float, Within(0.0, 86_400.0), Fixed()]

    def __post_init__(self) -> None:
        if self.to_s <= self.from_s:
            raise ValueError(f"to_s is not after from_s; write more than {self.from_s:g}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """Data that a faulty sensor delivers.

    Attributes:
        data: as they would be without the fault.
        last: what the same channel gave out before, this fault on it; None for its first data.
        time_s: of the scene.
        rng: a stream of its own for this scene, fault, channel and tick.
    """

    data: SensorData
    last: SensorData | None
    time_s: float
    rng: np.random.Generator


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """What a fault made of data.

    Attributes:
        data: with the fault.
        mask: which part of the data it was given it has touched: (h, w) pixels, (n,) points or returns.
    """

    data: SensorData
    mask: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FaultKind:
    """A kind of fault.

    Attributes:
        name: the key that takes write it by.
        sensor: "camera", "lidar" or "radar": what kind of sensor can have it.
        settings: a subclass of ``FaultSettings`` that ``rarebit.reading`` can read.
        touch: from settings and a sighting while the fault lasts; None where it leaves the data as they are. Pure.
    """

    name: str
    sensor: str
    settings: type[Any]
    touch: Callable[[Any, Sighting], Touched | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorFault:
    """A fault of a take."""

    kind: FaultKind
    settings: Any

    def lasts(self, time_s: float) -> bool:
        """Whether it is there at a time: from ``from_s`` on and before ``to_s``."""
        return bool(self.settings.from_s - 1e-9 <= time_s < self.settings.to_s - 1e-9)

    def plain(self) -> dict[str, Any]:
        """As JSON data."""
        return {"fault": self.kind.name, **asdict(self.settings)}


def fault_kinds() -> dict[str, FaultKind]:
    """Every kind of fault of the packs in use by name, in alphabetical order.

    Raises:
        SpecError: two have one name, or a module of a pack cannot be imported.
    """
    return collect("sensors/faults", _of_module, in_use())


def _of_module(module: ModuleType) -> Iterator[tuple[str, FaultKind]]:
    kind = getattr(module, "FAULT", None)
    if isinstance(kind, FaultKind):
        yield kind.name, kind


def read_takes(data: Any, rig: Rig, *, file: str = "takes") -> dict[str, tuple[SensorFault, ...]]:
    """Takes from plain data: ``{frozen: [{camera_frozen: {channel: CAM_FRONT, from_s: 2, to_s: 3}}]}``.

    Args:
        data: by name of the take a list of faults; None for no take.
        rig: whose channels have them.
        file: what faults of the data name.

    Raises:
        SpecError: with everything that is wrong.
    """
    entry, found = from_plain({} if data is None else data, "takes", file), list[errors.Fault]()
    result: dict[str, tuple[SensorFault, ...]] = {}
    if not isinstance(entry.value, dict):
        raise SpecError([entry.fault("is not a mapping", "write {name: [{camera_frozen: {...}}]}")])
    kinds = fault_kinds()
    for name, take in entry.value.items():
        if not name.isidentifier():
            found.append(take.fault(f"{name!r} is not a name", "use letters, digits and underscores"))
        if not isinstance(take.value, list) or not take.value:
            found.append(take.fault("is not a list of faults", f"write one of {', '.join(kinds)} with its settings"))
            continue
        faults = [_fault(one, kinds, rig, found) for one in take.value]
        result[name] = tuple(fault for fault in faults if fault is not None)
    if found:
        raise SpecError(found)
    return result


def _fault(entry: Entry, kinds: Mapping[str, FaultKind], rig: Rig, found: list[errors.Fault]) -> SensorFault | None:
    name = next(iter(entry.value), "") if isinstance(entry.value, dict) and len(entry.value) == 1 else ""
    if name not in kinds or not isinstance(entry.value, dict):
        found.append(entry.fault("is not a fault", f"write one of {', '.join(kinds)} with its settings"))
        return None
    kind, block = kinds[name], entry.value[name]
    settings = read_into(kind.settings, block, found)
    if settings is None:
        return None
    channels = [mount.channel for mount in rig.mounts if mount.modality.sensor == kind.sensor]
    if settings.channel not in channels and isinstance(block.value, dict):
        known = ", ".join(channels) or f"none: the rig has no {kind.sensor}"
        found.append(block.value["channel"].fault(f"is no {kind.sensor} of the rig", f"its {kind.sensor}s are {known}"))
    return SensorFault(kind=kind, settings=settings)


def touched(
    faults: Sequence[SensorFault],
    channel: str,
    data: SensorData,
    time_s: float,
    lasts: dict[int, SensorData],
    rng_of: Callable[[int, SensorFault], np.random.Generator],
) -> tuple[SensorData, dict[str, NDArray[np.bool_]]]:
    """Data of a channel after all of its faults, one after the other, and what each of those in force has touched, by name.

    Args:
        faults: of the take.
        channel, data, time_s: what was delivered.
        lasts: by number of the fault in ``faults``, what it gave out last; brought up to date here.
        rng_of: the random stream of a fault, by its number.
    """
    masks: dict[str, NDArray[np.bool_]] = {}
    for number, fault in enumerate(faults):
        if fault.settings.channel != channel:
            continue
        if fault.lasts(time_s):
            sighting = Sighting(data=data, last=lasts.get(number), time_s=time_s, rng=rng_of(number, fault))
            if (result := fault.kind.touch(fault.settings, sighting)) is not None:
                data, masks[fault.kind.name] = result.data, result.mask
        lasts[number] = data
    return data, masks
