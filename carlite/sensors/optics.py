"""The lens of a camera, from its attributes.

Pictures of cameras with default attributes are those of a pinhole. What Unreal's materials do is not published; the lens
here has CARLA's attribute names and behaves alike: it does nothing at a ``lens_circle_multiplier`` of 0, else it distorts, the
more the nearer to the edge, one way with ``lens_k`` below 0 and the other way above.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

_FRINGE = 0.01  # of the radius, for red and blue, at an intensity of 1

Number = Callable[[str, float], float]


class Lens:
    """Bends pictures: distortion and coloured fringes.

    A pixel at (x, y) from the centre, in halves of the picture's width and height, shows what a pinhole sees at
    x (1 + m s (k r^2 + k' r^3)) with r^2 = (x^2 + y^2) / 2, m = ``lens_circle_multiplier`` r^``lens_circle_falloff``,
    k = ``lens_k``, k' = ``lens_kcube`` and s = ``lens_x_size``, for y ``lens_y_size``.

    Args:
        number: an attribute's value, or the given default.
        width, height: of the picture.
    """

    def __init__(self, number: Number, width: int, height: int) -> None:
        self._shape = height, width
        self._multiplier, self._falloff = number("lens_circle_multiplier", 0.0), max(number("lens_circle_falloff", 5.0), 0.0)
        self._k, self._kcube = number("lens_k", -1.0), number("lens_kcube", 0.0)
        self._size = number("lens_x_size", 0.08), number("lens_y_size", 0.08)
        self._fringe = max(number("chromatic_aberration_intensity", 0.0), 0.0)
        self._fringe_from = min(max(number("chromatic_aberration_offset", 0.0), 0.0), 1.0)
        self._places: dict[float, NDArray[np.float64]] = {}

    @property
    def bends(self) -> bool:
        """Whether it moves the pixels."""
        return self._multiplier != 0.0 and (self._k, self._kcube) != (0.0, 0.0) and self._size != (0.0, 0.0)

    @property
    def fringes(self) -> bool:
        """Whether it parts the colours."""
        return self._fringe > 0.0 and self._fringe_from < 1.0

    def colours(self, bgra: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """(h, w, 4) a picture through the lens, between pixels; a new array."""
        seen = bgra.copy()
        for channel, fringe in ((0, -1.0), (1, 0.0), (2, 1.0)):
            places = self._through(fringe if self.fringes else 0.0)
            values = map_coordinates(bgra[..., channel].astype(np.float32), places, order=1, mode="nearest")
            seen[..., channel] = np.rint(values)
        return seen

    def nearest(self, image: NDArray[Any]) -> NDArray[Any]:
        """(h, w, ...) depths, labels or vectors through the lens, each from the nearest pixel; a new array."""
        rows, columns = np.rint(self._through(0.0)).astype(np.int64)
        seen: NDArray[Any] = image[np.clip(rows, 0, self._shape[0] - 1), np.clip(columns, 0, self._shape[1] - 1)]
        return seen

    def _through(self, fringe: float) -> NDArray[np.float64]:
        """(2, h, w) row and column of the pinhole's picture behind each pixel; red is spread by 1, blue by -1."""
        if fringe not in self._places:
            height, width = self._shape
            y, x = np.mgrid[:height, :width].astype(np.float64)
            x, y = (x + 0.5) / width * 2.0 - 1.0, (y + 0.5) / height * 2.0 - 1.0
            r = np.sqrt((x * x + y * y) / 2.0)
            bend = self._multiplier * r**self._falloff * (self._k * r**2 + self._kcube * r**3) if self.bends else 0.0 * r
            spread = 1.0 - fringe * _FRINGE * self._fringe * np.clip(r - self._fringe_from, 0.0, None)
            x, y = x * (1.0 + bend * self._size[0]) * spread, y * (1.0 + bend * self._size[1]) * spread
            self._places[fringe] = np.stack([(y + 1.0) / 2.0 * height - 0.5, (x + 1.0) / 2.0 * width - 0.5])
        return self._places[fringe]
