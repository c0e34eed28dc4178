"""The recorder and the replayer of a server: at most one of them runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from carlite import geometry
from carlite.errors import CallError
from carlite.recording import reports
from carlite.recording.folder import LogFolder
from carlite.recording.log import Log, read_log
from carlite.recording.recorder import Recorder
from carlite.recording.replayer import Replayer
from carlite.recording.stage import ReplayOptions
from carlite.world.world import World


class RecordingDesk:
    """Starts and stops recordings and replays; both end with the episode.

    Args:
        world: what is recorded and replayed; the desk hooks itself into its ticks.
        folder: where logs lie.
    """

    def __init__(self, world: World, folder: LogFolder) -> None:
        self._world = world
        self._folder = folder
        self._recorder: Recorder | None = None
        self._replayer: Replayer | None = None
        self._episode_id = world.episode.number
        self.options = ReplayOptions()
        world.move_puppets = self._move
        world.tick_done = self._record

    def start_recorder(self, name: str, *, additional: bool) -> str:
        """Begins a recording and ends what runs; the file's path, empty where it cannot be written."""
        path = self._folder.path(name)
        self.stop_replayer(keep_actors=False)
        self.stop_recorder()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = path.open("wb")
        except OSError:
            return ""
        self._episode_id = self._world.episode.number
        self._recorder = Recorder(self._world, file, additional=additional)
        return str(path)

    def stop_recorder(self) -> None:
        """Ends the recording, if there is one."""
        recorder, self._recorder = self._recorder, None
        if recorder is not None:
            recorder.close()

    def replay(
        self,
        name: str,
        *,
        start_s: float,
        duration_s: float,
        follow_id: int,
        follow_offset: geometry.Array,
        with_sensors: bool,
        load_map: Callable[[str], None],
    ) -> str:
        """Begins a replay and ends what runs; what CARLA says to it.

        Args:
            name: of the log.
            start_s: where to begin; negative counts from the end.
            duration_s: how much to play; 0 for all.
            follow_id: recorded id of the actor that the spectator follows; 0 for none.
            follow_offset: (3, 4) pose of the spectator in that actor's frame.
            with_sensors: whether recorded sensors are made too.
            load_map: loads the map of the log, where another is loaded; raises CallError.
        """
        self.stop_recorder()
        self.stop_replayer(keep_actors=False)
        path = self._folder.path(name)
        said = [f"Replaying File: {path}"]
        log = self._read(path)
        if isinstance(log, str):
            return "\n".join([*said, log])
        wanted = log.header.map_name
        if wanted.rsplit("/", 1)[-1] != self._world.episode.level.source.name:
            try:
                load_map(wanted)
            except CallError:
                return "\n".join([*said, f"Could not load mapfile {wanted}", ""])
            said += [f"Loading map {wanted}", "Replayer will start after map is loaded..."]
        total_s = log.total_s
        begin_s = max(total_s + start_s, 0.0) if start_s < 0.0 else start_s
        end_s = begin_s + duration_s if duration_s > 0.0 else total_s
        said.append(f"Total time recorded: {total_s:g}")
        said.append(f"Replaying from {begin_s:g} s - {end_s:g} s ({total_s:g} s) at {self.options.time_factor:.1f}x")
        if self.options.ignore_hero:
            said.append("Ignoring Hero vehicle")
        if self.options.ignore_spectator:
            said.append("Ignoring Spectator camera")
        self._episode_id = self._world.episode.number
        self._replayer = Replayer(
            self._world,
            log,
            self.options,
            start_s=begin_s,
            stop_s=end_s,
            follow_id=follow_id,
            follow_offset=follow_offset,
            with_sensors=with_sensors,
        )
        return "\n".join([*said, ""])

    def stop_replayer(self, *, keep_actors: bool) -> None:
        """Ends the replay, if there is one; see Replayer.stop."""
        replayer, self._replayer = self._replayer, None
        if replayer is not None and self._episode_id == self._world.episode.number:
            replayer.stop(keep_actors=keep_actors)

    def file_info(self, name: str, *, everything: bool) -> str:
        """CARLA's report about a log."""
        return self._report(name, lambda log: reports.file_info(log, everything=everything))

    def collisions(self, name: str, first: str, second: str) -> str:
        """CARLA's list of the collisions in a log between two categories of actors (h, v, w, t, o, a)."""
        return self._report(name, lambda log: reports.collisions(log, first, second))

    def blocked(self, name: str, least_s: float, least_cm: float) -> str:
        """CARLA's list of actors that moved less than ``least_cm`` for ``least_s`` or longer."""
        return self._report(name, lambda log: reports.blocked(log, least_s, least_cm))

    def close(self) -> None:
        """Ends the recording, so that its file is whole."""
        self.stop_recorder()

    def _report(self, name: str, write: Callable[[Log], str]) -> str:
        log = self._read(self._folder.path(name))
        return log if isinstance(log, str) else write(log)

    def _read(self, path: Path) -> Log | str:
        """The log, or CARLA's text about why there is none."""
        try:
            return read_log(path)
        except OSError:
            return f"File {path} not found on server\n"
        except CallError as error:
            return str(error)

    def _move(self, delta_s: float) -> None:
        if self._is_stale():
            return
        if self._replayer is not None:
            self._replayer.tick(delta_s)

    def _record(self, delta_s: float) -> None:
        if self._replayer is not None:
            self._replayer.show_lights()
            if not self._replayer.is_running:
                self._replayer = None
        if self._recorder is not None:
            self._recorder.record(delta_s)

    def _is_stale(self) -> bool:
        """Ends both when the episode that they belong to has ended."""
        if self._episode_id == self._world.episode.number:
            return False
        self.stop_recorder()
        self._replayer = None
        self._episode_id = self._world.episode.number
        return True
