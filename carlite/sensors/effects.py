"""What blurs a colour camera's picture: depth of field, blur with distance, motion.

With default attributes a picture is sharp everywhere, and none of this runs. Depth of field is that of a thin lens before a
sensor of Unreal's width (24.576 mm); blur with distance and the motion blur's limits follow Unreal's documentation.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates
from scipy.signal import fftconvolve

from carlite.rays import Channel, GBuffer

Floats = NDArray[np.float32]
Number = Callable[[str, float], float]
_SENSOR_MM = 24.576
_RADII_PX = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)  # the picture is blurred with each, and mixed between
_LENS_DEFAULTS = {"focal_distance": 1000.0, "fstop": 1.4, "min_fstop": 1.2, "blade_count": 5.0}
_USUAL_MOTION_BLUR = 0.45
_TRAIL = 9  # samples along a pixel's way


class Effects:
    """The blurs of one camera.

    Args:
        number: an attribute's value, or the given default.
        width, height: of the picture.
        fov_deg: horizontal.
    """

    def __init__(self, number: Number, width: int, height: int, fov_deg: float) -> None:
        self._shape = height, width
        self._focal_mm = _SENSOR_MM / (2.0 * math.tan(math.radians(min(max(fov_deg, 1.0), 170.0)) / 2.0))
        lens = {name: number(name, usual) for name, usual in _LENS_DEFAULTS.items()}
        self._has_lens = lens != _LENS_DEFAULTS and lens["focal_distance"] > 0.0
        self._focus_mm = max(lens["focal_distance"] * 10.0, self._focal_mm + 1.0)
        self._fstop, self._min_fstop = max(lens["fstop"], 0.1), max(lens["min_fstop"], 0.0)
        self._blades = min(max(int(lens["blade_count"]), 3), 16)
        self._far_m, self._far_px = number("blur_amount", 1.0) * 1000.0, number("blur_radius", 0.0) * width / 1920.0
        self._share = max(number("motion_blur_intensity", _USUAL_MOTION_BLUR) - _USUAL_MOTION_BLUR, 0.0)
        self._longest_px = number("motion_blur_max_distortion", 0.35) / 100.0 * width
        self._least_size = number("motion_blur_min_object_screen_size", 0.1) / 100.0

    @property
    def needs(self) -> Channel:
        """What a trace must bring beside the colours; nothing where nothing blurs."""
        wanted = Channel.DEPTH if self._has_lens or self._far_px > 0.0 else Channel(0)
        if self._share > 0.0 and self._longest_px > 0.0:
            wanted |= Channel.FLOW | Channel.INSTANCE | Channel.TAG
        return wanted

    def blurred(self, image: GBuffer) -> NDArray[np.uint8]:
        """(h, w, 4) the picture with its blurs; its own array where nothing blurs."""
        assert image.bgra is not None
        if not self.needs:
            return image.bgra
        colours = (image.bgra[..., :3].astype(np.float32) / np.float32(255.0)) ** np.float32(2.2)
        if self.needs & Channel.FLOW:
            colours = self._moved(colours, image)
        if self.needs & Channel.DEPTH:
            colours = self._defocused(colours, image)
        result = np.full_like(image.bgra, 255)
        result[..., :3] = np.rint(np.clip(colours, 0.0, 1.0) ** np.float32(1.0 / 2.2) * np.float32(255.0))
        return result

    def _defocused(self, colours: Floats, image: GBuffer) -> Floats:
        assert image.depth_m is not None
        depth_mm = np.clip(image.depth_m.astype(np.float64) * 1000.0, self._focal_mm + 1.0, 1e9)
        radius = np.zeros(self._shape)
        if self._has_lens:
            blur_mm = self._focal_mm**2 / (self._fstop * (self._focus_mm - self._focal_mm))
            radius += 0.5 * blur_mm / _SENSOR_MM * self._shape[1] * np.abs(depth_mm - self._focus_mm) / depth_mm
        if self._far_px > 0.0 and self._far_m > 0.0:  # half of the radius is reached at the distance ``blur_amount``, km
            radius += self._far_px * (1.0 - 0.5 ** (depth_mm / 1000.0 / self._far_m))
        largest = float(radius.max())
        result: Floats = np.zeros_like(colours)
        weight: Floats = np.zeros(self._shape, np.float32)
        place = np.interp(radius, _RADII_PX, np.arange(len(_RADII_PX)))
        for level, size in enumerate(_RADII_PX):
            share: Floats = np.clip(1.0 - np.abs(place - level), 0.0, 1.0).astype(np.float32)
            if share.any() and (level == 0 or _RADII_PX[level - 1] < largest):
                result += share[..., None] * (colours if size == 0.0 else self._convolved(colours, size))
                weight += share
        mixed: Floats = np.asarray(result / np.maximum(weight, np.float32(1e-6))[..., None], np.float32)
        return mixed

    def _convolved(self, colours: Floats, radius_px: float) -> Floats:
        kernel = self._aperture(radius_px)
        reach = len(kernel) // 2
        padded = np.pad(colours, ((reach, reach), (reach, reach), (0, 0)), mode="edge")
        blurred: Floats = fftconvolve(padded, kernel[..., None], mode="valid", axes=(0, 1)).astype(np.float32)
        return blurred

    def _aperture(self, radius_px: float) -> Floats:
        """A disc, the more a polygon of blades the further the aperture is closed; its sum is 1."""
        reach, fine = math.ceil(radius_px), 8
        axis = (np.arange((2 * reach + 1) * fine) + 0.5) / fine - reach - 0.5
        x, y = np.meshgrid(axis, axis)
        side = 2.0 * np.pi / self._blades
        angle = np.mod(np.arctan2(y, x), side) - 0.5 * side
        closed = min(max(1.0 - self._min_fstop / self._fstop, 0.0), 1.0)
        edge = radius_px * ((1.0 - closed) + closed * math.cos(0.5 * side) / np.cos(angle))
        size = 2 * reach + 1
        kernel = (np.hypot(x, y) <= edge).reshape(size, fine, size, fine).mean((1, 3))
        normed: Floats = (kernel / kernel.sum()).astype(np.float32)
        return normed

    def _moved(self, colours: Floats, image: GBuffer) -> Floats:
        """Each pixel smeared along its way, but for objects that are too small."""
        assert image.flow is not None
        assert image.instance is not None
        height, width = self._shape
        way = image.flow.astype(np.float64) * self._share * np.array([width, height])
        length = np.maximum(np.hypot(way[..., 0], way[..., 1]), 1e-9)
        way *= np.minimum(1.0, self._longest_px / length)[..., None]
        counts = np.bincount(image.instance.ravel(), minlength=65536)
        small = (np.sqrt(counts / (height * width)) < self._least_size)[image.instance] & (image.instance > 0)
        way[small] = 0.0
        rows, columns = np.mgrid[:height, :width].astype(np.float64)
        total = np.zeros_like(colours)
        for step in np.linspace(-0.5, 0.5, _TRAIL):
            places = np.stack([rows + step * way[..., 1], columns + step * way[..., 0]])
            for channel in range(3):
                total[..., channel] += map_coordinates(colours[..., channel], places, order=1, mode="nearest")
        mean: Floats = total / np.float32(_TRAIL)
        return mean
