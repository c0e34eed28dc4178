"""CARLA's recorder and replayer: log files, reports about them, and playing them back into a world."""

from carlite.recording.desk import RecordingDesk
from carlite.recording.folder import LogFolder
from carlite.recording.stage import ReplayOptions

__all__ = ["LogFolder", "RecordingDesk", "ReplayOptions"]
