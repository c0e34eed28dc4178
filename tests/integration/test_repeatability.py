"""A scene's bytes follow from its scenario alone, whatever the server did before."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from rarebit.generate import concretise
from rarebit.run import attempt, record
from rarebit.scenario import ConcreteScenario
from rarebit.session.config import CarlaConfig
from rarebit.session.server import CarlaServer
from rarebit.session.session import open_session
from rarebit.snapshot import LidarSweep, Picture, RadarScan
from rarebit.spec import find, load
from sensors.load import rig_from_mapping

RIG = rig_from_mapping(
    {
        "name": "test",
        "key_rate_hz": 2,
        "sensors": {
            "CAM_FRONT": {
                "camera": {"width_px": 320, "height_px": 180, "fov_deg": 65.0},
                "at": {"x_m": 1.7, "y_m": 0.0, "z_m": 1.5, "yaw_deg": 0},
                "rate_hz": 10,
            },
            "LIDAR_TOP": {
                "lidar": {"channels": 32, "points_per_turn": 1084, "range_m": 100, "upper_deg": 10.67, "lower_deg": -30.67},
                "at": {"x_m": 0.94, "y_m": 0.0, "z_m": 1.84},
                "rate_hz": 20,
            },
        },
    }
)


def recorded(server: CarlaServer, scenario: ConcreteScenario) -> dict[tuple[int, str], str]:
    """A hash of everything that each snapshot holds, by time and channel; the actors are the channel "actors"."""
    result = {}
    with open_session(server.config, scenario.road, server) as session:
        trial = attempt(session, scenario)
        for shot in record(session, scenario, trial, RIG):
            for channel, data in shot.data.items():
                digest = hashlib.sha256()
                if isinstance(data, Picture):
                    digest.update(data.bgra.tobytes())
                elif isinstance(data, LidarSweep):
                    for array in (data.xyz_m, data.intensity, data.ring, data.tag, data.object_id):
                        digest.update(array.tobytes())
                elif isinstance(data, RadarScan):
                    digest.update(data.returns.tobytes())
                result[shot.time_us, channel] = digest.hexdigest()
            for channel, images in shot.labels.items():
                digest = hashlib.sha256(images.instance.tobytes() + images.tag.tobytes() + images.depth_m.tobytes())
                result[shot.time_us, channel + " labels"] = digest.hexdigest()
            actors = "".join(
                f"{a.actor_id} {a.instance_id} {a.name} {a.world_from_box.tobytes().hex()} {a.light_bits}" for a in shot.actors
            )
            result[shot.time_us, "actors"] = hashlib.sha256(actors.encode()).hexdigest()
    return result


def test_what_a_server_did_before_leaves_no_trace() -> None:
    smoke = concretise(load(find("smoke")), 0, 0)
    smoke = replace(smoke, duration_s=1.2, weather=replace(smoke.weather, precipitation=80.0), accept=())
    other = replace(concretise(load(find("child_from_behind_van")), 0, 0), duration_s=0.5, accept=(), story=())
    with CarlaServer(CarlaConfig(start_timeout_s=400.0)) as server:
        first = recorded(server, smoke)
        recorded(server, other)
        again = recorded(server, smoke)
    assert sorted(key for key in first if first[key] != again[key]) == []
    assert {channel for _, channel in first} == {"CAM_FRONT", "CAM_FRONT labels", "LIDAR_TOP", "actors"}
