"""Exposure, film and lens of cameras."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from carlite.rays.film import CURVE_SIZE, Film, curves, shown_light
from carlite.sensors import Sensor, measure_all
from carlite.sensors.exposure import Exposure, remaining_ev
from carlite.sensors.optics import Lens
from carlite.weather import Weather

_LENS = {"image_size_x": 64, "image_size_y": 48}
# every attribute of the colour camera that changes pictures, and what to change it to from a picture that shows it
_ATTRIBUTES = {
    "exposure_compensation": 1.0, "temp": 4000.0, "tint": 0.5, "gamma": 1.8, "slope": 1.1, "toe": 0.8, "shoulder": 0.4,
    "black_clip": 0.1, "white_clip": 0.3, "exposure_max_bright": 15.0, "exposure_min_bright": 16.0, "fov": 60.0,
}  # fmt: skip
_MANUAL = {"exposure_mode": "manual", "shutter_speed": 3000.0, "iso": 100.0, "fstop": 8.0}
_BENT = {"lens_circle_multiplier": 3.0, "lens_circle_falloff": 3.0}


def _picture(bench: Any, kind: str = "rgb", **attributes: object) -> np.ndarray:
    sensor = bench.add_sensor(f"sensor.camera.{kind}", (0.0, 0.0, 1.5), **{**_LENS, **attributes})
    [message] = measure_all([sensor], bench.view(0.05))
    return np.frombuffer(bytes(message.payload), np.uint8, offset=12).reshape(48, 64, 4)


@pytest.fixture
def scene(bench: Any) -> Any:
    for y in (-5.0, 1.0, 5.0):
        bench.add_box((6.0, y, 1.0), (1.0, 0.5, 3.0))
    return bench


@pytest.mark.parametrize("name", [*_ATTRIBUTES])
def test_attributes_of_the_film_show(scene: Any, name: str) -> None:
    assert (_picture(scene) != _picture(scene, **{name: _ATTRIBUTES[name]})).mean() > 0.05


@pytest.mark.parametrize(("name", "value"), [("bloom_intensity", 3.0), ("lens_flare_intensity", 2.0)])
def test_glare_shows_around_the_sun(bench: Any, name: str, value: float) -> None:
    def ring(**attributes: object) -> list[np.ndarray]:
        pictures = []
        for yaw in (0.0, 90.0, 180.0, 270.0):
            sensor = bench.add_sensor(
                "sensor.camera.rgb", (0.0, 0.0, 1.5), (45.0, yaw, 0.0), **{**_LENS, "fov": 120.0, **attributes}
            )
            [message] = measure_all([sensor], bench.view(0.05))
            pictures.append(np.frombuffer(bytes(message.payload), np.uint8, offset=12).astype(int))
        return pictures

    changes = [after.sum() - before.sum() for before, after in zip(ring(), ring(**{name: value}), strict=True)]
    assert max(changes) > 0
    assert min(changes) >= 0


@pytest.mark.parametrize(("name", "value"), [("shutter_speed", 1000.0), ("iso", 400.0), ("fstop", 5.6)])
def test_manual_exposure_follows_its_values(scene: Any, name: str, value: float) -> None:
    darker, brighter = _picture(scene, **_MANUAL), _picture(scene, **{**_MANUAL, name: value})
    assert brighter[..., :3].mean() > darker[..., :3].mean() * 1.1


def test_without_effects_the_film_is_neutral(scene: Any) -> None:
    odd = {"exposure_compensation": 2.0, "temp": 3000.0, "bloom_intensity": 3.0}
    off = {"enable_postprocess_effects": "false"}
    assert (_picture(scene, **off, **odd) == _picture(scene, **off)).all()
    assert (_picture(scene, **odd) != _picture(scene, **off)).any()


@pytest.mark.parametrize(
    "name", ["lens_circle_multiplier", "lens_circle_falloff", "lens_k", "lens_kcube", "lens_x_size", "lens_y_size"]
)
@pytest.mark.parametrize("kind", ["rgb", "depth", "semantic_segmentation"])
def test_attributes_of_the_lens_show(scene: Any, name: str, kind: str) -> None:
    value = {"lens_circle_falloff": 0.5, "lens_k": 2.0, "lens_kcube": 5.0}.get(name, 0.0)
    assert (_picture(scene, kind, **_BENT) != _picture(scene, kind, **{**_BENT, name: value})).any()


def test_fringes_are_at_the_edge_alone(scene: Any) -> None:
    plain, fringed = _picture(scene), _picture(scene, chromatic_aberration_intensity=8.0, chromatic_aberration_offset=0.5)
    assert (plain[20:28, 28:36] == fringed[20:28, 28:36]).all()
    assert (plain != fringed).any()


def test_a_lens_moves_a_line_as_its_formula_says() -> None:
    values = {"lens_circle_multiplier": 2.0, "lens_circle_falloff": 1.0, "lens_k": -1.0, "lens_x_size": 0.1, "lens_y_size": 0.1}
    lens = Lens(lambda name, default: values.get(name, default), 201, 201)
    ramp = np.tile((np.arange(201, dtype=np.float64) + 0.5) / 201 * 2 - 1, (201, 1))
    x = ramp[100, 180]
    r = x / math.sqrt(2.0)
    wanted = x * (1 - 2.0 * 0.1 * r * r**2)
    assert lens.nearest(ramp)[100, 180] == pytest.approx(wanted, abs=1.01 / 201)
    assert lens.nearest(ramp)[100, 100] == ramp[100, 100]


def test_the_neutral_film_is_the_tone_curve_and_gain_moves_along_it() -> None:
    neutral, brighter = curves(Film()).reshape(3, -1), curves(Film(gain=2.0)).reshape(3, -1)
    assert (neutral[0] == neutral[2]).all()
    at = 1000
    light = (at / 4096) / (1 - at / 4096)
    assert abs(int(brighter[1, at]) - int(neutral[1, round(2 * light / (2 * light + 1) * 4096)])) <= 1


@pytest.mark.parametrize("temp", [3000.0, 10_000.0])
def test_white_balance_keeps_luminance_and_turns_the_hue(temp: float) -> None:
    red, _, blue = (channel[1200] for channel in curves(Film(temp_k=temp)).reshape(3, -1).astype(int))
    assert (red < blue) == (temp < 6500.0)


def test_manual_exposure_of_a_stop_is_a_factor_of_two() -> None:
    slow = Exposure(mode="manual", shutter_speed=100.0).film_in(10_000.0, 0.0)
    fast = Exposure(mode="manual", shutter_speed=200.0).film_in(10_000.0, 0.0)
    assert slow.gain == pytest.approx(2.0 * fast.gain)


@pytest.mark.parametrize("film", [Film(), Film(temp_k=4000.0), Film(gamma=1.8), Film(gain=0.5)])
def test_the_light_can_be_read_off_a_picture(film: Film) -> None:
    places = np.arange(CURVE_SIZE)
    light = places / (CURVE_SIZE - places)
    usual = light <= 1.0
    for curve, table in zip(curves(film).reshape(3, CURVE_SIZE), shown_light(film), strict=True):
        below_white = usual & (curve < 255)
        error = np.abs(table[curve[below_white]] - 255.0 * light[below_white])
        assert error.max() <= 8.0  # the shoulder of the curve shows that much light as one value
        assert error.mean() < 1.5


def test_automatic_exposure_counts_relative_to_the_usual_one() -> None:
    for exposure, gain in ((Exposure(), 1.0), (Exposure(compensation=1.0), 2.0), (Exposure(max_bright=13.0), 0.5)):
        assert exposure.film_in(50_000.0, exposure.metered_ev(50_000.0)).gain == pytest.approx(gain)


def test_the_exposure_closes_a_gap_in_a_line_and_then_by_an_exponential() -> None:
    assert remaining_ev(4.0, 2.0, 1.0) == pytest.approx(2.0)
    assert remaining_ev(1.5, 2.0, 0.6) == pytest.approx(1.5 * math.exp(-2.0 * 0.6 / 1.5))
    assert remaining_ev(4.0, 2.0, 2.0) == pytest.approx(1.5 * math.exp(-2.0 * (2.0 - 1.25) / 1.5))
    in_steps = 4.0
    for _ in range(40):
        in_steps = remaining_ev(in_steps, 2.0, 0.05)
    assert in_steps == pytest.approx(remaining_ev(4.0, 2.0, 2.0))  # however the time is cut
    assert remaining_ev(4.0, 2.0, 30.0) == 0.0


def _seen(bench: Any, sensors: list[Sensor], weather: Weather) -> list[np.ndarray]:
    bench.scene.set_weather(weather)
    view = bench.view(0.05)
    return [np.frombuffer(bytes(message.payload), np.uint8, offset=12) for message in measure_all(sensors, view)]


def test_a_camera_adapts_to_a_new_light(scene: Any) -> None:
    day = Weather(sun_azimuth_angle=225.0)
    night = replace(day, sun_altitude_angle=-30.0)
    cameras = [
        scene.add_sensor("sensor.camera.rgb", (0.0, 0.0, 1.5), **_LENS, **attributes)
        for attributes in ({}, {"exposure_speed_down": 5.0}, {"enable_postprocess_effects": "false"})
    ]
    steady = _seen(scene, cameras, day)
    assert all((a == b).all() for a, b in zip(steady, _seen(scene, cameras, day), strict=True))
    first = _seen(scene, cameras, night)
    for _ in range(19):
        later = _seen(scene, cameras, night)
    fresh = [scene.add_sensor("sensor.camera.rgb", (0.0, 0.0, 1.5), **_LENS, **extra)
             for extra in ({}, {"exposure_speed_down": 5.0}, {"enable_postprocess_effects": "false"})]  # fmt: skip
    adapted = _seen(scene, fresh, night)
    assert first[0].mean() < later[0].mean() < later[1].mean() <= adapted[1].mean()  # of a brighter light still
    assert (first[2] == adapted[2]).all()  # no automatic exposure without effects
    for _ in range(300):
        cameras[0].prepare(scene.view(0.05))
    assert (_seen(scene, cameras[:1], night)[0] == adapted[0]).all()
