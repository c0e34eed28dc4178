"""The reader: walks a dataset by its links, tells what is wrong with it, reads only what is asked for."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from rarebit.core.errors import DatasetError
from rarebit.nuscenes import records
from rarebit.nuscenes.blobs import read_lidar, read_lidarseg, read_panoptic, read_radar
from rarebit.nuscenes.checks import run_checks
from rarebit.nuscenes.geometry import boxes, boxes_at, lens, path_of, world_from_ego, world_from_sensor
from rarebit.nuscenes.naming import SLOT_US, VERSION
from rarebit.nuscenes.reader import Dataset, open_dataset
from rarebit.nuscenes.record import table_text
from rarebit.nuscenes.sidecars import FaultTouch


@pytest.fixture(scope="module")
def dataset(two_scenes: Path) -> Dataset:
    return open_dataset(two_scenes)


def test_scenes_and_their_samples_in_time(dataset: Dataset) -> None:
    first, second = dataset.scenes()
    assert (first.name, second.name) == ("scene-9000", "scene-9001")
    assert dataset.scene("scene-9001") == second
    for number, scene in enumerate((first, second)):
        times = [sample.timestamp for sample in dataset.samples(scene)]
        assert times == [1_577_880_000_000_000 + number * SLOT_US + i * 500_000 for i in range(3)]
    assert dataset.log(first).location == dataset.log(second).location
    assert dataset.map_expansion(first).is_file()
    with pytest.raises(DatasetError, match="it has scene-9000, scene-9001"):
        dataset.scene("scene-0001")


def test_channels_key_frames_and_sweeps(dataset: Dataset) -> None:
    scene = dataset.scenes()[1]
    assert len(dataset.channels(scene)) == 12
    assert dataset.channels(scene, "lidar") == ("LIDAR_TOP",)
    assert len(dataset.channels(scene, "radar")) == 5
    lidar = dataset.data(scene, "LIDAR_TOP")
    assert [row.is_key_frame for row in lidar] == [i % 10 == 0 for i in range(21)]
    assert dataset.timeline(scene) == lidar
    assert dataset.data(scene, "CAM_NOWHERE") == ()
    sample = dataset.samples(scene)[1]
    frames = dataset.key_frames(sample)
    assert set(frames) == set(dataset.channels(scene))
    assert frames["LIDAR_TOP"] == lidar[10]
    assert dataset.sensor(lidar[0]).modality == "lidar"
    assert all(dataset.path(row).is_file() for row in lidar)


def test_a_tracks_boxes_follow_the_truth(dataset: Dataset, synthetic: ModuleType) -> None:
    scene = dataset.scenes()[0]
    story = dataset.story(scene)
    assert story is not None
    shift = np.array([*story.world_shift_m, 0.0])
    things = {thing.actor_id: thing for thing in synthetic.THINGS}
    checked = 0
    for instance in dataset.rows(records.Instance).values():
        track = dataset.track(instance)
        assert [row.token for row in track][:: len(track) - 1 or 1][0] == instance.first_annotation_token
        truth = dataset.truth(track[0])
        if truth is None or truth.actor_id not in things:
            continue
        for row in track:
            seconds = (dataset.time_us(row) % SLOT_US) * 1e-6
            state = things[truth.actor_id].state(seconds)
            np.testing.assert_allclose(np.subtract(row.translation, shift), state.world_from_box[:3, 3], atol=1e-9)
            checked += 1
        np.testing.assert_allclose(path_of(dataset, instance), [row.translation[:2] for row in track])
    assert checked > 40


def test_lidar_points_lie_where_the_world_is(dataset: Dataset) -> None:
    """Every return of the synthetic world lies on the ground or in a box."""
    sample = dataset.samples(dataset.scenes()[0])[0]
    data = dataset.key_frames(sample)["LIDAR_TOP"]
    points = read_lidar(dataset.path(data))[:, :3].astype(np.float64)
    points = points[np.linalg.norm(points, axis=1) > 0.5]  # firings without a return
    pose = world_from_sensor(dataset, data)
    world = points @ pose[:3, :3].T + pose[:3, 3]
    low = np.abs(world[:, 2]) < 0.3
    assert low.sum() > 100
    for box in boxes(dataset, sample):
        local = (world - box.world_from_box[:3, 3]) @ box.world_from_box[:3, :3]
        low |= (np.abs(local) <= box.size_lwh_m / 2 + 0.2).all(axis=1)
    assert low.mean() > 0.97


def test_labels_of_points(dataset: Dataset) -> None:
    sample = dataset.samples(dataset.scenes()[0])[0]
    data = dataset.key_frames(sample)["LIDAR_TOP"]
    files = dataset.point_labels(data)
    assert files is not None
    classes, panoptic = read_lidarseg(files[0]), read_panoptic(files[1])
    assert len(classes) == len(panoptic) == len(read_lidar(dataset.path(data)))
    np.testing.assert_array_equal(panoptic[panoptic > 0] // 1000, classes[panoptic > 0])
    assert dataset.point_labels(dataset.data(dataset.scenes()[0], "LIDAR_TOP")[1]) is None
    images = dataset.label_images(dataset.key_frames(sample)["CAM_FRONT"])
    assert images is not None
    assert (dataset.root / images.depth).is_file()
    assert len(read_radar(dataset.path(dataset.key_frames(sample)["RADAR_FRONT"]))) >= 0


def test_boxes_between_samples_are_interpolated(dataset: Dataset) -> None:
    scene = dataset.scenes()[0]
    first, second = dataset.samples(scene)[:2]
    middle = (first.timestamp + second.timestamp) // 2
    at = {box.instance: box.world_from_box[:3, 3] for box in boxes_at(dataset, scene, middle)}
    ends = [{box.instance: box.world_from_box[:3, 3] for box in boxes(dataset, sample)} for sample in (first, second)]
    shared = [key for key in at if key in ends[0] and key in ends[1]]
    assert shared
    for key in shared:
        np.testing.assert_allclose(at[key], (ends[0][key] + ends[1][key]) / 2, atol=1e-9)
    far = first.timestamp - 10_000_000
    assert {box.instance for box in boxes_at(dataset, scene, far)} == set(ends[0])


def test_velocities_are_those_of_the_world(dataset: Dataset) -> None:
    sample = dataset.samples(dataset.scenes()[0])[1]
    for box, row in zip(boxes(dataset, sample), dataset.annotations(sample), strict=True):
        truth = dataset.truth(row)
        assert truth is not None
        if row.prev or row.next:
            np.testing.assert_allclose(box.velocity_mps, truth.velocity, atol=1e-6)


def test_the_ego_moves_as_it_was_driven(dataset: Dataset) -> None:
    rows = dataset.timeline(dataset.scenes()[0])
    moved = world_from_ego(dataset, rows[20])[:3, 3] - world_from_ego(dataset, rows[0])[:3, 3]
    assert np.linalg.norm(moved) == pytest.approx(6.0, abs=1e-9)


def test_a_table_is_read_when_it_is_asked_for(own_copy: Path) -> None:
    (own_copy / VERSION / "sample_annotation.json").write_text("broken")
    dataset = open_dataset(own_copy)
    assert len(dataset.samples(dataset.scenes()[0])) == 3
    with pytest.raises(DatasetError, match=r"sample_annotation\.json: is no JSON"):
        dataset.annotations(dataset.samples(dataset.scenes()[0])[0])


def test_a_dataset_without_sidecars_and_point_labels_reads(own_copy: Path) -> None:
    for name in ("rarebit_scene", "rarebit_annotation", "rarebit_label_images", "rarebit_calibration", "lidarseg", "panoptic"):
        (own_copy / VERSION / f"{name}.json").unlink()
    dataset = open_dataset(own_copy)
    scene = dataset.scenes()[0]
    data = dataset.timeline(scene)[0]
    assert dataset.story(scene) is None
    assert dataset.truth(dataset.annotations(dataset.samples(scene)[0])[0]) is None
    assert dataset.sensor_facts(data) is None
    assert dataset.point_labels(data) is None


def test_what_is_no_dataset_is_told(own_copy: Path, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="holds no dataset"):
        open_dataset(tmp_path / "empty")
    with pytest.raises(DatasetError, match=f"has no version v2; it has {VERSION}"):
        open_dataset(own_copy, "v2")
    (own_copy / "v2").mkdir()
    (own_copy / "v2" / "scene.json").write_text("[]")
    with pytest.raises(DatasetError, match="several versions"):
        open_dataset(own_copy)
    assert open_dataset(own_copy, "v2").scenes() == ()
    with pytest.raises(DatasetError, match=r"sample\.json: is missing"):
        open_dataset(own_copy, "v2").rows(records.Sample)
    (own_copy / "v2" / "sample.json").write_text(json.dumps({"token": 1}))
    with pytest.raises(DatasetError, match="no array of objects"):
        open_dataset(own_copy, "v2").rows(records.Sample)


def test_a_token_that_leads_nowhere_is_told(dataset: Dataset) -> None:
    with pytest.raises(DatasetError, match="table log has no row nowhere"):
        dataset.get(records.Log, "nowhere")


def test_a_cameras_lens_is_the_rigs(dataset: Dataset, own_copy: Path, synthetic: ModuleType) -> None:
    rig = {mount.channel: mount for mount in synthetic.small_rig().mounts}
    scene = dataset.scenes()[0]
    for channel in dataset.channels(scene, "camera"):
        data = dataset.data(scene, channel)[0]
        assert lens(dataset, data) == rig[channel].lens
    with pytest.raises(DatasetError, match="no picture"):
        lens(dataset, dataset.data(scene, "LIDAR_TOP")[0])
    # Other writers tell no lens: then it is the pinhole of the calibration.
    (own_copy / VERSION / "rarebit_calibration.json").unlink()
    other = open_dataset(own_copy)
    for channel in other.channels(scene, "camera"):
        found, wanted = lens(other, other.data(scene, channel)[0]), rig[channel].lens
        np.testing.assert_allclose(found.intrinsic, wanted.intrinsic, rtol=1e-12)


def test_a_lens_that_nobody_knows_is_told(own_copy: Path) -> None:
    path = own_copy / VERSION / "rarebit_calibration.json"
    path.write_text(path.read_text().replace("pinhole", "mirror ball"))
    dataset = open_dataset(own_copy)
    with pytest.raises(DatasetError, match="mirror ball is not known"):
        lens(dataset, dataset.data(dataset.scenes()[0], "CAM_FRONT")[0])


def test_two_faults_may_have_touched_the_same_data(own_copy: Path) -> None:
    data = open_dataset(own_copy).timeline(open_dataset(own_copy).scenes()[0])[3]
    row = FaultTouch(sample_data_token=data.token, share={"dropout": 0.5, "rain": 0.01})
    (own_copy / VERSION / "rarebit_fault.json").write_text(table_text([row]))
    dataset = open_dataset(own_copy)
    assert dataset.fault_touch(data) == row
    assert dataset.fault_touch(dataset.timeline(dataset.scenes()[0])[0]) is None
    assert list(run_checks(dataset, ["REC001", "REC002", "REF001"])) == []
    with pytest.raises(ValueError, match="0 to 1"):
        FaultTouch(sample_data_token=data.token, share={"dropout": 1.5})
