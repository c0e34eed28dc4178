"""Reads a rig from YAML, strictly: every fault of the file is reported at once.

    name: nuscenes
    key_rate_hz: 2
    sensors:
      CAM_FRONT:
        camera: {width_px: 1600, height_px: 900, fov_deg: 64.6}
        at: {x_m: 1.70, y_m: 0.02, z_m: 1.51, yaw_deg: 0}
        rate_hz: 10

Poses are those of the device's body (x forward, y left, z up) in the ego frame; yaw is counter-clockwise, pitch is nose down.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from rarebit.core.errors import Fault, SpecError
from rarebit.core.frames import rotation_from_rpy, transform
from rarebit.reading import collect
from rarebit.reading.entries import Entry, from_plain, read_yaml
from rarebit.reading.marks import Fixed, Matches, Names, Within
from rarebit.rig.modalities import modalities
from rarebit.rig.modality import Modality
from rarebit.rig.rig import Mount, Rig

_Metres = Annotated[float, Within(-50.0, 50.0), Fixed()]
_Turn = Annotated[float, Within(-2.0 * np.pi, 2.0 * np.pi), Fixed()]
_CHANNEL = r"[A-Z][A-Z0-9_]*"
_Hertz = Annotated[float, Within(0.01, 1000.0), Fixed()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the body of a device stands in the ego frame (centre of the rear axle on the ground).

    Attributes:
        x_m: forward.
        y_m: to the left.
        z_m: upwards.
        roll_rad: about the device's forward axis.
        pitch_rad: nose down.
        yaw_rad: counter-clockwise.
    """

    x_m: _Metres
    y_m: _Metres
    z_m: _Metres
    roll_rad: _Turn = 0.0
    pitch_rad: _Turn = 0.0
    yaw_rad: _Turn = 0.0

    def ego_from_body(self) -> NDArray[np.float64]:
        """(4, 4)."""
        return transform((self.x_m, self.y_m, self.z_m), rotation_from_rpy(self.roll_rad, self.pitch_rad, self.yaw_rad))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Common:
    """What every entry of a rig has, whatever its kind of sensor.

    Attributes:
        at: where it stands.
        rate_hz: how often it measures; a multiple of key_rate_hz that divides the simulator's tick rate.
        attributes: further attributes of the CARLA blueprints that serve it.
    """

    at: Place
    rate_hz: _Hertz
    attributes: Annotated[dict[str, str | float | int | bool], Names("attribute")] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    """A rig file.

    Attributes:
        name: of the rig.
        sensors: by channel.
        key_rate_hz: samples a second.
    """

    name: Annotated[str, Matches(r".+", "nuscenes"), Fixed()]
    sensors: Any
    key_rate_hz: _Hertz = 2.0


def load_rig(path: Path | str) -> Rig:
    """Reads a rig file.

    Raises:
        SpecError: with every fault of the file.
    """
    path = Path(path)
    faults: list[Fault] = []
    try:
        entry = read_yaml(path.read_text(encoding="utf-8"), str(path), faults)
    except (OSError, UnicodeDecodeError) as error:
        remedy = "give the path of a rig file such as hydra_conf/rig/nuscenes.yaml"
        raise SpecError(
            [Fault(file=str(path), path="", value="", problem=f"cannot be read: {error}", remedy=remedy)]
        ) from error
    if entry is None:
        raise SpecError(faults)
    return _rig(entry, faults)


def rig_from_mapping(data: Any, *, file: str = "rig") -> Rig:
    """Checks a mapping as read from YAML and makes the rig.

    Args:
        data: as read.
        file: what faults name.

    Raises:
        SpecError: with every fault.
    """
    return _rig(from_plain(data, "", file), [])


def _rig(entry: Entry, faults: list[Fault]) -> Rig:
    kinds = modalities()
    head = collect(_Head, entry, faults)
    mounts: list[Mount] = []
    sensors = entry.value.get("sensors") if isinstance(entry.value, dict) else None
    if sensors is not None:
        if isinstance(sensors.value, dict) and sensors.value:
            made = [_mount(channel, one, _key_rate_hz(entry, head), kinds, faults) for channel, one in sensors.value.items()]
            mounts = [mount for mount in made if mount is not None]
        else:
            faults.append(sensors.fault("is empty or no mapping", "write one entry a channel, such as CAM_FRONT: {...}"))
    if faults or head is None:
        raise SpecError(faults)
    return Rig(name=head.name, mounts=tuple(mounts), key_rate_hz=head.key_rate_hz)


def _key_rate_hz(entry: Entry, head: _Head | None) -> float | None:
    """The rate of the file even where something else of its head is wrong, so that rates can be told wrong with it."""
    if head is not None:
        return head.key_rate_hz
    given = entry.value.get("key_rate_hz") if isinstance(entry.value, dict) else None
    return float(given.value) if given is not None and isinstance(given.value, (int, float)) and given.value > 0 else None


def _mount(
    channel: str, entry: Entry, key_rate_hz: float | None, kinds: Mapping[str, Modality], faults: list[Fault]
) -> Mount | None:
    if re.fullmatch(_CHANNEL, channel) is None:
        faults.append(entry.fault("is not a channel name", "use capitals, digits and underscores, such as CAM_FRONT"))
    if not isinstance(entry.value, dict):
        faults.append(
            entry.fault("is not a mapping", f"write one of {', '.join(f'{k}:' for k in kinds)}, and at: and rate_hz:")
        )
        return None
    given = [kind for kind in kinds if kind in entry.value]
    if len(given) != 1:
        what = " and ".join(given) or "no kind of sensor"
        faults.append(entry.fault(f"is {what}", f"write one of {', '.join(f'{k}: {{...}}' for k in kinds)}"))
    one = collect(_entry_type(tuple((name, kind.settings) for name, kind in kinds.items())), _filled(entry, given), faults)
    if one is None or len(given) != 1:
        return None
    if key_rate_hz is not None and abs(one.rate_hz / key_rate_hz - round(one.rate_hz / key_rate_hz)) > 1e-6:
        faults.append(entry.value["rate_hz"].fault("is no multiple of key_rate_hz", f"use a multiple of {key_rate_hz:g}"))
    return Mount(
        channel=channel,
        modality=kinds[given[0]],
        settings=getattr(one, given[0]),
        ego_from_body=one.at.ego_from_body(),
        rate_hz=one.rate_hz,
        attributes={name: _carla_text(value) for name, value in one.attributes.items()},
    )


def _carla_text(value: Any) -> str:
    # CARLA writes booleans in lower case.
    return str(value).lower() if isinstance(value, bool) else str(value)


def _filled(entry: Entry, given: list[str]) -> Entry:
    """``lidar:`` alone read as ``lidar: {}``, a block of defaults."""
    assert isinstance(entry.value, dict)
    blocks = {
        key: Entry({}, block.path, block.file) if key in given and block.value is None else block
        for key, block in entry.value.items()
    }
    return Entry(blocks, entry.path, entry.file)


@cache
def _entry_type(kinds: tuple[tuple[str, type[Any]], ...]) -> type[Any]:
    """The dataclass of one entry of a rig file, which may have a block of any kind of sensor."""
    blocks = [(name, settings | None, None) for name, settings in kinds]
    return dataclasses.make_dataclass("RigEntry", blocks, bases=(_Common,), frozen=True, kw_only=True)
