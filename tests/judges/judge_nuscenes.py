"""Judges a dataset with the official nuScenes devkit: ``python judge_nuscenes.py DATAROOT VERSION`` prints one JSON object.

Runs in an environment of its own with nuscenes-devkit 1.2.0 and imports nothing of Rarebit, so that it also proves that the
dataset stands by itself. ``faults`` lists all that is wrong; an empty list and scores of 1.0 are a pass.
"""

from __future__ import annotations

import contextlib
import io
import json
import math
import os
import sys
import tempfile
import warnings
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

os.environ.setdefault("MPLBACKEND", "Agg")

import matplotlib.pyplot
import numpy as np
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Path2D
from nuscenes.can_bus.can_bus_api import NuScenesCanBus
from nuscenes.eval.common.config import config_factory
from nuscenes.eval.detection.evaluate import DetectionEval
from nuscenes.eval.detection.utils import category_to_detection_name
from nuscenes.eval.prediction.splits import get_prediction_challenge_split
from nuscenes.eval.tracking.evaluate import TrackingEval
from nuscenes.eval.tracking.utils import category_to_tracking_name
from nuscenes.map_expansion import map_api
from nuscenes.map_expansion.bitmap import BitMap
from nuscenes.map_expansion.map_api import NuScenesMap
from nuscenes.nuscenes import NuScenes
from nuscenes.prediction import PredictHelper
from nuscenes.utils.data_classes import Box, LidarPointCloud, RadarPointCloud
from nuscenes.utils.data_io import load_bin_file
from nuscenes.utils.geometry_utils import points_in_box
from PIL import Image
from pyquaternion import Quaternion
from scipy.integrate import trapezoid

SPLIT = "all"
# The CAN bus expansion's messages a second; its zoesensors vary between 794 and 973.
RATES_HZ = {"pose": 50, "ms_imu": 100, "steeranglefeedback": 100, "vehicle_monitor": 2, "zoesensors": 800, "zoe_veh_info": 100}


