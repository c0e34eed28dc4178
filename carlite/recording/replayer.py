"""Plays a log back into a world, as CARLA's replayer does.

Each tick moves the time of the replay on by the tick's length times a factor. The frame that holds the time is played: what it
adds and removes, how lights, wheels and doors are; actors stand between their places in the frame that was played before and
this one. Frames that are jumped over are asked for what they add and remove alone. With the recorded tick length and factor 1
the world shows after the n-th tick what it showed n ticks into the recording.
"""

from __future__ import annotations

import logging

import numpy as np
from numpy.typing import NDArray

from carlite import geometry
from carlite.actors import Kind
from carlite.errors import CallError
from carlite.recording import packets
from carlite.recording.log import Frame, Log
from carlite.recording.packets import Packet, ShortLogError
from carlite.recording.stage import PUPPETS, Pose, ReplayOptions, Serve, Stage, pose_of_record, triple
from carlite.wire.binary import LightState
from carlite.world.world import World

_log = logging.getLogger(__name__)
_JUMPY_FACTOR = 2.0  # from this speed on actors are not put between two frames


class Replayer:
    """One replay.

    Args:
        world: with the recorded map.
        log: what is played.
        options: may change while it is played.
        start_s: where to begin.
        stop_s: where to end.
        follow_id: recorded id of the actor that the spectator follows; 0 for none.
        follow_offset: (3, 4) pose of the spectator in that actor's frame.
        with_sensors: whether recorded sensors are made too.
    """

    def __init__(
        self,
        world: World,
        log: Log,
        options: ReplayOptions,
        *,
        start_s: float,
        stop_s: float,
        follow_id: int,
        follow_offset: geometry.Array,
        with_sensors: bool,
    ) -> None:
        self._world = world
        self._log = log
        self._options = options
        self._stop_s = stop_s
        self._follow_id, self._follow_offset = follow_id, follow_offset
        self._stage = Stage(world, options, with_sensors=with_sensors)
        self._next = 0
        self._frame: Frame | None = None
        self._time_s = 0.0
        self._before: dict[int, Pose] = {}
        self._now: dict[int, Pose] = {}
        self._placed: set[int] = set()
        self._lights: NDArray[np.void] | None = None
        self.is_running = True
        self._advance(start_s)
        self._before = {}

    def tick(self, delta_s: float) -> None:
        """Plays on by one tick of the world."""
        if not self.is_running:
            return
        share = self._advance(delta_s * self._options.time_factor)
        if share is not None:
            self._place_all(0.0 if self._options.time_factor >= _JUMPY_FACTOR else share, delta_s)
        if self._time_s >= self._stop_s:
            self.stop(keep_actors=True)

    def show_lights(self) -> None:
        """Traffic lights as recorded; to be called after the world's own cycles have moved on."""
        if self._lights is None:
            return
        for record in self._lights:
            light = self._stage.actor(int(record["id"]))
            if light is not None and light.kind is Kind.TRAFFIC_LIGHT and int(record["state"]) in set(LightState):
                state = LightState(int(record["state"]))
                self._world.episode.signals.restore(light, state, float(record["elapsed"]), frozen=bool(record["frozen"]))
        self._lights = None

    def stop(self, *, keep_actors: bool) -> None:
        """Ends the replay: vehicles stand still under physics again, walkers stop.

        Args:
            keep_actors: False plays the rest of what the log adds and removes first.
        """
        if not self.is_running:
            return
        self.is_running = False
        if not keep_actors:
            self._advance(self._log.total_s)
        self._stage.finish()

    # time --------------------------------------------------------------------------------------------------------------

    def _advance(self, seconds: float) -> float | None:
        """Plays what lies in the next ``seconds``; how far into the frame of the new time that is, None past the last one."""
        now = self._time_s + seconds
        self._time_s = now
        frame = self._frame
        if frame is None or not frame.elapsed_s <= now < frame.elapsed_s + frame.duration_s:
            frame = None
            while frame is None and self._next < len(self._log):
                played = self._log[self._next]
                self._next += 1
                self._frame = played
                is_it = now < played.elapsed_s + played.duration_s
                self._play(played, is_it)
                frame = played if is_it else None
        if frame is None:
            return None
        return float(np.clip((now - frame.elapsed_s) / frame.duration_s, 0.0, 1.0)) if frame.duration_s > 0.0 else 0.0

    def _play(self, frame: Frame, whole: bool) -> None:
        """Events of a frame, and how things are in it where it is the one to show; a damaged packet is passed over."""
        shown: dict[int, Serve] = {}
        if whole:
            shown = {Packet.POSITION: self._read_positions, Packet.LIGHT_STATE: self._read_lights, **self._stage.states}
        for kind, payload in frame.packets:
            serve = self._stage.events.get(kind) or shown.get(kind)
            if serve is None:
                continue
            try:
                serve(payload)
            except (ShortLogError, ValueError, CallError) as error:
                _log.warning("replay: packet %d of frame %d is passed over: %s", kind, frame.number, error)

    # placing -----------------------------------------------------------------------------------------------------------

    def _place_all(self, share: float, delta_s: float) -> None:
        for recorded_id, (location, rotation) in self._now.items():
            actor = self._stage.actor(recorded_id)
            if actor is None or actor.parent is not None or self._stage.is_ignored(actor):
                continue
            if recorded_id in self._before:
                first, first_rotation = self._before[recorded_id]
                turn = (rotation - first_rotation + 180.0) % 360.0 - 180.0
                location, rotation = first + share * (location - first), first_rotation + share * turn
            states, row = self._world.episode.states, actor.row
            speed = (location - states.location[row]) / delta_s
            self._world.episode.place(actor, triple(location), triple(rotation))
            if actor.kind in PUPPETS:
                states.velocity[row] = speed if actor.id in self._placed else 0.0
            self._placed.add(actor.id)
        self._follow()

    def _follow(self) -> None:
        followed = self._stage.actor(self._follow_id) if self._follow_id else None
        if followed is None:
            return
        pose = geometry.compose(self._world.episode.world_from_actor(followed), self._follow_offset)
        self._world.episode.place(
            self._world.episode.spectator, triple(pose[:, 3]), triple(geometry.rotations_deg(pose[:, :3]))
        )

    def _read_positions(self, payload: memoryview) -> None:
        self._before = self._now
        records = packets.read_records(Packet.POSITION, payload)
        records = records[np.isfinite(records["location"]).all(1) & np.isfinite(records["rotation"]).all(1)]
        self._now = {int(record["id"]): pose_of_record(record["location"], record["rotation"]) for record in records}

    def _read_lights(self, payload: memoryview) -> None:
        self._lights = packets.read_records(Packet.LIGHT_STATE, payload)
