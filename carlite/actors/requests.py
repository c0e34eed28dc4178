"""What clients have asked of sensors besides their data: render buffers of cameras, texts for custom radios."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum


class Texture(IntEnum):
    """The render buffers by their numbers on the wire (carla.GBufferTextureID)."""

    SCENE_COLOUR = 0
    SCENE_DEPTH = 1
    SCENE_STENCIL = 2
    A = 3
    B = 4
    C = 5
    D = 6
    E = 7
    F = 8
    VELOCITY = 9
    AMBIENT_OCCLUSION = 10
    CUSTOM_DEPTH = 11
    CUSTOM_STENCIL = 12


@dataclass(slots=True)
class SensorRequests:
    """Requests by sensor id.

    Attributes:
        cameras: those that render buffers.
        streams: numbers of the streams of a camera's buffers.
        texts: the last text for each custom radio that was not sent yet.
    """

    cameras: set[int] = field(default_factory=set)
    streams: dict[int, dict[Texture, int]] = field(default_factory=dict)
    texts: dict[int, bytes] = field(default_factory=dict)

    def forget(self, sensor_id: int) -> list[int]:
        """Drops what was asked of a sensor that has gone; returns the streams to close."""
        self.cameras.discard(sensor_id)
        self.texts.pop(sensor_id, None)
        return list(self.streams.pop(sensor_id, {}).values())

    def all_streams(self) -> list[int]:
        """Every stream of every camera."""
        return [stream for streams in self.streams.values() for stream in streams.values()]
