"""Image sensors: payloads as a client decodes them, and one trace for cameras of one pose and lens."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from carlite.actors import Texture
from carlite.rays import CameraRequest, Channel, GBuffer
from carlite.sensors import measure_all
from carlite.tags import Tag

_LENS = {"image_size_x": 64, "image_size_y": 48, "fov": 90.0}
_KINDS = ("rgb", "depth", "semantic_segmentation", "instance_segmentation", "normals", "optical_flow")


def _pixels(payload: bytes, dtype: type = np.uint8) -> Any:
    assert struct.unpack("<IIf", payload[:12]) == (64, 48, 90.0)
    return np.frombuffer(payload, dtype, offset=12).reshape(48, 64, -1)


def test_six_modalities_of_one_camera_share_one_trace(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    car = bench.add_box((12.0, 0.0, 1.5), (2.0, 1.0, 1.5))
    sensors = [bench.add_sensor(f"sensor.camera.{kind}", (0.0, 0.0, 1.5), **_LENS) for kind in _KINDS]
    asked: list[CameraRequest] = []
    trace = bench.scene.trace_camera

    def counted(request: CameraRequest, out: GBuffer | None = None) -> GBuffer:
        asked.append(request)
        image: GBuffer = trace(request, out)
        return image

    monkeypatch.setattr(bench.scene, "trace_camera", counted)
    messages = list(measure_all(sensors, bench.view(0.05)))
    assert [len(memoryview(message.payload)) for message in messages] == [12 + 64 * 48 * size for size in (4, 4, 4, 4, 4, 8)]
    assert len(asked) == 1
    assert asked[0].channels == Channel(63)
    colour, depth, semantic, instance, normal = (_pixels(bytes(message.payload)) for message in messages[:5])
    flow = _pixels(bytes(messages[5].payload), np.float32)
    assert (colour[..., 3] == 255).all()
    code = depth[24, 32].astype(np.int64) @ [65536, 256, 1, 0]
    assert code / (2**24 - 1) * 1000.0 == pytest.approx(10.0, abs=1e-3)
    assert (depth[0, 0] == 255).all()
    assert semantic[24, 32].tolist() == [0, 0, Tag.CAR, 255]
    assert semantic[0, 0, 2] == Tag.SKY
    assert instance[24, 32].tolist() == [0, car.id, Tag.CAR, 255]
    np.testing.assert_allclose(2.0 * normal[47, 5, 2::-1] / 255.0 - 1.0, [0, 0, 1], atol=0.005)
    assert np.abs(flow).max() < 1e-5


def test_render_buffers_are_by_products_of_the_picture(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.add_box((12.0, 0.0, 1.5), (2.0, 1.0, 1.5))
    sensor = bench.add_sensor("sensor.camera.rgb", (0.0, 0.0, 1.5), **_LENS)
    [alone] = measure_all([sensor], bench.view(0.05))
    asked: list[CameraRequest] = []
    trace = bench.scene.trace_camera

    def counted(request: CameraRequest, out: GBuffer | None = None) -> GBuffer:
        asked.append(request)
        image: GBuffer = trace(request, out)
        return image

    monkeypatch.setattr(bench.scene, "trace_camera", counted)
    view = replace(bench.view(0.05), buffers={sensor.actor.id: {texture: 100 + texture for texture in Texture}})
    picture, *buffers = measure_all([sensor], view)
    assert len(asked) == 1
    assert bytes(picture.payload) == bytes(alone.payload)
    shown = {Texture(buffer.stream_id - 100): _pixels(bytes(buffer.payload)) for buffer in buffers}
    assert list(shown) == list(Texture)
    assert all((image[..., 3] == 255).all() for image in shown.values())
    at = (24, 32)  # on the box, ten metres ahead
    display = 1.055 * (10.0 / 160.0) ** (1.0 / 2.4) - 0.055
    assert shown[Texture.SCENE_DEPTH][at][0] == pytest.approx(255.0 * display, abs=1.0)
    np.testing.assert_allclose(2.0 * shown[Texture.A][47, 5, 2::-1] / 255.0 - 1.0, [0, 0, 1], atol=0.005)
    assert shown[Texture.A][0, 0].tolist() == [0, 0, 0, 255]
    assert shown[Texture.VELOCITY][at].tolist() == [0, 128, 128, 255]
    assert shown[Texture.CUSTOM_STENCIL][at].tolist() == [Tag.CAR] * 3 + [255]
    assert shown[Texture.D][..., :3].max() == 0
    light, display_bytes = shown[Texture.SCENE_COLOUR][..., :3], _pixels(bytes(picture.payload))[..., :3]
    order = np.argsort(display_bytes.reshape(-1), kind="stable")
    assert (np.diff(light.reshape(-1)[order].astype(int)) >= 0).all()  # brighter light never shows darker


def test_cameras_apart_are_traced_apart(bench: Any) -> None:
    bench.add_box((8.0, 0.0, 1.5), (1.0, 1.0, 1.0))
    sensors = [bench.add_sensor("sensor.camera.rgb", (x, 0.0, 1.5), **_LENS) for x in (0.0, 1.0)]
    first, second = (bytes(message.payload) for message in measure_all(sensors, bench.view(0.05)))
    assert first != second


def test_images_of_earlier_ticks_stay_as_they_were(bench: Any) -> None:
    sensor = bench.add_sensor("sensor.camera.rgb", (0.0, 0.0, 1.5), **_LENS)
    [message] = measure_all([sensor], bench.view(0.05))
    before = bytes(message.payload)
    bench.add_box((6.0, 0.0, 1.5), (1.0, 1.0, 1.0))
    [later] = measure_all([sensor], bench.view(0.05))
    assert bytes(message.payload) == before
    assert bytes(later.payload) != before


def test_optical_flow_is_in_device_coordinates(bench: Any) -> None:
    bench.add_box((10.0, 0.0, 1.5), (1.0, 8.0, 8.0))
    sensor = bench.add_sensor("sensor.camera.optical_flow", (0.0, 0.0, 1.5), **_LENS)
    list(measure_all([sensor], bench.view(0.05)))
    bench.states.location[sensor.actor.row] = (0.0, 0.9, 1.8)  # the wall at 9 m: things move to the left and down
    [message] = measure_all([sensor], bench.view(0.05))
    flow = _pixels(bytes(message.payload), np.float32)[24, 32]
    np.testing.assert_allclose(flow, [2.0 * -0.1 * 32 / 64, 2.0 * -0.3 / 9 * 32 / 48], atol=1e-4)
