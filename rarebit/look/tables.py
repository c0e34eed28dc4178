"""A finished nuScenes dataset as the pictures need it: rows by token, channels by sample, poses as matrices."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rarebit.core.frames import rotation_from_quaternion, transform
from rarebit.rig.projection import KannalaBrandt, Pinhole, Projection

Row = dict[str, Any]
_TABLES = (
    "calibrated_sensor",
    "category",
    "ego_pose",
    "instance",
    "log",
    "sample",
    "sample_annotation",
    "sample_data",
    "scene",
    "sensor",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One annotation in the world frame: (4, 4) pose, full (3,) length, width, height, its category and instance token."""

    world_from_box: NDArray[np.float64]
    size_lwh_m: NDArray[np.float64]
    category: str
    instance: str
    visibility: int
    velocity_mps: NDArray[np.float64]


class Tables:
    """All rows of one version folder.

    Args:
        root: the dataset's folder.
        version: for instance "v1.0-sim".
    """

    def __init__(self, root: Path, version: str) -> None:
        self.root = root
        self.rows: dict[str, dict[str, Row]] = {}
        for name in _TABLES:
            table = json.loads((root / version / f"{name}.json").read_text())
            self.rows[name] = {row["token"]: row for row in table}
        calibration = json.loads((root / version / "rarebit_calibration.json").read_text())
        self._calibration = {row["calibrated_sensor_token"]: row for row in calibration}
        self._channel_of = {
            token: self.rows["sensor"][row["sensor_token"]]["channel"] for token, row in self.rows["calibrated_sensor"].items()
        }
        self._annotations: dict[str, list[Row]] = {}
        self._boxes: dict[str, list[Box]] = {}
        for row in self.rows["sample_annotation"].values():
            self._annotations.setdefault(row["sample_token"], []).append(row)
        self._data: dict[tuple[str, str], list[Row]] = {}
        scene_of = {token: row["scene_token"] for token, row in self.rows["sample"].items()}
        for row in self.rows["sample_data"].values():
            key = (scene_of[row["sample_token"]], self.channel(row))
            self._data.setdefault(key, []).append(row)
        for rows in self._data.values():
            rows.sort(key=lambda row: row["timestamp"])

    def channel(self, sample_data: Row) -> str:
        """Channel name of a sample_data row."""
        return str(self._channel_of[sample_data["calibrated_sensor_token"]])

    def samples(self, scene: Row) -> list[Row]:
        """The scene's samples in time order."""
        found, token = [], scene["first_sample_token"]
        while token:
            row = self.rows["sample"][token]
            found.append(row)
            token = row["next"]
        return found

    def data(self, scene: Row, channel: str) -> list[Row]:
        """All sample_data of one channel of one scene, key frames and sweeps, in time order."""
        return self._data.get((scene["token"], channel), [])

    def any_key_frame(self, scene: Row, sample: Row) -> Row:
        """Data of a sample, of the scene's channel that measures most often."""
        return next(row for row in self.timeline(scene) if row["is_key_frame"] and row["sample_token"] == sample["token"])

    def world_from_ego(self, sample_data: Row) -> NDArray[np.float64]:
        """(4, 4) pose of the ego at a sample_data's time."""
        row = self.rows["ego_pose"][sample_data["ego_pose_token"]]
        return transform(row["translation"], rotation_from_quaternion(row["rotation"]))

    def ego_from_sensor(self, sample_data: Row) -> NDArray[np.float64]:
        """(4, 4) pose of the sensor on the ego."""
        row = self.rows["calibrated_sensor"][sample_data["calibrated_sensor_token"]]
        return transform(row["translation"], rotation_from_quaternion(row["rotation"]))

    def channels(self, scene: Row, sensor: str) -> list[str]:
        """Channels of one kind of sensor ("camera", "lidar", "radar", ...) in a scene, in alphabetical order."""
        kind = {row["channel"]: row["modality"] for row in self.rows["sensor"].values()}
        return sorted(channel for token, channel in self._data if token == scene["token"] and kind[channel] == sensor)

    def timeline(self, scene: Row) -> list[Row]:
        """The data of the scene's channel that measures most often."""
        found = ((channel, rows) for (token, channel), rows in self._data.items() if token == scene["token"])
        return max(found, key=lambda pair: (len(pair[1]), pair[0]))[1]

    def lens(self, sample_data: Row) -> Projection:
        """How a camera projects."""
        token = sample_data["calibrated_sensor_token"]
        lens, width, height = self._calibration[token]["lens"], sample_data["width"], sample_data["height"]
        if lens["model"] == "kannala_brandt":
            k1, k2, k3, k4 = lens["distortion"]
            return KannalaBrandt(width_px=width, height_px=height, fov_rad=lens["fov_rad"], distortion=(k1, k2, k3, k4))
        return Pinhole(width_px=width, height_px=height, fov_rad=lens["fov_rad"])

    def boxes(self, sample: Row) -> list[Box]:
        """The annotations of a sample."""
        token = sample["token"]
        if token not in self._boxes:
            self._boxes[token] = [self._box(row) for row in self._annotations.get(token, [])]
        return self._boxes[token]

    def boxes_at(self, scene: Row, time_us: int) -> list[Box]:
        """The scene's boxes at any time: positions interpolated between neighbouring samples, as the devkit does."""
        samples = self.samples(scene)
        after = next((i for i, row in enumerate(samples) if row["timestamp"] >= time_us), len(samples) - 1)
        if after == 0 or samples[after]["timestamp"] == time_us:
            return self.boxes(samples[after])
        first, second = samples[after - 1], samples[after]
        share = (time_us - first["timestamp"]) / (second["timestamp"] - first["timestamp"])
        before = {box.instance: box for box in self.boxes(first)}
        return [_between(before.get(box.instance), box, share) for box in self.boxes(second)]

    def path(self, scene: Row, instance: str) -> NDArray[np.float64]:
        """(n, 2) positions of one instance over the scene's samples."""
        points = [
            row["translation"][:2]
            for sample in self.samples(scene)
            for row in self._annotations.get(sample["token"], [])
            if row["instance_token"] == instance
        ]
        return np.asarray(points, np.float64).reshape(-1, 2)

    def _box(self, row: Row) -> Box:
        width, length, height = row["size"]
        instance = self.rows["instance"][row["instance_token"]]
        return Box(
            world_from_box=transform(row["translation"], rotation_from_quaternion(row["rotation"])),
            size_lwh_m=np.array([length, width, height]),
            category=self.rows["category"][instance["category_token"]]["name"],
            instance=row["instance_token"],
            visibility=int(row["visibility_token"] or 0),
            velocity_mps=self._velocity(row),
        )

    def _velocity(self, row: Row) -> NDArray[np.float64]:
        annotations, samples = self.rows["sample_annotation"], self.rows["sample"]
        first = annotations[row["prev"]] if row["prev"] else row
        last = annotations[row["next"]] if row["next"] else row
        span_us = samples[last["sample_token"]]["timestamp"] - samples[first["sample_token"]]["timestamp"]
        if span_us <= 0:
            return np.zeros(3)
        step = np.asarray(last["translation"], np.float64) - np.asarray(first["translation"], np.float64)
        velocity: NDArray[np.float64] = step / (span_us * 1e-6)
        return velocity


def _between(before: Box | None, after: Box, share: float) -> Box:
    if before is None:
        return after
    pose = after.world_from_box.copy()
    pose[:3, 3] = (1 - share) * before.world_from_box[:3, 3] + share * after.world_from_box[:3, 3]
    return Box(
        world_from_box=pose,
        size_lwh_m=after.size_lwh_m,
        category=after.category,
        instance=after.instance,
        visibility=after.visibility,
        velocity_mps=after.velocity_mps,
    )
