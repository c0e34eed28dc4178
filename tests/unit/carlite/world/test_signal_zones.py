"""Which lanes signals govern, whom they hold, and speed limits along the way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from carlite.actors import Actor, ActorStates, Kind
from carlite.mesh import Box
from carlite.opendrive import RoadNetwork, governed_lanes, parse
from carlite.wire.binary import LightState
from carlite.world.records import SnapshotRecords
from carlite.world.signals import TrafficSignals
from carlite.world.speed_limits import SpeedLimits
from carlite.world.zones import zone_of

_MAPS = Path(__file__).parents[4].parent / "shared" / "maps" / "carla"
_LANE = '<lane id="{}" type="driving" level="false"><link>{}</link><width sOffset="0" a="3.5" b="0" c="0" d="0"/></lane>'
_LIGHT = """<signal name="l" id="7" s="2" t="-5" zOffset="3" hOffset="0" orientation="-" dynamic="yes" type="1000001"
subtype="-1" value="-1"><validity fromLane="0" toLane="0"/></signal>"""
_REFERENCE = '<signalReference id="{}" s="1" t="0" orientation="-"><validity fromLane="-1" toLane="-1"/></signalReference>'


def _network(*, signal: str = _LIGHT, before_m: float = 50.0, speed: str = "", vendor: str = "") -> RoadNetwork:
    """A street along x of ``before_m`` up to a junction at x = 50, whose one road of 20 m goes straight on; speed 50 km/h."""

    def road(number: int, x: float, length: float, junction: int, link: str, lane_link: str, signals: str) -> str:
        return f"""<road name="r" length="{length}" id="{number}" junction="{junction}"><link>{link}</link>
