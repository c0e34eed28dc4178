"""The dynamic vision sensor."""

from __future__ import annotations

import math
import struct
from typing import Any

import numpy as np
import pytest

from carlite.sensors.base import View
from carlite.sensors.events_camera import EVENT, EventCamera

_SIZE = {"image_size_x": 4, "image_size_y": 3}
_STEP_NS = 50_000_000


class _Shown(EventCamera):
    """Sees given pictures instead of the world."""

    grey = 0

    def picture(self, view: View) -> np.ndarray:
        return np.full((3, 4, 4), self.grey, np.uint8)


def _run(bench: Any, greys: list[int], **attributes: object) -> list[np.ndarray]:
    actor = bench.add_sensor("sensor.camera.dvs", **_SIZE, **attributes).actor
    camera = _Shown(actor)
    found = []
    for grey in greys:
        camera.grey = grey
        payloads = camera.measure(bench.view(0.05))
        events = np.empty(0, EVENT)
        if payloads:
            assert struct.unpack("<II", payloads[0][:8]) == (4, 3)
            events = np.frombuffer(payloads[0], EVENT, offset=12)
        found.append(events)
    return found


def test_events_cross_the_thresholds_in_log_light(bench: Any) -> None:
    first, second = _run(bench, [50, 150], positive_threshold=0.25)
    assert len(first) == 0
    rise = math.log(1e-3 + 0.9999 * 150 / 255) - math.log(1e-3 + 0.9999 * 50 / 255)
    times = second["t_ns"][(second["x"] == 2) & (second["y"] == 1)]
    wanted = [_STEP_NS + _STEP_NS * k * 0.25 / rise for k in range(1, int(rise / 0.25) + 1)]
    np.testing.assert_allclose(times, wanted, atol=1000)
    assert (second["is_brighter"] == 1).all()
    assert len(second) == 12 * len(wanted)
    assert (np.diff(second["t_ns"]) >= 0).all()


def test_darker_pixels_have_their_own_threshold_in_plain_light(bench: Any) -> None:
    _, second = _run(bench, [100, 70], use_log="false", negative_threshold=9.0)
    assert len(second) == 12 * 3
    assert (second["is_brighter"] == 0).all()


def test_a_refractory_pixel_keeps_silent(bench: Any) -> None:
    _, free = _run(bench, [50, 250], positive_threshold=0.1)
    _, tired = _run(bench, [50, 250], positive_threshold=0.1, refractory_period_ns=20_000_000)
    assert len(tired) < len(free)
    pixel = tired["t_ns"][(tired["x"] == 0) & (tired["y"] == 0)]
    assert (np.diff(pixel) >= 20_000_000).all()


def test_thresholds_scatter_and_repeat(bench: Any) -> None:
    attributes = {"positive_threshold": 0.2, "sigma_positive_threshold": 0.05}
    one, two = (_run(bench, [50, 200], **attributes)[1] for _ in range(2))
    assert len(one) == len(two)
    assert np.abs((one["t_ns"] - one["t_ns"][0]) - (two["t_ns"] - two["t_ns"][0])).max() <= 16
    assert len(set(one["t_ns"][one["x"] == 0].tolist()) ^ set(one["t_ns"][one["x"] == 1].tolist())) > 0


@pytest.mark.parametrize("eps", [1e-3, 0.5])
def test_the_offset_of_the_logarithm_counts(bench: Any, eps: float) -> None:
    _, second = _run(bench, [10, 250], log_eps=eps, positive_threshold=0.1)
    rise = math.log(eps + 0.9999 * 250 / 255) - math.log(eps + 0.9999 * 10 / 255)
    assert len(second) == 12 * int(rise / 0.1)
