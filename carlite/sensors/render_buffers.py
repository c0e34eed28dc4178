"""The render buffers of a camera ("G-buffers") from what rays know, in the bytes that CARLA makes of Unreal's textures.

All are images of four bytes a pixel. What a deferred renderer alone has (stencil bits, custom data, precomputed shadows,
tangents) is black, as CARLA sends what a scene does not use.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from carlite.actors import Texture
from carlite.rays import Channel, GBuffer
from carlite.rays import layout as at
from carlite.rays.film import Film, shown_light
from carlite.rays.textures import look_table
from carlite.sensors.image_codes import CODES, encode_again, encode_values

Bytes = NDArray[np.uint8]
_FARTHEST_M = 160.0  # Unreal's range when it shows depth as a colour
_FLOW_CODE = 0.2495  # of a motion by half an image, about 0.5 (Unreal's EncodeVelocityToTexture)
_BLACK = np.uint32(0xFF000000)
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


def encode(texture: Texture, image: GBuffer, film: Film, pixels: Bytes) -> None:
    """Writes a buffer.

    Args:
        texture: which.
        image: a trace with the channels that it needs.
        film: with which its colours were made.
        pixels: (h, w, 4) result: blue, green, red, alpha.
    """
    whole = pixels.view(np.uint32)[..., 0]
    if texture is Texture.SCENE_COLOUR:
        assert image.bgra is not None
        encode_again(image.bgra.reshape(-1, 4), shown_light(film), pixels.reshape(-1))
    elif texture in {Texture.SCENE_DEPTH, Texture.CUSTOM_DEPTH}:
        assert image.depth_m is not None
        scale = np.float32((CODES - 1) / _FARTHEST_M)
        place = np.minimum(image.depth_m * scale, np.float32(CODES - 1)) + np.float32(0.5)
        np.take(_GREYS, _srgb_codes()[place.astype(np.uint16)], out=whole, mode="clip")
    elif texture is Texture.A:
        assert image.normal is not None
        assert image.depth_m is not None
        encode_values(image.normal.reshape(-1, 3), _HALF, _HALF, _plain_codes(), pixels.reshape(-1))
        whole[np.isinf(image.depth_m)] = _BLACK
    elif texture is Texture.B:
        assert image.material is not None
        np.take(_surface_table(), image.material, out=whole, mode="clip")
    elif texture is Texture.C:
        assert image.albedo is not None
        encode_values(image.albedo.reshape(-1, 3), _ONE, _ZERO, _srgb_codes(), pixels.reshape(-1))
    elif texture is Texture.VELOCITY:
        assert image.flow is not None
        gain = np.array([2.0, -2.0], np.float32) * np.float32(_FLOW_CODE)  # of half image sizes, y upwards
        encode_values(image.flow.reshape(-1, 2), gain, _HALF, _plain_codes(), pixels.reshape(-1))
    elif texture is Texture.AMBIENT_OCCLUSION:
        assert image.openness is not None
        np.take(_GREYS, image.openness, out=whole, mode="clip")
    elif texture is Texture.CUSTOM_STENCIL:
        assert image.tag is not None
        np.take(_GREYS, image.tag, out=whole, mode="clip")
    else:
        whole.fill(_BLACK)


@cache
def _plain_codes() -> Bytes:
    """(4096,) bytes of values 0..1."""
    return np.rint(np.linspace(0.0, 255.0, CODES)).astype(np.uint8)


@cache
def _srgb_codes() -> Bytes:
    """(4096,) display bytes of linear values 0..1 (IEC 61966-2-1)."""
    v = np.linspace(0.0, 1.0, CODES)
    shown = np.where(v <= 0.0031308, 12.92 * v, 1.055 * np.maximum(v, 1e-9) ** (1.0 / 2.4) - 0.055)
    return np.rint(shown * 255.0).astype(np.uint8)


@cache
def _surface_table() -> NDArray[np.uint32]:
    """(256,) whole pixels by material: roughness in blue, specular in green, metallic in red; black for sky."""
    looks = look_table().looks.reshape(-1, at.LOOK_COLUMNS)
    specular = np.clip(looks[:, at.L_F0] / 0.08, 0.0, 1.0)  # Unreal's specular 0..1 stands for F0 up to 0.08
    values = np.stack([looks[:, at.L_ROUGH], specular, looks[:, at.L_METAL]], -1)
    table = np.zeros((256, 4), np.uint8)
    table[: len(values), :3] = np.rint(np.clip(values, 0.0, 1.0) * 255.0)
    table[255] = 0
    table[:, 3] = 255
    return table.view(np.uint32)[:, 0]


_GREYS = _BLACK | np.arange(256, dtype=np.uint32) * np.uint32(0x010101)
_ZERO, _HALF, _ONE = (np.full(3, value, np.float32) for value in (0.0, 0.5, 1.0))
