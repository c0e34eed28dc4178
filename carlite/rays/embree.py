"""Embree 4 through ctypes, from the shared library that the embreex wheel carries.

embreex's own Python API has no instances and no packets of 16 rays; its library exports the whole C API. Numba kernels call
the functions by address (``address``), because ctypes globals cannot be cached by numba.
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from importlib import metadata
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_POINTER, _UINT, _INT, _SIZE = ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_size_t
_SIGNATURES: dict[str, tuple[object, tuple[object, ...]]] = {
    "rtcNewDevice": (_POINTER, (ctypes.c_char_p,)),
    "rtcGetDeviceError": (_INT, (_POINTER,)),
    "rtcNewScene": (_POINTER, (_POINTER,)),
    "rtcReleaseScene": (None, (_POINTER,)),
    "rtcSetSceneFlags": (None, (_POINTER, _INT)),
    "rtcSetSceneBuildQuality": (None, (_POINTER, _INT)),
    "rtcCommitScene": (None, (_POINTER,)),
    "rtcNewGeometry": (_POINTER, (_POINTER, _INT)),
    "rtcReleaseGeometry": (None, (_POINTER,)),
    "rtcSetSharedGeometryBuffer": (None, (_POINTER, _INT, _UINT, _INT, _POINTER, _SIZE, _SIZE, _SIZE)),
    "rtcSetGeometryBuildQuality": (None, (_POINTER, _INT)),
    "rtcSetGeometryInstancedScene": (None, (_POINTER, _POINTER)),
    "rtcSetGeometryTransform": (None, (_POINTER, _UINT, _INT, _POINTER)),
    "rtcCommitGeometry": (None, (_POINTER,)),
    "rtcAttachGeometry": (_UINT, (_POINTER, _POINTER)),
    "rtcAttachGeometryByID": (None, (_POINTER, _POINTER, _UINT)),
    "rtcDetachGeometry": (None, (_POINTER, _UINT)),
    "rtcEnableGeometry": (None, (_POINTER,)),
    "rtcDisableGeometry": (None, (_POINTER,)),
    "rtcIntersect8": (None, (_POINTER, _POINTER, _POINTER, _POINTER)),
    "rtcOccluded8": (None, (_POINTER, _POINTER, _POINTER, _POINTER)),
}
FLOAT3, UINT3, FLOAT3X4_ROW_MAJOR = 0x9003, 0x5003, 0x9134
_TRIANGLES, _INSTANCE = 0, 121
_INDEX_BUFFER, _VERTEX_BUFFER = 0, 1
DYNAMIC, ROBUST = 1, 4
LOW, MEDIUM, HIGH = 0, 1, 2
NO_ID = 0xFFFFFFFF
_MIN_EMBREEX = "4.4.0.post1"


class _Arguments(ctypes.Structure):
    """RTCIntersectArguments and RTCOccludedArguments: flags, feature mask, context, filter, intersect."""

    _fields_ = (
        ("flags", _INT),
        ("feature_mask", _INT),
        ("context", _POINTER),
        ("filter", _POINTER),
        ("intersect", _POINTER),
        ("padding", ctypes.c_float * 4),
    )


_COHERENT = _Arguments(1 << 16, -1, None, None, None)
_INCOHERENT = _Arguments(0, -1, None, None, None)
COHERENT = ctypes.addressof(_COHERENT)
INCOHERENT = ctypes.addressof(_INCOHERENT)


def _library_paths() -> tuple[Path, list[Path]]:
    """The Embree library in the installed embreex wheel and the libraries it needs loaded first."""
    remedy = f"carlite needs the embreex wheel for Linux x86-64: pip install 'embreex>={_MIN_EMBREEX}'"
    if not sys.platform.startswith("linux"):
        raise RuntimeError(f"Embree: got platform {sys.platform}, expected linux. {remedy}")
    try:
        files = metadata.files("embreex") or []
    except metadata.PackageNotFoundError as error:
        raise RuntimeError(f"Embree: the package embreex is not installed. {remedy}") from error
    found = [Path(str(file.locate())) for file in files if ".so" in file.name and "embreex.libs" in str(file)]
    embree = [path for path in found if path.name.startswith("libembree4")]
    if not embree:
        version = metadata.version("embreex")
        raise RuntimeError(
            f"Embree: embreex {version} carries no libembree4 (its libraries: {sorted(map(str, found))}). {remedy}"
        )
    return embree[0], sorted(path for path in found if path.name.startswith("libtbb"))


@cache
def _library() -> ctypes.CDLL:
    embree, needed = _library_paths()
    for path in needed:
        ctypes.CDLL(str(path), ctypes.RTLD_GLOBAL)
    library = ctypes.CDLL(str(embree))
    for name, (result, arguments) in _SIGNATURES.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


@cache
def address(name: str) -> int:
    """The address of an Embree function, for numba kernels."""
    return int(ctypes.cast(getattr(_library(), name), _POINTER).value or 0)


@cache
def _device() -> int:
    """The one Embree device of this process.

    It is never released: Embree's limit on TBB's threads lapses while a device goes, TBB then starts a worker although one
    thread is asked for, and that worker spins, and may build, for as long as the process lives.
    """
    api = _library()
    device = api.rtcNewDevice(b"threads=1,isa=avx2")
    if not device:
        raise RuntimeError(f"Embree: no device, error {api.rtcGetDeviceError(None)}; carlite needs a CPU with AVX2")
    return int(device)


class Device:
    """What one owner has made on the process's Embree device.

    ``isa=avx2`` gives the same bits on every machine that has AVX2, and one build thread gives the same trees, so that a
    ray on the shared edge of two triangles always reports the same one. Rays run on numba's threads.
    """

    def __init__(self) -> None:
        self.api = _library()
        self._device = _device()
        self._scenes: list[int] = []
        self._buffers: dict[int, tuple[NDArray[np.float32], NDArray[np.uint32]]] = {}

    def check(self) -> None:
        """Raises where Embree recorded an error since the last call."""
        code = self.api.rtcGetDeviceError(self._device)
        if code:
            raise RuntimeError(f"Embree: error {code} (1 unknown, 2 bad argument, 3 bad operation, 4 out of memory, 5 CPU)")

    def scene(self, *, flags: int = 0, quality: int = MEDIUM) -> int:
        """A new scene; it lives until ``release`` or ``close``."""
        scene = int(self.api.rtcNewScene(self._device))
        self.api.rtcSetSceneFlags(scene, flags)
        self.api.rtcSetSceneBuildQuality(scene, quality)
        self._scenes.append(scene)
        return scene

    def mesh_scene(self, vertices: NDArray[np.float32], triangles: NDArray[np.uint32], *, quality: int) -> int:
        """A committed scene of one mesh: (n, 3) vertices in metres, (m, 3) vertex indices."""
        scene = self.scene(flags=ROBUST, quality=quality)  # without it rays slip through seams and along borders
        # Embree reads 16 bytes at the last vertex: one more row keeps that inside the buffer.
        padded = np.concatenate([vertices, np.zeros((1, 3), np.float32)]).astype(np.float32)
        indices = np.ascontiguousarray(triangles, np.uint32)
        geometry = self.api.rtcNewGeometry(self._device, _TRIANGLES)
        self.api.rtcSetSharedGeometryBuffer(geometry, _VERTEX_BUFFER, 0, FLOAT3, padded.ctypes.data, 0, 12, len(vertices))
        self.api.rtcSetSharedGeometryBuffer(geometry, _INDEX_BUFFER, 0, UINT3, indices.ctypes.data, 0, 12, len(indices))
        self.api.rtcSetGeometryBuildQuality(geometry, quality)
        self.api.rtcCommitGeometry(geometry)
        self.api.rtcAttachGeometry(scene, geometry)
        self.api.rtcReleaseGeometry(geometry)
        self.api.rtcCommitScene(scene)
        self._buffers[scene] = (padded, indices)
        self.check()
        return scene

    def release(self, scene: int) -> None:
        """Frees a scene that nothing shows any more."""
        self._scenes.remove(scene)
        self.api.rtcReleaseScene(scene)
        self._buffers.pop(scene, None)

    def instance(self, scene: int) -> int:
        """An instance geometry of ``scene``, not yet attached."""
        geometry = int(self.api.rtcNewGeometry(self._device, _INSTANCE))
        self.api.rtcSetGeometryInstancedScene(geometry, scene)
        return geometry

    def close(self) -> None:
        """Releases all scenes."""
        for scene in reversed(self._scenes):
            self.api.rtcReleaseScene(scene)
        self._scenes.clear()
        self._buffers.clear()
