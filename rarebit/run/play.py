"""One run of a scenario on a stage: every tick the story is asked, every actor gets its command, the world steps."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rarebit.core.errors import SceneError
from rarebit.core.frames import yaw_of
from rarebit.layout import Layout, Placed
from rarebit.motions import Brake, ChangeLane, Cross, Motion, Roll, SetLights, SetSpeed
from rarebit.rig.plan import LEAST_LEAD_TICKS
from rarebit.roads.path import Path
from rarebit.run.drive import VehicleDriver
from rarebit.run.leads import leads
from rarebit.run.movers import Thing, Walker
from rarebit.run.story import Story
from rarebit.scenario import ActorPlan, ConcreteScenario, Rule
from rarebit.session.stage import Stage
from rarebit.session.state import Command, DriveCommand, LightsCommand, StageState, VelocityCommand
from rarebit.world_view import WorldView

RUN_UP_TICKS = 6
"""Ticks between the launch of what moves at the start and time 0: wheels, gears and controllers settle in them."""

_LAUNCH_TICKS = 3
_BRAKE_LIGHT = 0.04


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


def with_run_up(scenario: ConcreteScenario, layout: Layout, step_s: float) -> Layout:
    """The layout with everything that moves at the start put back along its path by what it covers before time 0."""
    speeds = {plan.name: plan.speed_mps for plan in (scenario.ego, *scenario.actors)}

    def back(placed: Placed) -> Placed:
        if placed.path_m is None or len(placed.path_m) < 2 or speeds[placed.name] <= 0.0:
            return placed
        way_m = speeds[placed.name] * RUN_UP_TICKS * step_s
        point = Path(placed.path_m).at(-way_m)
        # A path need not begin exactly in the box's heading (a lateral start); only the place moves.
        return dataclasses.replace(placed, position_m=np.array([point.x_m, point.y_m, placed.position_m[2]]))

    return dataclasses.replace(layout, ego=back(layout.ego), actors=tuple(back(placed) for placed in layout.actors))


def play(
    stage: Stage, scenario: ConcreteScenario, layout: Layout, step_s: float, lead_ticks: int = LEAST_LEAD_TICKS
) -> Iterator[Moment]:
    """Runs the scenario from the settled start to its duration, one moment a tick, time 0 first.

    The run-up comes before the first moment; the stage attaches its sensors in it so that they fire at time 0. The next tick
    is only asked for when the caller wants the next moment.

    Args:
        stage, scenario, layout: what is run; the layout as ``with_run_up`` gives it.
        step_s: length of a tick.
        lead_ticks: ticks before time 0 in which sensors can be attached; as many with sensors as without, for a recording must
            find the world as its rehearsal did.

    Raises:
        SceneError: the story asks an actor for what it cannot do.
        ServerError: the server failed.
    """
    company = _Company(stage, scenario, layout, step_s)
    for ahead in range(max(lead_ticks, RUN_UP_TICKS), 0, -1):
        stage.attach_sensors(stage.sensors_to_attach(ahead))
        stage.tick(company.launch(RUN_UP_TICKS - ahead) if ahead <= RUN_UP_TICKS else [])
        company.observe()
    last = round(scenario.duration_s / step_s)
    for tick in range(last + 1):
        commands, fired = company.step(tick)
        yield company.moment(tick, tuple(fired))
        if tick < last:
            stage.tick(commands)
            company.observe()


class _Company:
    """All movers of a run and the story that directs them."""

    def __init__(self, stage: Stage, scenario: ConcreteScenario, layout: Layout, step_s: float) -> None:
        self._stage, self._step_s = stage, step_s
        self._drivers: dict[str, VehicleDriver] = {}
        self._walkers: dict[str, Walker] = {}
        self._things: dict[str, Thing] = {}
        self._lights: dict[str, set[str]] = {}
        self._said_lights: dict[str, tuple[str, ...]] = {}
        self._plans = {plan.name: plan for plan in (scenario.ego, *scenario.actors)}
        self._rows = {name: row for row, name in enumerate(stage.state.names)}
        self._story = Story(scenario.story)
        self._directed = {name for rule in scenario.story for name, _ in rule.do}
        for placed in (layout.ego, *layout.actors):
            if placed.name in stage.actors:  # the stage leaves out a parked car that meets a lamp post
                self._engage(self._plans[placed.name], placed)
        for name in sorted(self._directed - self._rows.keys()):
            raise SceneError(f"{name}: the story directs it, but it found no room on the map")
        self._sizes = np.array([cast.size_lwh_m for cast in stage.actors.values()])
        self._from_box = np.stack([cast.actor_from_box for cast in stage.actors.values()])
        self._paths = {name: driver.path for name, driver in self._drivers.items()}
        self._box_now, self._velocity_now = np.empty(0), np.empty(0)
        self.observe()
        self._paths |= {name: walker.path for name, walker in self._walkers.items() if walker.path is not None}

    def _engage(self, plan: ActorPlan, placed: Placed) -> None:
        cast = self._stage.actors[plan.name]
        if cast.kind == "walker":
            self._walkers[plan.name] = Walker(plan.name, placed, plan.speed_mps, self._step_s)
        elif cast.kind == "prop":
            self._things[plan.name] = Thing(cast, placed, self._stage.ground_z, plan.speed_mps, self._step_s)
        elif cast.vehicle is not None and placed.path_m is not None and len(placed.path_m) > 1:
            self._lights[plan.name] = set(plan.lights)
            self._said_lights[plan.name] = tuple(sorted(plan.lights))
            self._drivers[plan.name] = VehicleDriver(
                plan.name,
                cast.vehicle,
                cast.size_lwh_m,
                float(cast.actor_from_box[0, 3]),
                Path(placed.path_m),
                (placed.left_shifts_m, placed.right_shifts_m),
                plan.speed_mps,
                keeps_gap=plan.role == "traffic",
                step_s=self._step_s,
            )

    # -------------------------------------------------------------------------------------------- before time 0

    def launch(self, number: int) -> list[Command]:
        """Commands of run-up tick ``number``: those that drive at time 0 are set in motion, then held by their controllers."""
        commands: list[Command] = []
        state = self._stage.state
        for name, driver in self._drivers.items():
            speed = self._plans[name].speed_mps
            pose = state.world_from_actor[self._rows[name]]
            if speed <= 0.0:
                commands.append(DriveCommand(name=name, brake=1.0))
                continue
            velocity = state.velocity_mps[self._rows[name]]
            if number < _LAUNCH_TICKS:
                velocity = speed * pose[:3, 0]
                commands.append(VelocityCommand(name=name, velocity_mps=velocity))
            commands.append(driver.step(-1.0, pose, velocity, 0.0, None))
        for name, walker in self._walkers.items():
            if self._plans[name].speed_mps > 0.0:
                commands += _present([walker.step(self._box_now[self._rows[name]][:3, 3])])
        for thing in self._things.values():
            commands += _present([thing.step()]) if thing.moving else []
        return commands

    # -------------------------------------------------------------------------------------------- a tick

    def step(self, tick: int) -> tuple[list[Command], list[Rule]]:
        """What fires at this tick, and everybody's command for the next."""
        time_s = tick * self._step_s
        boxes = self._box_now
        view = self._view(time_s, boxes)
        self._story, fired = self._story.step(view)
        for rule in fired:
            for name, maneuver in rule.do:
                motion = maneuver.motion(view, name)
                for one in motion if isinstance(motion, tuple) else (motion,):
                    self._direct(name, one, time_s, boxes)
        state = self._stage.state
        ahead = leads(self._drivers, self._rows, boxes, state.velocity_mps, self._sizes)
        commands: list[Command] = []
        for name, driver in self._drivers.items():
            row = self._rows[name]
            spin = float(state.angular_velocity_radps[row, 2])
            command = driver.step(time_s, state.world_from_actor[row], state.velocity_mps[row], spin, ahead.get(name))
            commands.append(command)
            commands += self._light_change(name, driver, command)
        for name, walker in self._walkers.items():
            commands += _present([walker.step(boxes[self._rows[name]][:3, 3])])
        for thing in self._things.values():
            commands += _present([thing.step()])
        return commands, list(fired)

    def moment(self, tick: int, fired: tuple[Rule, ...]) -> Moment:
        """The world now, as histories and snapshots take it."""
        station = np.full(len(self._rows), np.nan)
        for name, row in self._rows.items():
            if name in self._drivers:
                station[row] = self._drivers[name].station_m
            elif name in self._walkers:
                station[row] = self._walkers[name].station_m
        return Moment(
            tick=tick,
            state=self._stage.state,
            fired=fired,
            world_from_box=self._box_now,
            velocity_mps=self._velocity_now,
            station_m=station,
        )

    # -------------------------------------------------------------------------------------------- inside

    def observe(self) -> None:
        """Takes over what the last tick has brought; things that the run itself moves are where it has put them."""
        state = self._stage.state
        self._box_now = np.asarray(state.world_from_actor @ self._from_box)
        self._velocity_now = state.velocity_mps.copy()
        for name, thing in self._things.items():
            if thing.moving:
                self._box_now[self._rows[name]] = thing.world_from_box
                self._velocity_now[self._rows[name]] = thing.velocity_mps

    def _view(self, time_s: float, boxes: NDArray[np.float64]) -> WorldView:
        speed = {name: float(np.linalg.norm(self._velocity_now[row])) for name, row in self._rows.items()}
        # Stations of this tick, not of the last command: a trigger must not lag behind the world.
        station = {}
        for name, path in self._paths.items():
            x, y = boxes[self._rows[name], :2, 3].tolist()
            station[name] = path.project(x, y, self._last_station(name))[0]
        return WorldView(
            time_s=time_s,
            position_m={name: boxes[row, :3, 3] for name, row in self._rows.items()},
            speed_mps=speed,
            half_length_m={name: float(self._sizes[row, 0]) / 2.0 for name, row in self._rows.items()},
            station_m=station,
            paths=self._paths,
            heading_rad={name: yaw_of(boxes[row]) for name, row in self._rows.items()},
        )

    def _last_station(self, name: str) -> float:
        return self._drivers[name].station_m if name in self._drivers else self._walkers[name].station_m

    def _direct(self, name: str, motion: Motion, time_s: float, boxes: NDArray[np.float64]) -> None:
        """Starts ``motion``.

        Raises:
            SceneError: the actor cannot do it.
        """
        try:
            if isinstance(motion, SetLights):
                lights = self._lights[name]
                lights |= set(motion.on)
                lights -= set(motion.off)
            elif name in self._drivers and isinstance(motion, SetSpeed | Brake | ChangeLane):
                row = self._rows[name]
                state = self._stage.state
                self._drivers[name].start(motion, time_s, float(state.world_from_actor[row, :3, 0] @ state.velocity_mps[row]))
            elif name in self._walkers and isinstance(motion, Cross | SetSpeed | Brake):
                self._walkers[name].start(motion, boxes[self._rows[name], :3, 3])
            elif name in self._things and isinstance(motion, Cross | Roll | SetSpeed | Brake):
                self._things[name].start(motion)
            else:
                raise ValueError(f"{name}: a {self._stage.actors[name].kind} without a path cannot do it")
        except (KeyError, ValueError) as error:
            raise SceneError(f"{name}: cannot {type(motion).__name__}: {error}") from error

    def _light_change(self, name: str, driver: VehicleDriver, command: DriveCommand) -> list[Command]:
        on = set(self._lights[name])
        if command.brake > _BRAKE_LIGHT:
            on.add("Brake")
        if driver.blinker:
            on.add("LeftBlinker" if driver.blinker == "left" else "RightBlinker")
        wanted = tuple(sorted(on))
        if wanted == self._said_lights[name]:
            return []
        self._said_lights[name] = wanted
        return [LightsCommand(name=name, on=wanted)]


def _present(commands: Sequence[Command | None]) -> list[Command]:
    return [command for command in commands if command is not None]
