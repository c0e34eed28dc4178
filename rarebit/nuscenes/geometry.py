"""Poses and boxes of a dataset as matrices, in its global frame."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rarebit.core.errors import DatasetError
from rarebit.core.frames import rotation_from_quaternion, transform
from rarebit.nuscenes.reader import Dataset
from rarebit.nuscenes.records import CalibratedSensor, EgoPose, Instance, Sample, SampleAnnotation, SampleData, Scene
from rarebit.rig.projection import KannalaBrandt, Pinhole, Projection

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One annotation.

    Attributes:
        world_from_box: (4, 4), origin at the centre, x along the length.
        size_lwh_m: (3,) length, width, height.
        category: name of its class. instance: token of its object.
        visibility: 1 to 4, 0 where nobody knows.
        velocity_mps: (3,) from the boxes before and after it, as readers of nuScenes compute it.
    """

    world_from_box: Array
    size_lwh_m: Array
    category: str
    instance: str
    visibility: int
    velocity_mps: Array


def matrix(row: CalibratedSensor | EgoPose | SampleAnnotation) -> Array:
    """(4, 4) of a row's translation and rotation: ego from sensor, world from ego, or world from box."""
    return transform(row.translation, rotation_from_quaternion(row.rotation))


def world_from_ego(dataset: Dataset, data: SampleData) -> Array:
    """(4, 4) pose of the ego at the data's time."""
    return matrix(dataset.ego_pose(data))


def ego_from_sensor(dataset: Dataset, data: SampleData) -> Array:
    """(4, 4) pose of the sensor on the ego."""
    return matrix(dataset.calibration(data))


def world_from_sensor(dataset: Dataset, data: SampleData) -> Array:
    """(4, 4) pose of the sensor at the data's time."""
    return world_from_ego(dataset, data) @ ego_from_sensor(dataset, data)


def lens(dataset: Dataset, data: SampleData) -> Projection:
    """How the camera of a picture projects: as the sidecar says, or a pinhole of the calibration's focal length.

    Raises:
        DatasetError: the data are no picture, or the lens is of a model that is not known.
    """
    intrinsic, facts = dataset.calibration(data).camera_intrinsic, dataset.sensor_facts(data)
    if not intrinsic:
        raise DatasetError(f"{data.filename}: is no picture, so it has no lens")
    told: dict[str, Any] = facts.lens if facts is not None and facts.lens is not None else {"model": "pinhole"}
    fov_rad = told.get("fov_rad", 2.0 * math.atan(data.width / (2.0 * intrinsic[0][0])))
    if told["model"] == "pinhole":
        return Pinhole(width_px=data.width, height_px=data.height, fov_rad=fov_rad)
    if told["model"] == "kannala_brandt":
        k1, k2, k3, k4 = told["distortion"]
        return KannalaBrandt(width_px=data.width, height_px=data.height, fov_rad=fov_rad, distortion=(k1, k2, k3, k4))
    raise DatasetError(f"{data.filename}: the lens model {told['model']} is not known; known are pinhole and kannala_brandt")


def box(dataset: Dataset, annotation: SampleAnnotation) -> Box:
    """An annotation as a box."""
    width, length, height = annotation.size
    return Box(
        world_from_box=matrix(annotation),
        size_lwh_m=np.array([length, width, height]),
        category=dataset.category(annotation).name,
        instance=annotation.instance_token,
        visibility=int(annotation.visibility_token or 0),
        velocity_mps=velocity(dataset, annotation),
    )


def boxes(dataset: Dataset, sample: Sample) -> list[Box]:
    """The boxes of a sample."""
    return [box(dataset, annotation) for annotation in dataset.annotations(sample)]


def boxes_at(dataset: Dataset, scene: Scene, time_us: int) -> list[Box]:
    """A scene's boxes at any time: positions interpolated between neighbouring samples, as the devkit does."""
    samples = dataset.samples(scene)
    after = next((i for i, sample in enumerate(samples) if sample.timestamp >= time_us), len(samples) - 1)
    if after == 0 or samples[after].timestamp <= time_us:
        return boxes(dataset, samples[after])
    first, second = samples[after - 1], samples[after]
    share = (time_us - first.timestamp) / (second.timestamp - first.timestamp)
    before = {one.instance: one for one in boxes(dataset, first)}
    return [_between(before.get(one.instance), one, share) for one in boxes(dataset, second)]


def velocity(dataset: Dataset, annotation: SampleAnnotation) -> Array:
    """(3,) m/s from the boxes before and after, zero for an object that is annotated once."""
    first = dataset.get(SampleAnnotation, annotation.prev) if annotation.prev else annotation
    last = dataset.get(SampleAnnotation, annotation.next) if annotation.next else annotation
    span_us = dataset.time_us(last) - dataset.time_us(first)
    if span_us <= 0:
        return np.zeros(3)
    return np.subtract(last.translation, first.translation) / (span_us * 1e-6)


def path_of(dataset: Dataset, instance: Instance) -> Array:
    """(n, 2) places of an object over its scene's samples."""
    return np.array([annotation.translation[:2] for annotation in dataset.track(instance)], np.float64).reshape(-1, 2)


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
