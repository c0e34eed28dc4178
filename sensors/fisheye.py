"""Fisheye cameras of the Kannala-Brandt model, made from pinhole faces of a cube, so that any CARLA server serves them.

A pixel takes what its ray meets in the face that it points into: colours by the four nearest pixels, labels by the nearest one.
The depth image holds the range along the ray. What lies outside the lens's circle is black, without label. A server whose
automatic exposure judges each camera by its own picture shows seams; ``attributes: {exposure_mode: manual}`` avoids them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

import numba
import numpy as np
from numpy.typing import NDArray

from rarebit.core.frames import rotation_from_rpy, transform
from rarebit.nuscenes.blobs import jpeg
from rarebit.reading.marks import Within
from rarebit.rig.carla_images import PLAIN, label_images, pixels
from rarebit.rig.modality import Blob, Capture, Decoded, Modality
from rarebit.rig.projection import KannalaBrandt
from rarebit.rig.request import SensorRequest, every_ticks, sensor_tick
from rarebit.rig.rig import Mount
from rarebit.snapshot import LabelImages, Picture

# (roll, pitch, yaw) of each face in the device's body; together they take in all but a square behind, from 125 degrees on.
_FACES = {
    "front": (0.0, 0.0, 0.0),
    "left": (0.0, 0.0, math.pi / 2.0),
    "right": (0.0, 0.0, -math.pi / 2.0),
    "up": (0.0, -math.pi / 2.0, 0.0),
    "down": (0.0, math.pi / 2.0, 0.0),
}
_MARGIN_PX = 2  # a face shows a little more than a quarter turn, so that no pixel has to look beyond its edge
_WIDEST_RAD = math.radians(240.0)
_SKY_M = 1000.0
_BODY_FROM_CAMERA = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])  # x right, y down, z forward


@dataclass(frozen=True, slots=True, kw_only=True)
class FisheyeSettings:
    """A fisheye camera: a ray at the angle t from the axis lands f (t + k1 t^3 + k2 t^5 + k3 t^7 + k4 t^9) from the centre.

    Attributes:
        width_px: of the image, and diameter of the circle that the lens shows.
        height_px: of the image.
        fov_rad: angle across that circle.
        k1: coefficient of the lens; without any it is equidistant.
        k2: coefficient of the lens.
        k3: coefficient of the lens.
        k4: coefficient of the lens.
    """

    width_px: Annotated[int, Within(16, 4096)]
    height_px: Annotated[int, Within(16, 4096)]
    fov_rad: Annotated[float, Within(math.radians(10), _WIDEST_RAD)]
    k1: Annotated[float, Within(-1, 1)] = 0.0
    k2: Annotated[float, Within(-1, 1)] = 0.0
    k3: Annotated[float, Within(-1, 1)] = 0.0
    k4: Annotated[float, Within(-1, 1)] = 0.0

    def __post_init__(self) -> None:
        slopes = lens(self).slope(np.linspace(0.0, self.fov_rad / 2.0, 500))
        if slopes.min() <= 0.0:
            raise ValueError("k1 to k4 make the lens fold back within fov_deg; write smaller coefficients or a smaller angle")


def lens(settings: FisheyeSettings) -> KannalaBrandt:
    """Its projection."""
    return KannalaBrandt(
        width_px=settings.width_px,
        height_px=settings.height_px,
        fov_rad=settings.fov_rad,
        distortion=(settings.k1, settings.k2, settings.k3, settings.k4),
    )


@dataclass(frozen=True, slots=True)
class _Lookup:
    """Where each pixel of the fisheye looks.

    Attributes:
        size_px: of a face. fov_rad: of a face.
        faces: names of those that are looked into.
        face: (h, w) uint8 index into ``faces``, 255 outside the lens's circle.
        at: (h, w, 2) float32 pixel coordinates in the face.
        stretch: (h, w) float32 range over depth in the face.
    """

    size_px: int
    fov_rad: float
    faces: tuple[str, ...]
    face: NDArray[np.uint8]
    at: NDArray[np.float32]
    stretch: NDArray[np.float32]


@lru_cache(maxsize=16)
def _lookup(settings: FisheyeSettings) -> _Lookup:
    eye = lens(settings)
    focal = math.ceil(eye.focal_px)  # as many pixels a radian in the middle of a face as in the fisheye's own
    size = 2 * (focal + _MARGIN_PX)
    v, u = np.mgrid[0 : settings.height_px, 0 : settings.width_px] + 0.5
    rays = eye.rays(u, v)
    body = np.nan_to_num(rays @ _BODY_FROM_CAMERA.T)
    best = np.full(u.shape, -np.inf)
    face = np.full(u.shape, 255, np.uint8)
    at, stretch = np.zeros((*u.shape, 2), np.float32), np.ones(u.shape, np.float32)
    for index, turn in enumerate(_FACES.values()):
        local = body @ rotation_from_rpy(*turn)  # in the face's body
        ahead = local[..., 0]
        # The margin goes to the face that comes first, so that a face is not asked for one row of pixels.
        chosen = (ahead > 1e-9) & (ahead > best + 1e-6)
        best[chosen], face[chosen] = ahead[chosen], index
        depth = np.where(chosen, ahead, 1.0)
        at[chosen, 0] = (size / 2.0 - focal * local[..., 1] / depth)[chosen]
        at[chosen, 1] = (size / 2.0 - focal * local[..., 2] / depth)[chosen]
        stretch[chosen] = (1.0 / depth)[chosen]
    face[np.isnan(rays[..., 0])] = 255
    used = [index for index in range(len(_FACES)) if np.any(face == index)]
    renumbered = np.full(256, 255, np.uint8)
    renumbered[used] = np.arange(len(used))
    names = tuple(list(_FACES)[index] for index in used)
    fov_rad = 2.0 * math.atan(size / 2.0 / focal)
    return _Lookup(size, fov_rad, names, renumbered[face], at, stretch)


def requests(mount: Mount, tick_s: float, key_tick_s: float) -> tuple[SensorRequest, ...]:
    """An RGB camera for each face at the mount's rate; instance and depth cameras every ``key_tick_s``.

    Raises:
        ValueError: a rate does not divide the tick rate.
    """
    look = _lookup(mount.settings)
    size = {"image_size_x": str(look.size_px), "image_size_y": str(look.size_px)}
    frame = size | {"fov": f"{math.degrees(look.fov_rad):.9g}"}
    ticks, key_ticks = every_ticks(mount.rate_hz, tick_s), every_ticks(1.0 / key_tick_s, tick_s)
    rgb = frame | PLAIN | mount.attributes | {"sensor_tick": sensor_tick(ticks, tick_s)}
    label = frame | {"sensor_tick": sensor_tick(key_ticks, tick_s)}
    streams = (
        ("rgb", "sensor.camera.rgb", rgb, ticks),
        ("instance", "sensor.camera.instance_segmentation", label, key_ticks),
        ("depth", "sensor.camera.depth", label, key_ticks),
    )
    return tuple(
        SensorRequest(
            channel=mount.channel,
            role=f"{role}_{face}",
            blueprint=blueprint,
            attributes=dict(attributes),
            every_ticks=interval,
            fires_every_ticks=interval,
            body_from_device=transform((0.0, 0.0, 0.0), rotation_from_rpy(*_FACES[face])),
        )
        for face in look.faces
        for role, blueprint, attributes, interval in streams
    )


def decode(capture: Capture) -> Decoded:
    """The fisheye's picture; at key frames its labels.

    Raises:
        ValueError: an image has not the size of a face.
    """
    look = _lookup(capture.mount.settings)

    def image(role: str, face: str) -> NDArray[np.uint8]:
        raw = capture.raw[f"{role}_{face}"].data
        return pixels(raw, look.size_px, look.size_px, f"{capture.mount.channel} ({face})")

    bgra = np.empty((*look.face.shape, 4), np.uint8)
    _resample(np.stack([image("rgb", face) for face in look.faces]), look.face, look.at, bgra)
    picture = Picture(bgra=bgra)
    if not capture.is_key_frame:
        return Decoded(data=picture)
    parts = [label_images(image("instance", face), image("depth", face), capture.numbers) for face in look.faces]
    labels = join_labels(parts, look.face, look.at, look.stretch)
    own, shown = capture.ego.instance_id if capture.ego is not None else None, look.face != 255
    return Decoded(data=picture, labels=labels, own_share=float(np.mean(labels.instance[shown] == own)) if own else None)


def join_labels(
    parts: list[LabelImages], face: NDArray[np.uint8], at: NDArray[np.float32], stretch: NDArray[np.float32]
) -> LabelImages:
    """Labels of the fisheye from those of its faces, each pixel's nearest; depth becomes the range along the ray."""
    shown = face != 255
    column, row = at[shown, 0].astype(np.intp), at[shown, 1].astype(np.intp)
    where = (face[shown].astype(np.intp), row, column)
    tag, instance = np.zeros(face.shape, np.uint8), np.zeros(face.shape, np.uint16)
    depth_m = np.full(face.shape, _SKY_M, np.float32)
    tag[shown] = np.stack([part.tag for part in parts])[where]
    instance[shown] = np.stack([part.instance for part in parts])[where]
    depth = np.stack([part.depth_m for part in parts])[where]
    depth_m[shown] = np.minimum(np.where(depth >= _SKY_M, _SKY_M, depth * stretch[shown]), _SKY_M)
    return LabelImages(tag=tag, instance=instance, depth_m=depth_m)


