"""Writes nuScenes v1.0: scenes one by one into folders of their own, then the dataset from all that are done.

<out>/scenes/<key>/            one done scene: its files, scene.json, lane_map.json, manifest.json
<out>/v1.0-sim/*.json          the tables, sidecars included
<out>/samples, sweeps, ...     hard links to the scenes' files
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np

from rarebit.core.files import canonical_json, content_hash
from rarebit.history import Event
from rarebit.labels.annotations import Annotations
from rarebit.nuscenes import blobs
from rarebit.nuscenes.assemble import assemble
from rarebit.nuscenes.lane_map_file import around, to_plain
from rarebit.nuscenes.lane_shapes import area_of
from rarebit.nuscenes.scene_folder import SceneFolder, is_done, scene_folder
from rarebit.nuscenes.scene_record import LANE_MAP, RECORD, Json, asked_rig_record, frame_record, rig_record, scenario_header
from rarebit.rig.rig import Rig
from rarebit.roads.lane_map import LaneMap
from rarebit.scenario import ConcreteScenario
from rarebit.snapshot import LidarSweep, Snapshot

# Raised whenever the content of a scene folder changes for the same scenario and rig.
FORMAT = 2
VERSION = "v1.0-sim"


class NuScenesWriter:
    """Writes nuScenes v1.0 below ``out``; see ``rarebit.nuscenes.protocol.DatasetWriter``.

    Args:
        out: the dataset's root.
        label_images: also keep the cameras' semantic, instance and depth images of key frames, as PNG.
        context: whatever else determines the content of a scene (kind and version of the server); part of its key.
    """

    def __init__(self, out: Path, *, label_images: bool = False, context: Mapping[str, str] | None = None) -> None:
        self.out = out
        self._label_images = label_images
        self._context = dict(context or {})

    def key(self, scenario: ConcreteScenario, rig: Rig) -> str:
        """32 hex digits."""
        parts = [FORMAT, self._label_images, blobs.JPEG_QUALITY, self._context, scenario, asked_rig_record(rig)]
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
    ) -> Iterator[NuScenesScene]:
        """Opens a scene; see ``DatasetWriter.scene``.

        Raises:
            ValueError: on leaving, when fewer than two key frames came.
            OutputError: the disk is full or the folder cannot be written.
        """
        key = self.key(scenario, rig)
        with scene_folder(self.out / "scenes", key) as folder:
            scene = NuScenesScene(folder, rig, self._label_images)
            yield scene
            header: Json = {
                "format": FORMAT,
                "key": key,
                "scenario": scenario_header(scenario, events, measures or {}),
                "rig": rig_record(rig),
            }
            scene.close(header, lane_map)

    def finish(self, keys: Sequence[str]) -> Path:
        """Assembles the dataset of the scenes ``keys`` in this order; see ``DatasetWriter.finish``."""
        assemble(self.out, VERSION, keys)
        return self.out


class NuScenesScene:
    """One open scene; made by ``NuScenesWriter.scene``."""

    def __init__(self, folder: SceneFolder, rig: Rig, label_images: bool) -> None:
        self._folder = folder
        self._mounts = {mount.channel: mount for mount in rig.mounts}
        self._label_images = label_images
        self._frames: list[Json] = []

    def add(self, snapshot: Snapshot, annotations: Annotations | None) -> None:
        """Takes the next kept tick; see ``SceneWriter.add``."""
        self._check(snapshot, annotations)
        stamp = f"{snapshot.time_us:012d}"
        files: Json = {"data": {}, "lidarseg": {}, "panoptic": {}, "labels": {}}
        for channel in (channel for channel in self._mounts if channel in snapshot.data):
            blob = self._mounts[channel].modality.blob
            make = partial(blob.encode, snapshot.data[channel])
            files["data"][channel] = self._put(f"{channel}/{stamp}{blob.ending}", make)
        if annotations is not None:
            for channel in sorted(annotations.lidarseg):
                semantic, panoptic = annotations.lidarseg[channel], annotations.panoptic[channel]
                files["lidarseg"][channel] = self._put(f"lidarseg/{channel}/{stamp}.bin", semantic.tobytes)
                files["panoptic"][channel] = self._put(f"panoptic/{channel}/{stamp}.npz", partial(blobs.panoptic_npz, panoptic))
        if self._label_images:
            for channel in sorted(snapshot.labels):
                images = snapshot.labels[channel]
                stem = f"labels/{channel}/{stamp}"
                files["labels"][channel] = [
                    self._put(f"{stem}_semantic.png", partial(blobs.png, images.tag)),
                    self._put(f"{stem}_instance.png", partial(blobs.png, images.instance)),
                    self._put(f"{stem}_depth.png", partial(blobs.depth_png, images.depth_m)),
                ]
        self._frames.append(frame_record(snapshot, annotations, files))

    def close(self, header: Json, lane_map: LaneMap) -> None:
        """Writes the scene's record and its part of the map."""
        keys = [frame["time_us"] for frame in self._frames if frame["is_key_frame"]]
        if len(keys) < 2:
            raise ValueError(f"scene: got {len(keys)} key frames, expected at least 2; lengthen duration_s")
        path = np.array([frame["ego"]["translation"] for frame in self._frames])
        area = area_of([path])
        part = to_plain(around(lane_map, area.low_m, area.high_m))
        self._put(LANE_MAP, lambda: canonical_json(part).encode())
        record = header | {"map": {"name": lane_map.name, "content": lane_map.content}, "frames": self._frames}
        self._put(RECORD, lambda: canonical_json(record).encode())

    def _put(self, name: str, make: Callable[[], bytes]) -> str:
        self._folder.put(name, make)
        return name

    def _check(self, snapshot: Snapshot, annotations: Annotations | None) -> None:
        if self._frames and snapshot.time_us <= self._frames[-1]["time_us"]:
            raise ValueError(f"scene: got a snapshot at {snapshot.time_us} us after one at {self._frames[-1]['time_us']} us")
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
