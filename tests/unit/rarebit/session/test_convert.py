"""Frame conversions against the carla wheel's own Transform."""

from __future__ import annotations

import carla
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rarebit.core.frames import apply, inverse
from rarebit.session import convert

POSE = carla.Transform(carla.Location(10.0, -4.0, 2.5), carla.Rotation(pitch=12.0, yaw=-140.0, roll=25.0))
angle = st.floats(-170.0, 170.0)


def test_a_transform_moves_points_as_the_client_does() -> None:
    point = carla.Location(1.5, 2.0, -0.7)
    moved = POSE.transform(carla.Location(point.x, point.y, point.z))
    ours = apply(convert.transform(POSE), convert.vector(point)[None])[0]
    assert ours == pytest.approx(convert.vector(moved), abs=1e-4)


def test_the_result_is_right_handed_with_left_positive() -> None:
    m = convert.transform(POSE)
    assert np.linalg.det(m[:3, :3]) == pytest.approx(1.0)
    assert convert.vector(carla.Vector3D(1.0, 2.0, 3.0)).tolist() == [1.0, -2.0, 3.0]
    turned = convert.transform(carla.Transform(carla.Location(), carla.Rotation(yaw=90.0)))  # CARLA: to the right
    assert turned[:3, 0] == pytest.approx([0.0, -1.0, 0.0], abs=1e-7)


@given(pitch=st.floats(-80.0, 80.0), yaw=angle, roll=angle)
def test_there_and_back(pitch: float, yaw: float, roll: float) -> None:
    there = convert.transform(carla.Transform(carla.Location(1.0, 2.0, 3.0), carla.Rotation(pitch=pitch, yaw=yaw, roll=roll)))
    assert np.allclose(convert.transform(convert.carla_transform(there)), there, atol=1e-5)


def test_matrices_equal_get_matrix_under_the_mirror() -> None:
    mirror = np.diag([1.0, -1.0, 1.0, 1.0])
    assert np.allclose(convert.transform(POSE), mirror @ np.array(POSE.get_matrix()) @ mirror, atol=1e-5)
    assert np.allclose(convert.transform(POSE) @ inverse(convert.transform(POSE)), np.eye(4))


def test_no_zero_is_negative() -> None:
    """The heading of who looks straight back would be -pi instead of pi."""
    assert not np.signbit(convert.transform(carla.Transform())).any()
    tilted = convert.transforms([carla.Transform(carla.Location(), carla.Rotation(pitch=-90.0)), POSE])
    assert not np.signbit(tilted[tilted == 0.0]).any()


def test_angular_velocity_is_an_axial_vector() -> None:
    # A turn to the right, 90 deg/s: negative about z in our frame; about x the sense turns round as well.
    spin = convert.angular_velocities([carla.Vector3D(0.0, 0.0, 90.0), carla.Vector3D(30.0, 0.0, 0.0)])
    assert spin[0] == pytest.approx([0.0, 0.0, -np.pi / 2])
    assert spin[1] == pytest.approx([-np.pi / 6, 0.0, 0.0])


def test_boxes_have_full_sizes() -> None:
    box = carla.BoundingBox(carla.Location(0.2, 0.5, 0.7), carla.Vector3D(2.0, 0.9, 0.75))
    parent_from_box, size = convert.box(box)
    assert size == pytest.approx([4.0, 1.8, 1.5])
    assert parent_from_box[:3, 3] == pytest.approx([0.2, -0.5, 0.7])


def test_a_matrix_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match=r"expected \(4, 4\)"):
        convert.carla_transform(np.eye(3))
