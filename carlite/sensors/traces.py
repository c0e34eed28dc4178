"""Camera traces shared by all cameras of one pose and lens."""

from __future__ import annotations

from dataclasses import replace

from carlite.rays import RayScene
from carlite.rays.film import Film
from carlite.rays.results import CameraRequest, GBuffer

_Key = tuple[bytes, int, int, float, tuple[int, ...], Film, float]


class CameraTraces:
    """The traces of one tick: every camera asks first, then each distinct view is traced once with all channels asked for.

    Args:
        scene: what cameras look at.
    """

    def __init__(self, scene: RayScene) -> None:
        self._scene = scene
        self._asked: dict[_Key, CameraRequest] = {}
        self._done: dict[_Key, GBuffer] = {}

    def ask(self, request: CameraRequest) -> None:
        """Announces a view that ``get`` will want."""
        key = _key(request)
        known = self._asked.get(key)
        if known is not None:
            previous = known.previous_from_world if known.previous_from_world is not None else request.previous_from_world
            request = replace(known, channels=known.channels | request.channels, previous_from_world=previous)
        self._asked[key] = request

    def get(self, request: CameraRequest) -> GBuffer:
        """The images of a view; a view that was not asked for is traced for itself."""
        key = _key(request)
        if key not in self._done:
            self._done[key] = self._scene.trace_camera(self._asked.get(key, request))
        return self._done[key]


def _key(request: CameraRequest) -> _Key:
    view = request.world_from_camera.tobytes(), request.width, request.height, request.fov_deg
    return (*view, request.ignore, request.film, request.glare)
