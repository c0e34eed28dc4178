"""The render buffers of a camera ("G-buffers") from what rays know, in the bytes that CARLA makes of Unreal's textures.

All are images of four bytes a pixel. What a deferred renderer alone has (stencil bits, custom data, precomputed shadows,
tangents) is black, as CARLA sends what a scene does not use.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from carlite.rays import Channel, GBuffer
from carlite.rays import layout as at
from carlite.rays.film import Film
from carlite.rays.textures import look_table
from carlite.world.buffers import Texture

Bytes = NDArray[np.uint8]
_FARTHEST_M = 160.0  # Unreal's range when it shows depth as a colour
_LINEAR = Film(linear=True)
_NEEDS = {
    Texture.SCENE_COLOUR: Channel.RGB,
    Texture.SCENE_DEPTH: Channel.DEPTH,
    Texture.A: Channel.NORMAL | Channel.DEPTH,
    Texture.B: Channel.MATERIAL | Channel.DEPTH,
    Texture.C: Channel.ALBEDO,
    Texture.VELOCITY: Channel.FLOW,
    Texture.AMBIENT_OCCLUSION: Channel.OPENNESS,
    Texture.CUSTOM_DEPTH: Channel.DEPTH,
    Texture.CUSTOM_STENCIL: Channel.TAG,
}


def needs(texture: Texture) -> Channel:
    """What a trace must bring for a buffer."""
    return _NEEDS.get(texture, Channel(0))


def film_of(texture: Texture, film: Film) -> Film:
    """How the colours of a buffer are shown: those of the scene are the light itself; the others come with the picture."""
    return _LINEAR if texture is Texture.SCENE_COLOUR else film


def encode(texture: Texture, image: GBuffer, pixels: Bytes) -> None:
    """Writes a buffer.

    Args:
        texture: which.
        image: a trace with the channels that it needs.
        pixels: (h, w, 4) result: blue, green, red, alpha.
    """
    pixels[..., :3], pixels[..., 3] = 0, 255
    if texture is Texture.SCENE_COLOUR:
        assert image.bgra is not None
        pixels[:] = image.bgra
    elif texture in {Texture.SCENE_DEPTH, Texture.CUSTOM_DEPTH}:
        assert image.depth_m is not None
        pixels[..., :3] = _srgb(np.minimum(image.depth_m / np.float32(_FARTHEST_M), np.float32(1.0)))[..., None]
    elif texture is Texture.A:
        assert image.normal is not None
        assert image.depth_m is not None
        code = np.rint((image.normal + np.float32(1.0)) * np.float32(127.5)).astype(np.uint8)
        pixels[..., :3] = np.where(np.isfinite(image.depth_m)[..., None], code[..., ::-1], 0)
    elif texture is Texture.B:
        assert image.material is not None
        pixels[..., :3] = _surface_table()[image.material]
    elif texture is Texture.C:
        assert image.albedo is not None
        pixels[..., :3] = _srgb(image.albedo)[..., ::-1]
    elif texture is Texture.VELOCITY:
        assert image.flow is not None
        motion = image.flow * np.array([2.0, -2.0], np.float32)  # in half image sizes, y upwards
        pixels[..., 2:0:-1] = np.clip(np.rint((motion * np.float32(0.2495) + np.float32(0.5)) * 255.0), 0, 255).astype(np.uint8)
    elif texture is Texture.AMBIENT_OCCLUSION:
        assert image.openness is not None
        pixels[..., :3] = image.openness[..., None]
    elif texture is Texture.CUSTOM_STENCIL:
        assert image.tag is not None
        pixels[..., :3] = image.tag[..., None]


def _srgb(linear: NDArray[np.float32]) -> Bytes:
    """Display bytes of linear 0..1 (IEC 61966-2-1), to within one."""
    return _SRGB[(np.clip(linear, 0.0, 1.0) * np.float32(_STEPS) + np.float32(0.5)).astype(np.uint16)]


def _srgb_table() -> Bytes:
    v = np.arange(_STEPS + 1) / _STEPS
    shown = np.where(v <= 0.0031308, 12.92 * v, 1.055 * np.maximum(v, 1e-9) ** (1.0 / 2.4) - 0.055)
    return np.rint(shown * 255.0).astype(np.uint8)


_STEPS = 4095
_SRGB = _srgb_table()


def _surface_table() -> Bytes:
    """(256, 3) by material: roughness in blue, specular in green, metallic in red; zero for sky."""
    looks = look_table().looks.reshape(-1, at.LOOK_COLUMNS)
    specular = np.clip(looks[:, at.L_F0] / 0.08, 0.0, 1.0)  # Unreal's specular 0..1 stands for F0 up to 0.08
    values = np.stack([looks[:, at.L_ROUGH], specular, looks[:, at.L_METAL]], -1)
    table = np.zeros((256, 3), np.uint8)
    table[: len(values)] = np.rint(np.clip(values, 0.0, 1.0) * 255.0)
    table[255] = 0
    return table
