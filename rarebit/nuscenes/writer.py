"""Writes nuScenes v1.0: scenes one by one into folders of their own, then the dataset from all that are done.

<out>/scenes/<key>/            one done scene: a nuScenes dataset of its own, and manifest.json
<out>/v1.0-sim/*.json          the tables of all scenes, one after another, sidecars included
<out>/samples, sweeps, ...     hard links to the scenes' files
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from rarebit.core.files import content_hash
from rarebit.history import Event
from rarebit.labels.annotations import Annotations
from rarebit.nuscenes import blobs
from rarebit.nuscenes.concatenate import concatenate
from rarebit.nuscenes.fragment import put_fragment
from rarebit.nuscenes.naming import VERSION, data_filename, label_filename, token
from rarebit.nuscenes.scene_folder import SceneFolder, is_done, scene_folder
from rarebit.nuscenes.scene_record import rig_record, scenario_story
from rarebit.nuscenes.scene_rows import Frame
from rarebit.rig.rig import Mount, Rig
from rarebit.roads.lane_map import LaneMap
from rarebit.scenario import ConcreteScenario
from rarebit.snapshot import EgoBody, EgoMotion, LabelImages, LidarSweep, SensorData, Snapshot

# Raised whenever the content of a scene folder changes for the same scenario and rig.
FORMAT = 5


class NuScenesWriter:
    """Writes nuScenes v1.0 below ``out``; see ``rarebit.nuscenes.protocol.DatasetWriter``.

    Args:
        out: the dataset's root.
        label_images: also keep the cameras' semantic, instance and depth images of key frames, as PNG.
        context: whatever else determines the content of a scene (kind and version of the server); part of its key.
        take: name of the take, "" for the clean one. faults: of its sensors, as plain data. Scenes of a take have the tokens
            and file names of their clean twins, so they go into a dataset of their own.
    """

    def __init__(
        self,
        out: Path,
        *,
        label_images: bool = False,
        context: Mapping[str, str] | None = None,
        take: str = "",
        faults: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        self.out = out
        self._take, self._faults = take, tuple(dict(fault) for fault in faults)
        self._label_images = label_images
        self._context = dict(context or {})

    def key(self, scenario: ConcreteScenario, rig: Rig) -> str:
        """32 hex digits."""
        clean = self._clean_key(scenario, rig)
        return content_hash([clean, self._take, self._faults]) if self._take else clean

    def _clean_key(self, scenario: ConcreteScenario, rig: Rig) -> str:
        """Of the clean twin: names tokens and files."""
        parts = [FORMAT, self._label_images, blobs.JPEG_QUALITY, self._context, scenario, rig_record(rig)]
        return content_hash(parts)

    def is_done(self, key: str) -> bool:
        """Whether the scene is whole on disk."""
        return is_done(self.out / "scenes" / key)

    @contextmanager
    def scene(
        self,
        scenario: ConcreteScenario,
        rig: Rig,
        lane_map: LaneMap,
        *,
        events: Sequence[Event] = (),
        measures: Mapping[str, float] | None = None,
        staging: Mapping[str, Any] | None = None,
    ) -> Iterator[NuScenesScene]:
        """Opens a scene; see ``DatasetWriter.scene``.

        Raises:
            ValueError: on leaving, when fewer than two key frames came.
            OutputError: the disk is full or the folder cannot be written.
        """
        key = self._clean_key(scenario, rig)
        with scene_folder(self.out / "scenes", self.key(scenario, rig)) as folder:
            scene = NuScenesScene(folder, key, rig, self._label_images)
            yield scene
            put_fragment(
                folder,
                key=key,
                rig=rig,
                lane_map=lane_map,
                story=scenario_story(scenario, lane_map, events, measures or {})
                | {"staging": dict(staging or {}), "take": self._take, "faults": self._faults},
                frames=scene.frames,
                ticks=scene.ticks,
                body=scene.body,
            )

    def finish(self, keys: Sequence[str]) -> Path:
        """Assembles the dataset of the scenes ``keys`` in this order; see ``DatasetWriter.finish``."""
        concatenate(self.out, VERSION, keys)
        return self.out


class NuScenesScene:
    """One open scene; made by ``NuScenesWriter.scene``.

    Attributes:
        frames: what came so far, without its data, which is on its way to the disk.
        ticks: the ego's motion at every tick.
    """

    def __init__(self, folder: SceneFolder, key: str, rig: Rig, label_images: bool) -> None:
        self._folder, self._key = folder, key
        self._mounts = {mount.channel: mount for mount in rig.mounts}
        self._label_images = label_images
        self._last: Snapshot | None = None
        self.frames: list[Frame] = []
        self.ticks: list[EgoMotion] = []

    @property
    def body(self) -> EgoBody:
        """The ego's chassis.

        Raises:
            ValueError: nothing came yet.
        """
        if self._last is None:
            raise ValueError("scene: got no snapshot")
        return self._last.ego_body

    def add(self, snapshot: Snapshot, annotations: Annotations | None) -> None:
        """Takes the next kept tick; see ``SceneWriter.add``."""
        self._check(snapshot, annotations)
        frame = Frame(
            time_us=snapshot.time_us,
            is_key_frame=snapshot.is_key_frame,
            world_from_ego=snapshot.world_from_ego,
            boxes=annotations.boxes if annotations is not None else (),
            touched={
                channel: {fault: float(mask.mean()) if mask.size else 0.0 for fault, mask in masks.items()}
                for channel, masks in snapshot.touched.items()
            },
        )
        for channel in (channel for channel in self._mounts if channel in snapshot.data):
            self._put_data(frame, self._mounts[channel], snapshot.data[channel])
        if annotations is not None:
            for channel in sorted(annotations.lidarseg):
                stem = token(self._key, "sample_data", channel, frame.time_us)
                frame.lidarseg[channel] = f"lidarseg/{VERSION}/{stem}_lidarseg.bin"
                frame.panoptic[channel] = f"panoptic/{VERSION}/{stem}_panoptic.npz"
                self._folder.put(frame.lidarseg[channel], annotations.lidarseg[channel].tobytes)
                self._folder.put(frame.panoptic[channel], partial(blobs.panoptic_npz, annotations.panoptic[channel]))
        if self._label_images:
            for channel in sorted(snapshot.labels):
                self._put_label_images(frame, channel, snapshot.labels[channel])
        self.frames.append(frame)
        self.ticks += snapshot.ego
        self._last = snapshot

    def _put_data(self, frame: Frame, mount: Mount, data: SensorData) -> None:
        blob = mount.modality.blob
        name = data_filename(self._key, mount.channel, blob.ending, frame.time_us, is_key_frame=frame.is_key_frame)
        frame.data[mount.channel] = name
        self._folder.put(name, partial(blob.encode, data))

    def _put_label_images(self, frame: Frame, channel: str, images: LabelImages) -> None:
        makers: dict[str, Callable[[], bytes]] = {
            "semantic": partial(blobs.png, images.tag),
            "instance": partial(blobs.png, images.instance),
            "depth": partial(blobs.depth_png, images.depth_m),
        }
        names = {kind: label_filename(self._key, channel, frame.time_us, kind) for kind in makers}
        frame.label_images[channel] = names
        for kind, make in makers.items():
            self._folder.put(names[kind], make)

    def _check(self, snapshot: Snapshot, annotations: Annotations | None) -> None:
        if self.ticks and snapshot.ego[0].time_us <= self.ticks[-1].time_us:
            raise ValueError(f"scene: got a snapshot at {snapshot.time_us} us after one at {self.ticks[-1].time_us} us")
        if snapshot.is_key_frame != (annotations is not None):
            raise ValueError(f"scene: the snapshot at {snapshot.time_us} us: annotations go with key frames and only with them")
        unknown = sorted(set(snapshot.data) - set(self._mounts))
        if unknown:
            raise ValueError(f"scene: got data of {', '.join(unknown)}, expected only channels of the rig")
        missing = [channel for channel in self._mounts if snapshot.is_key_frame and channel not in snapshot.data]
        if missing:
            raise ValueError(f"scene: the key frame at {snapshot.time_us} us lacks {', '.join(missing)}")
        for channel, labels in (annotations.lidarseg if annotations else {}).items():
            sweep = snapshot.data[channel]
            if isinstance(sweep, LidarSweep) and len(labels) != len(sweep.xyz_m):
                raise ValueError(f"scene: {channel}: got {len(labels)} point labels, expected {len(sweep.xyz_m)}")
