"""The simulated world: episodes one after the other, and the tick."""

from __future__ import annotations

from collections.abc import Callable

from carlite.wire import binary
from carlite.world.episode import Episode
from carlite.world.level import Level
from carlite.world.limits import WorldLimits
from carlite.world.settings import EpisodeSettings
from carlite.world.shown_objects import MapLayer


class World:
    """Everything that is simulated; time passes in ``step`` alone.

    Args:
        level: the map to begin with.
        first_episode: number of the first episode; later ones count on.
        limits: how much clients may ask for.

    Attributes:
        episode: what belongs to the present map.
        frame: number of the last tick; runs on over episodes.
        elapsed_s: simulated seconds since the episode began.
        delta_s: length of the last tick.
        move_puppets: called in each tick with its length after physics: places what a replay moves.
        tick_done: called with the length of each tick when all is in place: records it.
    """

    def __init__(self, level: Level, *, first_episode: int = 1, limits: WorldLimits | None = None) -> None:
        self._limits = limits or WorldLimits()
        self.settings = EpisodeSettings()
        self.move_puppets: Callable[[float], None] | None = None
        self.tick_done: Callable[[float], None] | None = None
        self.episode = Episode(level, None, number=first_episode, limits=self._limits)
        self.frame = 1  # the first snapshot of an episode is a frame of its own
        self.elapsed_s = self.delta_s = 0.0

    def load(self, level: Level, *, reset_settings: bool, layers: MapLayer = MapLayer.ALL) -> None:
        """Begins a new episode on ``level``: all actors go, those of the map come anew, time starts at 0."""
        before = self.episode
        before.end()
        if level is not before.level:
            before.level.rays.close()
        if reset_settings:
            self.settings = EpisodeSettings()
        self.frame += 1
        self.elapsed_s = self.delta_s = 0.0
        self.episode = Episode(level, before, number=before.number + 1, limits=self._limits, layers=layers)

    def step(self, delta_s: float) -> None:
        """One tick: physics, contacts, attached actors, traffic lights."""
        episode = self.episode
        self.frame += 1
        self.elapsed_s += delta_s
        self.delta_s = delta_s
        episode.relax()
        episode.contacts = episode.physics.step(delta_s)
        episode.losses.strike(episode.contacts)
        if self.move_puppets is not None:
            self.move_puppets(delta_s)
        episode.attachments.follow(delta_s)
        episode.tell_vehicles(delta_s)
        episode.losses.remove(delta_s)
        if self.tick_done is not None:
            self.tick_done(delta_s)

    def snapshot(self, platform_time_s: float, *, keep_changes: bool = False) -> list[bytes]:
        """The message of the world stream for the present frame.

        Args:
            platform_time_s: of a clock that never jumps back, as in CARLA.
            keep_changes: leaves the change bits for the next snapshot too; otherwise this one is the last to carry them.
        """
        changes = self.episode.changes
        if not keep_changes:
            self.episode.changes = 0
        return [
            binary.sensor_header(
                binary.SensorKind.WORLD_OBSERVER, self.frame, self.elapsed_s, (0.0, 0.0, 0.0), (0.0, 0.0, 0.0)
            ),
            binary.snapshot_header(self.episode.number, platform_time_s, self.delta_s, changes),
            self.episode.records.pack(),
        ]

    @property
    def has_closed_streams(self) -> bool:
        """Whether sensors with streams have gone since ``take_closed_streams``."""
        return bool(self.episode.streams.closed)

    def take_closed_streams(self) -> list[int]:
        """Streams whose sensors have gone since the last call."""
        closed, self.episode.streams.closed = self.episode.streams.closed, []
        return closed

    def refresh_rays(self) -> None:
        """Brings the ray scene up to the present frame and builds the looks of new actors; needed before anything looks."""
        episode = self.episode
        episode.build_looks()
        episode.level.rays.light_signals(episode.shown_states())
        episode.level.rays.update(episode.actors, episode.states, (episode.number, self.frame))
