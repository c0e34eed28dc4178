"""Decoding of CARLA's images."""

from __future__ import annotations

import numpy as np
import pytest

from rarebit.rig.carla_images import label_images, pixels


def test_labels_follow_carlas_encoding() -> None:
    instance = np.zeros((2, 3, 4), np.uint8)
    # B is the high byte, G the low byte of the id, R the tag.
    instance[1, 2] = (0x12, 0x34, 14, 255)
    depth = np.zeros((2, 3, 4), np.uint8)
    # The reference gives 12.345 m as an example; R is the least significant byte.
    value = round(12.345 / 1000 * (2**24 - 1))
    depth[0, 1] = (value >> 16, (value >> 8) & 255, value & 255, 255)
    depth[1, 0] = 255
    labels = label_images(instance, depth)
    assert labels.instance[1, 2] == 0x1234
    assert labels.tag[1, 2] == 14
    assert labels.tag.sum() == 14
    assert labels.depth_m[0, 1] == pytest.approx(12.345, abs=1e-4)
    assert labels.depth_m[1, 0] == pytest.approx(1000.0)
    assert (labels.tag.dtype, labels.instance.dtype, labels.depth_m.dtype) == (np.uint8, np.uint16, np.float32)


def test_a_picture_is_a_view() -> None:
    raw = bytearray(range(24))
    picture = pixels(raw, 3, 2, "CAM_FRONT")
    assert picture.shape == (2, 3, 4)
    raw[4] = 99
    assert picture[0, 1, 0] == 99


def test_a_wrong_size_names_the_channel() -> None:
    with pytest.raises(ValueError, match=r"CAM_FRONT.*23 bytes.*3x2"):
        pixels(bytes(23), 3, 2, "CAM_FRONT")
