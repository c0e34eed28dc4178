"""How much clients may ask of a world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from carlite.errors import CallError


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldLimits:
    """Settings of a world; what goes beyond them is a CallError that names the option of the server.

    Attributes:
        actors: most actors at a time, those of the map included.
        sensors: most sensors at a time.
        image_pixels: largest image of one camera.
        rays_per_second: most points per second of one lidar or radar.
        channels: most channels of one lidar.
    """

    actors: int = 10_000
    sensors: int = 1_000
    image_pixels: int = 1 << 26
    rays_per_second: int = 50_000_000
    channels: int = 4096

    def check_room(self, actors: int, sensors: int, *, is_sensor: bool) -> None:
        """Raises CallError when there are as many actors or sensors already as there may be."""
        if actors >= self.actors:
            raise CallError(f"there are already {actors} actors, the limit of this server; start it with a larger --max-actors")
        if is_sensor and sensors >= self.sensors:
            raise CallError(
                f"there are already {sensors} sensors, the limit of this server; start it with a larger --max-sensors"
            )

    def check_sensor(self, attributes: Mapping[str, str]) -> None:
        """Raises CallError for a sensor that would need more memory for one message than anybody has."""
        width, height = _size(attributes, "image_size_x"), _size(attributes, "image_size_y")
        if width * height > self.image_pixels:
            raise CallError(f"image of {width:g} x {height:g} pixels: expected at most {self.image_pixels} (--max-pixels)")
        for name, most in (("points_per_second", self.rays_per_second), ("channels", self.channels)):
            if _size(attributes, name) > most:
                raise CallError(f"{name}: got {attributes[name]}, expected at most {most}")


def _size(attributes: Mapping[str, str], name: str) -> float:
    return float(attributes.get(name, "0"))
