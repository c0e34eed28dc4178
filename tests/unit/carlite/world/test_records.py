from __future__ import annotations

import numpy as np
import pytest

from carlite.actors import Actor, ActorStates, Kind
from carlite.mesh import Box
from carlite.physics.controls import VehicleControl, WalkerControl
from carlite.wire import binary
from carlite.world.records import SnapshotRecords

_BOX = Box(centre=(0.0, 0.0, 0.0), half_extent=(1.0, 1.0, 1.0))


def _add(records: SnapshotRecords, states: ActorStates, number: int, kind: Kind) -> Actor:
    actor = Actor(id=number, kind=kind, type_id="x", attributes={}, row=states.allocate(number), box=_BOX)
    records.add(actor)
    return actor


def test_a_new_vehicle_faces_no_light_and_sees_green() -> None:
    states = ActorStates()
    records = SnapshotRecords(states)
    _add(records, states, 5, Kind.VEHICLE)
    (record,) = np.frombuffer(records.pack(), binary.ACTOR_RECORD)
    (detail,) = binary.detail_view(np.array([record]), binary.VEHICLE_DETAIL)
    assert (record["id"], record["state"]) == (5, 1)
    assert (detail["light_state"], bool(detail["has_light"]), detail["speed_limit"]) == (2, False, 30.0)


def test_records_are_packed_by_id_and_follow_the_states_when_they_grow() -> None:
    states = ActorStates()
    records = SnapshotRecords(states)
    actors = [_add(records, states, number, Kind.VEHICLE) for number in range(1, 301)]
    for actor in actors[::3]:
        states.release(actor.row)
        records.remove(actor)
    newcomer = _add(records, states, 900, Kind.WALKER)
    states.location[newcomer.row] = (1.5, -2.5, 3.5)
    packed = np.frombuffer(records.pack(), binary.ACTOR_RECORD)
    expected = [actor.id for index, actor in enumerate(actors) if index % 3] + [900]
    assert packed["id"].tolist() == expected
    assert packed["location"][-1].tolist() == [1.5, -2.5, 3.5]


def test_controls_are_read_back() -> None:
    states = ActorStates()
    records = SnapshotRecords(states)
    vehicle, walker = _add(records, states, 1, Kind.VEHICLE), _add(records, states, 2, Kind.WALKER)
    records.write_vehicle_control(vehicle.row, VehicleControl(throttle=0.5, steer=-0.25, brake=1.0, reverse=True, gear=-1))
    records.write_walker_control(walker.row, WalkerControl(direction=(0.0, 1.0, 0.0), speed=2.0, jump=True))
    packed = np.frombuffer(records.pack(), binary.ACTOR_RECORD)
    control = binary.detail_view(packed.copy(), binary.VEHICLE_DETAIL)[0]
    walk = binary.detail_view(packed.copy(), binary.WALKER_DETAIL)[1]
    assert [control[name] for name in ("throttle", "steer", "brake", "hand_brake", "reverse", "gear", "speed_limit")] == [
        0.5, -0.25, 1.0, False, True, -1, 30.0,
    ]  # fmt: skip
    assert walk["direction"].tolist() == [0.0, 1.0, 0.0]
    assert (walk["speed"], bool(walk["jump"])) == (pytest.approx(2.0), True)
