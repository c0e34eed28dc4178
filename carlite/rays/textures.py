"""The texture atlas as bytes with mip levels, and the looks as numbers, for the camera kernel."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from carlite.mesh import Material
from carlite.models.materials import LOOKS
from carlite.models.store import kept_array
from carlite.models.textures import SIZE, Layer, texture_atlas
from carlite.rays import layout as at

TEXTURE_SIZE = SIZE
TEXTURE_LEVELS = SIZE.bit_length() - 2  # down to 4 x 4
TEXTURE_TEXELS = sum((SIZE >> k) ** 2 for k in range(TEXTURE_LEVELS))
_WHITEST = 2.5
_WET_MATERIALS = {
    Material.ASPHALT: 1.0,
    Material.MARKING: 0.8,
    Material.CONCRETE: 0.6,
    Material.SOIL: 0.25,
    Material.ROOF: 0.3,
}
_MACRO = {Material.ASPHALT: 0.28, Material.CONCRETE: 0.2, Material.GRASS: 0.5, Material.SOIL: 0.4, Material.ROOF: 0.2}


@dataclass(frozen=True, slots=True)
class LookTable:
    """Looks for kernels.

    Attributes:
        looks: flat float32, LOOK_COLUMNS a Material.
        textures: flat uint8: layer after layer, level after level, r g b mask, the colours as square roots of linear / 2.5.
        noise: (65536,) uint8 tileable smooth noise.
        noise_cells: (65536,) uint32: each value with its neighbours to the right, below and diagonally, lowest byte first.
    """

    looks: NDArray[np.float32]
    textures: NDArray[np.uint8]
    noise: NDArray[np.uint8]
    noise_cells: NDArray[np.uint32]


def _halved(image: NDArray[np.float32]) -> NDArray[np.float32]:
    result: NDArray[np.float32] = (image[::2, ::2] + image[1::2, ::2] + image[::2, 1::2] + image[1::2, 1::2]) * np.float32(0.25)
    return result


def _encoded(image: NDArray[np.float32]) -> NDArray[np.uint8]:
    colours = np.sqrt(np.clip(image[..., :3] / _WHITEST, 0, 1))
    texels: NDArray[np.uint8] = np.rint(np.concatenate([colours, image[..., 3:]], -1) * 255).astype(np.uint8).ravel()
    return texels


def _texture_bytes() -> NDArray[np.uint8]:
    levels: list[NDArray[np.uint8]] = []
    for layer, image in enumerate(texture_atlas()):
        # Window panes are the bluish texels of the facade; they mirror the sky.
        mask = (image[..., 2] > 1.25 * image[..., 0]) & (layer == Layer.FACADE)
        level = np.concatenate([image, mask[..., None].astype(np.float32)], -1)
        for _ in range(TEXTURE_LEVELS):
            levels.append(_encoded(level))
            level = _halved(level)
    return np.concatenate(levels)


def _noise_bytes() -> NDArray[np.uint8]:
    """Sum of octaves of smooth periodic noise on 256 x 256 cells, from a fixed seed."""
    rng = np.random.default_rng(20250101)
    frequencies = np.hypot(np.fft.fftfreq(256)[:, None] * 256, np.fft.rfftfreq(256)[None] * 256)
    amplitude = np.where((frequencies > 3) & (frequencies < 110), np.maximum(frequencies, 1e-6) ** -1.1, 0.0)
    field = np.fft.irfft2(amplitude * np.exp(2j * np.pi * rng.random(amplitude.shape)), (256, 256))
    ranks = np.argsort(np.argsort(field, axis=None))
    return (ranks * 256 // ranks.size).astype(np.uint8)


def _noise_cells(noise: NDArray[np.uint8]) -> NDArray[np.uint32]:
    square = noise.reshape(256, 256).astype(np.uint32)
    right, below = np.roll(square, -1, 1), np.roll(square, -1, 0)
    cells = square | right << 8 | below << 16 | np.roll(below, -1, 1) << 24
    return cells.astype(np.uint32).ravel()


@cache
def look_table() -> LookTable:
    """The looks of ``carlite.models``, made once."""
    looks = np.zeros((len(Material), at.LOOK_COLUMNS), np.float32)
    for material, look in zip(Material, LOOKS, strict=True):
        row = looks[material]
        row[[at.L_LAYER, at.L_NIGHT]] = look.layer, look.night_layer
        row[[at.L_ROUGH, at.L_F0, at.L_METAL, at.L_COAT]] = look.roughness, look.specular, look.metalness, look.coat
        row[at.L_TINT] = float(look.tinted)
        row[at.L_EMIT_R : at.L_EMIT_B + 1] = look.emission
        row[at.L_BRAKE] = look.brake_gain
        row[at.L_WET] = _WET_MATERIALS.get(material, 0.0)
        row[at.L_MACRO] = _MACRO.get(material, 0.0)
    noise = _noise_bytes()
    textures = kept_array("textures", ("rays/textures.py",), _texture_bytes)
    return LookTable(looks.ravel(), textures, noise, _noise_cells(noise))
