"""The image sensors: colour, depth, labels, normals, optical flow. Cameras of one pose and lens share one trace."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from carlite.geometry import inverse
from carlite.rays import CameraRequest, Channel, GBuffer
from carlite.rays.scene import KERNEL_LOCK
from carlite.sensors.base import Sensor, View
from carlite.sensors.image_codes import encode_depth, encode_labels, encode_normals
from carlite.wire.binary import SensorKind, image_header
from carlite.world.actors import Actor

_HEADER_BYTES = 12


class Camera(Sensor):
    """A pinhole camera; subclasses say which channel of the trace they show and how they code it."""

    channels: ClassVar[Channel]
    bytes_per_pixel: ClassVar[int] = 4

    def __init__(self, actor: Actor) -> None:
        super().__init__(actor)
        self.width = int(self.number("image_size_x", 800))
        self.height = int(self.number("image_size_y", 600))
        self.fov_deg = self.number("fov", 90.0)
        self._request: CameraRequest | None = None
        self._last_pose: NDArray[np.float64] | None = None

    def prepare(self, view: View) -> None:
        """Asks for the trace of this tick."""
        view.scene.set_weather(view.weather.values())
        pose = view.world_from(self.actor)
        before = None if self._last_pose is None else inverse(self._last_pose)
        self._request = CameraRequest(
            world_from_camera=pose,
            width=self.width,
            height=self.height,
            fov_deg=self.fov_deg,
            channels=self.channels,
            ignore=tuple(sorted(view.ignored_by_camera.get(self.actor.id, ()))),
            time_s=view.elapsed_s,
            previous_from_world=before if self.channels & Channel.FLOW else None,
        )
        self._last_pose = pose
        view.traces.ask(self._request)

    def measure(self, view: View) -> list[bytes]:
        """One image: 12 bytes of header, then the pixels row by row, all in one buffer that nobody writes again."""
        if self._request is None:
            self.prepare(view)
        assert self._request is not None
        image = view.traces.get(self._request)
        self._request = None
        payload = self._payload(image)
        payload[:_HEADER_BYTES] = np.frombuffer(image_header(self.width, self.height, self.fov_deg), np.uint8)
        return [payload.data]  # type: ignore[list-item]

    def _payload(self, image: GBuffer) -> NDArray[np.uint8]:
        """Header space and pixels."""
        payload = np.empty(_HEADER_BYTES + self.width * self.height * self.bytes_per_pixel, np.uint8)
        with KERNEL_LOCK:
            self.encode(image, payload[_HEADER_BYTES:])
        return payload

    @abstractmethod
    def encode(self, image: GBuffer, pixels: NDArray[np.uint8]) -> None:
        """Writes the pixels of this sensor."""


class ColourCamera(Camera):
    """sensor.camera.rgb"""

    kind = SensorKind.RGB
    channels = Channel.RGB

    def _payload(self, image: GBuffer) -> NDArray[np.uint8]:
        # The trace left room for the header in front of the pixels; cameras that share it share the bytes.
        assert image.payload is not None
        return image.payload

    def encode(self, image: GBuffer, pixels: NDArray[np.uint8]) -> None:
        """Copies the colours (the payload normally is the trace's own buffer)."""
        assert image.bgra is not None
        pixels[:] = image.bgra.reshape(-1)


class DepthCamera(Camera):
    """sensor.camera.depth"""

    kind = SensorKind.DEPTH
    channels = Channel.DEPTH

    def encode(self, image: GBuffer, pixels: NDArray[np.uint8]) -> None:
        """24-bit planar depth."""
        assert image.depth_m is not None
        encode_depth(image.depth_m.reshape(-1), pixels)


class SemanticCamera(Camera):
    """sensor.camera.semantic_segmentation"""

    kind = SensorKind.SEMANTIC_SEGMENTATION
    channels = Channel.TAG
    _with_instance: ClassVar[bool] = False

    def encode(self, image: GBuffer, pixels: NDArray[np.uint8]) -> None:
        """Tag in red, instance id in green and blue."""
        assert image.tag is not None
        assert image.instance is not None
        encode_labels(image.tag.reshape(-1), image.instance.reshape(-1), self._with_instance, pixels)


class InstanceCamera(SemanticCamera):
    """sensor.camera.instance_segmentation"""

    kind = SensorKind.INSTANCE_SEGMENTATION
    channels = Channel.TAG | Channel.INSTANCE
    _with_instance = True


class NormalsCamera(Camera):
    """sensor.camera.normals"""

    kind = SensorKind.NORMALS
    channels = Channel.NORMAL

    def encode(self, image: GBuffer, pixels: NDArray[np.uint8]) -> None:
        """World normals."""
        assert image.normal is not None
        encode_normals(image.normal.reshape(-1), pixels)


class FlowCamera(Camera):
    """sensor.camera.optical_flow"""

    kind = SensorKind.OPTICAL_FLOW
    channels = Channel.FLOW
    bytes_per_pixel = 8

    def encode(self, image: GBuffer, pixels: NDArray[np.uint8]) -> None:
        """Two float32 a pixel."""
        assert image.flow is not None
        pixels[:] = image.flow.reshape(-1).view(np.uint8)


CAMERAS: dict[str, type[Sensor]] = {
    "sensor.camera.depth": DepthCamera,
    "sensor.camera.instance_segmentation": InstanceCamera,
    "sensor.camera.normals": NormalsCamera,
    "sensor.camera.optical_flow": FlowCamera,
    "sensor.camera.rgb": ColourCamera,
    "sensor.camera.semantic_segmentation": SemanticCamera,
}
"""The image sensors by blueprint."""
