"""The rows of one scene in nuScenes' tables, from its frames. Pure: the same frames give the same rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rarebit.core.frames import quaternion_wxyz
from rarebit.labels.annotations import Box
from rarebit.nuscenes import records, sidecars
from rarebit.nuscenes.naming import logfile, scene_base_us, scene_date, scene_name, token
from rarebit.nuscenes.record import Record
from rarebit.rig.rig import Mount, Rig


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One kept tick without its data.

    Attributes:
        time_us: since the scene's start.
        data, lidarseg, panoptic: file below the dataset's root by channel.
        label_images: by channel, file by kind.
        boxes: of a key frame.
        touched: by channel and fault, the share of the data that it has changed.
    """

    time_us: int
    is_key_frame: bool
    world_from_ego: NDArray[np.float64]
    data: dict[str, str] = field(default_factory=dict)
    lidarseg: dict[str, str] = field(default_factory=dict)
    panoptic: dict[str, str] = field(default_factory=dict)
    label_images: dict[str, dict[str, str]] = field(default_factory=dict)
    boxes: tuple[Box, ...] = ()
    touched: dict[str, dict[str, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneFacts:
    """What holds for a whole scene.

    Attributes:
        key: of its folder. location: of its map.
        shift_m: from the session's world to the global frame.
        story: columns of its row of ``rarebit_scene``, as the scenario tells them.
    """

    key: str
    location: str
    rig: Rig
    shift_m: tuple[float, float]
    story: dict[str, Any]

    def token(self, *names: str | int) -> str:
        """Of a thing of this scene."""
        return token(self.key, *names)

    def shifted(self, translation_m: NDArray[np.float64]) -> records.Vector:
        """A place of the session's world in the global frame."""
        x, y, z = (float(value) for value in translation_m)
        return x + self.shift_m[0], y + self.shift_m[1], z


def kept_frames(frames: Sequence[Frame]) -> list[Frame]:
    """Up to the last key frame: sweeps after it could be linked to no sample."""
    last = max((i for i, frame in enumerate(frames) if frame.is_key_frame), default=-1)
    return list(frames[: last + 1])


def scene_rows(facts: SceneFacts, frames: Sequence[Frame]) -> Iterator[Record]:
    """Every row of the scene, as the first scene of a dataset; ``frames`` end with a key frame."""
    samples = [frame for frame in frames if frame.is_key_frame]
    yield from _scene(facts, samples)
    yield from _samples(facts, samples)
    for mount in facts.rig.mounts:
        yield from _channel(facts, mount.channel, frames, samples)
    yield from _annotations(facts, samples)
    yield _story(facts)


def _ends(tokens: list[str]) -> list[str]:
    """Tokens with the empty ones before the first and after the last."""
    return ["", *tokens, ""]


def _sample_token(facts: SceneFacts, frame: Frame) -> str:
    return facts.token("sample", frame.time_us)


def _scene(facts: SceneFacts, samples: list[Frame]) -> Iterator[Record]:
    log, story = facts.token("log"), facts.story
    yield records.Log(
        token=log, logfile=logfile(facts.key), vehicle="rarebit", date_captured=scene_date(0), location=facts.location
    )
    yield records.Map(
        token=token("map", facts.location),
        log_tokens=(log,),
        category="semantic_prior",
        filename=f"maps/{facts.location}.png",
    )
    yield records.Scene(
        token=facts.token("scene"),
        log_token=log,
        nbr_samples=len(samples),
        first_sample_token=_sample_token(facts, samples[0]),
        last_sample_token=_sample_token(facts, samples[-1]),
        name=scene_name(0),
        description=f"{story['summary'].strip()} [{', '.join([story['scenario'], *story['tags']])}]".strip(),
    )
    for mount in sorted(facts.rig.mounts, key=lambda mount: mount.channel):
        yield records.Sensor(token=token("sensor", mount.channel), channel=mount.channel, modality=mount.modality.sensor)
    for mount in facts.rig.mounts:
        yield from _calibration(facts, mount)


def _calibration(facts: SceneFacts, mount: Mount) -> Iterator[Record]:
    this, lens = facts.token("calibrated_sensor", mount.channel), mount.projection
    yield records.CalibratedSensor(
        token=this,
        sensor_token=token("sensor", mount.channel),
        translation=_vector(mount.ego_from_sensor[:3, 3]),
        rotation=_rotation(mount.ego_from_sensor),
        camera_intrinsic=tuple(map(tuple, lens.intrinsic.tolist())) if lens is not None else (),
    )
    yield sidecars.SensorFacts(
        calibrated_sensor_token=this,
        kind=mount.modality.name,
        rate_hz=mount.rate_hz,
        settings=asdict(mount.settings),
        lens={"model": lens.model, "fov_rad": lens.fov_rad, "distortion": list(lens.distortion)} if lens is not None else None,
        asked_translation=_vector(mount.asked[:3, 3]) if mount.asked is not None else None,
    )


def _samples(facts: SceneFacts, samples: list[Frame]) -> Iterator[Record]:
    tokens = _ends([_sample_token(facts, frame) for frame in samples])
    for i, frame in enumerate(samples):
        yield records.Sample(
            token=tokens[i + 1],
            timestamp=scene_base_us(0) + frame.time_us,
            prev=tokens[i],
            next=tokens[i + 2],
            scene_token=facts.token("scene"),
        )


def _channel(facts: SceneFacts, channel: str, frames: Sequence[Frame], samples: list[Frame]) -> Iterator[Record]:
    """sample_data, ego_pose and labels of one channel."""
    mount = next(mount for mount in facts.rig.mounts if mount.channel == channel)
    lens = mount.projection
    own = [frame for frame in frames if channel in frame.data]
    tokens = _ends([facts.token("sample_data", channel, frame.time_us) for frame in own])
    at = 0
    for i, frame in enumerate(own):
        while samples[at].time_us < frame.time_us:
            at += 1
        this, timestamp = tokens[i + 1], scene_base_us(0) + frame.time_us
        yield records.SampleData(
            token=this,
            sample_token=_sample_token(facts, samples[at]),
            ego_pose_token=this,
            calibrated_sensor_token=facts.token("calibrated_sensor", channel),
            timestamp=timestamp,
            fileformat=mount.modality.blob.fileformat,
            is_key_frame=frame.is_key_frame,
            height=lens.height_px if lens is not None else 0,
            width=lens.width_px if lens is not None else 0,
            filename=frame.data[channel],
            prev=tokens[i],
            next=tokens[i + 2],
        )
        yield records.EgoPose(
            token=this,
            timestamp=timestamp,
            rotation=_rotation(frame.world_from_ego),
            translation=facts.shifted(frame.world_from_ego[:3, 3]),
        )
        if channel in frame.lidarseg:
            yield records.Lidarseg(token=this, sample_data_token=this, filename=frame.lidarseg[channel])
            yield records.Panoptic(token=this, sample_data_token=this, filename=frame.panoptic[channel])
        if channel in frame.touched:
            yield sidecars.FaultTouch(sample_data_token=this, share=dict(sorted(frame.touched[channel].items())))
        if channel in frame.label_images:
            yield sidecars.LabelImages(sample_data_token=this, **frame.label_images[channel])


def _annotations(facts: SceneFacts, samples: list[Frame]) -> Iterator[Record]:
    chains: dict[int, list[tuple[Frame, Box]]] = defaultdict(list)
    for frame in samples:
        for box in frame.boxes:
            chains[box.actor_id].append((frame, box))
    for actor_id, chain in sorted(chains.items()):
        tokens = _ends([facts.token("sample_annotation", actor_id, frame.time_us) for frame, _ in chain])
        yield records.Instance(
            token=facts.token("instance", actor_id),
            category_token=token("category", chain[0][1].category),
            nbr_annotations=len(chain),
            first_annotation_token=tokens[1],
            last_annotation_token=tokens[-2],
        )
        for i, (frame, box) in enumerate(chain):
            yield _annotation(facts, tokens[i : i + 3], frame, box)
            yield _truth(tokens[i + 1], box)


def _annotation(facts: SceneFacts, tokens: list[str], frame: Frame, box: Box) -> Record:
    length, width, height = _vector(box.size_lwh_m)
    return records.SampleAnnotation(
        token=tokens[1],
        sample_token=_sample_token(facts, frame),
        instance_token=facts.token("instance", box.actor_id),
        visibility_token=box.visibility_token,
        attribute_tokens=(token("attribute", box.attribute),) if box.attribute else (),
        translation=facts.shifted(box.world_from_box[:3, 3]),
        size=(width, length, height),
        rotation=_rotation(box.world_from_box),
        prev=tokens[0],
        next=tokens[2],
        num_lidar_pts=int(box.num_lidar_points),
        num_radar_pts=int(box.num_radar_points),
    )


def _truth(annotation: str, box: Box) -> Record:
    return sidecars.AnnotationTruth(
        sample_annotation_token=annotation,
        actor_id=int(box.actor_id),
        name=box.name,
        fine_class=box.fine_class,
        velocity=_vector(box.velocity_mps),
        angular_velocity=_vector(box.angular_velocity_radps),
        true_rotation=_rotation(box.world_from_actor_box),
        visible_fraction=round(float(box.visible_fraction), 4),
        visible_pixels=int(box.visible_pixels),
    )


def _story(facts: SceneFacts) -> Record:
    # Event times on the clock of the tables.
    events = tuple(event | {"timestamp": scene_base_us(0) + event["time_us"]} for event in facts.story["events"])
    return sidecars.SceneStory(
        scene_token=facts.token("scene"),
        key=facts.key,
        rig=facts.rig.name,
        world_shift_m=facts.shift_m,
        **(facts.story | {"events": events}),
    )


def _vector(values: NDArray[np.float64]) -> records.Vector:
    x, y, z = (float(value) for value in values)
    return x, y, z


def _rotation(dst_from_src: NDArray[np.float64]) -> records.Quaternion:
    w, x, y, z = (float(value) for value in quaternion_wxyz(dst_from_src))
    return w, x, y, z
