"""What a scene folder holds beside its files: one JSON text from which the tables are assembled.

Everything is in the scene's own terms: unshifted world coordinates, times from 0, no tokens, no scene number. So a folder does
not depend on the batch it was made in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rarebit.core.frames import quaternion_wxyz
from rarebit.history import Event
from rarebit.labels.annotations import Annotations, Box
from rarebit.rig.rig import Mount, Rig
from rarebit.scenario import ConcreteScenario, Road, TemplateRoad
from rarebit.snapshot import Snapshot

Json = dict[str, Any]

RECORD = "scene.json"
LANE_MAP = "lane_map.json"


def scenario_header(scenario: ConcreteScenario, events: Sequence[Event], measures: Mapping[str, float]) -> Json:
    """What the tables say of the scenario itself."""
    return {
        "scenario": scenario.scenario,
        "summary": scenario.summary,
        "tags": list(scenario.tags),
        "spec_hash": scenario.spec_hash,
        "seed": scenario.seed,
        "index": scenario.index,
        "attempt": scenario.attempt,
        "values": dict(scenario.values),
        "road": _road_record(scenario.road),
        "weather": {name: getattr(scenario.weather, name) for name in scenario.weather.__slots__},
        "hazards": list(scenario.hazards),
        "events": [{"time_us": int(event.time_us), "kind": event.kind, "name": event.name} for event in events],
        "measures": {name: float(value) for name, value in sorted(measures.items())},
    }


def _road_record(road: Road) -> Json:
    """Where it happens, without the text of a generated road."""
    if isinstance(road, TemplateRoad):
        return {"template": road.template, "parameters": dict(road.parameters)}
    return {"town": road.town, "query": dict(road.query), "draw": road.draw}


def rig_record(rig: Rig) -> Json:
    """The rig as calibrated_sensor needs it; mounts where they really stand."""
    return {
        "name": rig.name,
        "key_rate_hz": rig.key_rate_hz,
        "mounts": [_mount_record(mount) for mount in rig.mounts],
    }


def asked_rig_record(rig: Rig) -> Json:
    """The rig as its file has it, whatever ego it stands on."""
    asked = (mount if mount.asked is None else replace(mount, ego_from_body=mount.asked, asked=None) for mount in rig.mounts)
    return rig_record(replace(rig, mounts=tuple(asked)))


def _mount_record(mount: Mount) -> Json:
    lens = mount.projection
    return {
        "channel": mount.channel,
        "modality": mount.modality.sensor,
        "kind": mount.modality.name,
        "ending": mount.modality.blob.ending,
        "fileformat": mount.modality.blob.fileformat,
        "pose": pose_record(mount.ego_from_sensor),
        "asked_translation": _floats(mount.asked[:3, 3]) if mount.asked is not None else None,
        "intrinsic": lens.intrinsic.tolist() if lens is not None else [],
        "lens": {"model": lens.model, "distortion": list(lens.distortion)} if lens is not None else None,
        "width_px": lens.width_px if lens is not None else 0,
        "height_px": lens.height_px if lens is not None else 0,
        "rate_hz": mount.rate_hz,
        "settings": asdict(mount.settings),
        "attributes": dict(mount.attributes),
    }


def pose_record(dst_from_src: NDArray[np.float64]) -> Json:
    """Translation and (w, x, y, z) rotation of a (4, 4) transform."""
    return {"translation": _floats(dst_from_src[:3, 3]), "rotation": _floats(quaternion_wxyz(dst_from_src))}


def frame_record(snapshot: Snapshot, annotations: Annotations | None, files: Json) -> Json:
    """One kept tick; ``files`` are the names of its files in the scene folder, by kind and channel."""
    ego_from_world = snapshot.world_from_ego[:3, :3].T
    result: Json = {
        "time_us": int(snapshot.time_us),
        "is_key_frame": bool(snapshot.is_key_frame),
        "ego": pose_record(snapshot.world_from_ego),
        # The CAN bus speaks in the vehicle's own axes.
        "velocity": _floats(ego_from_world @ snapshot.ego_velocity_mps),
        "acceleration": _floats(ego_from_world @ snapshot.ego_acceleration_mps2),
        "angular_velocity": _floats(ego_from_world @ snapshot.ego_angular_velocity_radps),
        "controls": {name: float(value) for name, value in sorted(snapshot.controls.items())},
        "files": files,
    }
    if annotations is not None:
        result["boxes"] = [_box_record(box) for box in annotations.boxes]
    return result


def _box_record(box: Box) -> Json:
    return {
        "actor_id": int(box.actor_id),
        "name": box.name,
        "category": box.category,
        "attribute": box.attribute,
        "fine_class": box.fine_class,
        "translation": _floats(box.world_from_box[:3, 3]),
        "rotation": _floats(quaternion_wxyz(box.world_from_box)),
        "true_rotation": _floats(quaternion_wxyz(box.world_from_actor_box)),
        "size": _floats(box.size_lwh_m),
        "velocity": _floats(box.velocity_mps),
        "angular_velocity": _floats(box.angular_velocity_radps),
        "visibility": box.visibility_token,
        "visible_fraction": round(float(box.visible_fraction), 4),
        "visible_pixels": int(box.visible_pixels),
        "num_lidar_pts": int(box.num_lidar_points),
        "num_radar_pts": int(box.num_radar_points),
    }


def _floats(values: NDArray[np.float64]) -> list[float]:
    return [float(value) for value in values]
