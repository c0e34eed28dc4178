"""One world on a CARLA server, in synchronous steps: opened for one scenario, left as it was found."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import carla
import numpy as np
from numpy.typing import NDArray

from rarebit.core.errors import MapError, ServerError
from rarebit.layout import Layout
from rarebit.reading.advice import nearest
from rarebit.roads.lane_map import LaneMap
from rarebit.scenario import ConcreteScenario, Road, TemplateRoad
from rarebit.session import casting, lane_map, sensing, weather
from rarebit.session.casting import Casting
from rarebit.session.config import CarlaConfig
from rarebit.session.map_objects import MapObject, parked_vehicles
from rarebit.session.server import CarlaServer
from rarebit.session.stage import Stage

_log = logging.getLogger(__name__)
_VERSION = "0.9.16"
_FIRST_STAGE_S = 1.0


@dataclass(slots=True)
class Session:
    """A loaded world.

    Attributes:
        config: as given to ``open_session``.
        road: that is loaded.
        lane_map: of the loaded map.
        map_objects: parked vehicles that belong to the map.
    """

    config: CarlaConfig
    server: CarlaServer
    client: Any
    road: Road
    world: Any
    lane_map: LaneMap
    map_objects: tuple[MapObject, ...]
    _casting: tuple[ConcreteScenario, Casting] | None = None
    _is_worn: bool = False

    def cast(self, scenario: ConcreteScenario) -> Casting:
        """Blueprints and boxes of everybody in ``scenario``, asked from the server once.

        Raises:
            MissingBlueprintError: the server lacks a model.
        """
        if self._casting is None or self._casting[0] is not scenario:
            self._casting = scenario, casting.cast(self.server, self.world, scenario)
        return self._casting[1]

    def sizes(self, scenario: ConcreteScenario) -> dict[str, tuple[float, float, float]]:
        """Full (length, width, height) in metres of the box of each model that ``scenario`` names."""
        found = self.cast(scenario)
        return {model: _triple(found.size_lwh_m(model)) for model in found.type_ids}

    def fixtures(self) -> list[int]:
        """Ids of the traffic lights and signs of the map, in their order."""
        with self.server.asking("looking for traffic lights and signs"):
            return sorted(actor.id for actor in self.world.get_actors().filter("traffic.*"))

    def renew(self) -> None:
        """Loads the road again if anything has been staged since it was loaded.

        What is recorded begins in a world as old as any other's: how many draws were tried before must not show in its rain.

        Raises:
            ServerError: the server failed.
        """
        if not self._is_worn:
            return
        fresh = _opened(self.server, self.client, self.config, self.road)
        self.world, self.map_objects, self._is_worn = fresh.world, fresh.map_objects, False

    @contextlib.contextmanager
    def stage(self, scenario: ConcreteScenario, layout: Layout) -> Iterator[Stage]:
        """The actors of ``layout`` in the world, standing still and settled; all of them gone again afterwards.

        Args:
            scenario: models, roles, lights, weather.
            layout: where everything starts.

        Raises:
            SceneError: an actor has no room where the layout puts it.
            ServerError: the server failed.
        """
        with self.server.asking("setting the weather"):
            self.world.set_weather(weather.parameters(scenario.weather, layout.ego.yaw_rad))
        self._is_worn = True
        stage = Stage(self.server, self.client, self.world, self.config)
        try:
            stage.spawn(scenario, layout, self.cast(scenario))
            yield stage
        finally:
            stage.close()


@contextlib.contextmanager
def open_session(config: CarlaConfig, road: Road, server: CarlaServer | None = None) -> Iterator[Session]:
    """Loads ``road`` on a server and holds the world in synchronous steps of ``config.step_s``.

    Args:
        config: which server, how it steps.
        road: a generated road, or a town that the server has (or the path of an OpenDRIVE file).
        server: one that a batch holds already; None starts or finds one for this session alone.

    Raises:
        ServerError: no server, a wrong version, an unknown town, a map that is not OpenDRIVE.
    """
    with contextlib.ExitStack() as stack:
        if server is None:
            server = stack.enter_context(CarlaServer(config))
        session = _kept(server, config, road)
        if session is None:
            client = carla.Client(server.host, server.port)
            client.set_timeout(config.timeout_s)
            with server.asking("connecting"):
                _check_version(server, client)
                before = client.get_world().get_settings()
                _apply(client.get_world(), _stepping(config))
            stack.callback(_restore, server, client, before)
            sensing.fires_at_once(server, client.get_world(), config.step_s)  # here, where its ticks age no episode of ours
            session = _opened(server, client, config, road)
            _log.info("%s: %s loaded, %d lanes", server.name, session.lane_map.name, len(session.lane_map.lanes))
        server.loaded = None
        yield session
        if server.is_embedded:  # a server of others' may be changed by them until the next session
            server.loaded = session


def _kept(server: CarlaServer, config: CarlaConfig, road: Road) -> Session | None:
    """The session before, if the same road is still loaded there and nothing went wrong in it."""
    session = server.loaded
    if session is None or session.config != config or _identity(session.road) != _identity(road):
        return None
    return session


def _identity(road: Road) -> str:
    """What two roads have in common when the world need not be loaded anew: their text, or the name of a town."""
    if isinstance(road, TemplateRoad):
        return road.opendrive
    path = Path(road.town)
    return path.read_text(encoding="utf-8", errors="replace") if path.suffix == ".xodr" and path.is_file() else road.town


def _opened(server: CarlaServer, client: carla.Client, config: CarlaConfig, road: Road) -> Session:
    client.set_timeout(config.load_timeout_s)
    with server.asking("loading the world", config.load_timeout_s, refusal=MapError):
        world, name = _load(server, client, road)
        client.set_timeout(config.timeout_s)
        _apply(world, _stepping(config))
        _age(world, config.step_s)
        return Session(
            config=config,
            server=server,
            client=client,
            road=road,
            world=world,
            lane_map=lane_map.ask(world, name),
            map_objects=parked_vehicles(world),
        )


def _check_version(server: CarlaServer, client: carla.Client) -> None:
    found = client.get_server_version()
    if not found.startswith(_VERSION):
        raise ServerError(f"{server.name}: speaks CARLA {found}, expected {_VERSION}; start that release")


def _stepping(config: CarlaConfig) -> carla.WorldSettings:
    return carla.WorldSettings(
        synchronous_mode=True,
        fixed_delta_seconds=config.step_s,
        substepping=True,
        max_substep_delta_time=0.01,  # ten sub-steps cover the longest tick that CarlaConfig allows
        max_substeps=10,
        deterministic_ragdolls=True,
    )


def _apply(world: carla.World, settings: carla.WorldSettings) -> None:
    world.apply_settings(settings, 10.0)


def _age(world: carla.World, step_s: float) -> None:
    """Ticks until the episode is as old as every one is when its first stage is set.

    While a world loads the client ticks as often as it happens to wait, and traffic lights and rain follow the episode's time.
    """
    world.tick()
    while world.get_snapshot().timestamp.elapsed_seconds < _FIRST_STAGE_S - 0.5 * step_s:
        world.tick()


def _restore(server: CarlaServer, client: carla.Client, settings: carla.WorldSettings) -> None:
    """A running server gets its own settings back; the embedded one goes on to the next session."""
    if server.is_embedded or server.is_lost:
        return
    try:
        _apply(client.get_world(), settings)
    except RuntimeError as error:  # on the way out: the first error matters, this one is only told
        _log.warning("%s: its settings could not be restored: %s", server.name, error)


def _load(server: CarlaServer, client: carla.Client, road: Road) -> tuple[carla.World, str]:
    if isinstance(road, TemplateRoad):
        return _generate(client, road.opendrive), road.template
    path = Path(road.town)
    if path.suffix == ".xodr":
        try:
            return _generate(client, path.read_text(encoding="utf-8")), path.stem
        except (OSError, UnicodeDecodeError) as error:
            raise MapError(f"{path}: cannot read the OpenDRIVE file: {error}; give the path of one") from error
    known = sorted({str(name).rsplit("/", 1)[-1] for name in client.get_available_maps()})
    if road.town not in known:
        remedy = ", or give carla.maps a folder with its .xodr file" if server.is_embedded else ""
        raise MapError(f"{server.name}: has no town {road.town}; {nearest(road.town, known)}{remedy}")
    return client.load_world(road.town, False), road.town


def _generate(client: carla.Client, opendrive: str) -> carla.World:
    parameters = carla.OpendriveGenerationParameters(
        vertex_distance=2.0,
        max_road_length=500.0,
        wall_height=0.0,
        additional_width=0.6,
        smooth_junctions=True,
        enable_mesh_visibility=True,
        enable_pedestrian_navigation=False,
    )
    return client.generate_opendrive_world(opendrive, parameters, False)


def _triple(size: NDArray[np.float64]) -> tuple[float, float, float]:
    length, width, height = (float(value) for value in size)
    return length, width, height
