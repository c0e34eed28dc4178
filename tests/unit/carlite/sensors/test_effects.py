"""Blurs of the colour camera against their closed forms."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from carlite.rays import Channel, GBuffer
from carlite.sensors.effects import Effects

_SIZE = 96


def _effects(fov_deg: float = 90.0, **attributes: float) -> Effects:
    number: Callable[[str, float], float] = lambda name, usual: attributes.get(name, usual)  # noqa: E731
    return Effects(number, _SIZE, _SIZE, fov_deg)


def _dot(depth_m: float, *, size: int = 1) -> GBuffer:
    """A white dot in the middle of black, all at one depth, that moves by a quarter of the picture to the right."""
    bgra = np.zeros((_SIZE, _SIZE, 4), np.uint8)
    bgra[..., 3] = 255
    middle = slice(_SIZE // 2, _SIZE // 2 + size)
    bgra[middle, middle, :3] = 255
    flow = np.zeros((_SIZE, _SIZE, 2), np.float32)
    flow[..., 0] = 0.25
    instance = np.zeros((_SIZE, _SIZE), np.uint16)
    instance[middle, middle] = 7
    return GBuffer(bgra=bgra, depth_m=np.full((_SIZE, _SIZE), depth_m, np.float32), flow=flow, instance=instance)


def _light(picture: np.ndarray) -> np.ndarray:
    light: np.ndarray = (picture[..., 1].astype(np.float64) / 255.0) ** 2.2
    return light


def test_defaults_blur_nothing_and_cost_nothing() -> None:
    image, effects = _dot(3.0), _effects()
    assert effects.needs == Channel(0)
    assert effects.blurred(image) is image.bgra


def test_what_lies_in_focus_is_sharp() -> None:
    image = _dot(2.0)
    np.testing.assert_array_equal(_effects(focal_distance=200.0, fstop=0.2).blurred(image), image.bgra)


@pytest.mark.parametrize(("focus_m", "fstop", "depth_m"), [(0.5, 0.2, 5.0), (0.3, 0.3, 1.0), (1.0, 0.1, 0.3)])
def test_a_point_out_of_focus_is_a_disc_of_the_thin_lens_size(focus_m: float, fstop: float, depth_m: float) -> None:
    """Second moment of a disc of radius r: r^2 / 4 along each axis."""
    light = _light(_effects(focal_distance=100.0 * focus_m, fstop=fstop).blurred(_dot(depth_m, size=4)))
    focal_m = 0.024576 / 2.0
    disc_m = focal_m**2 / (fstop * (focus_m - focal_m)) * abs(depth_m - focus_m) / depth_m
    radius_px = 0.5 * disc_m / 0.024576 * _SIZE
    x = np.arange(_SIZE) + 0.5
    share = light.sum(0) / light.sum()
    spread = float((share * (x - (share * x).sum()) ** 2).sum())
    assert spread == pytest.approx(radius_px**2 / 4.0 + 4.0**2 / 12.0, rel=0.25)


@pytest.mark.parametrize("attributes", [{"blade_count": 3.0}, {"fstop": 8.0, "min_fstop": 8.0}, {"focal_distance": 30.0}])
def test_apertures_keep_the_light(attributes: dict[str, float]) -> None:
    kernel = _effects(**attributes)._aperture(6.0)
    assert float(kernel.sum()) == pytest.approx(1.0, abs=1e-5)


def test_blades_of_a_closed_aperture_take_its_edge_away() -> None:
    inside = [int((_effects(blade_count=3.0, fstop=fstop)._aperture(8.0) > 0).sum()) for fstop in (1.2, 8.0)]
    assert inside[1] < 0.8 * inside[0]


def test_motion_smears_along_the_way_and_no_further_than_the_limit() -> None:
    for limit, wanted_px in ((100.0, 0.5 * 0.25 * _SIZE), (4.0, 0.04 * _SIZE)):
        attributes = {"motion_blur_intensity": 0.95, "motion_blur_max_distortion": limit}
        light = _light(_effects(**attributes).blurred(_dot(3.0, size=6)))
        columns, rows = np.flatnonzero(light.sum(0) > 1e-3), np.flatnonzero(light.sum(1) > 1e-3)
        assert len(rows) == 6
        assert columns[-1] - columns[0] + 1 == pytest.approx(6 + wanted_px, abs=1.5)


def test_small_objects_are_spared() -> None:
    attributes = {
        "motion_blur_intensity": 0.95,
        "motion_blur_max_distortion": 100.0,
        "motion_blur_min_object_screen_size": 20.0,
    }
    image = _dot(3.0, size=6)
    assert image.bgra is not None
    assert image.instance is not None
    blurred = _effects(**attributes).blurred(image)
    np.testing.assert_array_equal(blurred[image.instance == 7], image.bgra[image.instance == 7])
