"""Reads a nuScenes dataset: typed rows, the links between them, and the files that they name.

    dataset = open_dataset(Path("outputs/smoke"))
    for scene in dataset.scenes():
        for sample in dataset.samples(scene):
            for annotation in dataset.annotations(sample):
                print(dataset.category(annotation).name, annotation.translation)

A table is read when it is first asked for. Any dataset of the format can be read, not only Rarebit's: sidecars are empty where
there are none.
"""

from __future__ import annotations

import functools
import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from rarebit.core.errors import DatasetError
from rarebit.nuscenes.record import Record, from_row
from rarebit.nuscenes.records import (
    OPTIONAL,
    CalibratedSensor,
    Category,
    EgoPose,
    Instance,
    Lidarseg,
    Log,
    Panoptic,
    Sample,
    SampleAnnotation,
    SampleData,
    Scene,
    Sensor,
)
from rarebit.nuscenes.sidecars import SIDECARS, AnnotationTruth, FaultTouch, LabelImages, SceneStory, SensorFacts

R = TypeVar("R", bound=Record)
_OPTIONAL = (*OPTIONAL, *SIDECARS)


def open_dataset(root: Path, version: str | None = None) -> Dataset:
    """The dataset below ``root``; ``version`` names the folder of its tables and is needed only where there are several.

    Raises:
        DatasetError: there is no such dataset.
    """
    found = sorted(path.parent.name for path in root.glob("*/scene.json"))
    if version is None:
        if len(found) != 1:
            what = f"has several versions ({', '.join(found)}); name one" if found else "holds no dataset (no */scene.json)"
            raise DatasetError(f"{root}: {what}")
        version = found[0]
    elif version not in found:
        raise DatasetError(f"{root}: has no version {version}; it has {', '.join(found) or 'none'}")
    return Dataset(root, version)