class Judge:
    """Collects faults and measures of one dataset."""

    def __init__(self, dataroot: Path, version: str) -> None:
        self.dataroot, self.version = dataroot, version
        self.faults: list[str] = []
        self.measures: dict[str, Any] = {}
        self.tables = {
            path.stem: json.loads(path.read_text(), parse_constant=self._constant)
            for path in sorted((dataroot / version).glob("*.json"))
        }
        self.nusc = NuScenes(version=version, dataroot=str(dataroot), verbose=False)

    def _constant(self, name: str) -> float:
        self.faults.append(f"JSON holds {name}")
        return math.nan

    def _channels(self, modality: str) -> list[str]:
        return sorted(row["channel"] for row in self.tables["sensor"] if row["modality"] == modality)

    def check(self, condition: Any, fault: str) -> None:
        if not condition:
            self.faults.append(fault)

    # -------------------------------------------------------------------------------------------- section 13 of the contract

    def tokens_and_references(self) -> None:
        tokens = {}
        for name, rows in self.tables.items():
            if isinstance(rows, list) and rows and "token" in rows[0]:
                tokens[name] = [row["token"] for row in rows]
                self.check(len(set(tokens[name])) == len(rows), f"{name}: tokens are not unique")
        known = {name: set(values) for name, values in tokens.items()}
        references = {
            "sample_data": {"sample": "sample", "ego_pose": "ego_pose", "calibrated_sensor": "calibrated_sensor"},
            "sample_annotation": {"sample": "sample", "instance": "instance", "visibility": "visibility"},
            "calibrated_sensor": {"sensor": "sensor"},
            "sample": {"scene": "scene"},
            "scene": {"log": "log", "first_sample": "sample", "last_sample": "sample"},
            "instance": {
                "category": "category",
                "first_annotation": "sample_annotation",
                "last_annotation": "sample_annotation",
            },
            "lidarseg": {"sample_data": "sample_data"},
            "panoptic": {"sample_data": "sample_data"},
        }
        for table, keys in references.items():
            for row in self.tables.get(table, []):
                for key, target in keys.items():
                    self.check(row[f"{key}_token"] in known[target], f"{table}.{key}_token: {row[f'{key}_token']} is unknown")
        for row in self.tables["sample_annotation"]:
            self.check(len(row["attribute_tokens"]) <= 1, f"annotation {row['token']}: more than one attribute")
            self.check(set(row["attribute_tokens"]) <= known["attribute"], f"annotation {row['token']}: unknown attribute")
            self.check(min(row["size"]) > 0, f"annotation {row['token']}: size {row['size']}")
            self.check(abs(np.linalg.norm(row["rotation"]) - 1) < 1e-6, f"annotation {row['token']}: rotation not normal")
            counts = (row["num_lidar_pts"], row["num_radar_pts"])
            self.check(all(type(count) is int for count in counts), f"annotation {row['token']}: counts {counts} are no ints")
            self.check(min(row["translation"][:2]) >= 0, f"annotation {row['token']}: negative place")
        self.check(Counter(t for row in self.tables["map"] for t in row["log_tokens"]) == Counter(known["log"]), "map: logs")

    def chains(self) -> None:
        sample_time = {row["token"]: (row["scene_token"], row["timestamp"]) for row in self.tables["sample"]}
        sensor_of = {row["token"]: row["sensor_token"] for row in self.tables["calibrated_sensor"]}
        groups = {
            "sample": lambda row: row["scene_token"],
            "sample_data": lambda row: (sample_time[row["sample_token"]][0], sensor_of[row["calibrated_sensor_token"]]),
            "sample_annotation": lambda row: row["instance_token"],
        }
        for table, group_of in groups.items():
            rows = defaultdict(list)
            for row in self.tables[table]:
                rows[group_of(row)].append(row)
            for group, chain in rows.items():
                time_of = {r["token"]: r.get("timestamp") or sample_time[r["sample_token"]][1] for r in chain}
                chain.sort(key=lambda row: time_of[row["token"]])
                names = ["", *(row["token"] for row in chain), ""]
                good = all(row["prev"] == names[i] and row["next"] == names[i + 2] for i, row in enumerate(chain))
                self.check(good, f"{table}: the chain of {group} is broken")
                self.check(len(set(time_of.values())) == len(chain), f"{table}: two rows of {group} at one time")
        for row in self.tables["scene"]:
            chain = [s for s in self.tables["sample"] if s["scene_token"] == row["token"]]
            self.check(row["nbr_samples"] == len(chain), f"scene {row['name']}: nbr_samples")
            self.check(row["first_sample_token"] == chain[0]["token"], f"scene {row['name']}: first sample")
            self.check(row["last_sample_token"] == chain[-1]["token"], f"scene {row['name']}: last sample")
        counts = Counter(row["instance_token"] for row in self.tables["sample_annotation"])
        for row in self.tables["instance"]:
            self.check(row["nbr_annotations"] == counts[row["token"]], f"instance {row['token']}: nbr_annotations")

    def samples(self) -> None:
        poses = {row["token"]: row for row in self.tables["ego_pose"]}
        self.check(len(poses) == len(self.tables["sample_data"]), "ego_pose: not one a sample_data")
        channels = [row["channel"] for row in self.tables["sensor"]]
        by_sample = defaultdict(list)
        for row in self.nusc.sample_data:
            self.check((self.dataroot / row["filename"]).is_file(), f"{row['filename']}: missing")
            self.check(poses[row["ego_pose_token"]]["timestamp"] == row["timestamp"], f"{row['filename']}: ego_pose time")
            after = self.nusc.get("sample", row["sample_token"])
            if row["is_key_frame"]:
                by_sample[row["sample_token"]].append(row)
            else:
                before = self.nusc.get("sample", after["prev"])["timestamp"] if after["prev"] else -math.inf
                self.check(before < row["timestamp"] <= after["timestamp"], f"{row['filename']}: linked to a wrong sample")
        for sample in self.nusc.sample:
            rows = by_sample[sample["token"]]
            self.check(sorted(row["channel"] for row in rows) == sorted(channels), f"sample {sample['token']}: key frames")
            for row in rows:
                self.check(abs(row["timestamp"] - sample["timestamp"]) <= 50_000, f"{row['filename']}: too far from its sample")
            for channel in self._channels("lidar"):
                self.check(
                    self.nusc.get("sample_data", sample["data"][channel])["timestamp"] == sample["timestamp"], "lidar time"
                )

    # -------------------------------------------------------------------------------------------- files

    def images(self) -> None:
        for row in self.nusc.sample_data:
            if row["sensor_modality"] == "camera":
                with Image.open(self.dataroot / row["filename"]) as image:
                    self.check(image.format == "JPEG", f"{row['filename']}: {image.format}")
                    self.check(image.size == (row["width"], row["height"]), f"{row['filename']}: {image.size}")

    def points(self) -> None:
        """Recounts points in boxes from the files, compares label counts with clouds, holds rows against nuScenes' own."""
        for row in self.nusc.sample_data:
            if row["sensor_modality"] == "lidar":
                cloud = LidarPointCloud.from_file(str(self.dataroot / row["filename"]))
                self.check(np.isfinite(cloud.points).all(), f"{row['filename']}: not finite")
                self.check(cloud.points[3].min() >= 0 and cloud.points[3].max() <= 255, f"{row['filename']}: intensity")
                self._rows(row["filename"])
        for sample in self.nusc.sample:
            self._points_of(sample)

    def _rows(self, filename: str) -> None:
        """Columns of all rings from the lowest up, each column one direction; firings without a return at the origin."""
        rows = np.fromfile(self.dataroot / filename, np.float32).reshape(-1, 5)
        rings = int(rows[:, 4].max()) + 1
        self.check(len(rows) % rings == 0, f"{filename}: {len(rows)} rows are no columns of {rings}")
        columns = rows.reshape(-1, rings, 5)
        self.check((columns[..., 4] == np.arange(rings)).all(), f"{filename}: rings are not in order")
        to_the_right = np.arctan2(columns[..., 0], columns[..., 1])
        apart = np.angle(np.exp(1j * (to_the_right - to_the_right[:, :1])))
        self.check(np.abs(apart).max() < 0.01, f"{filename}: a column looks into several directions")
        turned = np.unwrap(to_the_right[:, 0])
        self.check((np.diff(turned) > 0).all(), f"{filename}: columns do not turn clockwise")
        range_m = np.linalg.norm(rows[:, :3], axis=1)
        lost = range_m < 0.1
        self.check(range_m[lost].max(initial=0.0) < 1e-4 and not rows[lost, 3].any(), f"{filename}: firings without a return")

    def _points_of(self, sample: dict[str, Any]) -> None:
        clouds = {channel: self._global_points(sample["data"][channel]) for channel in self._channels("lidar")}
        nothing = np.empty((3, 0))
        lidar = np.concatenate([nothing, *clouds.values()], axis=1)
        radar = np.concatenate(
            [nothing, *(self._global_points(sample["data"][channel]) for channel in self._channels("radar"))], axis=1
        )
        for token in sample["anns"]:
            row = self.nusc.get("sample_annotation", token)
            box = Box(row["translation"], row["size"], Quaternion(row["rotation"]))
            inside = int(points_in_box(box, lidar).sum())
            # The files hold 32-bit numbers, so a point on a face may fall on either side.
            self.check(abs(inside - row["num_lidar_pts"]) <= 1, f"{token}: num_lidar_pts {row['num_lidar_pts']}, is {inside}")
            box.wlh[2] = 1e4
            inside = int(points_in_box(box, radar).sum())
            self.check(abs(inside - row["num_radar_pts"]) <= 1, f"{token}: num_radar_pts {row['num_radar_pts']}, is {inside}")
        for channel, cloud in clouds.items():
            lidar_token = sample["data"][channel]
            for table, kind in (("lidarseg", "lidarseg"), ("panoptic", "panoptic")):
                labels = load_bin_file(str(self.dataroot / self.nusc.get(table, lidar_token)["filename"]), kind)
                self.check(len(labels) == cloud.shape[1], f"{table} of {lidar_token}: {len(labels)} labels")
                classes = labels if table == "lidarseg" else labels // 1000
                self.check(classes.max() <= 31, f"{table} of {lidar_token}: class {classes.max()}")
        self.measures["point_labels"] = sorted({*self.measures.get("point_labels", []), *clouds})

    # -------------------------------------------------------------------------------------------- radar against truth

    def radar(self) -> None:
        """What the devkit's default filter leaves of the scans: how many, how fast what stands still is, how fast cars are."""
        counts: dict[str, list[int]] = defaultdict(list)
        still, errors, cross_sections = [], [], []
        truth = {row["sample_annotation_token"]: row for row in self.tables["rarebit_annotation"]}
        for row in (row for row in self.nusc.sample_data if row["sensor_modality"] == "radar"):
            cloud = RadarPointCloud.from_file(str(self.dataroot / row["filename"])).points
            counts[row["channel"]].append(cloud.shape[1])
            compensated, scenery = cloud[8:10], cloud[3] == 1
            if not row["is_key_frame"]:
                continue
            places = self._global(row, cloud[:3].astype(np.float64))
            turn = self._rotation(row)
            for token in self.nusc.get("sample", row["sample_token"])["anns"]:
                annotation = self.nusc.get("sample_annotation", token)
                box = Box(annotation["translation"], annotation["size"], Quaternion(annotation["rotation"]))
                box.wlh[2] = 1e4
                inside = points_in_box(box, places)
                box.wlh[:2] += 1.0
                scenery &= ~points_in_box(box, places)
                if not annotation["category_name"].startswith("vehicle"):
                    continue
                unit = cloud[:2, inside] / np.linalg.norm(cloud[:2, inside], axis=0)
                own = turn.T @ truth[token]["velocity"]
                errors += (np.sum(compensated[:, inside] * unit, axis=0) - own[:2] @ unit).tolist()
                cross_sections += cloud[5, inside].tolist() if annotation["category_name"] == "vehicle.car" else []
            still += np.abs(compensated[:, scenery]).max(axis=0).tolist()
        self.check(max(still, default=0.0) <= 0.25 + 1e-6, f"radar: what stands still moves at {max(still, default=0.0)} m/s")
        self.measures["radar"] = {
            "returns": {channel: float(np.mean(values)) for channel, values in sorted(counts.items())},
            "still": len(still),
            "still_mps": max(still, default=math.nan),
            "on_vehicles": len(errors),
            # The rest are returns from the ground below and from what stands close beside.
            "vehicle_speeds_right": float(np.mean(np.abs(errors) < 0.5)) if errors else math.nan,
            "car_dbsm": float(np.mean(cross_sections)) if cross_sections else math.nan,
        }

    def _global(self, data: dict[str, Any], points: np.ndarray) -> np.ndarray:
        for table, key in (("calibrated_sensor", "calibrated_sensor_token"), ("ego_pose", "ego_pose_token")):
            row = self.nusc.get(table, data[key])
            points = Quaternion(row["rotation"]).rotation_matrix @ points + np.array(row["translation"])[:, None]
        return points

    def _rotation(self, data: dict[str, Any]) -> np.ndarray:
        """(3, 3) global from sensor."""
        mount = self.nusc.get("calibrated_sensor", data["calibrated_sensor_token"])
        ego = self.nusc.get("ego_pose", data["ego_pose_token"])
        return Quaternion(ego["rotation"]).rotation_matrix @ Quaternion(mount["rotation"]).rotation_matrix

    def _global_points(self, token: str) -> np.ndarray:
        data = self.nusc.get("sample_data", token)
        path = str(self.dataroot / data["filename"])
        if data["sensor_modality"] == "radar":
            every = list(range(18))
            cloud = RadarPointCloud.from_file(path, invalid_states=every, dynprop_states=list(range(8)), ambig_states=every)
        else:
            cloud = LidarPointCloud.from_file(path)
        return self._global(data, cloud.points[:3].astype(np.float64))

    # -------------------------------------------------------------------------------------------- map and CAN bus

    def maps(self) -> None:
        distances = []
        for location in sorted({row["location"] for row in self.tables["log"]}):
            map_api.locations.append(location)
            roads = NuScenesMap(str(self.dataroot), location)
            lanes = [row["token"] for row in roads.lane + roads.lane_connector]
            self.check(lanes, f"map {location}: no lanes")
            for token in lanes:
                self.check(len(roads.discretize_lanes([token], 1.0)[token]) >= 2, f"map {location}: lane {token}: no path")
            for layer in ("drivable_area", "road_segment", "road_block", "lane", "walkway", "ped_crossing", "stop_line"):
                for row in getattr(roads, layer):
                    for polygon in row.get("polygon_tokens", [row.get("polygon_token")]):
                        self.check(roads.extract_polygon(polygon).is_valid or layer != "drivable_area", f"{layer}: not valid")
            for layer in roads.non_geometric_line_layers:
                for row in getattr(roads, layer):
                    self.check(not roads.extract_line(row["line_token"]).is_empty, f"map {location}: {layer}: empty line")
            logs = {row["token"] for row in self.tables["log"] if row["location"] == location}
            for sample in self.nusc.sample:
                if self.nusc.get("scene", sample["scene_token"])["log_token"] in logs:
                    distances.append(self._on_map(roads, sample))
        self.measures["ego_to_lane_m"] = max(distances)

    def _on_map(self, roads: NuScenesMap, sample: dict[str, Any]) -> float:
        """Distance of the ego from the centre line of its closest lane; the masks have to know the place as drivable."""
        channel = min(sample["data"], key=lambda name: (name != "LIDAR_TOP", name))
        pose = self.nusc.get("ego_pose", self.nusc.get("sample_data", sample["data"][channel])["ego_pose_token"])
        x, y = pose["translation"][:2]
        lane = roads.get_closest_lane(x, y, radius=5)
        self.check(lane, f"sample {sample['token']}: no lane near the ego")
        self.check(roads.record_on_point(x, y, "drivable_area"), f"sample {sample['token']}: the ego is off the drivable area")
        log = self.nusc.get("log", self.nusc.get("scene", sample["scene_token"])["log_token"])
        prior = self.nusc.get("map", log["map_token"])["mask"]
        self.check(prior.is_on_mask(x, y)[0], f"sample {sample['token']}: the ego is off the map mask")
        width, height = roads.canvas_edge
        self.check(
            prior.mask().shape == (height * 10, width * 10), f"map mask: {prior.mask().shape}, canvas {width} x {height}"
        )
        points = np.array(roads.discretize_lanes([lane], 0.2)[lane]) if lane else np.full((1, 3), np.inf)
        return float(np.linalg.norm(points[:, :2] - [x, y], axis=1).min())

    def can_bus(self) -> None:
        can = NuScenesCanBus(str(self.dataroot))
        for scene in self.nusc.scene:
            for name in can.can_messages:
                messages = can.get_messages(scene["name"], name)
                times = np.array([message["utime"] for message in messages])
                steps, rate = np.diff(times), RATES_HZ[name]
                self.check(np.all(steps > 0), f"can_bus: {scene['name']}: {name}: times")
                self.check(np.all(np.abs(steps * rate * 1e-6 - 1) < 0.01), f"can_bus: {scene['name']}: {name}: rate")
            self.check(set(can.get_messages(scene["name"], "meta")) == set(RATES_HZ), f"can_bus: {scene['name']}: meta")
            self._gravity(scene["name"], can.get_messages(scene["name"], "pose"))
            route, pose = can.get_pose_and_route(scene["name"])
            gap = np.min(np.linalg.norm(route[:, None] - pose[None, :, :2], axis=2), axis=0).max()
            self.check(gap < 1.0, f"can_bus: {scene['name']}: the route is {gap:.2f} m off")
            first = self.nusc.get("sample", scene["first_sample_token"])
            messages = can.get_messages(scene["name"], "pose")
            self.check(messages[0]["utime"] <= first["timestamp"], f"can_bus: {scene['name']}: starts late")
            self.check(list(messages[0]) == sorted(messages[0]), f"can_bus: {scene['name']}: order of keys")

    def _gravity(self, scene: str, poses: list[dict[str, Any]]) -> None:
        """What the accelerometer reads against the derivative of the velocity, both turned into the global frame."""
        turn = [Quaternion(pose["orientation"]).rotation_matrix for pose in poses]
        force = np.array([r @ pose["accel"] for r, pose in zip(turn, poses, strict=True)])
        velocity = np.array([r @ pose["vel"] for r, pose in zip(turn, poses, strict=True)])
        place, seconds = np.array([pose["pos"] for pose in poses]), np.array([pose["utime"] for pose in poses]) * 1e-6
        gained = trapezoid(force - [0, 0, 9.81], seconds, axis=0)
        self.check(np.abs(gained - (velocity[-1] - velocity[0])).max() < 0.5, f"can_bus: {scene}: accel is not that of vel")
        moved = trapezoid(velocity, seconds, axis=0)
        self.check(np.abs(moved - (place[-1] - place[0])).max() < 0.5, f"can_bus: {scene}: vel is not that of pos")

    def prediction(self) -> None:
        """The devkit's helper finds a past and the whole future of everything that the dataset offers for prediction."""
        helper = PredictHelper(self.nusc)
        # The challenge's own splits name the real scenes; the reader has to find the file and none of them in it.
        self.check(get_prediction_challenge_split("mini_train", str(self.dataroot)) == [], "prediction: holds real scenes")
        lists = json.loads((self.dataroot / "maps" / "prediction" / "prediction_scenes.json").read_text())
        self.check(sorted(lists) == sorted(scene["name"] for scene in self.nusc.scene), "prediction: scenes")
        for entry in [entry for entries in lists.values() for entry in entries]:
            instance, sample = entry.split("_")
            future = helper.get_future_for_agent(instance, sample, seconds=6, in_agent_frame=True)
            self.check(future.shape == (12, 2), f"prediction: {entry}: future of {future.shape}")
        self.measures["predictions"] = sum(map(len, lists.values()))

    def pictures(self) -> None:
        """The devkit's renderings of maps, upon the basemap.

        Polygons are drawn by a patch of our own, because the devkit's comes from a package that Shapely 2 breaks. Its masks of
        layers cannot be had for any location but the four real ones: their names stand in its code.
        """
        map_api.descartes.PolygonPatch = lambda polygon, **style: PathPatch(
            Path2D(np.asarray(polygon.exterior.coords)), **style
        )
        for location in sorted({row["location"] for row in self.tables["log"]}):
            roads = NuScenesMap(str(self.dataroot), location)
            ground = BitMap(str(self.dataroot), location, "basemap")
            height, width = ground.image.shape[:2]
            scale = width / roads.canvas_edge[0], height / roads.canvas_edge[1]
            self.check(ground.image.std() > 1 and scale[0] == scale[1], f"basemap {location}: {ground.image.shape}")
            logs = {row["token"] for row in self.tables["log"] if row["location"] == location}
            scene = next(scene for scene in self.nusc.scene if scene["log_token"] in logs)
            layers = ["drivable_area", "lane", "ped_crossing", "walkway", "lane_divider", "road_divider"]
            roads.render_centerlines(resolution_meters=5, figsize=1, bitmap=ground)
            roads.render_layers(layers, figsize=1, bitmap=ground)
            roads.render_map_patch((0, 0, *roads.canvas_edge), layers, figsize=(1, 1), bitmap=ground)
            if "LIDAR_TOP" in self._channels("lidar"):
                roads.render_egoposes_on_fancy_map(self.nusc, [scene["token"]], verbose=False, bitmap=ground)
            if {"CAM_FRONT", "LIDAR_TOP"} <= {row["channel"] for row in self.tables["sensor"]}:
                roads.render_map_in_image(self.nusc, scene["first_sample_token"], verbose=False)
            matplotlib.pyplot.close("all")

    # -------------------------------------------------------------------------------------------- own truth as a submission

    def detection(self, folder: Path) -> None:
        results: dict[str, list[dict[str, Any]]] = {}
        for sample in self.nusc.sample:
            results[sample["token"]] = []
            for row in (self.nusc.get("sample_annotation", token) for token in sample["anns"]):
                name = category_to_detection_name(row["category_name"])
                if name is None or row["num_lidar_pts"] + row["num_radar_pts"] == 0:
                    continue
                attributes = [self.nusc.get("attribute", token)["name"] for token in row["attribute_tokens"]]
                results[sample["token"]].append(
                    self._result(sample, row)
                    | {
                        "detection_name": name,
                        "detection_score": 1.0,
                        "attribute_name": attributes[0] if attributes else "",
                    }
                )
        path = self._submission(folder, "detection.json", results)
        config = config_factory("detection_cvpr_2019")
        judge = DetectionEval(self.nusc, config, str(path), SPLIT, str(folder / "detection"), verbose=False)
        present = sorted({box.detection_name for box in judge.gt_boxes.all})
        metrics, _ = judge.evaluate()
        self.measures["detection_classes"] = present
        aps = [metrics.mean_dist_aps[name] for name in present]
        # The devkit's own mAP counts every class that does not occur as 0; the mean here is over those that do.
        self.measures["mAP_devkit"] = float(metrics.mean_ap)
        self.measures["AP_per_class"] = {name: float(metrics.mean_dist_aps[name]) for name in present}
        self.measures["mAP"] = float(np.mean(aps)) if aps else math.nan
        errors = {}
        for name in ("trans_err", "scale_err", "orient_err", "vel_err", "attr_err"):
            values = [metrics.get_label_tp(label, name) for label in present]
            errors[name] = float(np.nanmean(values)) if not np.all(np.isnan(values)) else 0.0
        self.measures["tp_errors"] = errors
        # The devkit's NDS over the classes that occur.
        self.measures["NDS"] = (5 * self.measures["mAP"] + sum(1 - min(1, error) for error in errors.values())) / 10

    def tracking(self, folder: Path) -> None:
        results: dict[str, list[dict[str, Any]]] = {}
        for sample in self.nusc.sample:
            results[sample["token"]] = []
            for row in (self.nusc.get("sample_annotation", token) for token in sample["anns"]):
                name = category_to_tracking_name(row["category_name"])
                if name is None or row["num_lidar_pts"] + row["num_radar_pts"] == 0:
                    continue
                results[sample["token"]].append(
                    self._result(sample, row)
                    | {"tracking_id": row["instance_token"], "tracking_name": name, "tracking_score": 1.0}
                )
        path = self._submission(folder, "tracking.json", results)
        judge = TrackingEval(
            config_factory("tracking_nips_2019"),
            str(path),
            SPLIT,
            str(folder / "tracking"),
            self.version,
            str(self.dataroot),
            verbose=False,
        )
        metrics, _ = judge.evaluate()
        tracks = judge.tracks_gt
        present = {box.tracking_name for scene in tracks.values() for boxes in scene.values() for box in boxes}
        amota = {name: metrics.label_metrics["amota"][name] for name in sorted(present)}
        self.measures["tracking_classes"] = sorted(present)
        self.measures["AMOTA"] = float(np.mean(list(amota.values()))) if amota else math.nan
        self.measures["id_switches"] = sum(metrics.label_metrics["ids"][name] for name in sorted(present))

    def _result(self, sample: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
        velocity = np.nan_to_num(self.nusc.box_velocity(row["token"]))[:2]
        return {
            "sample_token": sample["token"],
            "translation": row["translation"],
            "size": row["size"],
            "rotation": row["rotation"],
            "velocity": velocity.tolist(),
        }

    def _submission(self, folder: Path, name: str, results: dict[str, Any]) -> Path:
        meta = {f"use_{source}": False for source in ("camera", "lidar", "radar", "map", "external")}
        path = folder / name
        path.write_text(json.dumps({"meta": meta, "results": results}))
        return path

    def run(self) -> dict[str, Any]:
        for check in (
            *(self.tokens_and_references, self.chains, self.samples, self.images, self.points, self.maps, self.can_bus),
            *(self.radar, self.prediction, self.pictures),
        ):
            check()
        # The devkit's evaluation measures distances from where LIDAR_TOP's ego was.
        if "LIDAR_TOP" in self._channels("lidar"):
            with tempfile.TemporaryDirectory() as folder:
                self.detection(Path(folder))
                self.tracking(Path(folder))
        counts = {name: len(rows) for name, rows in self.tables.items() if isinstance(rows, list)}
        return {"faults": self.faults, "counts": counts, **self.measures}


def main() -> int:
    warnings.filterwarnings("ignore")
    # The devkit prints tables and progress; the caller wants one JSON object.
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        verdict = Judge(Path(sys.argv[1]), sys.argv[2]).run()
    json.dump(verdict, sys.stdout, indent=1)
    print()
    return 1 if verdict["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
