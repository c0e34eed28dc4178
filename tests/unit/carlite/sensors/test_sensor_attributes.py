"""Every attribute of every sensor has its effect: the data change when it alone does; attributes without one are named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from carlite import library
from carlite.actors import Kind
from carlite.sensors import Sensor, measure_all
from carlite.sensors.registry import SENSORS
from carlite.tags import Tag

_DT_S = 0.1
_TICKS = {"sensor.other.v2x": 16, "sensor.other.v2x_custom": 4}

# attribute -> (another value, what else must be set for it to matter)
Changes = dict[str, tuple[object, dict[str, object]]]
_MANUAL = {"exposure_mode": "manual", "shutter_speed": 3000.0, "fstop": 8.0}
_BENT = {"lens_circle_multiplier": 3.0, "lens_circle_falloff": 3.0}
_LENS: Changes = {
    "image_size_x": (48, {}), "image_size_y": (32, {}), "fov": (60.0, {}),
    "lens_circle_multiplier": (3.0, {"lens_circle_falloff": 1.0}), "lens_circle_falloff": (1.0, _BENT), "lens_k": (2.0, _BENT),
    "lens_kcube": (3.0, _BENT), "lens_x_size": (0.4, _BENT), "lens_y_size": (0.4, _BENT),
}  # fmt: skip
_FILM: Changes = {
    "exposure_mode": ("manual", {}), "exposure_compensation": (1.0, {}), "shutter_speed": (800.0, _MANUAL),
    "iso": (400.0, _MANUAL), "fstop": (4.0, _MANUAL), "enable_postprocess_effects": ("false", {"gamma": 1.5}),
    "gamma": (1.6, {}), "exposure_min_bright": (16.0, {}), "exposure_max_bright": (14.5, {}),
    "slope": (1.2, {}), "toe": (0.8, {}), "shoulder": (0.6, {}), "black_clip": (0.1, {}), "white_clip": (0.3, {}),
    "temp": (3500.0, {}), "tint": (0.6, {}), "chromatic_aberration_intensity": (8.0, {}),
    "chromatic_aberration_offset": (0.7, {"chromatic_aberration_intensity": 8.0}),
    "bloom_intensity": (6.0, {"towards_sun": True}), "lens_flare_intensity": (1.5, {"towards_sun": True}),
    "focal_distance": (20.0, {}), "min_fstop": (0.1, {"focal_distance": 5.0}),
    "blade_count": (3, {"focal_distance": 5.0, "min_fstop": 0.1}),
    "blur_radius": (80.0, {"blur_amount": 0.01}), "blur_amount": (0.01, {"blur_radius": 80.0}),
    "motion_blur_intensity": (1.4, {"motion_blur_max_distortion": 30.0}),
    "motion_blur_max_distortion": (30.0, {"motion_blur_intensity": 1.4}),
    "motion_blur_min_object_screen_size": (90.0, {"motion_blur_intensity": 1.4, "motion_blur_max_distortion": 30.0}),
}  # fmt: skip
_LIDAR: Changes = {
    "channels": (16, {}), "range": (4.0, {}), "points_per_second": (9000, {}), "rotation_frequency": (5.0, {}),
    "upper_fov": (5.0, {}), "lower_fov": (-10.0, {}), "horizontal_fov": (120.0, {}),
}  # fmt: skip
_NOISY = {"noise_stddev": 0.1, "dropoff_general_rate": 0.0}
_RADIO: Changes = {
    "noise_seed": (7, {}), "transmit_power": (15.0, {}), "receiver_sensitivity": (-20.0, {}), "frequency_ghz": (5.0, {}),
    "combined_antenna_gain": (4.0, {}), "scenario": ("urban", {}), "path_loss_model": ("geometric", {}),
    "path_loss_exponent": (3.2, {"path_loss_model": "geometric", "wall": True}),
    "d_ref": (5.0, {"path_loss_model": "geometric", "wall": True}), "filter_distance": (10.0, {}),
    "use_etsi_fading": ("false", {}), "custom_fading_stddev": (4.0, {"use_etsi_fading": "false"}),
}  # fmt: skip
_CAM: Changes = {
    "gen_cam_min": (0.5, {"fixed_rate": "true"}), "gen_cam_max": (0.4, {}), "fixed_rate": ("true", {}),
    **{f"noise_{axis}_{kind}": (0.01 if axis in ("lat", "lon") else 2.0, {})
       for axis in ("lat", "lon", "alt", "head") for kind in ("bias", "stddev")},
    **{f"noise_accel_stddev_{axis}": (1.0, {}) for axis in "xyz"},
    "noise_yawrate_stddev": (0.1, {}), "noise_yawrate_bias": (0.1, {}), "noise_vel_stddev_x": (2.0, {}),
}  # fmt: skip
_CHANGES: dict[str, Changes] = {
    **{f"sensor.camera.{kind}": _LENS for kind in (
        "cosmos_visualization", "depth", "instance_segmentation", "normals", "optical_flow", "semantic_segmentation"
    )},
    "sensor.camera.rgb": {**_LENS, **_FILM},
    "sensor.camera.dvs": {
        **_LENS, **_FILM, "positive_threshold": (0.1, {}), "negative_threshold": (0.1, {}),
        "sigma_positive_threshold": (0.1, {}), "sigma_negative_threshold": (0.1, {}),
        "refractory_period_ns": (90_000_000, {}), "use_log": ("false", {}), "log_eps": (0.1, {}),
    },
    "sensor.lidar.ray_cast": {
        **_LIDAR, "atmosphere_attenuation_rate": (0.1, {}), "dropoff_general_rate": (0.1, {}),
        "dropoff_intensity_limit": (0.1, {"atmosphere_attenuation_rate": 0.2}),
        "dropoff_zero_intensity": (0.9, {"atmosphere_attenuation_rate": 0.2}), "noise_stddev": (0.1, {}),
        "noise_seed": (3, _NOISY),
    },
    "sensor.lidar.ray_cast_semantic": _LIDAR,
    "sensor.other.radar": {
        "horizontal_fov": (60.0, {}), "vertical_fov": (10.0, {}), "range": (8.0, {}), "points_per_second": (900, {}),
        "noise_seed": (3, {}),
    },
    "sensor.other.imu": {
        **{f"noise_{part}_{axis}": (0.3, {}) for part in ("accel_stddev", "gyro_stddev", "gyro_bias") for axis in "xyz"},
        "noise_seed": (3, {"noise_accel_stddev_x": 0.5}),
    },
    "sensor.other.gnss": {
        **{f"noise_{axis}_{kind}": (0.1, {}) for axis in ("lat", "lon", "alt") for kind in ("stddev", "bias")},
        "noise_seed": (3, {"noise_lat_stddev": 0.5}),
    },
    "sensor.other.obstacle": {"distance": (3.0, {}), "hit_radius": (2.5, {}), "only_dynamics": ("true", {"down": True})},
    "sensor.other.v2x": {**_RADIO, **_CAM},
    "sensor.other.v2x_custom": _RADIO,
    "sensor.other.collision": {},
}  # fmt: skip
# attributes that change nothing, and why
_WITHOUT = {
    "role_name": "a name",
    "ros_name": "a name for ROS 2, which carlite does not speak",
    "sensor_tick": "how often, not what: tested below",
    "debug_linetrace": "draws in the server's window, and there is none",
    "calibration_constant": "Unreal 4.26 does not read it any more",
    "exposure_speed_up": "how soon the exposure follows the weather: tested with the exposure",
    "exposure_speed_down": "likewise",
}
# What cameras share is tried on one of them alone, but for this.
_SHARED = {"image_size_x", "fov", "lens_k", "exposure_compensation"}
_TRIED_ON = {"sensor.camera.depth": set(_LENS), "sensor.camera.rgb": {*_LENS, *_FILM}}
_CASES = [
    (kind, name)
    for kind, changes in _CHANGES.items()
    for name in changes
    if name in _SHARED or name not in {*_LENS, *_FILM} or name in _TRIED_ON.get(kind, ())
]


def _add_sensor(
    bench: Any, kind: str, location: tuple[float, float, float], parent: Any, attributes: dict[str, object]
) -> Sensor:
    small = {"image_size_x": 64, "image_size_y": 40} if kind.startswith("sensor.camera.") else {}
    rotation = (-90.0, 0.0, 0.0) if attributes.get("down") else (0.0, 0.0, 0.0)
    if attributes.get("towards_sun"):
        rotation = (45.0, 225.0, 0.0)
    given = {name: value for name, value in attributes.items() if name not in {"down", "towards_sun", "wall"}}
    defaults = library.find(kind).defaults()  # type: ignore[union-attr]
    return bench.add_sensor(kind, location, rotation, parent, **{**defaults, **small, **given})


def _stage(bench: Any, kind: str, attributes: dict[str, object]) -> list[Sensor]:
    """A bench with things around, and the sensor; two of a kind that talk to each other."""
    for number, (x, y) in enumerate(((6.0, -3.0), (7.0, 2.5), (4.2, 0.4), (-4.0, 5.0), (-30.0, 8.0))):
        bench.add_box((x, y, 1.0), (0.5, 0.8, 1.0 + 0.2 * number))
    if not kind.startswith("sensor.other.v2x"):
        return [_add_sensor(bench, kind, (0.0, 0.0, 1.5), None, attributes)]
    if attributes.get("wall"):
        bench.add_box((20.0, 30.0, 5.0), (0.3, 20.0, 5.0), Tag.STATIC).kind = Kind.PROP
    first, second = bench.add_box((0.0, 30.0, 0.0), (2.0, 1.0, 0.8)), bench.add_box((40.0, 30.0, 0.0), (2.0, 1.0, 0.8))
    bench.states.velocity[[first.row, second.row]] = (8.0, 0.0, 0.0)
    return [
        _add_sensor(bench, kind, (0.0, 30.0, 1.8), first, attributes),
        _add_sensor(bench, kind, (40.0, 30.0, 2.4), second, attributes),
    ]


_KNOWN: dict[str, list[bytes]] = {}


def _usually(make: Any, kind: str, attributes: dict[str, object]) -> list[bytes]:
    """The same as ``_measured``, done once."""
    key = f"{kind} {sorted(attributes.items())}"
    if key not in _KNOWN:
        _KNOWN[key] = _measured(make, kind, attributes)
    return _KNOWN[key]


def _measured(make: Any, kind: str, attributes: dict[str, object]) -> list[bytes]:
    """All payloads of a sensor in some ticks in which a box comes closer."""
    bench = make()
    sensors = _stage(bench, kind, attributes)
    payloads = []
    for _ in range(_TICKS.get(kind, 3)):
        bench.states.location[2] += (-0.2, 0.3, 0.0)
        view = bench.view(_DT_S)
        view.outbox.update({sensor.actor.id: b"hello" for sensor in sensors})
        due = [sensor for sensor in sensors if sensor.is_due(_DT_S)]
        payloads += [bytes(message.payload) for message in measure_all(due, view)]
    bench.scene.close()
    return payloads


@pytest.mark.parametrize(("kind", "name"), _CASES)
def test_an_attribute_changes_the_data(bench: Any, kind: str, name: str) -> None:
    value, others = _CHANGES[kind][name]
    before = _usually(type(bench), kind, others)
    after = _measured(type(bench), kind, {**others, name: value})
    assert before or after
    assert before != after, f"{kind}: {name}={value} changes nothing"


@pytest.mark.parametrize("kind", sorted(SENSORS))
def test_every_attribute_is_accounted_for(kind: str) -> None:
    blueprint = library.find(kind)
    assert blueprint is not None
    names = {attribute.id for attribute in blueprint.attributes}
    assert names - set(_WITHOUT) == set(_CHANGES[kind])


@pytest.mark.parametrize("kind", sorted(set(SENSORS) - {"sensor.other.collision"}))
def test_two_sensors_of_the_same_attributes_give_the_same_bytes(bench: Any, kind: str) -> None:
    noisy = {name: value for name, (value, _) in _CHANGES[kind].items() if name.startswith(("noise_", "sigma_"))}
    assert _usually(type(bench), kind, noisy) == _measured(type(bench), kind, noisy)


@pytest.mark.parametrize("kind", ["sensor.camera.depth", "sensor.lidar.ray_cast", "sensor.other.imu", "sensor.other.radar"])
def test_the_tick_of_a_sensor_is_how_often_it_speaks(bench: Any, kind: str) -> None:
    assert len(_measured(type(bench), kind, {"sensor_tick": 0.15})) == 2
    assert len(_usually(type(bench), kind, {})) == 3


def test_a_semantic_lidar_tells_cosine_id_and_tag(bench: Any) -> None:
    [payload, *_] = _measured(type(bench), "sensor.lidar.ray_cast_semantic", {"range": 50.0})
    points = np.frombuffer(payload, "<f4", offset=8 + 4 * 32).reshape(-1, 6)
    words = points.view("<u4")
    assert ((points[:, 3] >= 0.0) & (points[:, 3] <= 1.0)).all()
    assert set(words[:, 5].tolist()) == {int(Tag.ROADS), int(Tag.CAR)}
    assert (words[words[:, 5] == int(Tag.ROADS), 4] == 0).all()
    assert (words[words[:, 5] == int(Tag.CAR), 4] > 0).all()
