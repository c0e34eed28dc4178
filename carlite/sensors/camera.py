"""The image sensors: colour, depth, labels, normals, optical flow. Cameras of one pose and lens share one trace."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from carlite.actors import Actor, Texture
from carlite.geometry import inverse
from carlite.rays import CameraRequest, Channel, GBuffer
from carlite.rays.scene import KERNEL_LOCK
from carlite.sensors import render_buffers
from carlite.sensors.base import Payload, Sensor, View
from carlite.sensors.effects import Effects
from carlite.sensors.exposure import Adaptation, exposure_of
from carlite.sensors.image_codes import encode_depth, encode_labels, encode_normals
from carlite.sensors.optics import Lens
from carlite.tags import Tag
from carlite.wire.binary import SensorKind, image_header

_HEADER_BYTES = 12
_MOST_PIXELS = 16384
_BENT = ("depth_m", "tag", "instance", "normal", "flow")


class Camera(Sensor):
    """A camera; subclasses say which channel of the trace they show and how they code it."""

    channels: ClassVar[Channel]
    bytes_per_pixel: ClassVar[int] = 4

    def __init__(self, actor: Actor) -> None:
        super().__init__(actor)
        self.width = min(max(int(self.number("image_size_x", 800)), 1), _MOST_PIXELS)
        self.height = min(max(int(self.number("image_size_y", 600)), 1), _MOST_PIXELS)
        self.fov_deg = min(max(self.number("fov", 90.0), 1.0), 170.0)  # Unreal's limits are like these
        self._lens = Lens(self.number, self.width, self.height)
        self._request: CameraRequest | None = None
        self._last_pose: NDArray[np.float64] | None = None
        self._seen_from: NDArray[np.float64] | None = None

    def prepare(self, view: View) -> None:
        """Asks for the trace of this tick."""
        pose = view.world_from(self.actor)
        self._seen_from = None if self._last_pose is None else inverse(self._last_pose)
        self._request = self.shown(
            view,
            CameraRequest(
                world_from_camera=pose,
                width=self.width,
                height=self.height,
                fov_deg=self.fov_deg,
                channels=self.channels,
                ignore=tuple(sorted(view.ignored_by_camera.get(self.actor.id, ()))),
                time_s=view.elapsed_s,
                previous_from_world=self._seen_from if self.channels & Channel.FLOW else None,
            ),
        )
        self._last_pose = pose
        view.traces.ask(self._request)

    def shown(self, view: View, request: CameraRequest) -> CameraRequest:
        """The request with what this camera's film does."""
        return request

    def trace(self, view: View) -> GBuffer:
        """This tick's images, for the one that ``prepare`` asked for."""
        if self._request is None:
            self.prepare(view)
        assert self._request is not None
        image, self._request = view.traces.get(self._request), None
        return image

    def measure(self, view: View) -> list[bytes]:
        """One image: 12 bytes of header, then the pixels row by row, all in one buffer that nobody writes again."""
        payload = self._payload(self._bent(self.trace(view)))
        payload[:_HEADER_BYTES] = np.frombuffer(image_header(self.width, self.height, self.fov_deg), np.uint8)
        return [payload.data]  # type: ignore[list-item]

    def _bent(self, image: GBuffer) -> GBuffer:
        """What of the images this sensor shows, through the lens."""
        if not self._lens.bends:
            return image
        bent = GBuffer()
        for name in _BENT:
            if getattr(image, name) is not None:
                setattr(bent, name, self._lens.nearest(getattr(image, name)))
        return bent

    def _payload(self, image: GBuffer) -> NDArray[np.uint8]:
        """Header space and pixels."""
        payload = np.empty(_HEADER_BYTES + self.width * self.height * self.bytes_per_pixel, np.uint8)
        with KERNEL_LOCK:
            self.encode(image, payload[_HEADER_BYTES:])
        return payload

    @abstractmethod
    def encode(self, image: GBuffer, pixels: NDArray[np.uint8]) -> None:
        """Writes the pixels of this sensor."""


def _usual(_: str, value: float) -> float:
    """An attribute of a camera whose attributes do not count."""
    return value