class Dataset:
    """A dataset on disk; made by ``open_dataset``.

    Attributes:
        root: the folder that file names are relative to.
        version: name of the folder with the tables.
    """

    def __init__(self, root: Path, version: str) -> None:
        self.root, self.version = root, version
        self._tables: dict[type[Record], dict[str, Record]] = {}

    # -------------------------------------------------------------------------------------------- rows

    def rows(self, kind: type[R]) -> Mapping[str, R]:
        """All rows of a table by token, in the file's order; empty where an optional table is not there.

        Raises:
            DatasetError: the table is missing or no JSON array, or a row is not what the format says.
        """
        if kind not in self._tables:
            self._tables[kind] = {row.row_key: row for row in (from_row(kind, row) for row in self.raw_rows(kind))}
        return self._tables[kind]  # type: ignore[return-value]

    def get(self, kind: type[R], token: str) -> R:
        """The row that a token names.

        Raises:
            DatasetError: there is none.
        """
        try:
            return self.rows(kind)[token]
        except KeyError:
            raise DatasetError(f"{self.root}: table {kind.TABLE} has no row {token}; the dataset is damaged") from None

    def raw_rows(self, kind: type[Record]) -> list[dict[str, Any]]:
        """A table's rows as its file has them, unchecked; empty where an optional table is not there.

        Raises:
            DatasetError: the table is missing or no JSON array of objects.
        """
        path = self.root / self.version / f"{kind.TABLE}.json"
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            if kind in _OPTIONAL:
                return []
            raise DatasetError(f"{path}: is missing; write the dataset anew") from None
        except ValueError as error:
            raise DatasetError(f"{path}: is no JSON ({error}); write the dataset anew") from error
        if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            raise DatasetError(f"{path}: is no array of objects; write the dataset anew")
        return found

    # -------------------------------------------------------------------------------------------- scenes and samples

    def scenes(self) -> tuple[Scene, ...]:
        """All scenes in the file's order."""
        return tuple(self.rows(Scene).values())

    def scene(self, name: str) -> Scene:
        """The scene of a name.

        Raises:
            DatasetError: there is none.
        """
        found = {scene.name: scene for scene in self.scenes()}
        if name not in found:
            raise DatasetError(f"{self.root}: has no scene {name}; it has {', '.join(sorted(found))}")
        return found[name]

    def log(self, scene: Scene) -> Log:
        """Where and when a scene was recorded."""
        return self.get(Log, scene.log_token)

    def map_expansion(self, scene: Scene) -> Path:
        """The vector map of a scene's location."""
        return self.root / "maps" / "expansion" / f"{self.log(scene).location}.json"

    def samples(self, scene: Scene) -> tuple[Sample, ...]:
        """A scene's samples in time order."""
        return self._samples.get(scene.token, ())

    def story(self, scene: Scene) -> SceneStory | None:
        """What a scene is about, where Rarebit wrote it."""
        return self.rows(SceneStory).get(scene.token)

    @functools.cached_property
    def _samples(self) -> dict[str, tuple[Sample, ...]]:
        groups: dict[str, list[Sample]] = defaultdict(list)
        for sample in self.rows(Sample).values():
            groups[sample.scene_token].append(sample)
        return {token: tuple(sorted(group, key=lambda one: one.timestamp)) for token, group in groups.items()}

    # -------------------------------------------------------------------------------------------- data of sensors

    def channels(self, scene: Scene, modality: str | None = None) -> tuple[str, ...]:
        """The channels of a scene, all or those of a modality, in alphabetical order."""
        data = self._data.get(scene.token, {})
        return tuple(sorted(c for c, rows in data.items() if modality in (None, self.sensor(rows[0]).modality)))

    def data(self, scene: Scene, channel: str) -> tuple[SampleData, ...]:
        """All data of a channel in a scene, key frames and sweeps, in time order."""
        return self._data.get(scene.token, {}).get(channel, ())

    def timeline(self, scene: Scene) -> tuple[SampleData, ...]:
        """The data of the channel that measures most often."""
        data = self._data.get(scene.token, {})
        return data[max(data, key=lambda channel: (len(data[channel]), channel))] if data else ()

    def key_frames(self, sample: Sample) -> Mapping[str, SampleData]:
        """The data of a sample itself by channel."""
        return self._key_frames.get(sample.token, {})

    def sensor(self, data: SampleData) -> Sensor:
        """The channel that the data come from."""
        return self.get(Sensor, self.calibration(data).sensor_token)

    def calibration(self, data: SampleData) -> CalibratedSensor:
        """Where the sensor sits."""
        return self.get(CalibratedSensor, data.calibrated_sensor_token)

    def sensor_facts(self, data: SampleData) -> SensorFacts | None:
        """What the rig says of the sensor, where Rarebit wrote it."""
        return self.rows(SensorFacts).get(data.calibrated_sensor_token)

    def ego_pose(self, data: SampleData) -> EgoPose:
        """Where the ego was at the data's time."""
        return self.get(EgoPose, data.ego_pose_token)

    def path(self, data: SampleData) -> Path:
        """The data's file."""
        return self.root / data.filename

    def point_labels(self, data: SampleData) -> tuple[Path, Path] | None:
        """The files of a lidar key frame's classes and panoptic labels, where there are any."""
        classes, panoptic = self.rows(Lidarseg).get(data.token), self.rows(Panoptic).get(data.token)
        if classes is None or panoptic is None:
            return None
        return self.root / classes.filename, self.root / panoptic.filename

    def label_images(self, data: SampleData) -> LabelImages | None:
        """A camera key frame's label images, where there are any."""
        return self.rows(LabelImages).get(data.token)

    def fault_touch(self, data: SampleData) -> FaultTouch | None:
        """Which faults of the take have changed the data, None if none has."""
        return self.rows(FaultTouch).get(data.token)

    @functools.cached_property
    def _data(self) -> dict[str, dict[str, tuple[SampleData, ...]]]:
        """By scene and channel."""
        groups: dict[str, dict[str, list[SampleData]]] = defaultdict(lambda: defaultdict(list))
        samples = self.rows(Sample)
        for data in self.rows(SampleData).values():
            if (sample := samples.get(data.sample_token)) is not None:
                groups[sample.scene_token][self.sensor(data).channel].append(data)
        return {
            scene: {channel: tuple(sorted(rows, key=lambda row: row.timestamp)) for channel, rows in channels.items()}
            for scene, channels in groups.items()
        }

    @functools.cached_property
    def _key_frames(self) -> dict[str, dict[str, SampleData]]:
        found: dict[str, dict[str, SampleData]] = defaultdict(dict)
        for data in self.rows(SampleData).values():
            if data.is_key_frame:
                found[data.sample_token][self.sensor(data).channel] = data
        return dict(found)

    # -------------------------------------------------------------------------------------------- annotations

    def annotations(self, sample: Sample) -> tuple[SampleAnnotation, ...]:
        """The boxes of a sample, in the file's order."""
        return self._annotations.get(sample.token, ())

    def track(self, instance: Instance) -> tuple[SampleAnnotation, ...]:
        """The boxes of an object over its scene, in time order."""
        return self._tracks.get(instance.token, ())

    def instance(self, annotation: SampleAnnotation) -> Instance:
        """The object that a box belongs to."""
        return self.get(Instance, annotation.instance_token)

    def category(self, annotation: SampleAnnotation) -> Category:
        """The class of an annotated object."""
        return self.get(Category, self.instance(annotation).category_token)

    def truth(self, annotation: SampleAnnotation) -> AnnotationTruth | None:
        """What the simulator knows of an annotated object, where Rarebit wrote it."""
        return self.rows(AnnotationTruth).get(annotation.token)

    def time_us(self, annotation: SampleAnnotation) -> int:
        """Unix time of a box's sample, microseconds."""
        return self.get(Sample, annotation.sample_token).timestamp

    @functools.cached_property
    def _annotations(self) -> dict[str, tuple[SampleAnnotation, ...]]:
        groups: dict[str, list[SampleAnnotation]] = defaultdict(list)
        for annotation in self.rows(SampleAnnotation).values():
            groups[annotation.sample_token].append(annotation)
        return {token: tuple(group) for token, group in groups.items()}

    @functools.cached_property
    def _tracks(self) -> dict[str, tuple[SampleAnnotation, ...]]:
        groups: dict[str, list[SampleAnnotation]] = defaultdict(list)
        for annotation in self.rows(SampleAnnotation).values():
            groups[annotation.instance_token].append(annotation)
        return {token: tuple(sorted(group, key=self.time_us)) for token, group in groups.items()}
