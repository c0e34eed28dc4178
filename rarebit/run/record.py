"""Records a rehearsed scene: the same run again with all sensors, one snapshot for every tick that the dataset keeps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rarebit.core.errors import SceneError, UnlikeRehearsalError
from rarebit.core.rng import stream
from rarebit.history import History
from rarebit.rig import plan
from rarebit.rig.modality import Capture, Decoded
from rarebit.rig.numbers import Numbers
from rarebit.rig.request import RawMessage, SensorRequest, every_ticks
from rarebit.rig.rig import Mount, Rig
from rarebit.run.ego_motion import ego_body, ego_motion
from rarebit.run.fit import check_view, fitted
from rarebit.run.judge import judge
from rarebit.run.play import Moment, play
from rarebit.run.rehearse import Notes
from rarebit.run.run_up import start
from rarebit.run.scene import Attempt
from rarebit.scenario import ActorPlan, ConcreteScenario
from rarebit.session.map_objects import MapObject
from rarebit.session.session import Session
from rarebit.session.stage import Stage
from rarebit.session.state import Cast
from rarebit.snapshot import ActorState, EgoMotion, LabelImages, SensorData, Snapshot

_FAR_M = 0.3  # a recording on another run of a real server may differ by this much from its rehearsal


@dataclass(frozen=True, slots=True)
class _Taken:
    """One tick as taken from the server, still to be decoded."""

    moment: Moment
    before_from_ego: NDArray[np.float64]
    raw: dict[tuple[str, str], RawMessage]
    ego: tuple[EgoMotion, ...]
    light_bits: dict[str, int]


@dataclass(frozen=True, slots=True)
class Recording:
    """A scene that is about to be recorded.

    Attributes:
        rig: as it stands on this scene's ego: what calibrations are written from.
        moments: a snapshot for each tick at which a sensor delivers, in order; to be taken once.
    """

    rig: Rig
    moments: Iterator[Snapshot]


@contextmanager
def record(session: Session, scenario: ConcreteScenario, trial: Attempt, rig: Rig) -> Iterator[Recording]:
    """Opens the scene again for the rig's sensors; its moments are recorded as they are taken from ``Recording.moments``.

    The next tick is asked for before the last one is decoded, so the server renders while this side decodes, labels and writes.

    Raises:
        SpecError: a sensor sees next to nothing but the ego; raised with the first moment.
        SceneError: the recording went another way than its rehearsal, or fails the verdict; raised after the last moment, so
            a writer that drops its scene on an exception keeps none of it.
        ServerError: the server or one of its sensors failed.
    """
    session.renew()
    with session.stage(scenario, start(session, scenario, trial.layout)) as stage:
        standing = fitted(rig, stage)
        yield Recording(standing, _moments(session, scenario, trial, standing, stage))


def _moments(session: Session, scenario: ConcreteScenario, trial: Attempt, rig: Rig, stage: Stage) -> Iterator[Snapshot]:
    step_s = session.config.step_s
    requests = plan.plan(rig, step_s)
    mounts = {mount.channel: mount for mount in rig.mounts}
    stage.equip([(mounts[request.channel], request) for request in requests])
    decoder = _Decoder(session, scenario, rig, stage, every_ticks(rig.key_rate_hz, step_s))
    notes = Notes(scenario, trial.layout, session.config.step_us)
    waiting: _Taken | None = None
    for moment in play(stage, scenario, trial.layout, step_s, plan.lead_ticks(rig, step_s)):
        notes.add(moment)
        decoder.note(moment)
        due = [request for request in requests if moment.tick % request.every_ticks == 0]
        if waiting is not None:
            yield decoder.snapshot(waiting)
            waiting = None
        if due:
            waiting = decoder.take(moment, due)
    if waiting is not None:
        yield decoder.snapshot(waiting)
    _compare(scenario, trial.history, notes.history(stage, {}), exact=session.server.is_embedded)


def _compare(scenario: ConcreteScenario, rehearsal: History, history: History, *, exact: bool) -> None:
    """Raises SceneError if the recording is not the rehearsed run."""
    for name, track in rehearsal.tracks.items():
        if name not in history.tracks:
            raise UnlikeRehearsalError(f"{name}: was rehearsed but is not in the recording; run the scene again")
        apart = np.linalg.norm(track.position_m - history.tracks[name].position_m, axis=1)
        if apart.max() > (0.0 if exact else _FAR_M):
            tick = int(np.argmax(apart > (0.0 if exact else _FAR_M)))
            raise UnlikeRehearsalError(
                f"{name}: the recording left the rehearsed track at {history.time_us[tick] * 1e-6:.2f} s "
                f"({apart.max():.3g} m at most); run the scene again"
            )
    # Rays are not cast again: what could be seen follows from where everybody was.
    seen = History(
        time_us=history.time_us, tracks=history.tracks, events=history.events, visible_fraction=rehearsal.visible_fraction
    )
    verdict = judge(scenario, seen)
    if not verdict.accepted:
        raise SceneError(f"the recording fails the verdict: {'; '.join(verdict.reasons)}")


class _Decoder:
    """Makes snapshots of what one recording's server sends."""

    def __init__(self, session: Session, scenario: ConcreteScenario, rig: Rig, stage: Stage, key_ticks: int) -> None:
        self._session, self._scenario, self._rig, self._stage = session, scenario, rig, stage
        self._key_ticks = key_ticks
        self._seen: set[str] = set()  # channels whose view has been checked
        self._plans = {p.name: p for p in (scenario.ego, *scenario.actors)}
        self._ego: list[EgoMotion] = []
        self._lights: dict[str, int] = {}
        # carlite's instance images hold the low 16 bits of a map object's id; CARLA's hold ids of their own.
        match = session.server.is_embedded
        actor_ids = [*(cast.actor_id for cast in stage.actors.values()), *session.fixtures()]
        object_ids = [thing.object_id for thing in session.map_objects]
        self._numbers = Numbers([*actor_ids, *object_ids], [True] * len(actor_ids) + [match] * len(object_ids))
        self._map = tuple(
            _map_actor(thing, self._numbers.by_id[thing.object_id], in_images=match) for thing in session.map_objects
        )

    def note(self, moment: Moment) -> None:
        """The ego's motion and everybody's lights at a tick, whether or not a sensor is due in it."""
        if moment.tick < 0:
            return
        self._lights = self._stage.light_bits()
        time_us = moment.tick * self._session.config.step_us
        self._ego.append(ego_motion(self._stage, moment.state, time_us, self._lights.get("ego", 0)))

    def take(self, moment: Moment, due: list[SensorRequest]) -> _Taken:
        """Everything of this tick that only the server knows; waits for its sensors."""
        raw = self._stage.collect(moment.state.frame, due)
        before = self._stage.before if self._stage.before is not None else moment.state
        before_from_ego = before.world_from_actor[before.names.index("ego")] @ self._stage.actor_from_ego
        ego, self._ego = tuple(self._ego), []
        return _Taken(moment, before_from_ego, raw, ego, self._lights)

    def snapshot(self, taken: _Taken) -> Snapshot:
        """The decoded tick."""
        moment, state = taken.moment, taken.moment.state
        ego = taken.ego[-1]
        world_from_ego, velocity, spin = ego.world_from_ego, ego.velocity_mps, ego.angular_velocity_radps
        actors = (*(self._actor(taken, i) for i in range(len(state.names))), *self._map)
        is_key = moment.tick % self._key_ticks == 0
        data: dict[str, SensorData] = {}
        labels: dict[str, LabelImages] = {}
        for mount in self._rig.mounts:
            raw = {role: message for (channel, role), message in taken.raw.items() if channel == mount.channel}
            if not raw:
                continue
            decoded = mount.modality.decode(
                Capture(
                    mount=mount,
                    raw=raw,
                    is_key_frame=is_key,
                    world_from_ego=world_from_ego,
                    before_from_ego=taken.before_from_ego,
                    tick_s=self._session.config.step_s,
                    ego_velocity_mps=velocity,
                    ego_angular_velocity_radps=spin,
                    actors=actors,
                    weather=self._scenario.weather,
                    rng=stream(self._scenario.seed, self._scenario.scenario, self._scenario.index, mount.channel, moment.tick),
                    numbers=self._numbers,
                )
            )
            self._check_view(mount, decoded)
            data[mount.channel] = decoded.data
            if decoded.labels is not None:
                labels[mount.channel] = decoded.labels
        return Snapshot(
            is_key_frame=is_key,
            ego=taken.ego,
            ego_body=ego_body(self._stage.actors["ego"].vehicle),
            actors=actors,
            data=data,
            labels=labels,
        )

    def _check_view(self, mount: Mount, decoded: Decoded) -> None:
        """Looks once at how much of the ego itself a channel sees."""
        if mount.channel not in self._seen and decoded.own_share is not None:
            self._seen.add(mount.channel)
            check_view(mount, decoded.own_share, self._rig.name, self._stage.actors["ego"].type_id)

    def _actor(self, taken: _Taken, row: int) -> ActorState:
        moment = taken.moment
        name = moment.state.names[row]
        cast, known = self._stage.actors[name], self._plans.get(name)
        return ActorState(
            actor_id=self._numbers.by_id[cast.actor_id],
            instance_id=self._numbers.by_id[cast.actor_id],
            name=name,
            type_id=cast.type_id,
            base_type=cast.attributes.get("base_type", ""),
            special_type=cast.attributes.get("special_type", ""),
            tag=cast.tag,
            world_from_box=moment.world_from_box[row],
            size_lwh_m=cast.size_lwh_m,
            velocity_mps=moment.velocity_mps[row],
            angular_velocity_radps=moment.state.angular_velocity_radps[row],
            light_bits=taken.light_bits.get(name, 0),
            has_rider=_has_rider(cast),
            is_ego=name == "ego",
            is_parked=known is not None and _is_parked(known, cast),
            attributes=cast.attributes,
        )


def _has_rider(cast: Cast) -> bool:
    """CARLA's two-wheelers come with their riders."""
    return cast.attributes.get("base_type") in ("motorcycle", "bicycle")


def _is_parked(known: ActorPlan, cast: Cast) -> bool:
    return cast.kind == "vehicle" and known.role in ("parked", "occluder") and known.speed_mps <= 0.0


def _map_actor(thing: MapObject, number: int, *, in_images: bool) -> ActorState:
    return ActorState(
        actor_id=number,
        instance_id=number if in_images else None,
        name=f"map_{thing.object_id}",
        type_id=thing.name,
        base_type=thing.base_type,
        special_type="",
        tag=thing.tag,
        world_from_box=thing.world_from_box,
        size_lwh_m=thing.size_lwh_m,
        velocity_mps=np.zeros(3),
        angular_velocity_radps=np.zeros(3),
        has_rider=False,
        is_parked=True,
    )
