"""Pixel codes against section C.3 of the wire reference."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from carlite.sensors.image_codes import encode_depth, encode_labels, encode_normals


def coded_depth(*metres: float) -> NDArray[np.uint8]:
    out = np.zeros(4 * len(metres), np.uint8)
    encode_depth(np.array(metres, np.float32), out)
    return out.reshape(-1, 4)


@settings(max_examples=50, deadline=None)
@given(st.floats(0.0, 999.5, width=32))
def test_depth_round_trip_through_the_clients_formula(metres: float) -> None:
    blue, green, red, alpha = (int(value) for value in coded_depth(metres)[0])
    assert (red + 256 * green + 65536 * blue) / (2**24 - 1) * 1000.0 == pytest.approx(metres, abs=1e-4)
    assert alpha == 255


def test_sky_and_everything_past_a_kilometre_is_all_ones() -> None:
    assert (coded_depth(np.inf, 1000.0, 5000.0) == 255).all()


def test_labels_put_the_tag_in_red_and_the_id_in_green_and_blue() -> None:
    tag, instance = np.array([14, 11], np.uint8), np.array([0xABCD, 0], np.uint16)
    out = np.zeros(8, np.uint8)
    encode_labels(tag, instance, True, out)
    assert out.tolist() == [0xAB, 0xCD, 14, 255, 0, 0, 11, 255]
    encode_labels(tag, instance, False, out)
    assert out.tolist() == [0, 0, 14, 255, 0, 0, 11, 255]


def test_normals_decode_to_what_they_were() -> None:
    normals = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.6, -0.8, 0.0]], np.float32)
    out = np.zeros(12, np.uint8)
    encode_normals(normals.reshape(-1), out)
    pixels = out.reshape(3, 4)
    np.testing.assert_allclose(2.0 * pixels[:, 2::-1] / 255.0 - 1.0, normals, atol=0.005)
