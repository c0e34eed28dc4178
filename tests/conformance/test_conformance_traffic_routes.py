"""The Traffic Manager changes lanes, follows routes, keeps distances and heeds or ignores whom it is told to.

The map is one of our own: a one-way street of two lanes, and apart from it a street that parts to the left and to the right,
with a stop sign before that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import carla
import pytest

Make = Callable[..., Any]
_WIDTH_M = 3.5
_WIDE_Y, _FORK_X, _TURN_M = 200.0, 150.0, 20.0
_LANE = """<lane id="{}" type="driving" level="false"><link>{}</link><width sOffset="0" a="3.5" b="0" c="0" d="0"/>
<roadMark sOffset="0" type="{}" weight="standard" color="white" width="0.15" laneChange="{}"/></lane>"""


def _road(number: int, place: str, shape: str, *, links: str = "", lanes: str, junction: int = -1, signals: str = "") -> str:
    length = place.rsplit('length="', 1)[1].rstrip('"')
    return f"""<road name="r" length="{length}" id="{number}" junction="{junction}"><link>{links}</link>
<type s="0" type="town"><speed max="30" unit="km/h"/></type><planView><geometry s="0" {place}>{shape}</geometry></planView>
<lanes><laneSection s="0"><center><lane id="0" type="none" level="false"/></center><right>{lanes}</right></laneSection></lanes>
<signals>{signals}</signals></road>"""


def _map() -> str:
    """Two lanes from (0, -200) on along x; a lane from (0, 0) that parts at x = 150 to y = -20 (left) and y = 20 (right)."""

    def single(link: str) -> str:
        return _LANE.format(-1, link, "solid", "none")

    def before(number: int) -> str:
        return f'<predecessor elementType="road" elementId="{number}" contactPoint="end"/>'

    def after(number: int) -> str:
        return f'<successor elementType="road" elementId="{number}" contactPoint="start"/>'

    quarter_m, half_pi = _TURN_M * 1.5707963267948966, 1.5707963267948966
    sign = """<signal name="stop" id="7" s="148" t="-4" zOffset="2" hOffset="0" orientation="+" dynamic="no" type="206"
subtype="-1" value="-1" country="OpenDRIVE" height="1" width="1"><validity fromLane="-1" toLane="-1"/></signal>"""
    both = _LANE.format(-1, "", "broken", "both") + _LANE.format(-2, "", "solid", "none")
    roads = [
        _road(1, f'x="0" y="{_WIDE_Y}" hdg="0" length="400"', "<line/>", lanes=both),
        _road(
            *(2, f'x="0" y="0" hdg="0" length="{_FORK_X}"', "<line/>"),
            links='<successor elementType="junction" elementId="9"/>',
            lanes=single(""),
            signals=sign,
        ),
    ]
    for turn, side in ((3, 1), (4, -1)):
        bend = f'<arc curvature="{side / _TURN_M}"/>'
        place = f'x="{_FORK_X}" y="0" hdg="0" length="{quarter_m}"'
        lane = single('<predecessor id="-1"/><successor id="-1"/>')
        roads.append(_road(turn, place, bend, links=before(2) + after(turn + 2), lanes=lane, junction=9))
        place = f'x="{_FORK_X + _TURN_M}" y="{side * _TURN_M}" hdg="{side * half_pi}" length="150"'
        roads.append(_road(turn + 2, place, "<line/>", links=before(turn), lanes=single('<predecessor id="-1"/>')))
    ways = "".join(
        f'<connection id="{number}" incomingRoad="2" connectingRoad="{number}" contactPoint="start">'
        '<laneLink from="-1" to="-1"/></connection>'
        for number in (3, 4)
    )
    return f"""<?xml version="1.0"?><OpenDRIVE><header revMajor="1" revMinor="4" name="routes"/>{"".join(roads)}
