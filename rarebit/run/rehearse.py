"""A rehearsal: the whole scene with no sensor but the one for touches; it is judged before anything is recorded."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from rarebit.core.frames import apply, inverse
from rarebit.history import Event, History, Track
from rarebit.language.kinds import Criterion
from rarebit.layout import Layout
from rarebit.rig.eyes import FRONT_EYE, Eye
from rarebit.rig.plan import LEAST_LEAD_TICKS
from rarebit.run.artefacts.meetings import story_of
from rarebit.run.play import Moment, play
from rarebit.run.run_up import start
from rarebit.scenario import ConcreteScenario
from rarebit.session.session import Session
from rarebit.session.stage import Stage

_LOOK_EVERY_TICKS = 4
_SIGHT_M = 120.0
_OFF_PLACE_M = 0.3
# Shares of length, width and height of a box: its corners drawn in, and its middle.
_SAMPLES = np.array([*((x, y, z) for x in (-0.35, 0.35) for y in (-0.35, 0.35) for z in (-0.25, 0.35)), (0.0, 0.0, 0.05)])
# Contacts that servers report for a car that only drives.
_GROUND_TYPES = ("static.road", "static.sidewalk", "static.ground", "static.terrain", "static.roadline", "static.bridge")


def rehearse(
    session: Session,
    scenario: ConcreteScenario,
    layout: Layout,
    eyes: Sequence[Eye] = (FRONT_EYE,),
    lead_ticks: int = LEAST_LEAD_TICKS,
) -> History:
    """Runs the scene without cameras, lidars or radars.

    Args:
        session: with the scenario's road loaded.
        scenario: what happens.
        layout: where everything starts at time 0.
        eyes: of the rig, from where hazards are looked for.
        lead_ticks: see ``rarebit.run.play.play``; as the recording will have it.

    Raises:
        SceneError: an actor has no room, or the story asks for what cannot be done.
        ServerError: the server failed.
    """
    step_s = session.config.step_s
    notes = Notes(scenario, layout, session.config.step_us)
    visible: dict[str, dict[int, float]] = {name: {} for name in watched_actors(scenario)}
    shown: dict[str, dict[float, float]] = {name: {} for name in visible}
    fired_s: dict[str, float] = {}
    with session.stage(scenario, start(session, scenario, layout)) as stage:
        for moment in play(stage, scenario, layout, step_s, lead_ticks):
            notes.add(moment)
            time_s = moment.tick * step_s
            fired_s |= {rule.name: time_s for rule in moment.fired}
            if moment.tick % _LOOK_EVERY_TICKS == 0 or moment.fired:
                for name in awaited_actors(scenario, time_s, fired_s, shown):
                    visible[name][moment.tick] = shown[name][time_s] = visible_share(stage, moment, name, eyes)
        return notes.history(stage, visible)


def watched_actors(scenario: ConcreteScenario) -> tuple[str, ...]:
    """Actors whose visibility a criterion ever asks for, in the scenario's order."""
    return _watched(scenario, scenario.accept)


def awaited_actors(
    scenario: ConcreteScenario, time_s: float, fired_s: Mapping[str, float], shown: Mapping[str, Mapping[float, float]]
) -> tuple[str, ...]:
    """Those whose visibility one asks for now; see ``Criterion.looks``."""
    return _watched(scenario, (criterion for criterion in scenario.accept if criterion.looks(time_s, fired_s, shown)))


def _watched(scenario: ConcreteScenario, criteria: Iterable[Criterion]) -> tuple[str, ...]:
    named = {name for criterion in criteria for name in criterion.watched()}
    return tuple(plan.name for plan in scenario.actors if plan.name in named)


