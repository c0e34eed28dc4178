"""The texture atlas and the table of looks."""

from __future__ import annotations

import numpy as np

from carlite.mesh import Material
from carlite.models.materials import LOOKS
from carlite.models.textures import SIZE, Layer, texture_atlas


def test_atlas_has_all_layers_and_true_means() -> None:
    atlas = texture_atlas()
    assert atlas.shape == (len(Layer), SIZE, SIZE, 3)
    assert atlas.dtype == np.float32
    assert atlas.min() >= 0.0
    means = atlas.mean((1, 2, 3))
    for layer in Layer:
        if layer not in (Layer.FACADE, Layer.FACADE_NIGHT):
            assert 0.9 < means[layer] < 1.15, layer.name


def test_layers_tile_without_a_seam() -> None:
    atlas = texture_atlas()
    for layer in (Layer.ASPHALT, Layer.GRASS, Layer.BARK, Layer.LEAVES, Layer.SOIL):
        image = atlas[layer, :, :, 0]
        seam = np.abs(image[0] - image[-1]).mean()
        inside = np.abs(np.diff(image, axis=0)).mean()
        assert seam < 1.5 * inside, layer.name


def test_every_material_has_a_look() -> None:
    assert len(LOOKS) == len(Material)
    assert LOOKS[Material.FACADE].night_layer == Layer.FACADE_NIGHT
    assert all(any(LOOKS[m].emission) for m in Material if m.name.startswith(("LAMP_", "SIGNAL_")))