<junction id="9" name="fork">{ways}</junction></OpenDRIVE>"""


@pytest.fixture(scope="module")
def _loaded(bench: Any) -> Iterator[None]:
    home = bench.client.get_world().get_map().name.rsplit("/", 1)[-1]
    bench.client.generate_opendrive_world(_map(), carla.OpendriveGenerationParameters(), False)
    yield
    bench.client.load_world(home, False)


@pytest.fixture
def world(bench: Any, _loaded: None) -> Iterator[Any]:
    """The map of this module without the last check's vehicles, in synchronous mode at 20 Hz."""
    world = bench.client.get_world()
    settings = world.get_settings()
    settings.synchronous_mode, settings.fixed_delta_seconds = True, 0.05
    world.apply_settings(settings)
    yield world
    gone = [carla.command.DestroyActor(actor) for actor in world.get_actors().filter("vehicle.*")]
    bench.client.apply_batch_sync(gone, True)


def _wide(x: float, lane: int = -1) -> Any:
    return carla.Transform(carla.Location(x, (-lane - 0.5) * _WIDTH_M - _WIDE_Y, 0.3))


def _fork(x: float) -> Any:
    return carla.Transform(carla.Location(x, 0.5 * _WIDTH_M, 0.3))


def _kph(actor: Any) -> float:
    return 3.6 * float(actor.get_velocity().length())


def _gap(behind: Any, ahead: Any) -> float:
    apart = ahead.get_location().distance(behind.get_location())
    return float(apart - behind.bounding_box.extent.x - ahead.bounding_box.extent.x)


def _standing(spawn: Make, pose: Any) -> Any:
    car = spawn("vehicle.audi.tt", pose)
    car.apply_control(carla.VehicleControl(brake=1.0))
    return car


def _changed_to(world: Any, car: Any) -> int:
    """The lane a car is in."""
    return int(world.get_map().get_waypoint(car.get_location()).lane_id)


@pytest.mark.parametrize("rightwards", [True, False])
def test_it_changes_the_lane_when_forced(manager: Any, driven: Make, ticks: Make, rightwards: bool) -> None:
    car = driven(_wide(20.0, -1 if rightwards else -2))
    manager.set_desired_speed(car, 20.0)
    ticks(100)
    before = car.get_location().y
    manager.force_lane_change(car, rightwards)
    ticks(300)
    assert car.get_location().y - before == pytest.approx(_WIDTH_M if rightwards else -_WIDTH_M, abs=0.4)
    assert car.get_transform().rotation.yaw == pytest.approx(0.0, abs=3.0)


@pytest.mark.parametrize("changes", [True, False])
def test_it_overtakes_a_slow_car_if_it_may_change_lanes(manager: Any, driven: Make, ticks: Make, changes: bool) -> None:
    slow, fast = driven(_wide(70.0)), driven(_wide(20.0))
    manager.set_desired_speed(slow, 8.0)
    manager.set_desired_speed(fast, 28.0)
    manager.auto_lane_change(fast, changes)
    ticks(600)
    assert (fast.get_location().x > slow.get_location().x) is changes


@pytest.mark.parametrize(("rule", "start", "end"), [("right", -1, -2), ("left", -2, -1), ("slow", -1, -2)])
def test_it_changes_the_lane_by_chance(
    world: Any, manager: Any, driven: Make, ticks: Make, rule: str, start: int, end: int
) -> None:
    car = driven(_wide(20.0, start))
    manager.set_desired_speed(car, 20.0)
    ticks(60)
    assert _changed_to(world, car) == start
    if rule == "slow":
        manager.keep_slow_lane_rule_percentage(car, 100.0)
    elif rule == "right":
        manager.random_right_lanechange_percentage(car, 100.0)
    else:
        manager.random_left_lanechange_percentage(car, 100.0)
    ticks(300)
    assert _changed_to(world, car) == end


@pytest.mark.parametrize("turn", ["Left", "Right"])
@pytest.mark.parametrize("by", ["route", "path"])
def test_it_goes_the_way_it_is_told(manager: Any, driven: Make, ticks: Make, turn: str, by: str) -> None:
    side = -1.0 if turn == "Left" else 1.0
    car = driven(_fork(60.0))
    manager.ignore_signs_percentage(car, 100.0)
    if by == "route":
        manager.set_route(car, [turn])
    else:
        manager.set_path(car, [carla.Location(_FORK_X + _TURN_M, side * 60.0, 0.0)])
    ticks(400)
    assert side * car.get_location().y > 20.0


