"""Pictures: boxes land where the projection says, times are spread around the moment, a gallery is whole."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import Image

from rarebit.core.frames import transform
from rarebit.gallery import words_of, write_gallery
from rarebit.jobs.ledger import Rejected
from rarebit.labels.annotate import annotate
from rarebit.look import draw
from rarebit.look.cameras import View, arrange, main_view
from rarebit.look.scene import _spread
from rarebit.nuscenes.geometry import Box
from rarebit.nuscenes.naming import VERSION
from rarebit.nuscenes.writer import NuScenesWriter
from rarebit.rig.projection import KannalaBrandt, Pinhole, Projection

LENS = Pinhole(width_px=160, height_px=90, fov_rad=2 * np.arctan(0.8))  # f = 100 px


def box(at: tuple[float, float, float], size: tuple[float, float, float], instance: str = "a", visibility: int = 4) -> Box:
    return Box(
        world_from_box=transform(at),
        size_lwh_m=np.array(size),
        category="vehicle.car",
        instance=instance,
        visibility=visibility,
        velocity_mps=np.zeros(3),
    )


def drawn(
    boxes: list[Box], hazards: frozenset[str] = frozenset(), lens: Projection = LENS
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    picture = Image.new("RGB", (lens.width_px, lens.height_px))
    draw.boxes_on_camera(picture, boxes, camera_from_world=np.eye(4), lens=lens, hazards=hazards)
    return np.asarray(picture)


def test_a_box_is_drawn_where_the_pinhole_puts_it() -> None:
    """The near face of a 2 x 2 x 2 m cube at depth 9 m spans 100 * 2 / 9 = 22.2 pixels around the centre."""
    lit = np.argwhere(drawn([box((0, 0, 10), (2, 2, 2))]).any(-1))
    np.testing.assert_allclose(lit.min(0), [45 - 11.1, 80 - 11.1], atol=1.1)
    np.testing.assert_allclose(lit.max(0), [45 + 11.1, 80 + 11.1], atol=1.1)


@pytest.mark.parametrize("depth", [-5.0, 400.0])
def test_boxes_behind_and_far_away_are_not_drawn(depth: float) -> None:
    assert not drawn([box((0, 0, depth), (2, 2, 2))]).any()


def test_a_box_through_the_image_plane_is_clipped() -> None:
    assert drawn([box((0.5, 0, 0.5), (1, 1, 8))]).any()


def test_a_box_beside_a_fisheye_is_drawn_where_its_lens_puts_it() -> None:
    """A cube at 90 degrees to the right, whose near face of 2 m stands 4 m away: within atan(1/4) of theta = 90 degrees."""
    lens = KannalaBrandt(width_px=400, height_px=400, fov_rad=np.radians(220))
    lit = np.argwhere(drawn([box((5, 0, 0), (2, 2, 2))], lens=lens).any(-1))
    focal = 200 / np.radians(110)
    corner = np.arctan2(np.hypot(4, 1), 1) * 4 / np.hypot(4, 1)  # its curved edges reach in most at their ends
    assert lit[:, 1].min() == pytest.approx(200 + focal * corner, abs=2)
    assert lit[:, 1].max() == pytest.approx(200 + focal * (np.pi / 2 + np.arctan2(1, 4)), abs=2)
    assert (lit[:, 0].min(), lit[:, 0].max()) == pytest.approx((400 - lit[:, 0].max(), lit[:, 0].max()), abs=2)


@pytest.mark.parametrize("rig", ["six", "one", "fisheyes", "lidar alone"])
def test_cameras_are_arranged_as_they_stand_on_the_car(rig: str) -> None:
    yaws = {
        "six": {"FL": 55, "F": 0, "FR": -56, "BL": 109, "B": 180, "BR": -111},
        "one": {"F": 0},
        "fisheyes": {"L": 90, "F": 0, "R": -90, "B": -180},
        "lidar alone": {},
    }[rig]
    found = arrange([View(channel=c, yaw_deg=y, width_px=1600, height_px=900) for c, y in yaws.items()], 90)
    rows: dict[int, list[str]] = {}
    for tile in sorted(found.tiles, key=lambda tile: (tile.top, tile.left)):
        rows.setdefault(tile.top, []).append(tile.channel)
        assert 0 < tile.left < tile.left + tile.width < found.width
        assert 0 < tile.top < tile.top + tile.height < found.height
    expected = {
        "six": [["FL", "F", "FR"], ["BL", "B", "BR"]],
        "one": [["F"]],
        "fisheyes": [["L", "F", "R"], ["B"]],
        "lidar alone": [],
    }
    assert list(rows.values()) == expected[rig]
    main = main_view([View(channel=c, yaw_deg=y, width_px=16, height_px=9) for c, y in yaws.items()])
    assert (main.channel if main is not None else None) == ("F" if yaws else None)


def test_hazards_lie_on_top_in_their_colour_and_hidden_boxes_are_dim() -> None:
    both = drawn([box((0, 0, 9.9), (2, 2, 2), "hazard"), box((0, 0, 9.9), (2, 2, 2), "other")], frozenset({"hazard"}))
    colours = {tuple(int(v) for v in pixel) for pixel in both.reshape(-1, 3) if pixel.any()}
    assert colours == {draw.HAZARD}
    assert drawn([box((0, 0, 10), (2, 2, 2), visibility=1)]).max() < drawn([box((0, 0, 10), (2, 2, 2))]).max()


def test_frames_are_spread_over_the_scene_and_around_the_moment() -> None:
    times = [100_000 * i for i in range(81)]
    chosen = _spread(times, 5_000_000, 12)
    assert len(chosen) == len(set(chosen)) == 12
    assert (chosen[0], chosen[-1]) == (0, 80)
    assert sum(abs(times[i] - 5_000_000) <= 1_500_000 for i in chosen) >= 6
    assert _spread(times[:4], 0, 12) == [0, 1, 2, 3]


def test_measures_read_like_a_person_says_them() -> None:
    assert words_of("min_ttc_s", 0.837) == ("min ttc", "0.84 s")
    assert words_of("max_required_decel_mps2", 7.0) == ("max required decel", "7.00 m/s²")


@pytest.fixture(scope="module")
def dataset(synthetic: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dataset")
    writer, rig, scenario = NuScenesWriter(out), synthetic.small_rig(160, 200), synthetic.scenario(0)
    with writer.scene(scenario, rig, synthetic.lane_map(), measures={"min_ttc_s": 0.8}) as scene:
        annotations = None
        for snapshot in synthetic.snapshots(rig):
            if snapshot.is_key_frame:
                annotations = annotate(snapshot, rig, annotations)
            scene.add(snapshot, annotations if snapshot.is_key_frame else None)
    return writer.finish([writer.key(scenario, rig)])


def test_a_gallery_is_whole(dataset: Path, tmp_path: Path) -> None:
    rejected = [Rejected(attempt=0, reasons=("too <far>",), values={})]
    *sheets, report = list(write_gallery(dataset, VERSION, [rejected], workers=1))
    page = report.read_text()
    assert "draw 1: too &lt;far&gt;" in page
    assert page.count("data:image/jpeg;base64,") == 2
    for sheet in sheets:
        with Image.open(sheet) as image:
            assert np.asarray(image.convert("L")).std() > 5
