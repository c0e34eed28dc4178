"""A scene's bytes follow from its scenario alone, whatever the server did before."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from rarebit.generate import concretise
from rarebit.language import find, load
from rarebit.rig.rig import Rig
from rarebit.run import attempt, record
from rarebit.scenario import ConcreteScenario
from rarebit.session.config import CarlaConfig
from rarebit.session.server import CarlaServer
from rarebit.session.session import open_session
from rarebit.snapshot import LidarSweep, Picture, RadarScan


def recorded(server: CarlaServer, scenario: ConcreteScenario, rig: Rig) -> dict[tuple[int, str], str]:
    """A hash of everything that each snapshot holds, by time and channel; the actors are the channel "actors"."""
    result = {}
    with open_session(server.config, scenario.road, server) as session:
        trial = attempt(session, scenario)
        with record(session, scenario, trial, rig) as recording:
            shots = list(recording.moments)
        for shot in shots:
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


def test_what_a_server_did_before_leaves_no_trace(small_rig: Rig) -> None:
    smoke = concretise(load(find("smoke")), 0, 0)
    smoke = replace(smoke, duration_s=1.2, weather=replace(smoke.weather, precipitation=80.0), accept=())
    other = replace(concretise(load(find("child_from_behind_van")), 0, 0), duration_s=0.5, accept=(), story=())
    with CarlaServer(CarlaConfig(start_timeout_s=400.0)) as server:
        first = recorded(server, smoke, small_rig)
        recorded(server, other, small_rig)
        again = recorded(server, smoke, small_rig)
    assert sorted(key for key in first if first[key] != again[key]) == []
    assert {channel for _, channel in first} == {"CAM_FRONT", "CAM_FRONT labels", "LIDAR_TOP", "actors"}