@numba.njit(cache=True, nogil=True)
def _resample(faces: NDArray[np.uint8], face: NDArray[np.uint8], at: NDArray[np.float32], bgra: NDArray[np.uint8]) -> None:
    """Fills (h, w, 4) from (n, size, size, 4) faces, by the four pixels around each point; black where ``face`` is 255."""
    height, width = face.shape
    for y in range(height):
        for x in range(width):
            f = face[y, x]
            bgra[y, x, 3] = 255
            if f == 255:
                bgra[y, x, 0], bgra[y, x, 1], bgra[y, x, 2] = 0, 0, 0
                continue
            u, v = at[y, x, 0] - np.float32(0.5), at[y, x, 1] - np.float32(0.5)
            left, top = int(u), int(v)
            a, b = u - np.float32(left), v - np.float32(top)
            for c in range(3):
                upper = faces[f, top, left, c] * (1 - a) + faces[f, top, left + 1, c] * a
                lower = faces[f, top + 1, left, c] * (1 - a) + faces[f, top + 1, left + 1, c] * a
                bgra[y, x, c] = np.uint8(upper * (1 - b) + lower * b + 0.5)


MODALITY = Modality(
    name="fisheye",
    sensor="camera",
    settings=FisheyeSettings,
    body_from_sensor=_BODY_FROM_CAMERA,
    requests=requests,
    decode=decode,
    blob=Blob(ending=".jpg", fileformat="jpg", encode=jpeg),
    projection=lens,
    outward=(1.0, 0.0, 0.0),
)
