"""nuScenes' tables, from the records of done scenes. Pure: the same records in the same order give the same rows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from rarebit.core.files import content_hash
from rarebit.labels.vocabulary import ATTRIBUTES, LIDARSEG_NAMES, VISIBILITY_LEVELS
from rarebit.nuscenes.lane_shapes import Area
from rarebit.nuscenes.scene_record import Json

TABLES = (
    *("attribute", "calibrated_sensor", "category", "ego_pose", "instance", "log", "map", "sample", "sample_annotation"),
    *("sample_data", "scene", "sensor", "visibility", "lidarseg", "panoptic"),
)
SIDECARS = ("rarebit_scene", "rarebit_annotation", "rarebit_label_images", "rarebit_calibration")

# Data carry no wall clock: scene n happens n hours after this.
_BASE = datetime(2020, 1, 1, 12, tzinfo=timezone.utc)
_SCENE_SPACING = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A file of the dataset and where it comes from: ``path`` below the root is ``source`` of the scene's folder."""

    path: str
    key: str
    source: str


@dataclass(slots=True, kw_only=True)
class Tables:
    """Rows by table, and the files that they name."""

    rows: dict[str, list[Json]] = field(default_factory=lambda: {name: [] for name in (*TABLES, *SIDECARS)})
    links: list[Link] = field(default_factory=list)
    splits: dict[str, list[str]] = field(default_factory=dict)


def token(*names: str | int) -> str:
    """32 hex digits that name a thing by its role and place."""
    return content_hash(list(names))


def scene_name(number: int) -> str:
    """scene-9000 onwards, then scene-1200 to scene-8999: all outside the real scenes and the CAN bus API's black list.

    Raises:
        ValueError: more scenes than names.
    """
    if number >= 1000 + 7800:
        raise ValueError(f"scene {number}: a dataset holds at most 8800 scenes; write several")
    return f"scene-{9000 + number if number < 1000 else 200 + number:04d}"


def scene_base_us(number: int) -> int:
    """Unix time of a scene's start, microseconds."""
    return int((_BASE + number * _SCENE_SPACING).timestamp()) * 1_000_000


def build_tables(version: str, records: list[Json], locations: list[str], areas: dict[str, Area]) -> Tables:
    """All tables of a dataset.

    Args:
        records: contents of the scenes' scene.json, in the order of the dataset.
        locations: of each scene.
        areas: of each location.
    """
    tables = Tables()
    _add_vocabulary(tables)
    channels = sorted({(mount["channel"], mount["modality"]) for record in records for mount in record["rig"]["mounts"]})
    tables.rows["sensor"] = [
        {"token": token("sensor", channel), "channel": channel, "modality": modality} for channel, modality in channels
    ]
    for number, (record, location) in enumerate(zip(records, locations, strict=True)):
        shift = areas[location].shift_m
        _SceneTables(tables, version, number, record, location, (float(shift[0]), float(shift[1]))).add()
    for location in sorted(areas):
        logs = [row["token"] for row in tables.rows["log"] if row["location"] == location]
        row = {"token": token("map", location), "log_tokens": logs, "category": "semantic_prior"}
        tables.rows["map"].append(row | {"filename": f"maps/{location}.png"})
    tables.splits = _splits([scene_name(number) for number in range(len(records))])
    return tables


def _add_vocabulary(tables: Tables) -> None:
    tables.rows["category"] = [
        {"token": token("category", name), "name": name, "description": "", "index": index}
        for index, name in enumerate(LIDARSEG_NAMES)
    ]
    tables.rows["attribute"] = [
        {"token": token("attribute", name), "name": name, "description": text} for name, text in ATTRIBUTES.items()
    ]
    tables.rows["visibility"] = [
        {"token": level, "level": name, "description": f"visibility of whole object is {text}"}
        for level, (name, text) in VISIBILITY_LEVELS.items()
    ]


def _splits(names: list[str]) -> dict[str, list[str]]:
    """Every fifth scene validates, the last one if there are fewer; "all" has every scene.

    The devkit takes "train" and "val" for the real dataset's and refuses them under another version, hence the prefix.
    """
    val = names[4::5] or names[1:][-1:]
    return {"sim_train": [name for name in names if name not in set(val)], "sim_val": val, "all": names}