def visible_share(stage: Stage, moment: Moment, name: str, eyes: Sequence[Eye]) -> float:
    """Share of sample points in an actor's box that one of the eyes sees past everything else; 0 far away."""
    rows = moment.state.names
    row, ego = rows.index(name), rows.index("ego")
    world_from_ego = moment.state.world_from_actor[ego] @ stage.actor_from_ego
    targets = apply(moment.world_from_box[row], _SAMPLES * stage.actors[name].size_lwh_m)
    targets_ego = apply(inverse(world_from_ego), targets)
    seen = np.zeros(len(targets), np.bool_)
    for eye in eyes:
        place = apply(world_from_ego, eye.ego_from_eye[:3, 3][None])[0]
        if float(np.linalg.norm(moment.world_from_box[row][:3, 3] - place)) > _SIGHT_M:
            continue
        looked_at = np.flatnonzero(eye.sees(targets_ego) & ~seen)
        if len(looked_at):
            seen[looked_at] = stage.open_rays(place, targets[looked_at], name)
    return float(seen.mean())


class Notes:
    """Gathers the moments of a run into a ``History``."""

    def __init__(self, scenario: ConcreteScenario, layout: Layout, step_us: int) -> None:
        """``layout`` says where everybody should be at time 0."""
        self._story, self._layout, self._step_us = story_of(scenario), layout, step_us
        self._moments: list[Moment] = []

    def add(self, moment: Moment) -> None:
        """Takes the next tick."""
        self._moments.append(moment)

    def history(self, stage: Stage, visible: dict[str, dict[int, float]]) -> History:
        """The whole run, with the touches that the stage has heard."""
        stage.finish()
        moments = self._moments
        time_us = np.array([moment.tick * self._step_us for moment in moments], np.int64)
        tracks = self._tracks(stage)
        return History(
            time_us=time_us,
            tracks=tracks,
            events=tuple(
                sorted([*self._rules(), *self._touches(stage), *self._displaced()], key=lambda e: (e.time_us, e.kind, e.name))
            ),
            visible_fraction={name: _filled(len(moments), seen) for name, seen in visible.items()},
        )

    def _tracks(self, stage: Stage) -> dict[str, Track]:
        boxes = np.stack([moment.world_from_box for moment in self._moments], axis=1)
        velocity = np.stack([moment.velocity_mps for moment in self._moments], axis=1)
        station = np.stack([moment.station_m for moment in self._moments], axis=1)
        yaw = np.arctan2(boxes[:, :, 1, 0], boxes[:, :, 0, 0])
        return {
            name: Track(
                name=name,
                type_id=stage.actors[name].type_id,
                position_m=boxes[row, :, :3, 3].copy(),
                yaw_rad=yaw[row],
                velocity_mps=velocity[row],
                size_lwh_m=stage.actors[name].size_lwh_m,
                station_m=station[row],
            )
            for row, name in enumerate(self._moments[0].state.names)
        }

    def _rules(self) -> list[Event]:
        return [
            Event(time_us=moment.tick * self._step_us, kind="rule", name=rule.name)
            for moment in self._moments
            for rule in moment.fired
        ]

    def _displaced(self) -> Iterator[Event]:
        """Those of the story who are elsewhere at time 0 than they were put: something has pushed them while they settled."""
        first = self._moments[0]
        rows = {name: row for row, name in enumerate(first.state.names)}
        for placed in (self._layout.ego, *self._layout.actors):
            if placed.name in rows and placed.name in self._story:
                off_m = float(np.linalg.norm(first.world_from_box[rows[placed.name], :2, 3] - placed.position_m[:2]))
                if off_m > _OFF_PLACE_M:
                    yield Event(time_us=0, kind="artefact", name=f"{placed.name}: starts {off_m:.1f} m off its place")

    def _touches(self, stage: Stage) -> list[Event]:
        """The first touch with each other party; what goes on touching is one event."""
        first, met, result = self._moments[0].state.frame, set(), []
        for frame, other, _ in stage.touches():
            tick = frame - first
            if 0 <= tick < len(self._moments) and other not in met and not other.startswith(_GROUND_TYPES):
                met.add(other)
                result.append(Event(time_us=tick * self._step_us, kind="collision", name=f"ego/{other}"))
        return result


def _filled(count: int, seen: dict[int, float]) -> NDArray[np.float64]:
    return np.array([seen.get(tick, math.nan) for tick in range(count)])
