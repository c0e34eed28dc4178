"""One run of a scenario on a stage: every tick the story is asked, every actor gets its command, the world steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rarebit.core.errors import SceneError
from rarebit.grip import grip_of
from rarebit.layout import Layout
from rarebit.motions import Motion
from rarebit.rig.plan import LEAST_LEAD_TICKS
from rarebit.roads.path import Path
from rarebit.run import phases
from rarebit.run.carrying import carriers
from rarebit.run.movers import RUN_UP_TICKS, Mover, Part, mover_of
from rarebit.run.story import Story
from rarebit.scenario import ConcreteScenario, Rule
from rarebit.session.stage import Stage
from rarebit.session.state import Command, DriveCommand, StageState
from rarebit.world_view import Bodies, WorldView


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The world at one tick of a run.

    Attributes:
        tick: since time 0.
        state: as the server reports it.
        fired: rules that fired in this tick.
        world_from_box: (n, 4, 4) box of every actor of ``state.names``; a rolling wheel's is upright.
        velocity_mps: (n, 3) world; of things moved by exact kinematics the true one, which servers do not know.
        station_m: (n,) along each actor's path, NaN without one.
    """

    tick: int
    state: StageState
    fired: tuple[Rule, ...]
    world_from_box: NDArray[np.float64]
    velocity_mps: NDArray[np.float64]
    station_m: NDArray[np.float64]


def play(
    stage: Stage, scenario: ConcreteScenario, layout: Layout, step_s: float, lead_ticks: int = LEAST_LEAD_TICKS
) -> Iterator[Moment]:
    """Runs the scenario from the settled start to its duration, one moment a tick, time 0 first.

    The run-up comes before the first moment; the stage attaches its sensors in it so that they fire at time 0. The next tick
    is only asked for when the caller wants the next moment.

    Args:
        stage: spawned by ``run_up.start`` of the layout.
        scenario: what happens.
        layout: where everything is at time 0.
        step_s: length of a tick.
        lead_ticks: ticks before time 0 in which sensors can be attached; as many with sensors as without, for a recording must
            find the world as its rehearsal did.

    Raises:
        SceneError: the story asks an actor for what it cannot do.
        ServerError: the server failed.
    """
    company = _Company(stage, scenario, layout, step_s)
    for signals, state in phases.at_start(layout.lights):
        stage.show_lights(signals, state)
    for ahead in range(max(lead_ticks, RUN_UP_TICKS), 0, -1):
        stage.attach_sensors(stage.sensors_to_attach(ahead))
        stage.tick(company.launch(RUN_UP_TICKS - ahead) if ahead <= RUN_UP_TICKS else [])
        company.observe()
    last = round(scenario.duration_s / step_s)
    for tick in range(last + 1):
        commands, fired = company.step(tick)
        yield company.moment(tick, tuple(fired))
        if tick < last:
            for signals, state in phases.due(layout.lights, tick + 1, step_s):
                stage.show_lights(signals, state)
            stage.tick(commands)
            company.observe()


