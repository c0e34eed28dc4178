"""The bytes of binary files, read back by hand."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import pytest
import simplejpeg
from PIL import Image

from rarebit.core.errors import DatasetError
from rarebit.nuscenes.blobs import (
    depth_png,
    jpeg,
    lidar_bin,
    panoptic_npz,
    png,
    radar_pcd,
    read_lidar,
    read_lidarseg,
    read_panoptic,
    read_radar,
)
from rarebit.snapshot import RETURN, LidarSweep, Picture, RadarScan


def test_lidar_rows() -> None:
    sweep = LidarSweep(
        xyz_m=np.array([[1.5, -2.0, 0.25]], np.float32),
        intensity=np.array([17.0], np.float32),
        ring=np.array([31], np.uint8),
        tag=np.zeros(1, np.uint8),
        object_id=np.zeros(1, np.uint32),
    )
    assert struct.unpack("<5f", lidar_bin(sweep)) == (1.5, -2.0, 0.25, 17.0, 31.0)


def test_an_empty_sweep_is_refused() -> None:
    none = np.zeros(0, np.float32)
    sweep = LidarSweep(
        xyz_m=none.reshape(0, 3),
        intensity=none,
        ring=none.astype(np.uint8),
        tag=none.astype(np.uint8),
        object_id=none.astype(np.uint32),
    )
    with pytest.raises(ValueError, match="no points"):
        lidar_bin(sweep)


def body(data: bytes) -> tuple[list[str], bytes]:
    lines = data.split(b"\n", 11)
    return [line.decode() for line in lines[:11]], lines[11]


def test_radar_file() -> None:
    rows = np.zeros(2, RETURN)
    rows["x"], rows["id"], rows["rcs"], rows["vy_rms"], rows["dyn_prop"] = [3.0, 4.0], [0, 1], -5.5, 3, 6
    header, payload = body(radar_pcd(RadarScan(returns=rows)))
    assert header[0].startswith("# .PCD v0.7")
    assert header[6] == "WIDTH 2"
    assert header[10] == "DATA binary"
    # One byte after the last return, or the devkit's reader fails.
    assert len(payload) == 2 * 43 + 1
    second = struct.unpack("<fffbhfffffbbbbbbbb", payload[43:86])
    assert (second[0], second[3], second[4], second[5], second[-1]) == (4.0, 6, 1, -5.5, 3)


def test_an_empty_scan_is_one_return_of_nan() -> None:
    header, payload = body(radar_pcd(RadarScan(returns=np.zeros(0, RETURN))))
    assert header[6] == "WIDTH 1"
    assert np.isnan(struct.unpack("<f", payload[:4])[0])


def test_other_row_layouts_are_refused() -> None:
    with pytest.raises(ValueError, match="RETURN"):
        radar_pcd(RadarScan(returns=np.zeros(1, [("x", "<f4")])))


def test_pictures_keep_their_colours() -> None:
    bgra = np.zeros((32, 48, 4), np.uint8)
    bgra[..., 2] = 200  # red
    picture = Picture(bgra=np.frombuffer(bgra.tobytes(), np.uint8).reshape(bgra.shape))
    data = jpeg(picture)
    assert data == jpeg(picture)
    rgb = simplejpeg.decode_jpeg(data)
    assert rgb.shape == (32, 48, 3)
    assert np.abs(rgb.reshape(-1, 3).mean(axis=0) - [200, 0, 0]).max() < 4


def test_panoptic_round_trip_and_same_bytes() -> None:
    labels = np.array([17001, 24000, 0], np.uint16)
    data = panoptic_npz(labels)
    assert data == panoptic_npz(labels)
    archive = np.load(io.BytesIO(data))
    assert archive.files == ["data"]
    np.testing.assert_array_equal(archive["data"], labels)


def test_label_images_are_lossless() -> None:
    ids = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(png(ids)))), ids)
    depth = np.array([[0.0, 12.344, 1000.0]], np.float32)
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(depth_png(depth)))), [[0, 1234, 65535]])


def test_files_read_back_as_they_were_written(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    sweep = LidarSweep(
        xyz_m=rng.normal(size=(50, 3)).astype(np.float32),
        intensity=rng.uniform(0, 255, 50).astype(np.float32),
        ring=rng.integers(0, 32, 50).astype(np.uint8),
        tag=np.zeros(50, np.uint8),
        object_id=np.zeros(50, np.uint32),
    )
    returns = np.zeros(3, RETURN)
    returns["x"], returns["vx_comp"], returns["id"] = [1.0, 2.0, 3.0], [-1.0, 0.0, 1.0], [0, 1, 2]
    labels = rng.integers(0, 24_000, 50).astype(np.uint16)
    path = tmp_path / "file"
    path.write_bytes(lidar_bin(sweep))
    points = read_lidar(path)
    np.testing.assert_array_equal(points[:, :3], sweep.xyz_m)
    np.testing.assert_array_equal(points[:, 4], sweep.ring)
    path.write_bytes(radar_pcd(RadarScan(returns=returns)))
    np.testing.assert_array_equal(read_radar(path), returns)
    path.write_bytes(radar_pcd(RadarScan(returns=returns[:0])))
    assert len(read_radar(path)) == 0
    path.write_bytes(panoptic_npz(labels))
    np.testing.assert_array_equal(read_panoptic(path), labels)
    path.write_bytes(b"\x01\x02")
    np.testing.assert_array_equal(read_lidarseg(path), [1, 2])


def test_files_that_are_cut_off_or_missing_are_told(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"123")
    for read, message in ((read_lidar, "multiple of 20"), (read_radar, "no radar file"), (read_panoptic, "no npz")):
        with pytest.raises(DatasetError, match=message):
            read(path)
    path.write_bytes(radar_pcd(RadarScan(returns=np.zeros(2, RETURN)))[:-20])
    with pytest.raises(DatasetError, match="cut off"):
        read_radar(path)
    path.unlink()
    with pytest.raises(DatasetError, match="cannot be read"):
        read_lidarseg(path)
