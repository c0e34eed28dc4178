"""Lenses against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rarebit.core.frames import box_corners, rotation_from_rpy
from rarebit.rig.projection import KannalaBrandt, Pinhole, Projection

PINHOLE = Pinhole(width_px=1600, height_px=900, fov_rad=math.radians(64.56))
EQUIDISTANT = KannalaBrandt(width_px=1280, height_px=960, fov_rad=math.radians(190))
FISHEYE = KannalaBrandt(width_px=1280, height_px=960, fov_rad=math.radians(190), distortion=(-0.03, 0.002, 0.0, 0.0))
LENSES = pytest.mark.parametrize("lens", [PINHOLE, EQUIDISTANT, FISHEYE], ids=["pinhole", "equidistant", "fisheye"])


def ray(theta: float, around: float) -> np.ndarray:
    return np.array([[math.sin(theta) * math.cos(around), math.sin(theta) * math.sin(around), math.cos(theta)]])


def test_a_pinholes_field_gives_its_focal_length() -> None:
    assert PINHOLE.focal_px == pytest.approx(800.0 / math.tan(math.radians(32.28)))
    pixels, seen = PINHOLE.project(np.array([[1.0, -0.5, 10.0], [0.0, 0.0, -1.0]]))
    assert pixels[0] == pytest.approx([800.0 + PINHOLE.focal_px * 0.1, 450.0 - PINHOLE.focal_px * 0.05])
    assert seen.tolist() == [True, False]


@pytest.mark.parametrize("theta", [0.0, 0.3, 1.0, math.pi / 2, 1.65])
@pytest.mark.parametrize("around", [0.0, 1.0, -2.5])
def test_a_fisheye_lands_a_ray_where_the_polynomial_says(theta: float, around: float) -> None:
    radius = FISHEYE.focal_px * (theta - 0.03 * theta**3 + 0.002 * theta**5)
    pixels, seen = FISHEYE.project(7.0 * ray(theta, around))
    assert seen[0]
    assert pixels[0] == pytest.approx([640.0 + radius * math.cos(around), 480.0 + radius * math.sin(around)])


def test_the_circle_of_a_fisheye_is_as_wide_as_its_image() -> None:
    edge = math.radians(95)
    assert EQUIDISTANT.focal_px == pytest.approx(640.0 / edge)
    for lens in (EQUIDISTANT, FISHEYE):
        pixels, _ = lens.project(ray(edge - 1e-9, 0.0))
        assert pixels[0] == pytest.approx([1280.0, 480.0], abs=1e-3)
        assert not lens.project(ray(edge + 0.01, 0.0))[1][0]
        assert np.isnan(lens.rays(np.array(1.0), np.array(1.0))).all()  # a corner lies outside the circle


@LENSES
@given(u=st.floats(0, 1280), v=st.floats(0, 900))
def test_rays_and_pixels_are_each_others_inverse(lens: Projection, u: float, v: float) -> None:
    found = lens.rays(np.array([u]), np.array([v]))
    if np.isnan(found).any():
        assert math.hypot(u - 640, v - 480) >= 640 - 1e-6
        return
    pixels, seen = lens.project(3.0 * found)
    if math.hypot(u - 640, v - 480) < 639.9 or lens is PINHOLE:
        assert seen[0]
    assert pixels[0] == pytest.approx([u, v], abs=1e-6)


@LENSES
@given(
    place=st.tuples(st.floats(-12, 12), st.floats(-3, 3), st.floats(-12, 12)),
    turn=st.tuples(*[st.floats(-3, 3)] * 3),
    size=st.tuples(*[st.floats(0.3, 5)] * 3),
)
def test_bounds_hold_every_point_of_a_box_that_the_picture_shows(
    lens: Projection, place: tuple[float, ...], turn: tuple[float, ...], size: tuple[float, ...]
) -> None:
    rotation = rotation_from_rpy(*turn)
    corners = box_corners(size) @ rotation.T + place
    share = np.random.default_rng(0).uniform(-0.5, 0.5, (400, 3))
    pixels, seen = lens.project((share * size) @ rotation.T + place)
    seen &= (pixels >= 0).all(axis=1) & (pixels < [lens.width_px, lens.height_px]).all(axis=1)
    if not seen.any():
        return
    bounds = lens.bounds(corners)
    assert bounds is not None
    assert (pixels[seen] >= bounds[0] - 1e-6).all()
    assert (pixels[seen] <= bounds[1] + 1e-6).all()


def test_the_margin_of_a_fisheyes_bounds_holds_the_bend_of_the_longest_edges() -> None:
    # The box whose edges bend most between the points that are looked at, found by a search over boxes up to 5 m.
    rotation = rotation_from_rpy(-0.00432, -1.6802, 1.5644)
    corners = box_corners((1.19349, 1.20639, 4.81590)) @ rotation.T + (5.33966, -0.03301, 0.23494)
    share = np.linspace(0.0, 1.0, 400)[:, None]
    pairs = [(i, i | bit) for i in range(8) for bit in (1, 2, 4) if not i & bit]
    pixels, seen = FISHEYE.project(np.concatenate([(1 - share) * corners[i] + share * corners[j] for i, j in pairs]))
    bounds = FISHEYE.bounds(corners)
    assert bounds is not None
    left = min((pixels[seen] - bounds[0]).min(), (bounds[1] - pixels[seen]).min())
    assert 0.5 < left < 1.5  # of 2 pixels


@pytest.mark.parametrize(("fov_deg", "turn"), [(10.0, 0.4), (20.0, -0.2), (30.0, 0.0)])
def test_a_box_that_fills_a_narrow_fisheye_is_as_large_as_its_picture(fov_deg: float, turn: float) -> None:
    lens = KannalaBrandt(width_px=1280, height_px=960, fov_rad=math.radians(fov_deg))
    wall = box_corners((8.0, 8.0, 0.5)) @ rotation_from_rpy(0.0, 0.0, turn).T
    bounds = lens.bounds(wall + np.array([0.3, -0.2, 12.0]))
    assert bounds is not None
    assert (bounds[0] <= 0.0).all()
    assert (bounds[1] >= [1280.0, 960.0]).all()
    for away in ((0.0, 0.0, -12.0), (20.0, 0.0, 10.0), (0.0, -20.0, 10.0)):
        assert lens.bounds(wall + away) is None


def test_a_box_that_the_lens_cannot_take_in_has_no_bounds() -> None:
    behind = box_corners((1.0, 1.0, 1.0)) + np.array([0.0, 0.0, -20.0])
    assert PINHOLE.bounds(behind) is None
    assert FISHEYE.bounds(behind) is None
    beside = box_corners((1.0, 1.0, 1.0)) + np.array([20.0, 0.0, 0.0])
    assert FISHEYE.bounds(beside) is not None