@pytest.mark.parametrize("ignores", [True, False])
def test_it_stops_at_a_stop_sign_unless_told_not_to(manager: Any, driven: Make, ticks: Make, ignores: bool) -> None:
    car = driven(_fork(90.0))
    manager.ignore_signs_percentage(car, 100.0 if ignores else 0.0)
    ticks(60)
    slowest_kph = _kph(car)
    for _ in range(300):
        ticks(1)
        slowest_kph = min(slowest_kph, _kph(car))
    assert (slowest_kph < 0.1) is not ignores
    assert abs(car.get_location().y) > 20.0


@pytest.mark.parametrize("distance_m", [1.0, 3.0, 5.0])
def test_it_keeps_the_distance_that_it_is_told(manager: Any, driven: Make, spawn: Make, ticks: Make, distance_m: float) -> None:
    leader, car = _standing(spawn, _wide(80.0)), driven(_wide(20.0))
    manager.distance_to_leading_vehicle(car, distance_m)
    ticks(400)
    assert _kph(car) < 0.1
    assert distance_m - 0.5 < _gap(car, leader) < distance_m + 1.0


@pytest.mark.parametrize("by", ["percentage", "pair"])
def test_it_does_not_brake_for_whom_it_ignores(manager: Any, driven: Make, spawn: Make, ticks: Make, by: str) -> None:
    leader, car = _standing(spawn, _wide(70.0)), driven(_wide(20.0))
    hits: list[Any] = []
    sensor = spawn("sensor.other.collision", carla.Transform(), parent=car)
    sensor.listen(hits.append)
    if by == "percentage":
        manager.ignore_vehicles_percentage(car, 100.0)
    else:
        manager.collision_detection(car, leader, False)
    ticks(200)
    sensor.destroy()
    assert {hit.other_actor.id for hit in hits} == {leader.id}


def test_all_cars_heed_what_is_set_for_all(manager: Any, driven: Make, ticks: Make) -> None:
    manager.global_percentage_speed_difference(40.0)
    manager.global_lane_offset(0.5)
    cars = [driven(_wide(20.0, -1)), driven(_wide(60.0, -2))]
    ticks(160)
    for car, lane in zip(cars, (-1, -2), strict=True):
        assert _kph(car) == pytest.approx(0.6 * car.get_speed_limit(), rel=0.1)
        assert car.get_location().y - _wide(0.0, lane).location.y == pytest.approx(0.5, abs=0.15)


def test_its_lights_show_that_it_brakes_and_turns(manager: Any, driven: Make, spawn: Make, ticks: Make) -> None:
    car = driven(_fork(60.0))
    manager.update_vehicle_lights(car, True)
    manager.set_route(car, ["Right"])
    shown = 0
    for _ in range(400):
        ticks(1)
        shown |= int(car.get_light_state())
    assert shown & int(carla.VehicleLightState.Brake)  # for the stop sign
    assert shown & int(carla.VehicleLightState.RightBlinker)
    assert not shown & int(carla.VehicleLightState.LeftBlinker)


def test_nobody_who_is_awake_is_put_elsewhere_as_dormant_ones_are(manager: Any, driven: Make, spawn: Make, ticks: Make) -> None:
    manager.set_hybrid_physics_mode(True)
    manager.set_hybrid_physics_radius(50.0)
    manager.set_respawn_dormant_vehicles(True)
    manager.set_boundaries_respawn_dormant_vehicles(25.0, 100.0)
    spawn("vehicle.audi.tt", _fork(20.0), role_name="hero")
    car = driven(_wide(20.0))
    before = car.get_location()
    for _ in range(100):
        ticks(1)
        assert car.get_location().distance(before) < 1.0
        before = car.get_location()
    assert before.x > 40.0