class ColourCamera(Camera):
    """sensor.camera.rgb"""

    kind = SensorKind.RGB
    channels = Channel.RGB

    def __init__(self, actor: Actor) -> None:
        super().__init__(actor)
        mode = actor.attributes.get("exposure_mode", "histogram")
        effects = self.flag("enable_postprocess_effects", True)
        self._exposure = exposure_of(self.number, mode, effects)
        self._adaptation = Adaptation(self.number)
        self._effects = Effects(self.number if effects else _usual, self.width, self.height, self.fov_deg)
        self._buffers: dict[Texture, tuple[int, CameraRequest]] = {}

    def prepare(self, view: View) -> None:
        """Asks for the trace of this tick and for what render buffers need of it."""
        super().prepare(view)
        assert self._request is not None
        for texture, stream in view.buffers.get(self.actor.id, {}).items():
            request = replace(
                self._request,
                channels=render_buffers.needs(texture) or Channel.RGB,
                previous_from_world=self._seen_from if texture is Texture.VELOCITY else None,
            )
            self._buffers[texture] = stream, request
            view.traces.ask(request)

    def shown(self, view: View, request: CameraRequest) -> CameraRequest:
        """Exposed for the present light, with what its blurs need."""
        needs = self._effects.needs
        if needs:
            before = self._seen_from if needs & Channel.FLOW else None
            request = replace(request, channels=request.channels | needs, previous_from_world=before)
        light_lx = view.scene.illuminance_lx
        aim_ev = self._exposure.metered_ev(light_lx)
        adapted_ev = self._adaptation.follow(aim_ev, view.dt_s) if self._exposure.adapts else aim_ev
        return replace(request, film=self._exposure.film_in(light_lx, adapted_ev), glare=self._exposure.glare)

    def picture(self, view: View) -> NDArray[np.uint8]:
        """(h, w, 4) this tick's colours, through the lens; not to be written."""
        image = self._bent(self.trace(view))
        assert image.bgra is not None
        return image.bgra

    def beside(self, view: View) -> list[tuple[int, SensorKind, Payload]]:
        """The render buffers that somebody listens to."""
        sent: list[tuple[int, SensorKind, Payload]] = []
        header = image_header(self.width, self.height, self.fov_deg)
        for texture, (stream, request) in self._buffers.items():
            payload = np.empty(_HEADER_BYTES + self.width * self.height * 4, np.uint8)
            payload[:_HEADER_BYTES] = np.frombuffer(header, np.uint8)
            pixels = payload[_HEADER_BYTES:].reshape(self.height, self.width, 4)
            render_buffers.encode(texture, view.traces.get(request), request.film, pixels)
            sent.append((stream, SensorKind.GBUFFER_U8, payload.data))
        self._buffers = {}
        return sent

    def _bent(self, image: GBuffer) -> GBuffer:
        through_lens = self._lens.bends or self._lens.fringes
        if not (through_lens or self._effects.needs):
            return image
        picture = self._effects.blurred(image)
        return GBuffer(bgra=self._lens.colours(picture) if through_lens else picture)

    def _payload(self, image: GBuffer) -> NDArray[np.uint8]:
        # The trace left room for the header in front of the pixels; cameras that share it share the bytes.
        return super()._payload(image) if image.payload is None else image.payload

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


class CosmosCamera(Camera):
    """sensor.camera.cosmos_visualization: what lies on and beside the road in flat colours, all else black.

    CARLA draws lines and boxes in these colours; here the things themselves have them.
    """

    kind = SensorKind.COSMOS_VISUALIZATION
    channels = Channel.TAG

    def encode(self, image: GBuffer, pixels: NDArray[np.uint8]) -> None:
        """A colour for each tag."""
        assert image.tag is not None
        pixels[:] = _COSMOS[image.tag].reshape(-1)


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
        """Two float32 a pixel in Unreal's normalised device coordinates: x to the right, y upwards, 2 is the whole image."""
        assert image.flow is not None
        pixels[:] = (image.flow * np.array([2.0, -2.0], np.float32)).reshape(-1).view(np.uint8)


def _cosmos_colours() -> NDArray[np.uint8]:
    """(256, 4) blue, green, red, alpha by tag: CARLA's colours of the visualisation."""
    colours = {
        Tag.ROAD_LINE: (98, 183, 249), Tag.POLE: (66, 40, 144), Tag.TRAFFIC_SIGN: (131, 175, 155),
        Tag.TRAFFIC_LIGHT: (252, 157, 155), Tag.PEDESTRIAN: (0, 255, 0), Tag.ROADS: (56, 103, 221),
        **dict.fromkeys((Tag.CAR, Tag.TRUCK, Tag.BUS, Tag.TRAIN, Tag.MOTORCYCLE, Tag.BICYCLE), (255, 0, 0)),
    }  # fmt: skip
    table = np.zeros((256, 4), np.uint8)
    table[:, 3] = 255
    for tag, colour in colours.items():
        table[tag, :3] = colour[::-1]
    return table


_COSMOS = _cosmos_colours()

CAMERAS: dict[str, type[Sensor]] = {
    "sensor.camera.cosmos_visualization": CosmosCamera,
    "sensor.camera.depth": DepthCamera,
    "sensor.camera.instance_segmentation": InstanceCamera,
    "sensor.camera.normals": NormalsCamera,
    "sensor.camera.optical_flow": FlowCamera,
    "sensor.camera.rgb": ColourCamera,
    "sensor.camera.semantic_segmentation": SemanticCamera,
}
"""The image sensors by blueprint."""