class _SceneTables:
    """Adds the rows of one scene."""

    def __init__(
        self, tables: Tables, version: str, number: int, record: Json, location: str, shift_m: tuple[float, float]
    ) -> None:
        self.tables, self.version, self.number, self.record, self.location = tables, version, number, record, location
        self.shift_m = shift_m
        self.key: str = record["key"]
        self.base_us = scene_base_us(number)
        self.logfile = f"rarebit-{self.key[:12]}"
        self.mounts: dict[str, Json] = {mount["channel"]: mount for mount in record["rig"]["mounts"]}
        frames: list[Json] = record["frames"]
        last_key = max(i for i, frame in enumerate(frames) if frame["is_key_frame"])
        # Sweeps after the last sample could be linked to none.
        self.frames = frames[: last_key + 1]
        self.samples = [frame for frame in self.frames if frame["is_key_frame"]]

    def add(self) -> None:
        """Adds everything."""
        self._add_scene()
        self._add_samples()
        for channel in self.mounts:
            self._add_channel(channel)
        self._add_annotations()
        self._add_sidecar()

    def token(self, *names: str | int) -> str:
        return token(self.key, *names)

    def _put(self, table: str, **row: Any) -> None:
        self.tables.rows[table].append(row)

    def _sample_token(self, frame: Json) -> str:
        return self.token("sample", frame["time_us"])

    def _add_scene(self) -> None:
        header = self.record["scenario"]
        date = (_BASE + self.number * _SCENE_SPACING).strftime("%Y-%m-%d")
        log = self.token("log")
        self._put("log", token=log, logfile=self.logfile, vehicle="rarebit", date_captured=date, location=self.location)
        description = f"{header['summary'].strip()} [{', '.join([header['scenario'], *header['tags']])}]".strip()
        self._put(
            "scene",
            token=self.token("scene"),
            log_token=log,
            nbr_samples=len(self.samples),
            first_sample_token=self._sample_token(self.samples[0]),
            last_sample_token=self._sample_token(self.samples[-1]),
            name=scene_name(self.number),
            description=description,
        )
        for channel, mount in self.mounts.items():
            self._put(
                "calibrated_sensor",
                token=self.token("calibrated_sensor", channel),
                sensor_token=token("sensor", channel),
                translation=mount["pose"]["translation"],
                rotation=mount["pose"]["rotation"],
                camera_intrinsic=mount["intrinsic"],
            )
            self._put(
                "rarebit_calibration",
                calibrated_sensor_token=self.token("calibrated_sensor", channel),
                **{name: mount[name] for name in ("kind", "rate_hz", "settings", "lens", "asked_translation")},
            )

    def _add_samples(self) -> None:
        tokens = ["", *(self._sample_token(frame) for frame in self.samples), ""]
        for i, frame in enumerate(self.samples):
            self._put(
                "sample",
                token=tokens[i + 1],
                timestamp=self.base_us + frame["time_us"],
                prev=tokens[i],
                next=tokens[i + 2],
                scene_token=self.token("scene"),
            )

    def _add_channel(self, channel: str) -> None:
        """sample_data, ego_pose and point labels of one channel."""
        mount = self.mounts[channel]
        frames = [frame for frame in self.frames if channel in frame["files"]["data"]]
        tokens = ["", *(self.token("sample_data", channel, frame["time_us"]) for frame in frames), ""]
        sample_times = [frame["time_us"] for frame in self.samples]
        at = 0
        for i, frame in enumerate(frames):
            while sample_times[at] < frame["time_us"]:
                at += 1
            this, timestamp = tokens[i + 1], self.base_us + frame["time_us"]
            folder = "samples" if frame["is_key_frame"] else "sweeps"
            filename = f"{folder}/{channel}/{self.logfile}__{channel}__{timestamp}{mount['ending']}"
            self._link(filename, frame["files"]["data"][channel])
            self._put(
                "sample_data",
                token=this,
                sample_token=self._sample_token(self.samples[at]),
                ego_pose_token=this,
                calibrated_sensor_token=self.token("calibrated_sensor", channel),
                timestamp=timestamp,
                fileformat=mount["fileformat"],
                is_key_frame=frame["is_key_frame"],
                height=mount["height_px"],
                width=mount["width_px"],
                filename=filename,
                prev=tokens[i],
                next=tokens[i + 2],
            )
            pose = frame["ego"]
            self._put(
                "ego_pose",
                token=this,
                timestamp=timestamp,
                rotation=pose["rotation"],
                translation=self._shifted(pose["translation"]),
            )
            for table, ending in (("lidarseg", "_lidarseg.bin"), ("panoptic", "_panoptic.npz")):
                if channel in frame["files"][table]:
                    labels = f"{table}/{self.version}/{this}{ending}"
                    self._link(labels, frame["files"][table][channel])
                    self._put(table, token=this, sample_data_token=this, filename=labels)
            if channel in frame["files"]["labels"]:
                self._add_label_images(this, channel, timestamp, frame["files"]["labels"][channel])

    def _add_label_images(self, sample_data_token: str, channel: str, timestamp: int, sources: list[str]) -> None:
        row: Json = {"sample_data_token": sample_data_token}
        for source in sources:
            kind = source.rsplit("_", 1)[-1].removesuffix(".png")
            row[kind] = f"rarebit_labels/{channel}/{self.logfile}__{channel}__{timestamp}_{kind}.png"
            self._link(row[kind], source)
        self.tables.rows["rarebit_label_images"].append(row)

    def _add_annotations(self) -> None:
        boxes: dict[int, list[tuple[Json, Json]]] = defaultdict(list)
        for frame in self.samples:
            for box in frame["boxes"]:
                boxes[box["actor_id"]].append((frame, box))
        for actor_id in sorted(boxes):
            chain = boxes[actor_id]
            tokens = ["", *(self.token("sample_annotation", actor_id, frame["time_us"]) for frame, _ in chain), ""]
            self._put(
                "instance",
                token=self.token("instance", actor_id),
                category_token=token("category", chain[0][1]["category"]),
                nbr_annotations=len(chain),
                first_annotation_token=tokens[1],
                last_annotation_token=tokens[-2],
            )
            for i, (frame, box) in enumerate(chain):
                self._add_annotation(tokens[i + 1], tokens[i], tokens[i + 2], frame, box)

    def _add_annotation(self, this: str, before: str, after: str, frame: Json, box: Json) -> None:
        length, width, height = box["size"]
        self._put(
            "sample_annotation",
            token=this,
            sample_token=self._sample_token(frame),
            instance_token=self.token("instance", box["actor_id"]),
            visibility_token=box["visibility"],
            attribute_tokens=[token("attribute", box["attribute"])] if box["attribute"] else [],
            translation=self._shifted(box["translation"]),
            size=[width, length, height],
            rotation=box["rotation"],
            prev=before,
            next=after,
            num_lidar_pts=box["num_lidar_pts"],
            num_radar_pts=box["num_radar_pts"],
        )
        self._put(
            "rarebit_annotation",
            sample_annotation_token=this,
            **{name: box[name] for name in ("actor_id", "name", "fine_class", "velocity", "angular_velocity")},
            **{name: box[name] for name in ("true_rotation", "visible_fraction", "visible_pixels")},
        )

    def _add_sidecar(self) -> None:
        header = dict(self.record["scenario"])
        # Event times on the clock of the tables.
        header["events"] = [event | {"timestamp": self.base_us + event["time_us"]} for event in header["events"]]
        row: Json = {"scene_token": self.token("scene"), "key": self.key, "rig": self.record["rig"]["name"]}
        row["world_shift_m"] = list(self.shift_m)
        row["map"] = self.record["map"]
        self.tables.rows["rarebit_scene"].append(row | header)

    def _shifted(self, translation: list[float]) -> list[float]:
        return [translation[0] + self.shift_m[0], translation[1] + self.shift_m[1], translation[2]]

    def _link(self, path: str, source: str) -> None:
        self.tables.links.append(Link(path=path, key=self.key, source=source))