<type s="0" type="town"><speed max="{"50" if junction < 0 else "no limit"}" unit="km/h"/></type>
<planView><geometry s="0" x="{x}" y="0" hdg="0" length="{length}"><line/></geometry></planView>
<lanes><laneSection s="0"><center><lane id="0" type="none" level="false"/></center>
<right>{_LANE.format(-1, lane_link)}</right></laneSection></lanes><signals>{signals}</signals></road>"""

    first = road(1, 50.0 - before_m, before_m, -1, '<successor elementType="junction" elementId="9"/>', "", speed)
    inside = road(
        *(2, 50.0, 20.0, 9, '<predecessor elementType="road" elementId="1" contactPoint="end"/>'),
        *('<predecessor id="-1"/>', signal + _REFERENCE.format("7")),
    )
    return parse(
        f'<?xml version="1.0"?><OpenDRIVE><header revMajor="1" revMinor="4" name="x" vendor="{vendor}"/>{first}{inside}'
        '<controller name="c" id="3"><control signalId="7"/></controller>'
        '<junction id="9" name="j"><connection id="0" incomingRoad="1" connectingRoad="2" contactPoint="start">'
        '<laneLink from="-1" to="-1"/></connection><controller id="3"/></junction></OpenDRIVE>'
    )


class _Street:
    """Signals of a network and one car of 4 m on it."""

    def __init__(self, network: RoadNetwork) -> None:
        self.states = ActorStates()
        self.records = SnapshotRecords(self.states)
        self.actors: list[Actor] = []
        self.signals = TrafficSignals(network, self._add, self.records)
        box = Box(centre=(0.0, 0.0, 0.7), half_extent=(2.0, 0.9, 0.7))
        self.car = self._add(Kind.VEHICLE, "vehicle.tesla.model3", {}, box, (0.0, 1.75, 0.0), (0.0, 0.0, 0.0))

    def _add(self, kind: Kind, type_id: str, attributes: dict[str, str], box: Box, location: Any, rotation: Any) -> Actor:
        number = int(np.count_nonzero(self.states.actor_id)) + 1
        row = self.states.allocate(number)
        actor = Actor(id=number, kind=kind, type_id=type_id, attributes=attributes, row=row, box=box)
        self.states.location[row], self.states.rotation_deg[row] = location, rotation
        self.records.add(actor)
        self.actors.append(actor)
        return actor

    def at(self, x: float, *, speed: float = 5.0, yaw_deg: float = 0.0, delta_s: float = 0.05) -> tuple[bool, LightState]:
        """What the car is told with its centre at ``x``."""
        row = self.car.row
        self.states.location[row, 0], self.states.velocity[row, 0] = x, speed
        self.states.rotation_deg[row, 1] = yaw_deg
        self.signals.step(delta_s, self.states, [self.car])
        told = self.records.vehicles[row]
        return bool(told["has_light"]), LightState(int(told["light_state"]))

    def show(self, state: LightState) -> None:
        self.signals.freeze(True)
        self.signals.set_state(self.signals.lights[0], state)


def test_a_reference_inside_a_junction_governs_the_lane_before_it() -> None:
    (lane,) = governed_lanes(_network())["7"]
    assert (lane.road.id, lane.lane_id, lane.entered) == (1, -1, (2,))
    assert lane.stop_s == pytest.approx(50.0, abs=0.1)


@pytest.mark.parametrize("state", [LightState.RED, LightState.YELLOW, LightState.GREEN])
def test_who_is_in_the_zone_is_told_the_state(state: LightState) -> None:
    street = _Street(_network())
    street.show(state)
    assert street.at(43.4) == (False, LightState.GREEN)  # the front is 4.6 m before the line
    assert street.at(43.6) == (True, state)
    assert street.at(50.4) == (True, state)  # the rear is 1.6 m before it
    assert street.at(50.6) == (False, LightState.GREEN)


def test_the_zone_is_as_long_on_a_short_road() -> None:
    street = _Street(_network(before_m=1.0))
    street.show(LightState.RED)
    assert street.at(44.0) == (True, LightState.RED)


@pytest.mark.parametrize(("yaw_deg", "y", "told"), [(0.0, 3.4, True), (0.0, 3.6, False), (45.0, 4.0, True), (80.0, 4.8, False)])
def test_the_zone_is_half_as_wide_as_the_lane(yaw_deg: float, y: float, told: bool) -> None:
    street = _Street(_network())
    street.show(LightState.RED)
    street.states.location[street.car.row, 1] = y  # the lane's middle is at 1.75, the zone's edge at 2.625
    assert street.at(47.0, yaw_deg=yaw_deg)[0] is told


def test_who_drives_is_told_at_once_when_a_light_turns() -> None:
    street = _Street(_network())
    street.show(LightState.GREEN)
    assert street.at(45.0) == (True, LightState.GREEN)
    street.show(LightState.YELLOW)
    assert street.at(45.5) == (True, LightState.YELLOW)


def test_who_stands_before_the_line_is_told_nothing_for_one_tick_when_a_light_turns() -> None:
    street = _Street(_network())
    street.show(LightState.GREEN)
    street.at(45.0, speed=0.0)
    street.show(LightState.RED)
    told = [street.at(45.0, speed=speed) for speed in (2.0, 0.0, 0.0)]
    assert told == [(True, LightState.RED), (False, LightState.GREEN), (True, LightState.RED)]
    street.show(LightState.GREEN)
    assert street.at(49.9, speed=0.0) == (True, LightState.GREEN)
    street.show(LightState.RED)
    assert street.at(50.2, speed=0.0) == (True, LightState.RED)  # its front is past the line


def test_a_light_that_is_taken_away_is_not_told() -> None:
    street = _Street(_network())
    street.show(LightState.RED)
    assert street.at(47.0) == (True, LightState.RED)
    street.signals.remove(street.signals.lights[0])
    assert street.at(47.0) == (False, LightState.GREEN)
    assert street.signals.lights == []
    street.signals.reset_all()


def test_traffic_the_other_way_is_not_held() -> None:
    street = _Street(_network())
    street.show(LightState.RED)
    assert street.at(48.0, yaw_deg=180.0) == (False, LightState.GREEN)


def test_the_trigger_volume_lies_on_the_lane_before_the_junction() -> None:
    street = _Street(_network())
    light = street.signals.lights[0]
    location, yaw = street.states.location[light.row], np.radians(street.states.rotation_deg[light.row, 1])
    dx, dy, dz = light.box.centre
    offset = [dx * np.cos(yaw) - dy * np.sin(yaw), dx * np.sin(yaw) + dy * np.cos(yaw), dz]
    centre = location + np.array(offset)
    np.testing.assert_allclose(centre, [47.0, 1.75, 0.0], atol=0.05)
    assert light.box.half_extent == pytest.approx((0.25 * 3.5, 1.5, 1.0))
    assert light.box.rotation_deg[1] == pytest.approx(0.0, abs=1e-6)


def test_a_stop_sign_holds_two_seconds_without_a_light() -> None:
    street = _Street(_network(signal=_LIGHT.replace("1000001", "206")))
    told = [street.at(45.5, speed=0.0, delta_s=0.5) for _ in range(7)]
    assert told[:4] == [(False, LightState.RED)] * 4
    assert told[5:] == [(False, LightState.GREEN)] * 2


def test_a_speed_sign_counts_until_the_record_changes() -> None:
    sign = _LIGHT.replace('"7" s="2"', '"8" s="20"').replace("1000001", "274").replace('subtype="-1"', 'subtype="40"')
    street = _Street(_network(speed=sign.replace('fromLane="0" toLane="0"', 'fromLane="-1" toLane="-1"')))

    def limit(x: float, recorded: float) -> float:
        street.states.location[street.car.row, 0] = x
        return float(street.signals.speed_limits(street.states, [street.car], np.array([recorded]))[0])

    assert [limit(5.0, 50.0), limit(18.0, 50.0), limit(40.0, 50.0), limit(60.0, 30.0), limit(80.0, 50.0)] == [
        *(50.0, 40.0, 40.0, 30.0, 50.0),
    ]


def _sign(number: int, s: float, kind: str, subtype: str = "-1", name: str = "l") -> str:
    sign = _LIGHT.replace('id="7" s="2"', f'id="{number}" s="{s}"').replace("1000001", kind)
    return sign.replace('subtype="-1"', f'subtype="{subtype}"').replace('name="l"', f'name="{name}"')


def _actors(street: _Street) -> list[str]:
    return [actor.type_id for actor in street.actors if actor.kind is not Kind.VEHICLE]


def test_signs_that_carla_has_models_of_get_actors() -> None:
    signs = [_sign(20 + n, 10.0 * n, "274", kph) for n, kph in enumerate(("30", "90", "100", ""))]
    signs += [_sign(30, 45.0, "205"), _sign(31, 40.0, "101"), _sign(32, 46.0, "206", name="Stencil_STOP")]
    street = _Street(_network(speed="".join(signs)))
    assert _actors(street) == ["traffic.speed_limit.30", "traffic.speed_limit.90", "traffic.yield", "traffic.traffic_light"]


@pytest.mark.parametrize(("apart_m", "count"), [(4.9, 1), (5.1, 2)])
def test_one_sign_stands_for_all_of_its_kind_within_five_metres(apart_m: float, count: int) -> None:
    street = _Street(_network(speed=_sign(20, 10.0, "206") + _sign(21, 10.0 + apart_m, "206")))
    assert _actors(street).count("traffic.stop") == count


@pytest.mark.parametrize(("number", "count"), [("7", 1), ("8", 0)])
def test_a_light_inside_a_junction_needs_a_controller(number: str, count: int) -> None:
    street = _Street(_network(signal=_LIGHT.replace('id="7"', f'id="{number}"')))
    assert len(street.signals.lights) == count


@pytest.mark.parametrize(("vendor", "expected"), [("", 50.0), ("VectorZero", 30.0)])
def test_limits_are_the_records_but_of_streets_in_carlas_towns(vendor: str, expected: float) -> None:
    limits = SpeedLimits(_network(vendor=vendor))
    places = np.array([[25.0, 1.75, 0.0], [60.0, 1.75, 0.0], [500.0, 0.0, 0.0]])
    np.testing.assert_allclose(limits.at(places, np.full(3, 77.0)), [expected, expected, 77.0])


def test_every_light_of_the_towns_governs_a_lane() -> None:
    path = _MAPS / "Town10HD.xodr"
    if not path.is_file():
        pytest.skip("the shared maps are not here")
    network = parse(path.read_text())
    governed = governed_lanes(network)
    lights = [signal.id for _, signal in network.signals() if signal.is_traffic_light]
    assert len(lights) == 17
    assert all(lane.road.junction == -1 for light in lights for lane in governed[light])


@pytest.mark.parametrize(("rule", "lane_id", "wanted_m"), [("RHT", -1, 147.0), ("LHT", 1, 153.0)])
def test_the_zone_of_a_light_lies_before_it_but_behind_it_in_left_hand_traffic_as_in_carla(
    rule: str, lane_id: int, wanted_m: float
) -> None:
    """CARLA 0.9.16 takes the sense of travel from the sign of the lane's number (carla pull request 9607)."""
    side = "right" if lane_id < 0 else "left"
    light = f"""<signal name="l" id="7" s="150" t="{-6 if lane_id < 0 else 6}" zOffset="3" hOffset="0" orientation="+"
dynamic="yes" type="1000001" subtype="-1" value="-1"><validity fromLane="{lane_id}" toLane="{lane_id}"/></signal>"""
    network = parse(
        f"""<?xml version="1.0"?><OpenDRIVE><header revMajor="1" revMinor="4" name="x"/>
<road name="r" length="400" id="1" junction="-1" rule="{rule}">
<planView><geometry s="0" x="0" y="0" hdg="0" length="400"><line/></geometry></planView>
<lanes><laneSection s="0">{"" if side == "right" else f"<left>{_LANE.format(1, '')}</left>"}
<center><lane id="0" type="none" level="false"/></center>
{f"<right>{_LANE.format(-1, '')}</right>" if side == "right" else ""}</laneSection></lanes>
<signals>{light}</signals></road></OpenDRIVE>"""
    )
    (lane,) = governed_lanes(network)["7"]
    assert zone_of(lane).centre[0] == pytest.approx(wanted_m, abs=1e-6)
