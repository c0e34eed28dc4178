"""What a new machine compiles before a server says that it is ready."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from carlite.physics.tick_kernel import run_tick
from carlite.rays.camera_kernel import trace_kernel
from carlite.rays.kernels import cast_kernel, ground_kernel, place_kernel
from carlite.rays.rain import _streaks
from carlite.rays.sky_map import paint
from carlite.sensors.image_codes import encode_depth, encode_labels
from carlite.sensors.lidar_kernel import scan_directions, select_returns, write_points
from carlite.serve.warm_up import compile_camera, compile_world, is_compiled


@pytest.mark.parametrize(
    ("compile_them", "kernels"),
    [
        (compile_world, (run_tick, ground_kernel, cast_kernel, place_kernel, scan_directions, select_returns, write_points)),
        (compile_camera, (trace_kernel, paint, _streaks, encode_depth, encode_labels)),
    ],
)
def test_every_kernel_is_compiled(compile_them: Callable[[], None], kernels: tuple[Any, ...]) -> None:
    compile_them()
    assert [kernel.py_func.__name__ for kernel in kernels if not kernel.signatures] == []


def test_a_machine_that_has_seen_a_picture_is_compiled() -> None:
    compile_camera()
    assert is_compiled()
