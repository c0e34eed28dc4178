"""Messages of sensors by frame, from a queue that a test fills."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import carla
import numpy as np
import pytest

from rarebit.core.errors import ServerError
from rarebit.core.frames import rotation_from_rpy, transform
from rarebit.rig.request import SensorRequest
from rarebit.session import convert
from rarebit.session.config import CarlaConfig
from rarebit.session.sensing import Attached, MissedFrameError, attach, collect
from rarebit.session.server import CarlaServer

REQUEST = SensorRequest(
    channel="CAM_FRONT", role="rgb", blueprint="sensor.camera.rgb", attributes={"fov": "65", "bloom": "0"}, every_ticks=10
)


def server() -> CarlaServer:
    return CarlaServer(CarlaConfig(host="there"))


def attached(*messages: tuple[int, bytes]) -> Attached:
    mount: Any = SimpleNamespace(channel="CAM_FRONT")
    result = Attached(mount, REQUEST, None)
    for frame, data in messages:
        result.messages.put(SimpleNamespace(frame=frame, raw_data=data))
    return result


def test_the_message_of_the_frame_is_given_and_earlier_ones_are_dropped() -> None:
    one = attached((3, b"abc"), (4, b"def"), (5, b"ghi"))
    found = collect(server(), one, 4, 1.0)
    assert (found.frame, bytes(found.data)) == (4, b"def")
    assert bytes(collect(server(), one, 5, 1.0).data) == b"ghi"


def test_a_message_without_content_is_no_message_missing() -> None:
    assert bytes(collect(server(), attached((7, b"")), 7, 1.0).data) == b""


def test_a_frame_that_was_left_out_is_told_without_waiting() -> None:
    at = server()
    with pytest.raises(
        MissedFrameError, match=r"^CAM_FRONT \(rgb\): its data for frame 4 never came, frame 5 did, from carla at"
    ):
        collect(at, attached((3, b""), (5, b"")), 4, 1e9)
    assert not at.is_lost


def test_a_sensor_that_says_nothing_means_that_the_server_hangs() -> None:
    at = server()
    with pytest.raises(MissedFrameError, match=r"no data for frame 4 after 0\.01 s from carla at .*; raise carla\.timeout_s"):
        collect(at, attached((3, b"old")), 4, 0.01)
    assert at.is_lost


class Blueprint:
    def __init__(self, *names: str) -> None:
        self.set: dict[str, str] = {}
        self._names = names

    def has_attribute(self, name: str) -> bool:
        return name in self._names

    def set_attribute(self, name: str, value: str) -> None:
        self.set[name] = value


def test_a_sensor_is_attached_where_its_mount_says_with_the_attributes_that_the_server_knows() -> None:
    blueprint, spawned, heard = Blueprint("fov"), [], []

    def spawn_actor(*arguments: Any, **keywords: Any) -> Any:
        spawned.append((arguments, keywords))
        return SimpleNamespace(listen=heard.append)

    world: Any = SimpleNamespace(
        get_blueprint_library=lambda: SimpleNamespace(find=lambda name: {"sensor.camera.rgb": blueprint}[name]),
        spawn_actor=spawn_actor,
    )
    actor_from_ego = transform((-1.4, 0.0, -0.3))
    mount: Any = SimpleNamespace(ego_from_body=transform((1.7, 0.5, 1.5), rotation_from_rpy(0.0, 0.1, 0.9)))
    made: list[Attached] = []
    ego: Any = object()
    attach(server(), world, ego, actor_from_ego, [(mount, REQUEST)], made)
    (((given, place), keywords),) = spawned
    assert given is blueprint
    assert blueprint.set == {"fov": "65"}
    assert convert.transform(place) == pytest.approx(np.asarray(actor_from_ego @ mount.ego_from_body), abs=1e-5)
    assert keywords == {"attach_to": ego, "attachment_type": carla.AttachmentType.Rigid}
    heard[0](SimpleNamespace(frame=1, raw_data=b"x"))
    assert bytes(collect(server(), made[0], 1, 1.0).data) == b"x"


def test_a_server_without_the_sensor_is_told() -> None:
    def find(name: str) -> Any:
        raise IndexError(name)

    world: Any = SimpleNamespace(get_blueprint_library=lambda: SimpleNamespace(find=find))
    nobody: Any = None
    with pytest.raises(ServerError, match=r"has no sensor sensor\.camera\.rgb \(CAM_FRONT\)"):
        attach(server(), world, nobody, np.eye(4), [(nobody, REQUEST)], [])
