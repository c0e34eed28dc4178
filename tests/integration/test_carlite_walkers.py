"""The walker AI of the unmodified client on carlite's navigation mesh."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import carla
import pytest

_TIME_OUT_S = 120.0  # kernels may have to be compiled first
_STEP_S = 0.05


def _lane(number: int, kind: str, width_m: float) -> str:
    return f'<lane id="{number}" type="{kind}" level="false"><width sOffset="0" a="{width_m}" b="0" c="0" d="0"/></lane>'


_STREET = f"""<?xml version="1.0"?><OpenDRIVE><header revMajor="1" revMinor="4" name="street"/>
<road name="street" length="120" id="1" junction="-1">
<planView><geometry s="0" x="0" y="0" hdg="0" length="120"><line/></geometry></planView>
<lanes><laneSection s="0"><left>{_lane(2, "sidewalk", 2.5)}{_lane(1, "driving", 3.5)}</left>
<center><lane id="0" type="none" level="false"/></center>
<right>{_lane(-1, "driving", 3.5)}{_lane(-2, "sidewalk", 2.5)}</right></laneSection></lanes>
<objects><object id="9" type="crosswalk" name="zebra" s="60" t="0" zOffset="0" orientation="none" length="3" width="7"
hdg="0" pitch="0" roll="0"><outline><cornerLocal u="-1.5" v="-3.5" z="0"/><cornerLocal u="1.5" v="-3.5" z="0"/>
<cornerLocal u="1.5" v="3.5" z="0"/><cornerLocal u="-1.5" v="3.5" z="0"/></outline></object></objects></road></OpenDRIVE>"""


@pytest.fixture
def world(run_carlite: Callable[..., Any], tmp_path: Path) -> Iterator[Any]:
    """A synchronous world at 20 Hz: a street along x with sidewalks at 3.5 m < |y| < 6 m and a crosswalk at x = 60 m."""
    (tmp_path / "Walks.xodr").write_text(_STREET)
    with run_carlite("--map", str(tmp_path / "Walks.xodr")) as carlite:
        client = carla.Client("127.0.0.1", carlite.port)
        client.set_timeout(_TIME_OUT_S)
        client.set_files_base_folder(str(tmp_path / "files"))
        world = client.get_world()
        settings = world.get_settings()
        settings.synchronous_mode, settings.fixed_delta_seconds = True, _STEP_S
        world.apply_settings(settings)
        yield world


def test_walkers_start_on_sidewalks_and_cross_at_the_crosswalk(world: Any) -> None:
    world.set_pedestrians_seed(3)
    world.set_pedestrians_cross_factor(0.0)
    places = [world.get_random_location_from_navigation() for _ in range(50)]
    assert all(place is not None and 3.8 - 0.05 <= abs(place.y) <= 5.7 + 0.05 for place in places)
    assert {place.y > 0.0 for place in places} == {True, False}
    library = world.get_blueprint_library()
    start = carla.Transform(carla.Location(52.0, 4.75, 1.2))
    walker = world.spawn_actor(library.find("walker.pedestrian.0005"), start)
    world.tick()
    controller = world.spawn_actor(library.find("controller.ai.walker"), carla.Transform(), attach_to=walker)
    world.tick()
    controller.start()
    controller.set_max_speed(1.5)
    controller.go_to_location(carla.Location(68.0, -4.75, 0.15))
    across = []
    for _ in range(round(40.0 / _STEP_S)):
        world.tick()
        here = walker.get_location()
        if abs(here.y) < 3.4:
            across.append(here.x)
        if here.y < -4.0:
            break
    assert walker.get_location().y < -3.9, "the walker did not get to the other side"
    assert across
    assert 58.0 < min(across) <= max(across) < 62.0
    feet = walker.get_location().z - walker.bounding_box.extent.z
    assert feet == pytest.approx(0.15, abs=0.05)
    controller.stop()
