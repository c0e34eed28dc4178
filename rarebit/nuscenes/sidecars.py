"""Rarebit's own tables beside nuScenes': what the format has no place for. Readers of nuScenes pass over them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from rarebit.nuscenes.record import Record, expect
from rarebit.nuscenes.records import Quaternion, Vector


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneStory(Record):
    """What a scene is about: the scenario it was drawn from and what came of it.

    Attributes:
        key: of the scene's folder; a take with faults has the key of its clean twin. rig: its name.
        world_shift_m: (x, y) from the simulator's right-handed world to the global frame.
        map: name and content hash of the simulator's map.
        scenario, summary, tags, spec_hash: of the spec. seed, index, attempt: of the draw. values: drawn parameters, SI.
        road: template and parameters, or town and query. weather: CARLA's weather parameters.
        hazards: names of actors. events: each with ``time_us`` since the scene's start, ``timestamp``, ``kind`` and ``name``.
        measures: of the verdict, SI.
        staging: how the scenario was put on the map: the ``junction``, ``signals`` (of each arm the phases of its lights,
            seconds since the scene's start), what was ``adapted`` and who was ``left_out``.
        take: "" for the clean take, else its name. faults: of its sensors: each with ``fault`` (its kind), ``channel``,
            ``from_s`` and ``to_s`` since the scene's start, and its strength.
    """

    TABLE: ClassVar[str] = "rarebit_scene"
    KEY: ClassVar[str] = "scene_token"
    scene_token: str
    key: str
    rig: str
    world_shift_m: tuple[float, float]
    map: dict[str, str]
    scenario: str
    summary: str
    tags: tuple[str, ...]
    spec_hash: str
    seed: int
    index: int
    attempt: int
    values: dict[str, Any]
    road: dict[str, Any]
    weather: dict[str, float | bool]
    hazards: tuple[str, ...]
    events: tuple[dict[str, Any], ...]
    measures: dict[str, float]
    staging: dict[str, Any] = field(default_factory=dict)
    take: str = ""
    faults: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotationTruth(Record):
    """What the simulator knows of an annotated object and annotators could not.

    Attributes:
        actor_id: number of the object in its scene. name: in the scenario. fine_class: CARLA's blueprint.
        velocity, angular_velocity: true, global, m/s and rad/s. true_rotation: global from box, with pitch and roll.
        visible_fraction: 0..1 of all cameras as one panorama. visible_pixels: of all cameras.
    """

    TABLE: ClassVar[str] = "rarebit_annotation"
    KEY: ClassVar[str] = "sample_annotation_token"
    sample_annotation_token: str
    actor_id: int
    name: str
    fine_class: str
    velocity: Vector
    angular_velocity: Vector
    true_rotation: Quaternion
    visible_fraction: float
    visible_pixels: int

    def __post_init__(self) -> None:
        expect(0.0 <= self.visible_fraction <= 1.0, "visible_fraction", self.visible_fraction, "0 to 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelImages(Record):
    """Files of a camera key frame's label images: CARLA tags, instance numbers, depth in centimetres (16 bits)."""

    TABLE: ClassVar[str] = "rarebit_label_images"
    KEY: ClassVar[str] = "sample_data_token"
    sample_data_token: str
    semantic: str
    instance: str
    depth: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorFacts(Record):
    """What a rig says of a channel beyond its calibration.

    Attributes:
        kind: name of the sensor's module. settings: of the module, SI.
        lens: of a camera, ``model``, ``fov_rad`` across the image and ``distortion``; with another model than "pinhole"
            nuScenes' 3x3 matrix is right in the picture's middle alone. None for what makes no pictures.
        asked_translation: where the rig's file puts the sensor, ego frame, if that lies inside the ego at hand; else None.
    """

    TABLE: ClassVar[str] = "rarebit_calibration"
    KEY: ClassVar[str] = "calibrated_sensor_token"
    calibrated_sensor_token: str
    kind: str
    rate_hz: float
    settings: dict[str, Any]
    lens: dict[str, Any] | None
    asked_translation: Vector | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultTouch(Record):
    """Data that faults of the take have changed.

    Attributes:
        share: by kind of fault, 0..1 of the data's pixels, points or returns.
    """

    TABLE: ClassVar[str] = "rarebit_fault"
    KEY: ClassVar[str] = "sample_data_token"
    sample_data_token: str
    share: dict[str, float]

    def __post_init__(self) -> None:
        """Checks the shares' range."""
        expect(all(0.0 <= share <= 1.0 for share in self.share.values()), "share", self.share, "0 to 1 each")


SIDECARS: tuple[type[Record], ...] = (SceneStory, AnnotationTruth, LabelImages, SensorFacts, FaultTouch)
