"""The bytes of nuScenes' binary files, from arrays and back. The same arrays give the same bytes."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

from rarebit.core.errors import DatasetError
from rarebit.snapshot import RETURN, LidarSweep, Picture, RadarScan

JPEG_QUALITY = 90

_RADAR_HEADER = (
    "# .PCD v0.7 - Point Cloud Data file format\n"
    "VERSION 0.7\n"
    "FIELDS x y z dyn_prop id rcs vx vy vx_comp vy_comp "
    "is_quality_valid ambig_state x_rms y_rms invalid_state pdh0 vx_rms vy_rms\n"
    "SIZE 4 4 4 1 2 4 4 4 4 4 1 1 1 1 1 1 1 1\n"
    "TYPE F F F I I F F F F F I I I I I I I I\n"
    "COUNT 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1\n"
    "WIDTH {n}\n"
    "HEIGHT 1\n"
    "VIEWPOINT 0 0 0 1 0 0 0\n"
    "POINTS {n}\n"
    "DATA binary\n"
)
# Depth is stored in centimetres, as the 16 bits of a PNG allow.
_DEPTH_STEP_M = 0.01


def jpeg(picture: Picture) -> bytes:
    """A camera image as JPEG, 4:2:0."""
    image = np.ascontiguousarray(picture.bgra)
    return bytes(simplejpeg.encode_jpeg(image, quality=JPEG_QUALITY, colorspace="BGRA", colorsubsampling="420"))


def lidar_bin(sweep: LidarSweep) -> bytes:
    """Rows of x, y, z, intensity, ring as little-endian float32.

    Raises:
        ValueError: no points; readers refuse an empty file.
    """
    if not len(sweep.xyz_m):
        raise ValueError("lidar: the sweep has no points, and readers refuse an empty file")
    rows = np.empty((len(sweep.xyz_m), 5), "<f4")
    rows[:, :3], rows[:, 3], rows[:, 4] = sweep.xyz_m, sweep.intensity, sweep.ring
    return rows.tobytes()


def radar_pcd(scan: RadarScan) -> bytes:
    """PCD 0.7 with 43 bytes a return; an empty scan is one return of NaN, which readers take for no return."""
    returns = scan.returns
    if returns.dtype != RETURN:
        raise ValueError(f"radar: got rows of {returns.dtype}, expected rarebit.snapshot.RETURN")
    if not len(returns):
        returns = np.zeros(1, RETURN)
        for name in ("x", "y", "z", "rcs", "vx", "vy", "vx_comp", "vy_comp"):
            returns[name] = np.nan
    # The devkit's reader wants at least one byte after the last return.
    return _RADAR_HEADER.format(n=len(returns)).encode() + returns.tobytes() + b"\n"


def panoptic_npz(labels: NDArray[np.uint16]) -> bytes:
    """An npz with the single key "data"."""
    array = io.BytesIO()
    np.save(array, labels.astype("<u2"))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        # A fixed date keeps the bytes the same.
        entry = zipfile.ZipInfo("data.npy", date_time=(1980, 1, 1, 0, 0, 0))
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, array.getvalue())
    return buffer.getvalue()


def png(image: NDArray[np.uint8] | NDArray[np.uint16]) -> bytes:
    """A (h, w) image of 8 or 16 bits as PNG, lossless."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def depth_png(depth_m: NDArray[np.float32]) -> bytes:
    """Depth in centimetres as 16-bit PNG; 65535 is 655.35 m and beyond."""
    return png(np.clip(np.round(depth_m / _DEPTH_STEP_M), 0, 65535).astype(np.uint16))


# ------------------------------------------------------------------------------------------------ and back


def read_lidar(path: Path) -> NDArray[np.float32]:
    """(n, 5) x, y, z in the sensor's frame, intensity 0..255, ring.

    Raises:
        DatasetError: the file is missing or no whole number of rows.
    """
    data = _bytes(path)
    if len(data) % 20 or not data:
        raise DatasetError(f"{path}: got {len(data)} bytes, expected a multiple of 20, not 0")
    return np.frombuffer(data, "<f4").reshape(-1, 5)


def read_radar(path: Path) -> NDArray[np.void]:
    """(n,) rows of ``rarebit.snapshot.RETURN``; a scan whose first return is NaN is empty.

    Raises:
        DatasetError: the file is missing or not what the header says.
    """
    data = _bytes(path)
    start = data.find(b"DATA binary\n") + len(b"DATA binary\n")
    count = next((int(line.split()[1]) for line in data[:start].splitlines() if line.startswith(b"POINTS ")), None)
    if count is None or len(data) < start + count * RETURN.itemsize:
        raise DatasetError(f"{path}: is no radar file of nuScenes, or is cut off")
    returns = np.frombuffer(data, RETURN, count, start)
    return returns[:0] if count and np.isnan(returns["x"][0]) else returns


def read_lidarseg(path: Path) -> NDArray[np.uint8]:
    """(n,) category index of each point.

    Raises:
        DatasetError: the file is missing.
    """
    return np.frombuffer(_bytes(path), np.uint8)


def read_panoptic(path: Path) -> NDArray[np.uint16]:
    """(n,) 1000 * category index + instance number of each point.

    Raises:
        DatasetError: the file is missing or no npz.
    """
    try:
        with np.load(io.BytesIO(_bytes(path))) as archive:
            return np.asarray(archive["data"], np.uint16)
    except (ValueError, KeyError, zipfile.BadZipFile) as error:
        raise DatasetError(f"{path}: is no npz with data ({error})") from error


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DatasetError(f"{path}: cannot be read: {error.strerror or error}") from error
