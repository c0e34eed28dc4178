"""Sensors beyond images and point clouds: events, render buffers, radio."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from typing import Any

import carla
import numpy as np
import pytest

Open = Callable[..., Any]
_WAIT_S = 60.0
_ABOVE = carla.Transform(carla.Location(z=2.5))
_SIZE = {"image_size_x": "160", "image_size_y": "90"}
_EVENT = np.dtype([("x", "<u2"), ("y", "<u2"), ("t", "<i8"), ("pol", "u1")])


@pytest.fixture
def cars(world: Any, place: Callable[..., Any]) -> Iterator[list[Any]]:
    """Two cars, one 15 m ahead of the other."""
    blueprint = world.get_blueprint_library().find("vehicle.tesla.model3")
    spawned = [world.spawn_actor(blueprint, place(ahead_m, 0.0, 0.3)) for ahead_m in (0.0, 15.0)]
    world.tick()
    yield spawned
    for car in spawned:
        car.destroy()


def test_an_event_camera_tells_changes_of_brightness(listening: Open, world: Any, cars: list[Any]) -> None:
    with listening("sensor.camera.dvs", _ABOVE, cars[0], **_SIZE) as (_, data):
        cars[0].set_target_velocity(cars[0].get_transform().get_forward_vector() * 8.0)
        world.tick()
        frame = world.tick()
        got = data.get(timeout=_WAIT_S)
        while got.frame < frame:
            got = data.get(timeout=_WAIT_S)
        now_ns = world.get_snapshot().timestamp.elapsed_seconds * 1e9
        events = np.frombuffer(got.raw_data, _EVENT)
        assert (got.width, got.height, got.frame) == (160, 90, frame)
        assert len(events) == len(got) > 0
        assert events["x"].max() < 160
        assert events["y"].max() < 90
        assert (np.diff(events["t"]) >= 0).all()
        assert now_ns - 0.06e9 <= events["t"][0] <= events["t"][-1] <= now_ns + 1e3


def test_render_buffers_come_with_the_picture(listening: Open, world: Any, cars: list[Any]) -> None:
    textures = carla.GBufferTextureID
    wanted = (textures.SceneColor, textures.SceneDepth, textures.GBufferA, textures.GBufferC, textures.CustomStencil)
    with listening("sensor.camera.rgb", _ABOVE, cars[0], **_SIZE) as (camera, data):
        camera.enable_gbuffers(True)
        buffers: dict[Any, queue.Queue[Any]] = {}
        for texture in wanted:
            buffers[texture] = queue.Queue()
            camera.listen_to_gbuffer(texture, buffers[texture].put)
        assert camera.is_listening_gbuffer(textures.GBufferA)
        world.tick()
        frame = world.tick()
        picture = data.get(timeout=_WAIT_S)
        while picture.frame < frame:
            picture = data.get(timeout=_WAIT_S)
        for texture, received in buffers.items():
            image = received.get(timeout=_WAIT_S)
            while image.frame < frame:
                image = received.get(timeout=_WAIT_S)
            assert (image.frame, image.width, image.height, image.fov) == (frame, 160, 90, picture.fov), texture
            pixels = np.frombuffer(image.raw_data, np.uint8).reshape(90, 160, 4)
            assert pixels[45:, :, :3].max() > 0, texture  # the road is in every one of them
        for texture in wanted:
            camera.stop_gbuffer(texture)
        camera.enable_gbuffers(False)


def test_awareness_messages_reach_other_vehicles(listening: Open, world: Any, cars: list[Any]) -> None:
    kind = "sensor.other.v2x"
    with listening(kind, _ABOVE, cars[0]) as (first, _), listening(kind, _ABOVE, cars[1]) as (_, heard):
        for _ in range(25):
            world.tick()
        got = heard.get(timeout=_WAIT_S)
        [message] = list(got)
        assert message.power < 0.0
        fields = message.get()["Message"]
        assert fields["Header"]["Message ID"] == "CAM"
        assert fields["Header"]["Station ID"] == cars[0].id
        assert first.id != cars[0].id


def test_a_text_of_a_custom_radio_arrives(listening: Open, world: Any, cars: list[Any]) -> None:
    kind = "sensor.other.v2x_custom"
    with listening(kind, _ABOVE, cars[0]) as (sender, _), listening(kind, _ABOVE, cars[1]) as (_, heard):
        world.tick()
        sender.send("stop ahead")
        frame = world.tick()
        got = heard.get(timeout=_WAIT_S)
        assert got.frame == frame
        [message] = list(got)
        assert message.get()["Message"]["Message"] == "stop ahead"


def test_a_radio_that_nobody_listens_to_still_sends(listening: Open, world: Any, cars: list[Any]) -> None:
    kind = "sensor.other.v2x_custom"
    sender = world.spawn_actor(world.get_blueprint_library().find(kind), carla.Transform(), attach_to=cars[0])
    try:
        with listening(kind, _ABOVE, cars[1]) as (_, heard):
            world.tick()
            sender.send("stop ahead")
            world.tick()
            assert heard.get(timeout=_WAIT_S).get_message_count() == 1
    finally:
        sender.destroy()
