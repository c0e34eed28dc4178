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

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from rarebit.core.errors import Fault, SpecError
from rarebit.core.frames import rotation_from_rpy, transform
from rarebit.packs import Pack
from rarebit.rig.modalities import modalities
from rarebit.rig.modality import Modality
from rarebit.rig.rig import Mount, Rig
from rarebit.rig.settings import Within, read_number, read_settings

_PLACE = ("x_m", "y_m", "z_m", "roll_deg", "pitch_deg", "yaw_deg")
_RATE, _TURN, _DISTANCE = Within(0.01, 1000.0), Within(-360.0, 360.0), Within(-50.0, 50.0)


class _Faults:
    """Collects what is wrong in one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Fault] = []

    def add(self, path: str, value: object, problem: str, remedy: str) -> None:
        self.found.append(Fault(file=self.file, path=path, value=repr(value), problem=problem, remedy=remedy))

    def unknown(self, path: str, data: Mapping[str, Any], known: tuple[str, ...]) -> None:
        for key in data:
            if key not in known:
                self.add(f"{path}.{key}" if path else str(key), data[key], "unknown key", f"known are {', '.join(known)}")

    def number(self, path: str, value: Any, limits: Within) -> float:
        """``value`` if it is a finite number within ``limits``, else the least one and a fault."""
        found = read_number(path, value, limits, self.add)
        return limits.low if found is None else found


class _UniqueKeys(yaml.SafeLoader):
    """A safe loader that refuses a key written twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)  # type: ignore[no-untyped-call]
            if isinstance(key, (str, int, float)) and key in seen:
                line = key_node.start_mark.line + 1
                raise yaml.constructor.ConstructorError(None, None, f"key {key!r} is written twice (line {line})", None)
            if isinstance(key, (str, int, float)):
                seen.add(key)
        return super().construct_mapping(node, deep)


def load_rig(path: Path | str, *, packs: tuple[Pack, ...] = ()) -> Rig:
    """Reads a rig file; ``packs`` bring further kinds of sensors.

    Raises:
        SpecError: with every fault of the file.
    """
    path = Path(path)
    try:
        # A subclass of SafeLoader: it makes plain values only.
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=_UniqueKeys)
    except (OSError, UnicodeDecodeError) as error:
        remedy = "give the path of a rig file such as hydra_conf/rig/nuscenes.yaml"
        raise SpecError(
            [Fault(file=str(path), path="", value="", problem=f"cannot be read: {error}", remedy=remedy)]
        ) from error
    except yaml.YAMLError as error:
        text = " ".join(str(error).split())
        raise SpecError([Fault(file=str(path), path="", value="", problem=text, remedy="correct the YAML")]) from error
    return rig_from_mapping(data, file=str(path), packs=packs)


def rig_from_mapping(data: Any, *, file: str = "rig", packs: tuple[Pack, ...] = ()) -> Rig:
    """Checks a mapping as read from YAML and makes the rig.

    Args:
        data: as read.
        file: what faults name.
        packs: that bring further kinds of sensors.

    Raises:
        SpecError: with every fault.
    """
    faults = _Faults(file)
    if not isinstance(data, Mapping):
        faults.add("", data, "not a mapping", "write name:, key_rate_hz: and sensors:")
        raise SpecError(faults.found)
    faults.unknown("", data, ("name", "key_rate_hz", "sensors"))
    name = data.get("name")
    if not isinstance(name, str) or not name:
        faults.add("name", name, "missing or not text", "name the rig, such as name: nuscenes")
    key_rate_hz = faults.number("key_rate_hz", data.get("key_rate_hz", 2.0), _RATE)
    sensors = data.get("sensors")
    mounts: list[Mount] = []
    if not isinstance(sensors, Mapping) or not sensors:
        faults.add("sensors", sensors, "missing, empty or not a mapping", "write one entry a channel, such as CAM_FRONT: {...}")
    else:
        kinds = modalities(packs)
        found = [_mount(str(channel), entry, key_rate_hz, kinds, faults) for channel, entry in sensors.items()]
        mounts = [mount for mount in found if mount is not None]
    if faults.found:
        raise SpecError(faults.found)
    return Rig(name=str(name), mounts=tuple(mounts), key_rate_hz=key_rate_hz)


def _mount(channel: str, entry: Any, key_rate_hz: float, kinds: Mapping[str, Modality], faults: _Faults) -> Mount | None:
    path = f"sensors.{channel}"
    if not channel.replace("_", "").isalnum() or channel.upper() != channel:
        faults.add(path, channel, "not a channel name", "use capitals, digits and underscores, such as CAM_FRONT")
    if not isinstance(entry, Mapping):
        faults.add(
            path, entry, "not a mapping", f"write one of {', '.join(f'{kind}:' for kind in kinds)}, and at: and rate_hz:"
        )
        return None
    faults.unknown(path, entry, (*kinds, "at", "rate_hz", "attributes"))
    given = [kind for kind in kinds if kind in entry]
    if len(given) != 1:
        faults.add(path, given, "needs exactly one kind of sensor", f"write one of {', '.join(f'{k}: {{...}}' for k in kinds)}")
        return None
    modality = kinds[given[0]]
    settings = read_settings(modality.settings, entry[modality.name], f"{path}.{modality.name}", faults.add)
    if settings is not None:
        for key, problem, remedy in modality.check(settings):
            faults.add(f"{path}.{modality.name}.{key}", entry[modality.name].get(key), problem, remedy)
    rate_hz = faults.number(f"{path}.rate_hz", entry.get("rate_hz"), _RATE)
    if abs(rate_hz / key_rate_hz - round(rate_hz / key_rate_hz)) > 1e-6:
        faults.add(f"{path}.rate_hz", rate_hz, "no multiple of key_rate_hz", f"use a multiple of {key_rate_hz:g}")
    return Mount(
        channel=channel,
        modality=modality,
        settings=settings,
        ego_from_body=_pose(f"{path}.at", entry.get("at"), faults),
        rate_hz=rate_hz,
        attributes=_attributes(f"{path}.attributes", entry.get("attributes", {}), faults),
    )


def _pose(path: str, data: Any, faults: _Faults) -> np.ndarray[Any, np.dtype[np.float64]]:
    if not isinstance(data, Mapping):
        faults.add(path, data, "missing or not a mapping", "write at: {x_m: 1.7, y_m: 0, z_m: 1.5, yaw_deg: 0}")
        return np.eye(4)
    faults.unknown(path, data, _PLACE)
    for key in ("x_m", "y_m", "z_m"):
        if key not in data:
            faults.add(f"{path}.{key}", None, "missing", "write metres in the ego frame")
    values = {
        key: faults.number(f"{path}.{key}", data.get(key, 0.0), _TURN if key.endswith("deg") else _DISTANCE) for key in _PLACE
    }
    roll, pitch, yaw = (math.radians(values[key]) for key in ("roll_deg", "pitch_deg", "yaw_deg"))
    return transform([values["x_m"], values["y_m"], values["z_m"]], rotation_from_rpy(roll, pitch, yaw))


def _attributes(path: str, data: Any, faults: _Faults) -> dict[str, str]:
    if not isinstance(data, Mapping) or any(not isinstance(value, (str, int, float)) for value in data.values()):
        faults.add(path, data, "not a mapping of names to values", "write CARLA attributes, such as {fstop: 2.0}")
        return {}
    # CARLA writes booleans in lower case.
    return {str(key): str(value).lower() if isinstance(value, bool) else str(value) for key, value in data.items()}