class _Company:
    """All movers of a run and the story that directs them."""

    def __init__(self, stage: Stage, scenario: ConcreteScenario, layout: Layout, step_s: float) -> None:
        self._stage, self._step_s = stage, step_s
        self._rows = {name: row for row, name in enumerate(stage.state.names)}
        self._story = Story(scenario.story)
        self._movers = _movers(stage, scenario, layout, step_s)
        directed = {name for rule in scenario.story for name, _ in rule.do}
        for name in sorted(directed - self._rows.keys()):
            raise SceneError(f"{name}: the story directs it, but it found no room on the map")
        self._size_m = np.array([cast.size_lwh_m for cast in stage.actors.values()])
        self._from_box = np.stack([cast.actor_from_box for cast in stage.actors.values()])
        self._paths = {name: mover.path for name, mover in self._movers.items() if mover.path is not None}
        self._half_length_m = {name: float(self._size_m[row, 0]) / 2.0 for name, row in self._rows.items()}
        self._pressed: dict[str, DriveCommand] = {}
        self._bodies: Bodies
        self.observe()

    def launch(self, number: int) -> list[Command]:
        """Commands of run-up tick ``number``: those that move at time 0 are set in motion."""
        view = self._view((number - RUN_UP_TICKS) * self._step_s)
        return self._news([command for mover in self._movers.values() for command in mover.launch(number, view)])

    def step(self, tick: int) -> tuple[list[Command], list[Rule]]:
        """What fires at this tick, and everybody's command for the next."""
        view = self._view(tick * self._step_s)
        self._story, fired = self._story.step(view)
        for rule in fired:
            for name, maneuver in rule.do:
                motion = maneuver.motion(view, name)
                for one in motion if isinstance(motion, tuple) else (motion,):
                    self._direct(name, one, view)
        return self._news([command for mover in self._movers.values() for command in mover.step(view)]), list(fired)

    def moment(self, tick: int, fired: tuple[Rule, ...]) -> Moment:
        """The world now, as histories and snapshots take it."""
        station = np.full(len(self._rows), np.nan)
        for name, mover in self._movers.items():
            station[self._rows[name]] = mover.station_m
        return Moment(
            tick=tick,
            state=self._stage.state,
            fired=fired,
            world_from_box=self._bodies.world_from_box,
            velocity_mps=self._bodies.velocity_mps,
            station_m=station,
        )

    def observe(self) -> None:
        """Takes over what the last tick has brought; what the run itself moves is where it has put it."""
        state = self._stage.state
        boxes, velocity = np.asarray(state.world_from_actor @ self._from_box), state.velocity_mps.copy()
        for name, mover in self._movers.items():
            pose = mover.pose
            if pose is not None:
                boxes[self._rows[name]], velocity[self._rows[name]] = pose.world_from_box, pose.velocity_mps
        self._bodies = Bodies(
            rows=self._rows,
            world_from_actor=state.world_from_actor,
            world_from_box=boxes,
            velocity_mps=velocity,
            angular_velocity_radps=state.angular_velocity_radps,
            size_lwh_m=self._size_m,
        )

    # -------------------------------------------------------------------------------------------- inside

    def _view(self, time_s: float) -> WorldView:
        boxes = self._bodies.world_from_box
        speed = np.linalg.norm(self._bodies.velocity_mps, axis=1).tolist()
        heading = np.arctan2(boxes[:, 1, 0], boxes[:, 0, 0]).tolist()
        return WorldView(
            time_s=time_s,
            position_m=dict(zip(self._rows, boxes[:, :3, 3], strict=True)),
            speed_mps=dict(zip(self._rows, speed, strict=True)),
            half_length_m=self._half_length_m,
            station_m=_Stations(self._paths, boxes, self._rows, self._movers),
            paths=self._paths,
            heading_rad=dict(zip(self._rows, heading, strict=True)),
            bodies=self._bodies,
        )

    def _direct(self, name: str, motion: Motion, view: WorldView) -> None:
        """Starts ``motion``.

        Raises:
            SceneError: the actor cannot do it.
        """
        try:
            self._movers[name].begin(motion, view)
        except ValueError as error:
            raise SceneError(f"{name}: cannot {type(motion).__name__}: {error}") from error

    def _news(self, commands: list[Command]) -> list[Command]:
        """The commands without the pedals and wheels that are held as they are: servers keep the last control."""
        result = []
        for command in commands:
            if isinstance(command, DriveCommand):
                if self._pressed.get(command.name) == command:
                    continue
                self._pressed[command.name] = command
            result.append(command)
        return result


class _Stations(Mapping[str, float]):
    """Where everybody is on his path now, found when asked: a trigger must not lag behind the world by a command."""

    def __init__(
        self,
        paths: Mapping[str, Path],
        world_from_box: NDArray[np.float64],
        rows: Mapping[str, int],
        movers: Mapping[str, Mover],
    ) -> None:
        self._paths, self._boxes, self._rows, self._movers = paths, world_from_box, rows, movers

    def __getitem__(self, name: str) -> float:
        x, y = self._boxes[self._rows[name], :2, 3].tolist()
        return self._paths[name].project(x, y, self._movers[name].station_m)[0]

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


def _movers(stage: Stage, scenario: ConcreteScenario, layout: Layout, step_s: float) -> dict[str, Mover]:
    """The mover of everybody who was spawned; the stage leaves out a parked car that meets a lamp post."""
    plans = {plan.name: plan for plan in (scenario.ego, *scenario.actors)}
    loads = carriers(scenario, layout, {name: cast.size_lwh_m for name, cast in stage.actors.items()})
    return {
        placed.name: mover_of(
            Part(
                cast=stage.actors[placed.name],
                plan=plans[placed.name],
                placed=placed,
                step_s=step_s,
                grip=grip_of(scenario.weather),
                ground_z=stage.ground_z,
                carrier=loads.get(placed.name),
            )
        )
        for placed in (layout.ego, *layout.actors)
        if placed.name in stage.actors
    }
