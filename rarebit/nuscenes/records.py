"""The tables of nuScenes v1.0: one frozen record a table, its fields in the order and with the names of the JSON.

A record checks what can be checked without its neighbours; what rows say of each other is the matter of
``rarebit.nuscenes.checks``.
Frames: global x east, y north, z up; ego x forward, y left, z up. Times are Unix microseconds. Rotations are (w, x, y, z).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from rarebit.nuscenes.record import Record, expect

Vector: TypeAlias = tuple[float, float, float]
Quaternion: TypeAlias = tuple[float, float, float, float]
Matrix: TypeAlias = tuple[tuple[float, ...], ...]
_UNIT_TOLERANCE = 1e-6


def _check_unit(rotation: Quaternion, field: str) -> None:
    length = sum(value * value for value in rotation) ** 0.5
    expect(abs(length - 1.0) < _UNIT_TOLERANCE, field, rotation, "a quaternion of length 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute(Record):
    """A state that an object can be in: "vehicle.parked"."""

    TABLE: ClassVar[str] = "attribute"
    token: str
    name: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Visibility(Record):
    """A range of the share of an object's pixels that the cameras see: token "1" is "v0-40"."""

    TABLE: ClassVar[str] = "visibility"
    token: str
    level: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Category(Record):
    """A class of objects or of points; ``index`` is its value in lidarseg files."""

    TABLE: ClassVar[str] = "category"
    token: str
    name: str
    description: str
    index: int

    def __post_init__(self) -> None:
        expect(0 <= self.index <= 255, "index", self.index, "what fits into a byte")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensor(Record):
    """A channel of a rig; readers know the modalities "camera", "lidar" and "radar"."""

    TABLE: ClassVar[str] = "sensor"
    token: str
    channel: str
    modality: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibratedSensor(Record):
    """Where a sensor sits on the ego of one scene.

    Attributes:
        translation: of the sensor in the ego frame, metres. rotation: ego from sensor.
        camera_intrinsic: 3 x 3 in pixels; empty for what is no camera.
    """

    TABLE: ClassVar[str] = "calibrated_sensor"
    token: str
    sensor_token: str
    translation: Vector
    rotation: Quaternion
    camera_intrinsic: Matrix

    def __post_init__(self) -> None:
        _check_unit(self.rotation, "rotation")
        shape = [len(row) for row in self.camera_intrinsic]
        expect(shape in ([], [3, 3, 3]), "camera_intrinsic", self.camera_intrinsic, "3 rows of 3, or none")


@dataclass(frozen=True, slots=True, kw_only=True)
class EgoPose(Record):
    """The ego in the global frame at the time of one sample_data."""

    TABLE: ClassVar[str] = "ego_pose"
    token: str
    timestamp: int
    rotation: Quaternion
    translation: Vector

    def __post_init__(self) -> None:
        _check_unit(self.rotation, "rotation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Log(Record):
    """Where and when a scene was recorded; ``location`` names its map."""

    TABLE: ClassVar[str] = "log"
    token: str
    logfile: str
    vehicle: str
    date_captured: str
    location: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene(Record):
    """A stretch of one log; its name is "scene-" and four digits."""

    TABLE: ClassVar[str] = "scene"
    token: str
    log_token: str
    nbr_samples: int
    first_sample_token: str
    last_sample_token: str
    name: str
    description: str

    def __post_init__(self) -> None:
        expect(self.nbr_samples >= 1, "nbr_samples", self.nbr_samples, "at least 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample(Record):
    """A key frame: the moment at which everything is labelled. The ends of a scene have "" for ``prev`` and ``next``."""

    TABLE: ClassVar[str] = "sample"
    token: str
    timestamp: int
    prev: str
    next: str
    scene_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleData(Record):
    """A file of a channel: a key frame, or a sweep between two.

    Attributes:
        sample_token: of a sweep, the sample that follows it.
        fileformat: "jpg" or "pcd". height, width: pixels, 0 for what is no image.
        filename: below the dataset's root.
        prev, next: of the same channel and scene, in time.
    """

    TABLE: ClassVar[str] = "sample_data"
    token: str
    sample_token: str
    ego_pose_token: str
    calibrated_sensor_token: str
    timestamp: int
    fileformat: str
    is_key_frame: bool
    height: int
    width: int
    filename: str
    prev: str
    next: str

    def __post_init__(self) -> None:
        expect(self.height >= 0 and self.width >= 0, "height, width", (self.height, self.width), "0 or more")
        expect(not self.filename.startswith("/"), "filename", self.filename, "a path below the dataset's root")


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance(Record):
    """An object over a scene."""

    TABLE: ClassVar[str] = "instance"
    token: str
    category_token: str
    nbr_annotations: int
    first_annotation_token: str
    last_annotation_token: str

    def __post_init__(self) -> None:
        expect(self.nbr_annotations >= 1, "nbr_annotations", self.nbr_annotations, "at least 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleAnnotation(Record):
    """A box around an object at a sample.

    Attributes:
        visibility_token: "1" to "4", or "" where nobody knows.
        translation: of the box's centre, global. size: width, length, height. rotation: global from box.
        prev, next: of the same instance.
        num_lidar_pts, num_radar_pts: in the box at the key frame.
    """

    TABLE: ClassVar[str] = "sample_annotation"
    token: str
    sample_token: str
    instance_token: str
    visibility_token: str
    attribute_tokens: tuple[str, ...]
    translation: Vector
    size: Vector
    rotation: Quaternion
    prev: str
    next: str
    num_lidar_pts: int
    num_radar_pts: int

    def __post_init__(self) -> None:
        _check_unit(self.rotation, "rotation")
        expect(min(self.size) > 0.0, "size", self.size, "three lengths above 0")
        # Evaluation asserts the type: a float of whole value is refused there.
        for name in ("num_lidar_pts", "num_radar_pts"):
            value = getattr(self, name)
            expect(type(value) is int and value >= 0, name, value, "a whole number, 0 or more")


@dataclass(frozen=True, slots=True, kw_only=True)
class Map(Record):
    """The mask of a location, for all logs recorded there."""

    TABLE: ClassVar[str] = "map"
    token: str
    log_tokens: tuple[str, ...]
    category: str
    filename: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lidarseg(Record):
    """The file with a class for each point of a lidar key frame; the token is that of the sample_data."""

    TABLE: ClassVar[str] = "lidarseg"
    token: str
    sample_data_token: str
    filename: str

    def __post_init__(self) -> None:
        expect(self.token == self.sample_data_token, "token", self.token, "the token of the sample_data")


@dataclass(frozen=True, slots=True, kw_only=True)
class Panoptic(Record):
    """The file with a class and an instance for each point of a lidar key frame; the token is that of the sample_data."""

    TABLE: ClassVar[str] = "panoptic"
    token: str
    sample_data_token: str
    filename: str

    def __post_init__(self) -> None:
        expect(self.token == self.sample_data_token, "token", self.token, "the token of the sample_data")


TABLES: tuple[type[Record], ...] = (
    *(Attribute, CalibratedSensor, Category, EgoPose, Instance, Log, Map, Sample, SampleAnnotation, SampleData, Scene, Sensor),
    *(Visibility, Lidarseg, Panoptic),
)
"""What every reader expects; those of ``OPTIONAL`` are left out where they have no row."""

OPTIONAL: tuple[type[Record], ...] = (Lidarseg, Panoptic)
"""With these tables the devkit wants their folders too, which a rig without a lidar does not fill."""
