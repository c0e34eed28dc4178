"""How much clients may ask of a world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from carlite.errors import CallError

_LONGEST_SIDE = 16384


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
        """Raises CallError for a sensor that cannot see, or needs more memory for one message than anybody has."""
        if "image_size_x" in attributes:
            self._check_image(attributes)
        for name, most in (("points_per_second", self.rays_per_second), ("channels", self.channels)):
            if _size(attributes, name) > most:
                raise CallError(f"{name}: got {attributes[name]}, expected at most {most}")

    def _check_image(self, attributes: Mapping[str, str]) -> None:
        width, height = _size(attributes, "image_size_x"), _size(attributes, "image_size_y")
        if not (1 <= width <= _LONGEST_SIDE and 1 <= height <= _LONGEST_SIDE):
            raise CallError(f"image of {width:.0f} x {height:.0f} pixels: expected 1..{_LONGEST_SIDE} each")
        if width * height > self.image_pixels:
            raise CallError(f"image of {width:.0f} x {height:.0f} pixels: expected at most {self.image_pixels} (--max-pixels)")
        fov_deg = float(attributes.get("fov", "90"))
        if not 0.0 < fov_deg < 180.0:
            raise CallError(f"fov: got {fov_deg:g} degrees, expected more than 0 and less than 180")


def _size(attributes: Mapping[str, str], name: str) -> float:
    return float(attributes.get(name, "0"))
